"""When the tracer is set aside and put back, in a world where that takes nobody's measurement away."""

import gc
import importlib.util
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import coverage
import pytest

from eee_ci.inject import resting

LIBRARY = str(Path(pytest.__file__).parent.parent)


class CTracer:
    """As coverage.py's."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def start(self) -> None:
        self.told.append("start")


class World:
    """Of one interpreter: who traces, what is heard, and what coverage.py is to measure."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **options: Any) -> None:
        self.tracer = CTracer()
        self.hooks: list[Callable[[str, Any], None]] = []
        self.options = {"source": ["src"], "cover_pylib": False, **options}
        self.tracing = True
        monkeypatch.setattr(sys, "gettrace", lambda: self.tracer if self.tracing else None)
        monkeypatch.setattr(sys, "settrace", lambda _: self.tracer.told.append("aside"))
        monkeypatch.setattr(sys, "addaudithook", self.hooks.append)
        monkeypatch.setattr(coverage.Coverage, "current", lambda: self)

    def get_option(self, name: str) -> Any:
        return self.options[name.partition(":")[2]]  # an option of another version is a KeyError

    def run(self, file: str) -> None:
        for hook in self.hooks:
            hook("exec", (compile("", file, "exec"),))


def test_it_sleeps_until_a_file_runs_that_is_no_library_s(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)
    resting.start("", [])
    for file in (f"{LIBRARY}/pluggy/_hooks.py", os.__file__, "<string>"):
        world.run(file)
    assert world.tracer.told == ["aside"]
    for _ in range(2):
        world.run("/home/project/src/a.py")
    assert world.tracer.told == ["aside", "start"]


def test_it_wakes_when_a_thread_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)
    resting.start("", [])
    for hook in world.hooks:
        hook("open", ("/home/project/src/a.py", "r", 0))
        hook("_thread.start_new_thread", ())
    assert world.tracer.told == ["aside", "start"]


def test_only_its_own_thread_can_wake_it(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)
    resting.start("", [])
    own = threading.get_ident()
    with monkeypatch.context() as other:
        other.setattr(threading, "get_ident", lambda: own + 1)
        world.run("/home/project/src/a.py")
    assert world.tracer.told == ["aside"]
    world.run("<string>")
    assert world.tracer.told == ["aside", "start"]


@pytest.mark.parametrize(
    "options",
    [{"source": []}, {"source": ["src"], "include": ["*.py"]}, {"cover_pylib": True}],
    ids=["all", "pattern", "library"],
)
def test_it_does_not_begin_where_libraries_may_be_measured(
    options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(monkeypatch, **options)
    resting.start("", [])
    assert (world.hooks, world.tracer.told) == ([], [])


def test_it_does_not_begin_without_a_tracer_that_can_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)
    world.tracing = False
    resting.start("", [])
    monkeypatch.setattr(coverage.Coverage, "current", lambda: None)
    world.tracing = True
    resting.start("", [])
    assert (world.hooks, world.tracer.told) == ([], [])


def test_while_a_function_runs_it_rests_and_nothing_is_collected(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)
    during: list[object] = []
    resting.without(lambda: during.extend((*world.tracer.told, gc.isenabled())))()
    assert during == ["aside", False]
    assert (world.tracer.told, gc.isenabled()) == (["aside", "start"], True)


def test_when_it_rests_already_a_function_just_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)
    world.tracing = False
    assert resting.without(lambda word: f"{word}!")("so") == "so!"
    assert world.tracer.told == []


def test_where_pytest_is_the_project_only_the_standard_library_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spec = type("Spec", (), {"origin": "/home/pytest/src/pytest/__init__.py"})
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: spec)
    assert resting.folders() == (f"{Path(os.__file__).parent}/",)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert resting.folders() == (f"{Path(os.__file__).parent}/",)
