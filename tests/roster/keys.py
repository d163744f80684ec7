"""An agent file with some keys, and what is said of it."""

from eee_ci import roster
from eee_ci.agent import Agent

PATH = ".claude/agents/fixer.md"


def read(*keys: str, name: str = "fixer") -> roster.Roster:
    lines = "\n".join(["---", f"name: {name}", "description: d", *keys, "---", "Fix it."])
    return roster.read({PATH: lines.encode()})


def agent(*keys: str) -> Agent:
    (one,) = read(*keys).agents
    return one


def said(found: roster.Roster) -> list[tuple[str, int | None]]:
    return [(finding.rule, finding.line) for finding in found.findings]
