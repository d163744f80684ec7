"""Runs a gate on a project with the real tool and holds that the project stays as it was."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from eee_ci.model import Reading
from eee_ci.ports import Site, Tool
from tests.gates import driver, recorded


class Live(NamedTuple):
    reading: Reading
    site: Site
    exits: tuple[int | None, ...]


def run(adapter: Any, name: str, tmp_path: Path, argv: Sequence[str] = (), **parts: Any) -> Live:
    """Judge `tmp_path/root`."""
    root, scratch, cache = (tmp_path / part for part in ("root", "scratch", "cache"))
    scratch.mkdir(exist_ok=True)
    cache.mkdir(exist_ok=True)
    bare = {"complexity": "ruff", "ruff-format": "ruff", "tsc": "typescript"}.get(name, name)
    tool = Tool(
        name=bare, argv=tuple(argv) or (sys.executable, "-m", bare), version=parts.pop("version", None)
    )
    gate, site = recorded.gate(name, **parts), recorded.site(root, tool, python_version=sys.version_info[:2])
    before = snapshot(root)
    command = adapter.command(gate, site)
    outcome = driver.run(command, root=root, scratch=scratch, cache=cache, python=sys.executable)
    assert snapshot(root) == before
    return Live(adapter.read(gate, site, outcome), site, tuple(ran.exit for ran in outcome.steps))


def snapshot(root: Path) -> dict[str, bytes | None]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else None
        for path in root.rglob("*")
        if "node_modules" not in path.parts
    }
