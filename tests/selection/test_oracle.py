"""Random projects and edits: nothing that an edit breaks is ever skipped, and a small edit runs little."""

import dataclasses
import tempfile
from pathlib import Path
from typing import TypeVar

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from eee_ci import selection
from eee_ci.selection import Choice, Record, State
from tests.selection import world as oracle
from tests.selection.lab import Lab
from tests.selection.world import Function, Module, Test, World, owner

T = TypeVar("T")
MODULES = [f"m{number}" for number in range(4)]
DATA = ["d0", "d1", "d2"]
SALTS = st.integers(0, 2)
RATES = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def some(items: list[T], most: int = 2) -> st.SearchStrategy[tuple[T, ...]]:
    if not items:
        return st.just(())
    return st.lists(st.sampled_from(items), max_size=most, unique=True).map(tuple)


@st.composite
def worlds(draw: st.DrawFn, *, shared: bool = True) -> World:
    """Functions call only what was defined before, so that everything ends. `shared`: tests may leave
    values for each other."""
    modules: dict[str, Module] = {}
    known: list[str] = []
    for name in MODULES[: draw(st.integers(1, 4))]:
        before, functions = list(known), {}
        for number in range(draw(st.integers(1, 3))):
            functions[f"{name}_f{number}"] = draw(functions_of(list(known), shared=shared))
            known.append(f"{name}_f{number}")
        early = draw(st.sampled_from(["", *before]))
        imports = draw(some(sorted(modules)))
        modules[name] = Module(functions, imports=imports, const=draw(SALTS), early=early)
    tests = {
        f"test_{number}": draw(checks_of(known, sorted(modules))) for number in range(draw(st.integers(1, 4)))
    }
    return World(modules, tests, draw(st.dictionaries(st.sampled_from(DATA), SALTS)))


@st.composite
def functions_of(draw: st.DrawFn, known: list[str], *, shared: bool) -> Function:
    memo = draw(st.integers(0, 3)) == 0
    stores, takes = (draw(st.integers(0, 4)) == 0 and shared and not memo for _ in range(2))
    fills = draw(st.integers(0, 3)) == 0 and not memo and not stores
    return Function(
        salt=draw(SALTS),
        const=draw(st.booleans()),
        calls=draw(some(known)),
        reads=draw(some(DATA, 1)) if draw(st.booleans()) else (),
        memo=memo,
        stores=stores,
        takes=takes,
        fills=fills,
    )


@st.composite
def checks_of(draw: st.DrawFn, known: list[str], modules: list[str]) -> Test:
    return Test(
        salt=draw(SALTS),
        calls=draw(some(known)),
        imports=draw(some(modules, 1)),
        reads=draw(some(DATA, 1)),
        lists=draw(st.integers(0, 4)) == 0,
        looks=draw(st.sampled_from(["", "", *DATA])),
    )


@st.composite
def edits(draw: st.DrawFn, world: World, *, shared: bool = True) -> World:
    """The world with one thing in it changed."""
    kind = draw(
        st.sampled_from(["body", "body", "function", "module", "data", "test", "new test", "comment", "gone"])
    )
    modules, tests, data = dict(world.modules), dict(world.tests), dict(world.data)
    name = draw(st.sampled_from(sorted(modules)))
    module = modules[name]
    inner = draw(st.sampled_from(sorted(module.functions)))
    function = module.functions[inner]
    before = [known for known in _functions(world) if known < inner]
    if kind in ("body", "function", "comment"):
        if kind == "body":
            function = dataclasses.replace(function, salt=function.salt + 1, calls=draw(some(before)))
        elif kind == "function":
            function = draw(functions_of(before, shared=shared))
        else:
            function = dataclasses.replace(function, comment=not function.comment)
        modules[name] = dataclasses.replace(module, functions={**module.functions, inner: function})
    elif kind == "module":
        early = draw(st.sampled_from(["", *(known for known in _functions(world) if owner(known) < name)]))
        modules[name] = dataclasses.replace(module, const=module.const + draw(SALTS), early=early)
    elif kind == "data":
        data[draw(st.sampled_from(DATA))] = 7
    elif kind == "gone":
        data.pop(draw(st.sampled_from(DATA)), None)
    else:
        known = draw(st.sampled_from(sorted(tests))) if kind == "test" else f"test_{len(tests)}"
        tests[known] = draw(checks_of(_functions(world), sorted(modules)))
    return World(modules, tests, data)


def _functions(world: World) -> list[str]:
    return sorted(function for module in world.modules.values() for function in module.functions)


