"""The plugin that pytest is given: PYTEST_DONT_REWRITE. It leaves out and reorders test files, and says on
whose behalf things happen. Whatever fails in here leaves the tests alone and makes the record worthless."""

from __future__ import annotations

import functools
import os
import threading
import time
import weakref
from typing import Any, Callable, Iterator  # noqa: UP035 - Python 3.8

import pytest
from _pytest import fixtures, junitxml

from . import idling
from .leftovers import Leftovers
from .scene import Scene

WIDE = ("session", "package")


class Plugin:
    """Hooks with the state of one session."""

    def __init__(self, scene: Scene, wish: dict[str, Any]) -> None:
        self.scene = scene
        self.skip = frozenset(wish.get("skip", ()))
        self.first = {path: place for place, path in enumerate(wish.get("first", ()))}
        self.fixed = frozenset(wish.get("fixed", ()))
        self.skipped: set[str] = set()
        self.named: set[str] = set()  # files named on the command line: pytest insists on finding those
        self.cases: dict[str, list[list[str]]] = {}
        self.seconds: dict[str, float] = {}
        self.wide: dict[int, tuple[Any, str]] = {}  # fixtures that outlive a test file
        self.leftovers = Leftovers(scene)
        self.threads: weakref.WeakSet[threading.Thread] = weakref.WeakSet()  # that are nobody's own
        self.wanted = self.ran = 0
        self.complete = self.configured = False
        self.prefix = ""
        self.mangle: Callable[[str], list[str]] = lambda nodeid: nodeid.split("::")
        self.escape: Callable[[str], str] = str

    def path(self, node: Any) -> str | None:
        """The file of a node; None for a folder, the session, or a file elsewhere."""
        below = self.scene.ground.relative(getattr(node, "path", None))
        return below.replace(os.sep, "/") if below is not None else None

    def spend(self, path: str, since: float) -> None:
        self.seconds[path] = self.seconds.get(path, 0.0) + time.perf_counter() - since


def guarded(hook: Callable[..., Any]) -> Callable[..., Any]:
    """A fault of ours is written down instead of raised."""

    @functools.wraps(hook)
    def run(self: Hooks, *arguments: Any, **named: Any) -> Any:
        try:
            return hook(self, *arguments, **named)
        except Exception as error:  # noqa: BLE001 - the tests must not notice
            self.scene.fail(error)
            return None

    return run


def ordered(items: list[tuple[str, Any]], first: dict[str, int], fixed: frozenset[str]) -> list[Any]:
    """The items, each with its file: some files go first, but none comes before or after a fixed one that
    was behind or before it, since that leaves something for those behind it."""
    parts, part, before = [], 0, ""
    for path, item in items:
        part += not fixed.isdisjoint((path, before))
        parts.append((part, first.get(path, len(first)), item))
        before = path
    return [item for *_, item in sorted(parts, key=lambda one: one[:2])]


