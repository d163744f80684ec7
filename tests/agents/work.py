"""Agents, findings and trees to choose among."""

from typing import Any

from eee_ci.agent import Agent
from eee_ci.history import History
from eee_ci.model import Cost, Finding, Tree

TREE = Tree(root="/p", files={"a.py": "1", "b.py": "2", "web/c.ts": "3"}, changed=("a.py",))
NEVER = History()


def agent(name: str, description: str = "", **other: Any) -> Agent:
    return Agent(name=name, description=description, **other)


def finding(rule: str = "F401", path: str | None = "a.py", **other: Any) -> Finding:
    known = {"tool": "ruff", "message": "m", "fingerprint": f"{rule} {path}"}
    return Finding(rule=rule, path=path, **{**known, **other})


def past(**agents: list[tuple[float, bool]]) -> History:
    """Items of agents before: seconds, and whether each was refused."""
    names = {name.replace("_", "-"): runs for name, runs in agents.items()}
    return History(
        gates={f"agent/{name}": tuple(Cost(seconds=one) for one, _ in runs) for name, runs in names.items()},
        failed={f"agent/{name}": tuple(refused for _, refused in runs) for name, runs in names.items()},
    )
