"""Recorded runs of real tools: a project, a gate, and what the tool did with them. `record.py` makes them."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from eee_ci.model import Gate, Limit, Outcome, Ran
from eee_ci.ports import Site, Tool

DATA = Path(__file__).parent.parent / "data" / "gates"


class Case(NamedTuple):
    gate: Gate
    site: Site
    outcome: Outcome

    def ended(self, exit_code: int) -> "Case":
        """The same with another exit code of the last step."""
        step = msgspec.structs.replace(self.outcome.steps[-1], exit=exit_code)
        return self._replace(outcome=with_steps(self.outcome, (*self.outcome.steps[:-1], step)))

    def wrote(self, **files: bytes) -> "Case":
        """The same with other reports, `_` for `.` in their names."""
        known = self.outcome.files | {name.replace("_", "."): data for name, data in files.items()}
        return self._replace(outcome=msgspec.structs.replace(self.outcome, files=known))


def with_steps(outcome: Outcome, steps: tuple[Ran, ...]) -> Outcome:
    return msgspec.structs.replace(outcome, steps=steps)


def saying(ran: Ran, stderr: bytes) -> Ran:
    return msgspec.structs.replace(ran, stderr=stderr)


def lay(root: Path, files: dict[str, str]) -> None:
    """Write a project; lone surrogates stand for bytes that are not UTF-8."""
    for name, words in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(words.encode("utf-8", "surrogateescape"))


def site(root: Path, tool: Tool, **parts: Any) -> Site:
    files = tuple(sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()))
    known = {"python": "python", "python_version": (3, 11), "sources": ("src",), "files": files} | parts
    return Site(root=str(root), tools={tool.name: tool}, **known)


def gate(name: str, **parts: Any) -> Gate:
    limits = parts.pop("limits", {})
    return Gate(id=name, tool=name, limits={key: Limit(**value) for key, value in limits.items()}, **parts)


def case(name: str, root: Path) -> Case:
    """The recorded case with its project laid out in `root`."""
    words = (DATA / f"{name}.json").read_text(encoding="utf-8").replace("{root}", str(root))
    words = words.replace("{tools}", "/tools")
    data = json.loads(words)
    lay(root, data["project"])
    tool = Tool(name=data["tool"], argv=(data["tool"],), version=data["version"])
    steps = tuple(
        Ran(
            argv=tuple(step["argv"]),
            exit=step["exit"],
            stdout=_bytes(step["stdout"]),
            stderr=_bytes(step["stderr"]),
        )
        for step in data["steps"]
    )
    outcome = Outcome(steps=steps, files={file: _bytes(words) for file, words in data["files"].items()})
    return Case(gate(**data["gate"]), site(root, tool), outcome)


def _bytes(words: str) -> bytes:
    return words.encode("utf-8", "surrogateescape")
