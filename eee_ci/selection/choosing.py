"""Which test files a tree can have broken since the last complete knowledge."""

from collections.abc import Iterable, Iterator

from eee_ci import text
from eee_ci.model import Tree
from eee_ci.selection import caches, everyone, leftovers
from eee_ci.selection.changes import Changes, base, suffix
from eee_ci.selection.moved import Moved
from eee_ci.selection.state import Choice, State

NOTHING_YET = "no earlier run of the tests is remembered"


def choose(state: State | None, tree: Tree, *, env_key: str) -> Choice:
    """The test files to run and to skip; whatever goes wrong here means: run all."""
    try:
        state = state or State(doubt=NOTHING_YET)
        moved = Moved(state, tree)
        tests = _tests(state, moved.changes)
        if reason := everyone.unknown(state, tree, env_key):
            return Choice(run=tests, all_because=reason)
        return _choose(state, tests, moved, tree)
    except Exception as error:  # noqa: BLE001 - a fault in here may cost time, never a missed failure
        return Choice(all_because=f"the selection of tests failed ({text.line(repr(error))})")


def _choose(state: State, tests: tuple[str, ...], moved: Moved, tree: Tree) -> Choice:
    affected = {**_filling(state, tests, moved, tree), **_affected(state, tests, moved)}
    always = {
        path: state.known[path].doubts[0]
        for path in tests
        if path in state.known and state.known[path].doubts
    }
    why = dict(sorted({**always, **affected}.items()))
    fixed = tuple(path for path in always if leftovers.left(state.known[path].doubts))
    for reason in (
        *everyone.reasons(state, moved.changes),
        *_shared(state, moved),
        *_unclear(state, affected),
    ):
        return Choice(run=tests, first=tuple(why), fixed=fixed, why=why, all_because=reason)
    skip = tuple(path for path in tests if path not in why)
    maps, drop = _carried(moved)
    kept = _kept(state, skip)
    places = caches.of((state.known[path] for path in skip), state.imported)
    unmet = any(moved.edits.of(path).unmet for path in maps)
    return Choice(
        run=tuple(why),
        skip=skip,
        first=tuple(why),
        fixed=fixed,
        why=why,
        kept=kept,
        maps=maps,
        drop=drop,
        unmet=unmet,
        caches=tuple(sorted({path for path, _ in places.values()})),
    )


def _filling(state: State, tests: tuple[str, ...], moved: Moved, tree: Tree) -> dict[str, str]:
    """Those that fill a cache of which something changed: the others must find it as before."""
    return {path: reason for path, reason in caches.moved(state, tree, moved.changes) if path in tests}


def _shared(state: State, moved: Moved) -> Iterator[str]:
    for reason in (*state.shared.untrusted, *moved.reasons(state.shared)):
        yield f"all tests share it: {reason}"


def _unclear(state: State, affected: Iterable[str]) -> Iterator[str]:
    for path in affected:
        if path in state.known and leftovers.unclear(state.known[path]):
            yield f"{text.path(path)} {leftovers.UNCLEAR}"


def _tests(state: State, changes: Changes) -> tuple[str, ...]:
    """In the order of the tree. What looks like a test file, was there and was never imported is none."""
    like = {path for path in changes.new if everyone.TEST.fullmatch(base(path))}
    moved = changes.edited | changes.added | state.known.keys() | state.imported
    tests = (like & moved) | (state.known.keys() & changes.new.keys())
    if changes.old:  # a project may name its tests as it likes; at first nothing can be called new
        kinds = {suffix(path) for path in state.known} | {".py"}
        tests.update(path for path in changes.added if suffix(path) in kinds)
    return tuple(sorted(tests))


def _affected(state: State, tests: tuple[str, ...], moved: Moved) -> dict[str, str]:
    """Why something else may come of a test file now."""
    why = {path: reason for path in tests if (reason := _why(state, path, moved))}
    remembered = moved.remembered()
    for path in tests if remembered else ():
        modules = state.known[path].recorded.modules if path in state.known else ()
        if path not in why and (hit := next((module for module in modules if module in remembered), "")):
            why[path] = remembered[hit]
    return why


def _why(state: State, path: str, moved: Moved) -> str:
    known = state.known.get(path)
    if known is None:
        return "no record yet" if everyone.TEST.fullmatch(base(path)) else "is new, and may hold tests"
    if path in moved.changes.edited:
        return f"{text.path(path)} changed"
    return next(moved.reasons(known.recorded), "")


def _carried(moved: Moved) -> tuple[dict[str, dict[int, int]], tuple[str, ...]]:
    """Of edited modules the lines that stay, and the files of which none does."""
    edits = {path: moved.edits.of(path) for path in sorted(moved.changes.edited) if path.endswith(".py")}
    maps = {path: edit.lines for path, edit in edits.items() if edit.lines is not None}
    return maps, tuple(sorted((edits.keys() | moved.changes.deleted) - maps.keys()))


def _kept(state: State, skip: Iterable[str]) -> tuple[str, ...]:
    """The contexts of what is skipped, of the imports that it needs, and what all tests share."""
    kept: set[str] = {"shared"}
    modules: set[str] = set()
    for path in skip:
        recorded = state.known[path].recorded
        kept.update((f"file:{path}", *recorded.fixtures))
        modules.update(recorded.modules)
    return tuple(sorted(kept.union(f"import:{module}" for module in modules)))
