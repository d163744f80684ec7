"""Functions that are entered, by the interpreter's own monitoring; before Python 3.12 by one of its shape."""

import inspect
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from eee_ci.inject.ground import Ground
from eee_ci.inject.monitor import Calls, function
from eee_ci.inject.scene import Scene


class Events:
    PY_START, PY_RESUME = 1, 2


class Monitoring:
    """The part of `sys.monitoring` that is used, as its documentation has it."""

    DISABLE = object()
    events = Events

    def __init__(self, taken: set[int]) -> None:
        self.tools = dict.fromkeys(taken, "other")
        self.callbacks: dict[tuple[int, int], Callable[..., Any]] = {}
        self.set: dict[int, int] = {}
        self.restarts = 0

    def get_tool(self, tool: int) -> str | None:
        return self.tools.get(tool)

    def use_tool_id(self, tool: int, name: str) -> None:
        if tool in self.tools:
            raise ValueError(tool)
        self.tools[tool] = name

    def register_callback(self, tool: int, event: int, callback: Callable[..., Any]) -> None:
        self.callbacks[tool, event] = callback

    def set_events(self, tool: int, events: int) -> None:
        self.set[tool] = events

    def restart_events(self) -> None:
        self.restarts += 1


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(Ground(str(tmp_path), str(tmp_path / "scratch")))


def start(scene: Scene, monkeypatch: pytest.MonkeyPatch, taken: set[int]) -> tuple[Calls, Monitoring]:
    monitoring = Monitoring(taken)
    monkeypatch.setattr(sys, "monitoring", monitoring, raising=False)
    return Calls(scene), monitoring


def test_it_takes_a_number_that_is_free(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    calls, monitoring = start(scene, monkeypatch, {4})
    assert (calls.tool, monitoring.tools[3], monitoring.set) == (3, "eee-ci", {3: 3})
    assert set(monitoring.callbacks) == {(3, 1), (3, 2)}


def test_where_all_are_taken_nobody_watches(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    calls, monitoring = start(scene, monkeypatch, set(range(6)))
    assert (calls.tool, monitoring.callbacks) == (None, {})


def test_functions_are_noted_by_label_and_file(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, monitoring = start(scene, monkeypatch, set())
    made: dict[str, Any] = {}
    exec(compile("def f():\n    pass\n", f"{tmp_path}/a.py", "exec"), made)  # noqa: S102 - our own words
    module = compile("1", f"{tmp_path}/a.py", "exec")
    calls.switch("file:t.py")
    enter = monitoring.callbacks[4, 1]
    for code in (made["f"].__code__, module, inspect.signature.__code__, compile("1", "<string>", "exec")):
        assert enter(code, 0) is Monitoring.DISABLE
    assert calls.entered == {"file:t.py": {"a.py": {"f"}}}
    assert monitoring.restarts == 1


SOURCE = """
def outer():
    def inner():
        return lambda: 1
    class Local:
        x = [y for y in ()]
        def m(self):
            pass
    return inner
class C:
    x = 1
    async def m(self):
        return (y async for y in ())
g = lambda: 2
"""


def codes(code: Any) -> Iterator[Any]:
    yield code
    for held in code.co_consts:
        if hasattr(held, "co_code"):
            yield from codes(held)


def test_lambdas_and_classes_belong_to_the_function_around() -> None:
    found = {code.co_qualname: function(code) for code in codes(compile(SOURCE, "m.py", "exec"))}
    assert found.pop("<module>") == ""
    comprehension = "outer.<locals>.Local.<listcomp>"  # gone in Python 3.12
    if comprehension in found:
        assert found.pop(comprehension) == "outer.<locals>.Local.<listcomp>".rpartition(".<locals>.")[0]
    assert found == {
        "outer": "outer",
        "outer.<locals>.inner": "outer.<locals>.inner",
        "outer.<locals>.inner.<locals>.<lambda>": "outer.<locals>.inner",
        "outer.<locals>.Local": "outer",
        "outer.<locals>.Local.m": "outer.<locals>.Local.m",
        "C": "",
        "C.m": "C.m",
        "C.m.<locals>.<genexpr>": "C.m",
        "<lambda>": "",
    }
