"""What a run teaches: the next state, from the last one and the record of what ran."""

from collections.abc import Iterator, Mapping

import msgspec

from eee_ci import text
from eee_ci.model import TestCase, Tree
from eee_ci.selection import caches, ground, memory, shape
from eee_ci.selection import record as records
from eee_ci.selection.record import NOTHING, Record, Recorded
from eee_ci.selection.resolving import Resolved, inner
from eee_ci.selection.state import Choice, Known, State, ids

Cases = Mapping[tuple[str, str], TestCase]  # of this run, by classname and name


def learn(
    state: State | None, choice: Choice, *, record: Record, cases: Cases, tree: Tree, env_key: str
) -> State:
    """What is known after a run. Where that is doubtful the state says so, and the next choice is all."""
    try:
        doubt = records.doubt(record) or _contradiction(choice, record, cases, tree)
        if doubt or (choice.skip and state is None):
            return State(doubt=doubt or "test files were skipped of which nothing is known")
        return _learn(state if state and choice.skip else State(), choice, record, cases, tree, env_key)
    except Exception as error:  # noqa: BLE001 - a fault in here may cost time, never a missed failure
        return State(doubt=f"what the last run taught was lost ({text.line(repr(error))})")


def _contradiction(choice: Choice, record: Record, cases: Cases, tree: Tree) -> str:
    if tree.id is None:
        return "not all files could be seen"
    owners: dict[tuple[str, str], str] = {}
    for path, recorded in record.files.items():
        for case in map(_key, recorded.cases):
            if owners.setdefault(case, path) != path:
                return f"{text.path(path)} and {text.path(owners[case])} both have the test {case[1]}"
    strange = sorted(cases.keys() - owners.keys() - _wholes(tree).keys())
    if strange:
        return f"it is not known which file the test {strange[0][1]} is of"
    twice = sorted(record.files.keys() & set(choice.skip))
    return f"{text.path(twice[0])} was to be skipped, and ran" if twice else ""


def _learn(state: State, choice: Choice, record: Record, cases: Cases, tree: Tree, env_key: str) -> State:
    resolved = Resolved(tree)
    known = {path: state.known[path] for path in choice.skip if path in tree.files}
    known.update(_fresh(record, cases, tree, resolved))
    shared, doubts = resolved.of(_joined(state.shared, record.shared))
    early = {path: inner(names) for path, names in record.import_executed.items()}
    now = State(
        env_key=env_key,
        files=ids(tree),
        known=dict(sorted(known.items())),
        shared=msgspec.structs.replace(shared, untrusted=doubts),
        import_executed=_merged(state.import_executed, early),
        outside={**state.outside, **resolved.outside},
    )
    return _studied(now, state, tree)


def _fresh(record: Record, cases: Cases, tree: Tree, resolved: Resolved) -> Iterator[tuple[str, Known]]:
    for key, path in _wholes(tree).items():
        if key in cases and path not in record.files:
            yield path, Known(recorded=NOTHING, cases=(cases[key],), doubts=("was skipped as a whole",))
    for path, raw in record.files.items():
        if path in tree.files:
            recorded, doubts = resolved.of(raw)
            found = tuple(cases[key] for key in map(_key, recorded.cases) if key in cases)
            yield path, Known(recorded=recorded, cases=found, doubts=(*_failures(recorded, cases), *doubts))


def _studied(now: State, before: State, tree: Tree) -> State:
    """With the shapes of all modules, and what these say together."""
    every = [now.shared, *(one.recorded for one in now.known.values())]
    measured = frozenset(path for one in every for path in one.executed or ()) | now.import_executed.keys()
    imported = measured.union(*(one.modules for one in every))
    shapes = _shapes(now, before, tree, imported)
    made = {path: one for path, data in shapes.items() if (one := shape.unpack(data)) is not None}
    held = memory.memory(made, _private(now.known, now.shared))
    return msgspec.structs.replace(
        now,
        known=caches.Caches(tree, now, imported, before).settled(),
        shapes=shapes,
        remembering=held.remembering,
        lasting=held.lasting,
        met=_merged(before.met, memory.met(every, held, measured)),
        variables=frozenset(name for one in made.values() for name in one.variables),
        importers=memory.importers(made),
        measured=measured,
        imported=imported,
    )


def _wholes(tree: Tree) -> dict[tuple[str, str], str]:
    """The cases by which pytest's report shows a file that was skipped before it had any test."""
    return {("", text.line(path[:-3].replace("/", "."))): path for path in tree.files if path.endswith(".py")}


def _key(case: tuple[str, str]) -> tuple[str, str]:
    """As the reader of JUnit has it."""
    return text.line(case[0]), text.line(case[1]) or "(no name)"


def _failures(recorded: Recorded, cases: Cases) -> Iterator[str]:
    for key in map(_key, recorded.cases):
        case = cases.get(key)
        if case is None:
            yield f"the report does not have the test {key[1]}"
        elif case.status not in ("passed", "skipped"):
            yield "failed last time"
        elif case.attempts:
            yield "had to be run more than once"


def _joined(old: Recorded, new: Recorded) -> Recorded:
    """What the skipped tests shared counts on; without any the old one is empty."""
    executed = None
    if old.executed is not None and new.executed is not None:
        executed = _merged(old.executed, new.executed)
    return msgspec.structs.replace(
        new,
        executed=executed,
        **{name: _both(getattr(old, name), getattr(new, name)) for name in _LISTS},
    )


_LISTS = ("modules", "data", "stats", "absent", "listings", "imports", "fixtures")


def _both(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({*old, *new}))


def _merged(
    old: Mapping[str, tuple[str, ...]], new: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    return {path: _both(old.get(path, ()), new.get(path, ())) for path in sorted(old.keys() | new.keys())}


def _shapes(now: State, before: State, tree: Tree, paths: frozenset[str]) -> dict[str, bytes]:
    """Of the modules as they are now; those of unchanged ones are there already."""
    made = {}
    for path in sorted(path for path in paths & tree.files.keys() if path.endswith(".py")):
        if path in before.shapes and before.files.get(path) == now.files[path]:
            made[path] = before.shapes[path]
        else:
            data = ground.source(tree, path)
            made[path] = shape.pack(None if data is None else shape.shape(data))
    return made


def _private(known: Mapping[str, Known], shared: Recorded) -> set[str]:
    """The test files that nobody else imports."""
    others = set(shared.modules)
    for path, one in known.items():
        others.update(module for module in one.recorded.modules if module != path)
    return set(known) - others
