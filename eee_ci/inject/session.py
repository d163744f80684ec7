"""One recorded run of pytest, from the start of the watch to the written record."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import sys
import warnings
from typing import Any, Callable  # noqa: UP035 - Python 3.8

from . import edges, ground, monitor, resting, scene, watch, written

OLDEST = 7  # the first pytest whose hooks are given paths


def start(select: str, arguments: list[str]) -> Recorder:
    """Watch from here on, and have pytest load the plugin."""
    with open(select, encoding="utf-8") as stream:
        wish = json.load(stream)
    return Recorder(wish, arguments)


class Unhashed:
    """A hash that nobody asks for."""

    def update(self, content: object) -> None:
        """Nothing to do."""

    def digest(self) -> bytes:
        return bytes(32)


class Recorder:
    """`stop` when the tests are done, `close` when coverage.py has saved its data."""

    def __init__(self, wish: dict[str, Any], arguments: list[str]) -> None:
        self.wish = wish
        self.scene = scene.Scene(ground.Ground(wish["root"], os.path.dirname(wish["report"])))
        self.hooks: Any = None
        self.held: Any = None
        self.data: Callable[[], str] | None = None
        self.calls: monitor.Calls | None = None
        self.edges = edges.Edges(self.scene)
        try:
            self.scene.shared.imports.update(name.partition(".")[0] for name in list(sys.modules))
            self.measure()
            self.edges.start()
            self.watch()
            self.scene.listening = True
            self.load(arguments)
        except Exception as error:  # noqa: BLE001 - the tests must not notice
            self.scene.fail(error)

    def watch(self) -> None:
        seeing = watch.Watch(self.scene, self.edges)
        if self.wish.get("loopback"):
            from . import loopback  # with `socket`, which not all tests load

            seeing.handlers.update(loopback.Loopback(self.scene).handlers)
        seeing.start()

    def measure(self) -> None:
        """Contexts of coverage.py where it measures; else Python's own monitoring where there is one."""
        coverage = sys.modules.get("coverage")
        current = coverage.Coverage.current() if coverage is not None else None
        if current is not None:
            switch = current.switch_context
            rest = resting.Rest.active
            if rest is not None:
                self.scene.switches.append(lambda _: rest.flush())
            # later, all code that runs is made ready anew after each change of the tracer
            self.scene.switches.append(resting.without(switch) if sys.version_info < (3, 12) else switch)
            self.data = lambda: str(current.get_data().data_filename())
            current.switch_context(scene.SHARED)
            self.hold(current)
        elif hasattr(sys, "monitoring"):
            self.calls = monitor.Calls(self.scene)
            self.scene.switches.append(self.calls.switch)

    def hold(self, current: Any) -> None:
        """Keep the data's file open: coverage.py would open and close it at every turn, which costs more than
        all the rest. Where it is built otherwise it does that, and no harm is done."""
        with contextlib.suppress(Exception), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that nothing was measured yet
            data = current.get_data()
            if not current.get_option("run:parallel"):
                data._hasher = (
                    Unhashed()
                )  # else all arcs are hashed at every turn, for the names of parallel files
            connection = data._connect()
            connection.__enter__()
            self.held = connection

    def load(self, arguments: list[str]) -> None:
        import pytest

        if int(pytest.__version__.partition(".")[0]) < OLDEST:
            self.scene.fail(f"pytest {pytest.__version__} is older than {OLDEST}")
            return
        from . import plugin

        self.hooks = plugin.Hooks(self.scene, self.wish)
        name = plugin.__name__
        for hook in dir(self.hooks):
            if hook.startswith("pytest_"):
                setattr(plugin, hook, getattr(self.hooks, hook))
        arguments[:0] = ["-p", name]

    def stop(self) -> None:
        self.scene.listening = False
        self.scene.switches.clear()
        if self.held is not None and os.getpid() == self.scene.pid:
            self.held.__exit__(
                None, None, None
            )  # coverage.py closes it when it saves, and drops what is open

    def close(self) -> None:
        """Write the record aside, then put it in place."""
        if os.getpid() != self.scene.pid:
            return
        gc.disable()  # the tests left many objects, and none of ours becomes garbage before the process ends
        try:
            record = written.record(self)
        except Exception as error:  # noqa: BLE001 - no record is worse than one that says why
            self.scene.fail(error)
            record = written.nothing(self)
        aside = f"{self.wish['report']}.part"
        try:
            with open(aside, "w", encoding="utf-8") as stream:
                stream.write(json.dumps(record, sort_keys=True))  # in C, unlike `dump`
            os.replace(aside, self.wish["report"])
        except OSError:
            return  # whoever wants the record finds none
