"""What a test file leaves changed in its process is told, and nothing else."""

import builtins
import decimal
import gc
import importlib
import locale
import logging
import os
import re
import signal
import socket
import sys
import time
import types
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from eee_ci.inject import leftovers, scene
from eee_ci.inject.ground import Ground
from eee_ci.inject.leftovers import LEFT, Leftovers
from eee_ci.selection import leftovers as read

SIGN = r" [\[(][0-9a-f]{8}[\])]$"
MODULE = """
import json

limit = 3
rows = []
known = {"a": "bc", "one": True}
seen = {1, 2}
many = list(range(5000))
_kept = None


class C:
    size = 1
    all = []

    def m(self):
        return 1


def f():
    global _kept
    _kept = object()
    rows.append(1)
"""


def module_of(folder: Path, name: str, **content: object) -> types.ModuleType:
    module = types.ModuleType(name)
    vars(module).update(__file__=str(folder / f"{name}.py"), **content)
    return module


@pytest.fixture
def made(tmp_path: Path) -> scene.Scene:
    return scene.Scene(Ground(str(tmp_path), str(tmp_path / "scratch")))


@pytest.fixture
def world(
    made: scene.Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], list[str]]]:
    """A project with the module `held_here` that is loaded; asks what was left since the last time."""
    (tmp_path / "held_here.py").write_text(MODULE, encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.chdir(tmp_path)
        patch.syspath_prepend(tmp_path)
        importlib.import_module("held_here")
        left = Leftovers(made)
        left.settle()
        count = iter(range(99))

        def ask() -> list[str]:
            scope = made.scope(f"file:{next(count)}")
            left.tell(scope)
            return [re.sub(SIGN, "", one.removeprefix(LEFT)) for one in scope.untrusted.values()]

        yield ask
        sys.modules.pop("held_here", None)


def held() -> types.ModuleType:
    return sys.modules["held_here"]


def test_nothing_is_left_by_who_changes_nothing(world: Callable[[], list[str]]) -> None:
    held().rows[:] = [*held().rows]
    held().C().m()
    held().json.dumps([])
    assert world() == []


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (lambda patch: patch.setenv("LEFT_HERE", "1"), ["os.environ['LEFT_HERE']"]),
        (lambda patch: patch.delenv("PATH"), ["os.environ['PATH']"]),
        (lambda patch: patch.setenv("PYTEST_CURRENT_TEST", "1"), []),
        (lambda patch: patch.chdir("/"), ["the working folder"]),
        (lambda patch: patch.syspath_prepend("/nowhere"), ["sys.path"]),
        (lambda patch: patch.setattr(sys, "excepthook", print), ["sys.excepthook"]),
        (lambda patch: patch.setattr(sys, "meta_path", [*sys.meta_path, object()]), ["sys.meta_path"]),
        (lambda patch: patch.setattr(time, "tzname", ("A", "B")), ["time.tzname"]),
        (lambda patch: patch.setattr(builtins, "left_here", 1, raising=False), ["builtins"]),
        (lambda patch: patch.setattr(logging.root, "handlers", [logging.NullHandler()]), ["the root logger"]),
        (lambda patch: patch.setattr(time, "strftime", time.asctime), ["time.strftime"]),
        (lambda patch: patch.setattr(held(), "limit", 4), ["held_here.limit"]),
        (lambda patch: patch.setattr(held(), "more", 4, raising=False), ["held_here.more"]),
        (lambda patch: patch.setattr(held(), "json", time), []),  # imports bind modules at any time
        (lambda patch: patch.delattr(held(), "f"), ["held_here.f"]),
        (lambda _: held().f(), ["held_here._kept", "held_here.rows[...]"]),
        (lambda _: held().known.update(a="".join("bc")), []),  # as it was
        (lambda _: held().known.update(a="x"), ["held_here.known[...]"]),
        (lambda _: held().known.update(b=held()), ["held_here.known[...]"]),
        (lambda _: held().known.update(one=1), ["held_here.known[...]"]),
        (lambda _: held().known.update(uno=held().known.pop("one")), ["held_here.known[...]"]),
        (lambda patch: patch.setattr(held(), "rows", 5), ["held_here.rows", "held_here.rows[...]"]),
        (lambda _: held().seen.add(3), ["held_here.seen[...]"]),
        (lambda _: held().C.all.append(1), ["held_here.C.all[...]"]),
        (lambda _: held().many.extend((1, 2)), ["held_here.many[...]"]),
        (lambda _: held().many.__setitem__(0, 7), []),  # too many to be looked at
        (lambda patch: patch.setattr(held().C, "m", print), ["held_here.C.m"]),
        (lambda patch: patch.setattr(held().C, "size", 2), ["held_here.C.size"]),
        (lambda patch: patch.delitem(sys.modules, "held_here"), ["sys.modules['held_here']"]),
    ],
)
def test_what_is_left_is_told_once(
    change: Callable[[pytest.MonkeyPatch], None],
    left: list[str],
    world: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        change(patch)
        told = world(), world()
    assert told == (left, [])


@pytest.mark.parametrize(
    ("change", "undo", "left"),
    [
        (lambda: os.umask(0o77), os.umask, "the umask"),
        (lambda: gc.set_threshold(10**6), lambda _: gc.set_threshold(700, 10, 10), "the settings of gc"),
        (lambda: logging.disable(50), lambda _: logging.disable(0), "the root logger"),
        (
            lambda: signal.signal(signal.SIGUSR2, signal.SIG_IGN),
            lambda was: signal.signal(signal.SIGUSR2, was),
            "the handlers of signals",
        ),
        (
            lambda: decimal.setcontext(decimal.Context(prec=3)),
            lambda _: decimal.setcontext(decimal.DefaultContext),
            "the decimal context",
        ),
        (
            lambda: socket.setdefaulttimeout(9),
            lambda _: socket.setdefaulttimeout(None),
            "socket.getdefaulttimeout()",
        ),
        (
            lambda: sys.setrecursionlimit(sys.getrecursionlimit() + 1),
            lambda _: sys.setrecursionlimit(sys.getrecursionlimit() - 1),
            "the recursion limit",
        ),
        (
            lambda: locale.setlocale(
                locale.LC_TIME, "C.UTF-8" if locale.setlocale(locale.LC_TIME) == "C" else "C"
            ),
            lambda now: locale.setlocale(locale.LC_TIME, "C" if now == "C.UTF-8" else "C.UTF-8"),
            "the locale",
        ),
    ],
)
def test_what_is_one_for_the_process_is_looked_at(
    change: Callable[[], object], undo: Callable[[object], object], left: str, world: Callable[[], list[str]]
) -> None:
    was = change()
    try:
        told = world()
    finally:
        undo(was)
    assert told == [left]


def test_a_module_counts_from_when_its_body_has_run(made: scene.Scene, tmp_path: Path) -> None:
    left, module, scope = Leftovers(made), module_of(tmp_path, "late_here"), made.scope("file:a")
    left.settle()
    sys.modules["late_here"] = module
    try:
        made.loaded(module)
        vars(module)["left"] = 1
        left.tell(scope)
        assert [sentence.partition(" (")[0] for sentence in scope.untrusted.values()] == [
            f"{LEFT}late_here.left"
        ]
        del sys.modules["late_here"]
        left.tell(made.scope("file:b"))
        assert list(made.scope("file:b").untrusted.values()) == [f"{LEFT}sys.modules['late_here']"]
        sys.modules["late_here"] = module
        made.loaded(module)
        del sys.modules["late_here"]  # it came and went
        left.tell(made.scope("file:c"))
        assert made.scope("file:c").untrusted == {}
    finally:
        sys.modules.pop("late_here", None)


def test_no_more_than_some_are_told_and_an_import_may_change_the_path(
    made: scene.Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, scope = Leftovers(made), made.scope("file:a")
    left.settle()
    monkeypatch.syspath_prepend(tmp_path)
    left.tell(scope, imported=True)
    assert scope.untrusted == {}
    for number in range(leftovers.MOST + 5):
        monkeypatch.setenv(f"LEFT_HERE_{number}", "1")
    left.tell(scope)
    assert len(scope.untrusted) == leftovers.MOST + 1
    assert scope.untrusted["left more"] == f"{LEFT}more than is told"


class Proxy:
    """Does something when it is asked for its class, as some do."""

    def __getattribute__(self, name: str) -> object:
        raise RuntimeError(f"nobody is to ask for {name}")


@pytest.mark.parametrize("file", ["{root}/brief_here.py", "/nowhere/brief_here.py"])
def test_what_is_looked_at_is_neither_asked_nor_held(file: str, made: scene.Scene, tmp_path: Path) -> None:
    left, module = Leftovers(made), types.ModuleType("brief_here")
    module.__file__ = file.format(root=tmp_path)
    vars(module).update(proxy=Proxy(), code=lambda: None, kept=type("Kept", (), {}))
    try:
        sys.modules["brief_here"] = module
        left.settle()
    finally:
        del sys.modules["brief_here"]
    held = [weakref.ref(value) for value in (module, module.code, module.kept)]
    del module
    gc.collect()
    assert [one() for one in held] == [None, None, None]
    assert made.trouble is None


def test_a_fault_of_ours_is_none_of_the_tests(made: scene.Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    left = Leftovers(made)
    with monkeypatch.context() as patch:
        patch.delattr(sys, "argv")  # a test may do that
        left.tell(made.scope("file:a"))
    assert "argv" in str(made.trouble)


def test_what_can_be_compared_is_signed(
    made: scene.Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = Leftovers(made)
    left.settle()
    signs = []
    for number, value in enumerate("aba"):
        monkeypatch.setenv("LEFT_HERE", value)
        left.tell(made.scope(f"file:{number}"))
        (sentence,) = made.scope(f"file:{number}").untrusted.values()
        signs.append(sentence.removeprefix(f"{LEFT}os.environ['LEFT_HERE']"))
    assert signs[0] == signs[2] != signs[1]
    assert all(re.fullmatch(r" \([0-9a-f]{8}\)", sign) for sign in signs)
    module = module_of(tmp_path, "signed_here")
    monkeypatch.setitem(sys.modules, "signed_here", module)
    made.loaded(module)
    kept: object
    for kept, signed in (("3.1", True), (print, False), ((1,), False)):
        vars(module)["left"] = kept
        left.tell(made.scope(f"file:{kept}"))
        (sentence,) = made.scope(f"file:{kept}").untrusted.values()
        assert bool(re.fullmatch(rf"{LEFT}signed_here\.left \([0-9a-f]{{8}}\)", sentence)) == signed
    monkeypatch.setattr(sys, "excepthook", print)
    left.tell(made.scope("file:object"))
    assert list(made.scope("file:object").untrusted.values()) == [f"{LEFT}sys.excepthook"]


def test_the_content_of_containers_is_signed_where_it_is_plain(
    made: scene.Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[object] = []
    left, module = Leftovers(made), module_of(tmp_path, "signed_here", kept=kept)
    left.settle()
    monkeypatch.setitem(sys.modules, "signed_here", module)
    made.loaded(module)
    signs = []
    contents: list[list[object]] = [[1, "a"], [1, "b"], [1, "a"], [print], [1, "a"]]
    for number, content in enumerate(contents):
        kept[:] = content
        left.tell(made.scope(f"file:{number}"))
        (sentence,) = made.scope(f"file:{number}").untrusted.values()
        signs.append(sentence.removeprefix(f"{LEFT}signed_here.kept[...]"))
    assert signs[0] == signs[2] == signs[4] != signs[1]
    assert re.fullmatch(r" \[[0-9a-f]{8}\]", signs[3])  # by its name, which counts for caches alone
    assert all(re.fullmatch(r" \([0-9a-f]{8}\)", sign) for sign in signs if sign != signs[3])


def test_the_reader_knows_the_words() -> None:
    assert read.LEFT == LEFT
