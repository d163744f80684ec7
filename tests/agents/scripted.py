"""A project with scripted agents: each runs a Python script that speaks `eee-agent/1`, or does not."""

import json
import sys
from pathlib import Path

from eee_ci.agent import Stage
from eee_ci.agents import journal
from tests.conftest import Project

HEAD = """
import json, os, sys, time
asked = json.load(sys.stdin)
def say(kind, **facts): print(json.dumps({"v": 1, "type": kind, **facts}), flush=True)
def end(status="ok", **facts): say("finished", status=status, rc=0, **facts)
def write(name, words):
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    open(name, "w").write(words)
say("started")
"""
LINT = """version: 1
gates:
  lint:
    tool: ruff
    args: [--isolated, --select, "F,E9"]
    limits: {findings: 0}
"""


def agent(name: str, backend: str | None = None, description: str = "Mends lint findings.") -> str:
    row = f"backend: {backend}\n" if backend else ""
    return f"---\nname: {name}\ndescription: {description}\n{row}---\nWork.\n"


class Scripted(Project):
    """A project whose backends are scripts outside of it."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.scripts = root.parent / "scripts"
        self.scripts.mkdir(exist_ok=True)

    def backend(self, name: str, script: str, **keys: object) -> dict[str, object]:
        """The configuration of a backend that runs a script."""
        path = self.scripts / f"{name}.py"
        path.write_text(HEAD + script, encoding="utf-8")
        return {"kind": "command", "argv": [sys.executable, "-I", str(path)], **keys}

    def configured(self, backends: dict[str, dict[str, object]], config: str = LINT, **keys: object) -> None:
        agents = {"backends": backends, **keys}
        self.write({"eee-ci.yaml": f"{config}agents: {json.dumps(agents)}\n"})

    def stage(self) -> Stage:
        made = self.report().agents
        assert made is not None
        return made

    def ends(self) -> dict[str, str]:
        return {result.item: result.end for result in self.stage().results}

    def lines(self) -> journal.Read:
        return journal.read(self.root / self.stage().folder / journal.FILE)

    def tree(self) -> dict[str, str]:
        """The files that git knows or would add."""
        names = self.git("ls-files", "-co", "--exclude-standard", "-z").split("\0")
        return {
            name: (self.root / name).read_text() for name in names if name and (self.root / name).is_file()
        }