def moved(lab: Lab, before: World, after: World) -> None:
    lab.remove(*sorted(before.files().keys() - after.files().keys()))
    lab.write({name: text for name, text in after.files().items() if lab.files.get(name) != text})


def doubted(part: Record, choice: Choice, state: State, lab: Lab) -> str:
    return selection.disturbed(part, choice, state) or selection.reminded(part, choice, state, lab.tree())


def names(paths: tuple[str, ...]) -> set[str]:
    return {Path(path).stem for path in paths}


@RATES
@given(st.data())
def test_nothing_that_an_edit_breaks_is_skipped(data: st.DataObject) -> None:
    before = data.draw(worlds())
    after = data.draw(edits(before))
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(Path(folder), before.files())
        results, record = oracle.run(before)
        state = lab.learn(record)
        assert state.doubt == ""
        moved(lab, before, after)
        choice = lab.choose(state)
        truth, _ = oracle.run(after)
        _, part = oracle.run(after, names(choice.run))
        if choice.skip and doubted(part, choice, state, lab):  # then all run
            choice = Choice(run=tuple(f"tests/{name}.py" for name in after.tests))
        broken = {name for name, value in truth.items() if results.get(name) != value}
        event(f"all: {bool(choice.all_because)}, skipped: {len(choice.skip)}, broken: {len(broken)}")
        assert broken <= names(choice.run)


def test_what_an_import_remembers_of_a_file_counts_for_those_who_did_not_import_it() -> None:
    cached = Module({"m0_f0": Function(reads=("d0",), memo=True)})
    tests = {"test_0": Test(imports=("m1",)), "test_1": Test(calls=("m0_f0",))}
    before = World({"m0": cached, "m1": Module({}, early="m0_f0")}, tests, {})
    after = dataclasses.replace(before, data={"d0": 7})
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(Path(folder), before.files())
        state = lab.learn(oracle.run(before)[1])
        moved(lab, before, after)
        assert names(lab.choose(state).run) == {"test_0", "test_1"}


@RATES
@given(st.data())
def test_what_is_remembered_stays_true_over_many_runs(data: st.DataObject) -> None:
    now = data.draw(worlds(shared=False))
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(Path(folder), now.files())
        known, record = oracle.run(now)
        state = lab.learn(record)
        for _ in range(4):
            before, now = now, data.draw(edits(now, shared=False))
            moved(lab, before, now)
            choice = lab.choose(state)
            fresh, record = oracle.run(now, names(choice.run))
            if choice.skip and doubted(record, choice, state, lab):
                choice = Choice(run=tuple(f"tests/{name}.py" for name in now.tests))
                fresh, record = oracle.run(now)
            known = {name: value for name, value in known.items() if name in names(choice.skip)} | fresh
            assert known == oracle.run(now)[0]
            state = lab.learn(record, state, choice)
            assert state.doubt == ""
            assert {Path(path).stem for path in state.known} == set(now.tests)


@RATES
@given(st.data())
def test_a_body_that_one_test_file_runs_selects_that_file(data: st.DataObject) -> None:
    before = data.draw(worlds())
    name = data.draw(st.sampled_from(_functions(before)))
    path = f"p/{owner(name)}.py"
    _, record = oracle.run(before)
    runners = [test for test, one in record.files.items() if name in (one.executed or {}).get(path, ())]
    assume(len(runners) == 1)
    assume(not any(name in names for names in record.import_executed.values()))
    assume(name not in _remembered(before))
    module = before.modules[owner(name)]
    function = dataclasses.replace(module.functions[name], salt=9)
    functions = {**module.functions, name: function}
    after = dataclasses.replace(
        before, modules={**before.modules, owner(name): dataclasses.replace(module, functions=functions)}
    )
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(Path(folder), before.files())
        state = lab.learn(record)
        moved(lab, before, after)
        leaving = {
            test for test, one in record.files.items() if any(map(_lasts, one.untrusted))
        }  # always run
        every = record.files if leaving & set(runners) else ()  # it may leave something else now
        assert set(lab.choose(state).run) == {*runners, *leaving, *every}


def _lasts(left: str) -> bool:
    """Is it more than a cache that the next one would fill?"""
    return ".kept_" not in left


def _remembered(world: World) -> set[str]:
    """What remembers, and what that calls."""
    functions = {name: one for module in world.modules.values() for name, one in module.functions.items()}
    todo = [name for name, one in functions.items() if one.memo or one.stores or one.fills]
    found: set[str] = set()
    while todo:
        name = todo.pop()
        found.add(name)
        todo.extend(functions[name].calls)
    return found
