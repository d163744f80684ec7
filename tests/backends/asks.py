"""An ask for the tests of backends, and what a backend's command says once it has run."""

from pathlib import Path
from typing import Any

from msgspec.structs import replace

from eee_ci import backends
from eee_ci.agent import Agent, Ask, Backend, Limits, Told
from eee_ci.finding import Finding
from eee_ci.model import Command, Outcome
from tests.faults import lab

FOUND = Finding(tool="ruff", rule="F401", message="`os` imported but unused", path="a.py", line=3)
AGENT = Agent(name="lint-fixer", description="Mends what linters find", prompt="You mend Python.")


def ask(kind: str, **parts: Any) -> Ask:
    backend = Backend(name=kind, kind=kind, **parts.pop("backend", {}))
    agent = replace(AGENT, **parts.pop("agent", {}))
    known = {"run": "r", "item": "i", "task": "Mend it.", "workdir": "/home/project", "nonce": "5f2e"}
    return Ask(
        **{**known, "findings": (FOUND,), "limits": Limits(), **parts, "agent": agent, "backend": backend}
    )


def command(asked: Ask) -> Command:
    return backends.TABLE[asked.backend.kind].command(asked)


def run(asked: Ask, root: Path, **env: str) -> tuple[Told, Outcome]:
    """Run it as the stage does: with an environment of its own, and its words from the stream."""
    adapter = backends.TABLE[asked.backend.kind]
    made = adapter.command(asked)
    made = replace(made, env={**lab.ENV, "HOME": "{scratch}/home", **made.env, **env})
    with lab.executor() as local:
        outcome = lab.outcome(local, made, lab.place(root))
    return adapter.read(asked, outcome.files.get("stream", b""), outcome), outcome
