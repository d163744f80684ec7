"""T2: what the verification tree takes from the base and not from the candidate."""

import posixpath
from collections.abc import Iterable

from eee_ci import judge
from eee_ci.agent import Change
from eee_ci.finding import Noun
from eee_ci.tamper import protection, rules, shadows, source

_FOLDERS = {"test", "tests", "testing", "__tests__", "__snapshots__", "spec", "specs", "e2e"}
_LINKS = (protection.LINK, protection.SUBMODULE)


class Retaken(Noun, frozen=True, kw_only=True):
    """Paths by what the verification does with them. `restore`: as in the base, deleted ones included.
    `remove`: not in the base, and not to be there. `tests`: existing files of the tests, which the tree that
    tests are run in takes from the base as well; gates that only read the files see the candidate's."""

    restore: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()


def retaken(
    base: rules.Files, candidate: rules.Files, changes: Iterable[Change], told: rules.Rules
) -> Retaken:
    """Nothing for a file that says the same as before, laid out anew. A case twin or a link in the place of a
    protected file counts as that file."""
    restore, remove, tests = [], [], []
    for pair in rules.pairs(base, candidate, changes):
        if pair.change.before is None:
            remove += [pair.path] if _unwanted(pair, candidate, told) else []
        elif _decides(pair, told):
            restore += [] if protection.harmless(pair) else [pair.path]
        elif is_test(pair.path, told.tests) and rules.altered([pair]):
            tests.append(pair.path)
    return Retaken(restore=tuple(restore), remove=tuple(remove), tests=tuple(tests))


def is_test(path: str, tests: Iterable[str] = ()) -> bool:
    """Is it a test, or something beside one that it may read?"""
    if any(judge.matches(path, pattern) for pattern in tests):
        return True
    *folders, name = path.split("/")
    if not _FOLDERS.isdisjoint(folders):
        return True
    stem, suffix = posixpath.splitext(name)
    if source.is_python(name):
        return stem.startswith("test_") or stem.endswith("_test") or stem in ("tests", "test", "conftest")
    return stem.endswith((".test", ".spec", "_test", ".snap")) or suffix == ".snap"


def _decides(pair: rules.Pair, told: rules.Rules) -> bool:
    linked = pair.change.mode_after in _LINKS or pair.change.mode_before in _LINKS
    return linked or protection.protected(pair.path, told.protected) is not None


def _unwanted(pair: rules.Pair, candidate: rules.Files, told: rules.Rules) -> bool:
    return _decides(pair, told) or shadows.shadowed(pair.path, candidate) is not None
