"""What gets probes, and which code is found that has none, beside a stand-in for coverage.py."""
# ruff: noqa: S102, S307 - exec and eval are what is tested

import builtins
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from eee_ci.inject import cover, probing

pytestmark = pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="probes are for Python 3.11")
OWN = "/project/src/a.py"


class World:
    """Measures what is below /project/src."""

    def __init__(self, **options: Any) -> None:
        self.options = {"concurrency": ["thread"], **options}
        self._plugins = types.SimpleNamespace(file_tracers=options.pop("plugins", ()))
        self._inorout = types.SimpleNamespace(source_pkgs=options.pop("packages", ()))
        self.told: list[dict[str, list[tuple[int, int]]]] = []

    def get_option(self, name: str) -> Any:
        return self.options.get(name.partition(":")[2])

    def get_data(self) -> "World":
        return self

    def add_arcs(self, arcs: dict[str, list[tuple[int, int]]]) -> None:
        self.told.append(arcs)

    def _should_trace(self, file: str, frame: Any) -> Any:
        if file == "/project/src/fails.py":
            raise ValueError(frame.f_globals)
        return types.SimpleNamespace(trace=file.startswith("/project/src/"), source_filename=file)

    def _file_mapper(self, file: str) -> str:
        return file.removeprefix("/project/")


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What stands in the place of builtins is gone afterwards."""
    monkeypatch.setattr(probing, "reads_code", lambda: False)
    with monkeypatch.context() as world:
        world.setattr(builtins, "exec", exec)
        world.setattr(builtins, "eval", eval)
        yield


def begin(world: World, is_known: Callable[[str], bool]) -> probing.Probing | None:
    return probing.begin(world, is_known, cover.known, lambda: None)


def begun(world: World) -> probing.Probing:
    made = begin(world, lambda file: file[:1] == "<" or file.startswith(sys.prefix))
    assert made is not None
    return made


def code(source: str, file: str = OWN, mode: str = "exec") -> types.CodeType:
    made = compile(source, file, mode)
    assert isinstance(made, types.CodeType)
    return made


@pytest.mark.usefixtures("clean")
def test_what_is_run_is_told_once_under_the_name_it_is_measured_by() -> None:
    world = World()
    made = begun(world)
    known: dict[str, Any] = {"x": 1}
    exec(code("y = 2\nz = x\n"), known)
    assert known["z"] == 1
    assert eval(code("x", "/project/src/b.py", "eval"), known) == 1
    made.flush()
    made.flush()
    made.stop()
    assert world.told == [{"src/a.py": [(-1, 1), (1, 2), (2, -1)], "src/b.py": [(-1, 1), (1, -1)]}]
    assert (exec.__module__, eval.__module__) == ("builtins", "builtins")


@pytest.mark.usefixtures("clean")
def test_names_around_are_those_of_the_caller() -> None:
    made = begun(World())
    inner = 3
    assert eval("inner + 1") == inner + 1
    assert eval(code("inner", mode="eval")) == inner
    assert eval("inner", {"inner": 4}) == 4
    assert eval("inner", {}, {"inner": 5}) == 5
    made.stop()


@pytest.mark.usefixtures("clean")
def test_no_traceback_shows_who_stands_in_the_place_of_exec() -> None:
    made = begun(World())
    with pytest.raises(ZeroDivisionError) as caught:
        exec(code("1 / 0\n"), {})
    with pytest.raises(SyntaxError) as wrong:
        exec("(")
    made.stop()
    files = [str(entry.path) for entry in caught.traceback]
    assert files == [__file__, OWN]
    assert [str(entry.path) for entry in wrong.traceback] == [__file__]


@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize(
    ("event", "source", "file", "missed"),
    [
        ("exec", "x = 1", OWN, True),
        ("exec", "x = 1", "/elsewhere/a.py", False),
        ("exec", "x = 1", "<string>", False),
        ("exec", "x = 1", "/project/src/fails.py", True),
        ("function.__new__", "x = 1", OWN, True),
        ("object.__setattr__", "x = 1", OWN, True),
    ],
)
def test_code_without_probes_is_found(event: str, source: str, file: str, *, missed: bool) -> None:
    made = begun(World())
    plain = code(source, file)
    before = (lambda: 1, "__code__") if event == "object.__setattr__" else ()
    assert made.misses(event, (*before, plain)) is missed
    assert not made.misses(event, (*before, made.ready(plain, {}))) or file.endswith("fails.py")
    assert made.misses(event, (*before, plain)) is missed
    assert not made.misses("object.__setattr__", (made, "__defaults__", plain))
    made.stop()


@pytest.mark.usefixtures("clean")
def test_what_is_made_again_and_again_gets_no_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "MOST", 2)
    made = begun(World())
    found = [made.misses("exec", (made.ready(code(f"x = {n}"), {}),)) for n in range(3)]
    assert found == [False, False, True]
    made.stop()


@pytest.mark.usefixtures("clean")
def test_where_the_name_of_a_module_decides_what_is_not_judged_may_be_measured() -> None:
    made = begun(World(packages=["p"]))
    elsewhere = code("x = 1", "/elsewhere/a.py")
    assert made.misses("exec", (elsewhere,))
    assert not made.misses("exec", (code("x = 1", f"{sys.prefix}/a.py"),))
    made.ready(elsewhere, {"__name__": "a"})
    assert not made.misses("exec", (elsewhere,))
    made.stop()


@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize(
    "options",
    [
        {"concurrency": ["gevent"]},
        {"dynamic_context": "test_function"},
        {"plugins": ("p",)},
        {"patch": ["_exit"]},
    ],
    ids=["concurrency", "contexts", "plugins", "patch"],
)
def test_it_does_not_begin_where_it_would_see_something_else(options: dict[str, Any]) -> None:
    assert begin(World(**options), lambda _: True) is None
    assert exec.__module__ == "builtins"


@pytest.mark.usefixtures("clean")
def test_it_does_not_begin_where_something_measured_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("a")
    module.__file__ = OWN
    monkeypatch.setitem(sys.modules, "a", module)
    assert begin(World(), lambda file: file != OWN) is None
    assert begun_where_it_is_known() is not None


def begun_where_it_is_known() -> probing.Probing | None:
    made = begin(World(), lambda _: True)
    if made is not None:
        made.stop()
    return made


@pytest.mark.usefixtures("clean")
def test_it_does_not_begin_with_a_coverage_py_that_is_built_otherwise() -> None:
    world = World()
    del world._plugins
    assert begin(world, lambda _: True) is None


@pytest.mark.usefixtures("clean")
def test_it_does_not_begin_where_byte_code_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "reads_code", lambda: True)
    assert begin(World(), lambda _: True) is None


@pytest.mark.parametrize("name", ["numba/__init__.py", "xdis.py"])
def test_a_library_that_reads_byte_code_is_found(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert not probing.reads_code()
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).touch()
    assert probing.reads_code()
