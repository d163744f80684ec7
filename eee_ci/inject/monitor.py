"""Which functions are entered, by Python's own monitoring: without coverage.py, from Python 3.12 on."""

from __future__ import annotations

import inspect
import sys
from typing import Any

from .scene import SHARED, Scene

NAME = "eee-ci"
TOOLS = (4, 3, 0, 1, 2, 5)


class Calls:
    """One event a function and scope: each is off when it was seen, and on again for the next scope."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.label = SHARED
        self.entered: dict[str, dict[str, set[str]]] = {}
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined]  # from Python 3.12 on
        self.tool = next((tool for tool in TOOLS if monitoring.get_tool(tool) is None), None)
        self.monitoring = monitoring
        if self.tool is not None:
            monitoring.use_tool_id(self.tool, NAME)
            events = monitoring.events.PY_START | monitoring.events.PY_RESUME
            for event in (monitoring.events.PY_START, monitoring.events.PY_RESUME):
                monitoring.register_callback(self.tool, event, self.enter)
            monitoring.set_events(self.tool, events)

    def enter(self, code: Any, _: int) -> Any:
        file = code.co_filename
        below = self.scene.ground.relative(file) if file[:1] == "/" else None
        if below is not None:
            name = function(code)
            found = self.entered.setdefault(self.label, {}).setdefault(below, set())
            if name:
                found.add(name)
        return self.monitoring.DISABLE

    def switch(self, label: str) -> None:
        self.label = label
        self.monitoring.restart_events()


def function(code: Any) -> str:
    """The function whose source has this code: lambdas and classes belong to the one around."""
    name: str = code.co_qualname
    if not code.co_flags & inspect.CO_OPTIMIZED:  # the body of a module or a class
        name = name.rpartition(".<locals>.")[0]
    while name.rpartition(".")[2][:1] == "<":
        name = name.rpartition(".<locals>.")[0]
    return name