class Hooks(Plugin):
    """What pytest calls."""

    @pytest.hookimpl(trylast=True)
    @guarded
    def pytest_configure(self, config: Any) -> None:
        plugins = config.option.plugins
        config.option.plugins = [name for name in plugins if name != __name__]  # workers cannot import it
        distributed = getattr(config.option, "dist", "no") != "no" or getattr(config.option, "tx", None)
        if distributed or getattr(config.option, "numprocesses", None):
            self.scene.fail("the tests run in several processes (pytest-xdist)")
        if getattr(config.option, "forked", False):
            self.scene.fail("every test runs in a process of its own (pytest-forked)")
        if config.pluginmanager.hasplugin("randomly") and getattr(config.option, "randomly_reorganize", True):
            self.scene.fail("the order of the tests changes from run to run (pytest-randomly)")
        if getattr(config.option, "random_order_bucket", None) and config.pluginmanager.hasplugin(
            "random_order"
        ):
            self.scene.fail("the order of the tests may change from run to run (pytest-random-order)")
        self.prefix = getattr(config.option, "junitprefix", None) or ""
        self.mangle, self.escape = junitxml.mangle_test_address, junitxml.bin_xml_escape
        for word in config.args:
            below = self.scene.ground.relative(os.path.abspath(str(word).partition("::")[0]))
            self.named.add(below or "")
        self.watch_fixtures()
        self.configured = True

    def watch_fixtures(self) -> None:
        """A fixture that outlives a test file counts for everyone who asks for it, set up already or not."""
        definition = fixtures.FixtureDef
        original, wide, scene = definition.execute, self.wide, self.scene

        def execute(self: Any, request: Any) -> Any:
            try:
                return original(self, request)
            finally:
                if id(self) in wide:
                    scene.current.fixtures.add(wide[id(self)][1])

        fixtures.FixtureDef.execute = execute  # type: ignore[method-assign]  # pytest has no hook for it

    @pytest.hookimpl(hookwrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[None]:
        if fixturedef.scope not in WIDE:
            yield
            return
        label = f"fixture:{fixturedef.baseid}::{fixturedef.argname}"
        self.wide[id(fixturedef)] = (fixturedef, label)
        scope, outer = self.scene.scope(label), [self.scene.current]
        fixturedef.addfinalizer(lambda: self.scene.turn(outer[0]))  # the last to run
        self.scene.turn(scope)
        yield
        self.scene.turn(outer[0])
        self.accept_threads()
        fixturedef.addfinalizer(lambda: outer.__setitem__(0, self.scene.turn(scope)))  # the first

    @guarded
    def pytest_ignore_collect(self, collection_path: Any) -> bool | None:
        below = self.scene.ground.relative(collection_path)
        if below in self.skip and below not in self.named:
            self.skipped.add(below)  # type: ignore[arg-type]  # it is among the paths
            return True
        return None

    @pytest.hookimpl(hookwrapper=True)
    def pytest_make_collect_report(self, collector: Any) -> Iterator[None]:
        path = self.path(collector) if isinstance(collector, (pytest.File, pytest.Class)) else None
        if path is None or isinstance(collector, pytest.Package):
            yield
            return
        since = time.perf_counter()
        before = self.scene.turn(self.scene.scope(f"import:{path}"))
        yield
        self.scene.turn(before)
        if isinstance(collector, pytest.File):
            self.leftovers.tell(self.scene.scope(f"file:{path}"), imported=True)
        self.spend(path, since)

    @guarded
    def pytest_collectreport(self, report: Any) -> None:
        """A file that skips itself as a whole is a case in the report."""
        path = report.nodeid.partition("::")[0]
        if report.outcome != "passed" and path:
            self.case(path, report.nodeid)

    @pytest.hookimpl(trylast=True)
    @guarded
    def pytest_collection_modifyitems(self, config: Any, items: list[Any]) -> None:
        left_out = [item for item in items if self.path(item) in self.skip]
        if left_out:
            self.skipped.update(self.path(item) or "" for item in left_out)
            config.hook.pytest_deselected(items=left_out)
        kept = [item for item in items if self.path(item) not in self.skip]
        items[:] = ordered([(self.path(item) or "", item) for item in kept], self.first, self.fixed)
        if any(self.path(item) is None for item in items):
            self.scene.fail("tests lie outside of the project")

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_collection(self) -> Iterator[None]:
        """What is in force while files are imported is pytest's own."""
        self.leftovers.settle()
        yield

    @guarded
    def pytest_collection_finish(self, session: Any) -> None:
        self.wanted = len(session.items)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: Any, nextitem: Any) -> Iterator[None]:
        path = self.path(item) or ""
        since = time.perf_counter()
        if not self.ran:  # pytest is done with what it set for the imports
            self.leftovers.settle()
        self.turn(path)
        yield
        self.ran += 1
        self.case(path, item.nodeid)
        self.spend(path, since)
        if nextitem is None or self.path(nextitem) != path:
            self.leave(path)
            if nextitem is None:  # else the next file's turn comes at once: each turn costs milliseconds
                self.scene.turn(self.scene.shared)

    def turn(self, path: str) -> None:
        scope = self.scene.scope(f"file:{path}")
        if scope is not self.scene.current:
            self.scene.turn(scope)
            self.accept_threads()

    def accept_threads(self) -> None:
        """Who is at work now is so on nobody's account; who waits for a job may yet get one from anybody."""
        self.threads.update(idling.busy(self.strangers()))

    def strangers(self) -> set[threading.Thread]:
        return set(threading.enumerate()) - set(self.threads)

    def leave(self, path: str) -> None:
        """A thread that goes on would work on another's account, and what is left behind is there for all."""
        scope = self.scene.scope(f"file:{path}")
        if idling.busy(self.strangers()):
            scope.distrust("thread", "leaves a thread running")
        self.leftovers.tell(scope)

    def case(self, path: str, nodeid: str) -> None:
        """As the JUnit report names it."""
        try:
            names = self.mangle(nodeid)
            classname = ".".join([*([self.prefix] if self.prefix else ()), *names[:-1]])
            self.cases.setdefault(path, []).append([classname, str(self.escape(names[-1]))])
        except Exception as error:  # noqa: BLE001 - the tests must not notice
            self.scene.fail(error)

    @pytest.hookimpl(trylast=True)
    @guarded
    def pytest_sessionfinish(self, session: Any, exitstatus: Any) -> None:
        stopped = session.shouldstop or session.shouldfail
        self.complete = int(exitstatus) in (0, 1) and not stopped and self.ran == self.wanted
        self.scene.turn(self.scene.shared)
