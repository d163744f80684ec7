"""Has coverage.py's C tracer rest while nothing can run that is measured.

The interpreter calls it for each line of everybody. Where the code that is measured notes by itself what it
runs (`probing`), that tells nothing new. Elsewhere there are times when only libraries run: until the first
file that may be measured does, while pytest rewrites the assertions of a test file, which it keeps for later
runs, and while coverage.py stores what it has seen.

What runs by itself is kept out of these times: garbage is not collected, nobody's own `showwarning` called.
"""

from __future__ import annotations

import functools
import gc
import importlib.util
import os
import re
import sys
import threading
import warnings
from typing import Any, Callable  # noqa: UP035 - Python 3.8

from .cover import known

SOURCES = ("source", "source_pkgs", "source_dirs")
OLDEST = 6  # coverage.py before it measured libraries below the sources
CODE = ("exec", "function.__new__", "object.__setattr__")
THREADS = ("_thread.start_new_thread", "_thread.start_joinable_thread")
HEARD = frozenset(CODE + THREADS)
TRACER, TRACED = "CTracer", "traced"
REWRITER = "_pytest.assertion.rewrite"


class Rest:
    """The tracer of the main thread, set aside and put back. `changing`: it is we who do it."""

    changing = False
    active: Rest | None = None

    def __init__(self, tracer: Any, folders: tuple[str, ...], measured: set[str]) -> None:
        self.tracer, self.folders, self.measured = tracer, folders, measured
        self.probing: Any = None
        self.asleep = self.due = False
        self.thread = threading.get_ident()

    def begin(self) -> None:
        """Sleep until a file runs that is not known to be a library's. Only this thread can wake itself."""
        self.asleep, Rest.active = True, self

        def hook(event: str, arguments: Any) -> None:
            if self.asleep and (self.due or event in HEARD):
                self.hear(event, arguments)

        sys.addaudithook(hook)
        set_aside()

    def hear(self, event: str, arguments: Any) -> None:
        if event in CODE and self.probing is not None:
            self.due |= self.probing.misses(event, arguments)
        elif event == "exec":
            self.due |= not self.is_known(arguments[0].co_filename)
        elif event in THREADS:  # since Python 3.12: it may run what is measured
            self.due = True
        if self.due and threading.get_ident() == self.thread:
            self.wake()

    def wake(self) -> None:
        self.asleep = False
        self.ease()
        put_back(self.tracer)

    def ease(self) -> None:
        """Have pytest rewrite its next test files in peace."""
        rewriter: Any = sys.modules.get(REWRITER)
        original = getattr(rewriter, "_rewrite_test", None)
        if original is not None and self.is_known(rewriter.__file__):
            rewriter._rewrite_test = without(getattr(original, "__wrapped__", original))

    def flush(self) -> None:
        """Before coverage.py turns to another context."""
        if self.probing is not None:
            self.probing.flush()

    def finish(self) -> None:
        """Before coverage.py ends: it asks its tracer whether anything was run."""
        if self.probing is not None:
            self.probing.stop()
        if self.asleep:
            self.wake()

    def is_known(self, file: str) -> bool:
        """Is it of the standard library, of what is installed beside pytest, or no file at all?"""
        for folder in self.folders:
            if file.startswith(folder):
                top = file[len(folder) :].partition(os.sep)[0]
                return top.partition(".")[0] not in self.measured
        return file[:1] == "<"


def set_aside() -> None:
    Rest.changing = True
    sys.settrace(None)
    Rest.changing = False


def put_back(tracer: Any) -> None:
    """Started by `sys.settrace`, the tracer would set itself once more at the next call."""
    Rest.changing = True
    tracer.start()
    Rest.changing = False


def without(original: Callable[..., Any]) -> Callable[..., Any]:
    """The function, during which the tracer rests: it calls nothing that is measured. It makes much that is
    kept, among which nobody needs to look for garbage."""

    @functools.wraps(original)
    def call(*arguments: Any, **named: Any) -> Any:
        tracer = sys.gettrace()
        # as `warnings` asks itself; where it does so otherwise there is no rest
        shown = warnings.showwarning is getattr(warnings, "_showwarning_orig", None)
        traced = type(tracer).__name__ == TRACER
        if not shown or (tracer is not None and not traced):
            return original(*arguments, **named)
        collecting = gc.isenabled()
        gc.disable()
        if traced:
            set_aside()
        try:
            return original(*arguments, **named)
        finally:
            if traced:
                put_back(tracer)
            if collecting:
                gc.enable()

    return call


def start(wish: str, _arguments: list[str]) -> Rest | None:
    """Begin, if it is coverage.py's C tracer that measures, and known what it measures; without probes if the
    wish is `traced`."""
    tracer, coverage = sys.gettrace(), sys.modules.get("coverage")
    if coverage is None or type(tracer).__name__ != TRACER or coverage.version_info[0] < OLDEST:
        return None
    current = coverage.Coverage.current()
    measured = {word for name in SOURCES for word in re.findall(r"\w+", str(known(current, name) or ""))}
    places, patterns = folders(), known(current, "include") or []
    if any(may_match(pattern, place) for pattern in patterns for place in places):
        return None
    if known(current, "cover_pylib") or not (measured or patterns):
        return None
    rest = Rest(tracer, places, measured)
    rest.begin()
    if wish != TRACED and sys.version_info[:2] == (3, 11) and sys.implementation.name == "cpython":
        from . import probing

        rest.probing = probing.begin(current, rest.is_known, known, rest.ease)
    return rest


def may_match(pattern: str, place: str) -> bool:
    """Could a file in the folder fit the pattern? All that comes before its first wildcard decides."""
    fixed = re.split(r"[*?\[]", pattern)[0]
    start = os.path.join(os.path.abspath(os.path.dirname(fixed)), os.path.basename(fixed)) if fixed else ""
    return start.startswith(place) or place.startswith(start)


def folders() -> tuple[str, ...]:
    """Where libraries are, each with its separator: where pytest is, unless that is a project's own folder;
    then the standard library, which may be around it."""
    spec = importlib.util.find_spec("pytest")
    place = os.path.dirname(os.path.dirname(spec.origin or "")) if spec is not None else ""
    installed = (os.path.join(place, ""),) if place.endswith("-packages") else ()
    return (*installed, os.path.join(os.path.dirname(os.__file__), ""))
