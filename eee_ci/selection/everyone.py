"""Changes after which every test file has to run, each as a sentence."""

import re
import sys
from collections.abc import Iterator

from eee_ci import text
from eee_ci.model import Tree
from eee_ci.selection.changes import MODULES, Changes, base, stem
from eee_ci.selection.state import State

CONFIGS = frozenset((
    "pyproject.toml", "pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "tox.ini", "setup.cfg",
    "setup.py", ".coveragerc",
))  # fmt: skip  # read in rows
TEST = re.compile(r"(test_.*|.*_test)\.py|test.*\.txt")  # pytest's own habit
# Imported before anybody looks, and therefore in no record
_EARLY = frozenset((
    "sitecustomize", "usercustomize", "pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments",
    "coverage", "py", "exceptiongroup", "tomli", "colorama",
))  # fmt: skip  # read in rows


def unknown(state: State, tree: Tree, env_key: str) -> str:
    """Why nothing that is remembered counts; empty when it does."""
    if state.doubt:
        return state.doubt
    if state.env_key != env_key:
        return "the command, its environment or what is installed has changed"
    return "" if tree.id is not None else "not all files could be seen"


def reasons(state: State, changes: Changes) -> Iterator[str]:
    yield from _configured(state, changes)
    yield from (
        f"{text.path(path)} is gone, which had tests" for path in sorted(changes.deleted & state.known.keys())
    )
    yield from _shadowed(state, changes)


def _configured(state: State, changes: Changes) -> Iterator[str]:
    places = {""} | {folder for path in state.known for folder in _above(path)}
    for path in sorted(changes.added | changes.deleted | changes.edited):
        name = base(path)
        if name == "conftest.py" or (name in CONFIGS and path[: -len(name)].rstrip("/") in places):
            yield f"{text.path(path)} {changes.verb(path)}"


def _shadowed(state: State, changes: Changes) -> Iterator[str]:
    """Another module may answer to a name that was imported."""
    if not changes.added:
        return
    imported = {name for known in state.known.values() for name in known.recorded.imports}
    imported.update(state.shared.imports)
    early = imported | _EARLY | sys.stdlib_module_names
    tests = {base(path) for path in state.known}
    for path in sorted(changes.added):
        shown, name = text.path(path), base(stem(path))
        if path.endswith(MODULES) and (path.endswith(".pth") or name in early):
            yield f"{shown} is new, and may be found where {text.line(name)} is imported"
        elif base(path) in tests and f"{path.rpartition('/')[0]}/__init__.py" not in state.files:
            yield f"{shown} is new, and another test file has its name"
    for folder in sorted(changes.made):
        if base(folder) in imported:
            yield f"the folder {text.path(folder)} is new, and may be found where {base(folder)} is imported"


def _above(path: str) -> Iterator[str]:
    folder = path.rpartition("/")[0]
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
