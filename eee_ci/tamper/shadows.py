"""T1 again: new files in the place of a module of the tools, of the standard library, or of a source."""

import posixpath
import sys
from collections.abc import Iterator

from eee_ci import text
from eee_ci.finding import Finding
from eee_ci.tamper import rules

NUMBER = 1
_ORACLE = frozenset((
    "pytest", "_pytest", "py", "pluggy", "iniconfig", "coverage", "xdist", "execnet", "pytest_cov",
    "hypothesis", "mypy", "mypyc", "ruff", "bandit", "nox", "eee_ci", "sitecustomize", "usercustomize",
    "conftest",
))  # fmt: skip  # read in rows
_NATIVE = (".so", ".pyd", ".dll", ".dylib")


def judge(pairs: tuple[rules.Pair, ...], candidate: rules.Files, _told: rules.Rules) -> Iterator[Finding]:
    """New modules only: what was there before was part of the base run."""
    for pair in pairs:
        if pair.before is None and pair.after is not None and (why := shadowed(pair.path, candidate)):
            said = f"adds {text.path(pair.path)}, which {why}; want another name"
            yield rules.found(NUMBER, said, pair.path, severity="critical")


def shadowed(path: str, files: rules.Files) -> str | None:
    """What a module of this path would take the place of. A folder without `__init__.py` may stand on
    Python's path: the root, a `src`, the folder of a test."""
    folder, name = posixpath.split(path)
    if name == "__init__.py":
        folder, name = posixpath.split(folder)
    stem, suffix = _stem(name)
    if suffix == ".pyi":
        return _unchecked(path, files)
    if suffix not in (".py", *_NATIVE) and not path.endswith("/__init__.py"):
        return None
    if stem in _ORACLE:
        return f"Python may load in the place of {stem}, which judges"
    if stem in sys.stdlib_module_names and posixpath.join(folder, "__init__.py") not in files:
        return f"Python may load in the place of its own module {stem}"
    return None


def _stem(name: str) -> tuple[str, str]:
    """`x.cpython-311.so` is the module x as well."""
    return name.partition(".")[0], posixpath.splitext(name)[1]


def _unchecked(path: str, files: rules.Files) -> str | None:
    module = path.removesuffix("i")
    return f"type checkers read in the place of {text.line(module)}" if module in files else None
