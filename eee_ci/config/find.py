"""Which config judges a project: the named file, the project's own, or a preset that suits it."""

import os
from pathlib import Path

from eee_ci.config.extend import Source, label, preset
from eee_ci.config.packaged import presets
from eee_ci.errors import ConfigError, Fault, UsageError
from eee_ci.text import line

NAMES = ("eee-ci.yaml", ".eee-ci.yaml", ".github/eee-ci.yaml")
_PYTHON = ("pyproject.toml", "setup.py", "setup.cfg")
_NOT_THE_PROJECT = {"node_modules", "venv", "build", "dist"}


def choose(root: Path, file: Path | None) -> tuple[Source, str]:
    """The file, and in words why it is that one."""
    if not root.is_dir():
        raise UsageError(f"{root} is no directory", "call it in the project, or name the project's folder")
    if file is not None and str(file) in presets() and not os.path.lexists(file):
        return preset(str(file)), f"preset {file}"
    chosen = file or _own(root)
    if chosen is not None:
        source = _local(root, chosen)
        return source, source.label
    name, seen = _detected(root)
    return preset(name), f"preset {name} (no {NAMES[0]}; found {seen})"


def _local(root: Path, file: Path) -> Source:
    """A file outside of the project may extend what lies beside it."""
    path, home = Path(os.path.realpath(file)), Path(os.path.realpath(root))
    if path.is_relative_to(home):
        return Source(label(path, home), path, home)
    return Source(line(str(file)), path, path.parent)


def _own(root: Path) -> Path | None:
    there = [name for name in NAMES if os.path.lexists(root / name)]
    if len(there) > 1:
        raise ConfigError([Fault(there[1], 0, 0, f"there is {there[0]} as well; want one of them")])
    for name in NAMES:  # judged by a preset instead, nobody would notice
        other = name.removesuffix(".yaml") + ".yml"
        if not there and os.path.lexists(root / other):
            raise ConfigError([Fault(other, 0, 0, f"is not read under this name; rename it to {name}")])
    return root / there[0] if there else None


def _detected(root: Path) -> tuple[str, str]:
    for name in _PYTHON:
        if (root / name).is_file():
            return "python", name
    if found := _python_file(root):
        return "python", found
    if (root / "tsconfig.json").is_file():
        return "typescript", "tsconfig.json"
    raise UsageError(
        f"found no {NAMES[0]} in {root}, and nothing that tells which preset suits it"
        f" ({', '.join(_PYTHON)}, *.py, tsconfig.json)",
        f"call it in the project's folder, or write {NAMES[0]} with 'version: 1' and 'extends: python'",
    )


def _python_file(root: Path) -> str | None:
    """A Python file at the top or one folder below it; deeper ones say nothing of the project."""
    below = [
        path
        for path in sorted(root.iterdir())
        if path.is_dir() and not path.name.startswith(".") and path.name not in _NOT_THE_PROJECT
    ]
    for folder in (root, *below):
        if found := sorted(folder.glob("*.py")):  # nothing, where it may not be read
            return label(found[0], root)
    return None
