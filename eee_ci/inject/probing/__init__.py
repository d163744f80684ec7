"""Has the code that coverage.py measures note its arcs by itself, so that its tracer need not run.

Each body of a module that is measured gets probes before it runs. Code that comes in by another way is heard
of, and then the tracer is put back: what has probes tells both the same.
"""

from __future__ import annotations

import builtins
import os
import sys
import types
import warnings
from collections.abc import Callable
from typing import Any

from .arcs import Seen, Slots
from .flow import Arc
from .kept import Keep

CONCURRENCY = {"thread", "multiprocessing"}
PATCHES = {"subprocess"}  # others save what was seen at ends that nobody tells us
# They read the byte code of functions, and would meet what they do not know.
READERS = ("numba", "pony", "torch", "crosshair", "bytecode", "byteplay", "codetransformer", "xdis")
MOST = 64  # codes of one file: what is made again and again is the tracer's
RUNNERS = ("exec", "eval")
HIDDEN = "<frozen importlib._bootstrap>"  # warnings too leave frames of this file out
# No traceback shows it: raised again, an exception gets no entry of the frame it is raised in.
RUN = """
def {0}(source, globals=None, locals=None, /, **more):
    if globals is None:
        frame = caller(1)
        globals = frame.f_globals
        locals = frame.f_locals if locals is None else locals
    try:
        return {0}_(ready(source, globals), globals, locals, **more)
    except BaseException as error:
        error.__traceback__ = error.__traceback__.tb_next
        raise
"""


class Frame:
    """What coverage.py wants to know of a frame."""

    def __init__(self, known: dict[str, Any]) -> None:
        self.f_globals = known


class Probing:
    """What is measured, and what was seen of it."""

    def __init__(self, current: Any, is_known: Callable[[str], bool], first: Callable[[], object]) -> None:
        self.current, self.is_known, self.first = current, is_known, first
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that nothing was measured yet
            self.data: Any = current.get_data()
        self.judged: dict[str, str | None] = {}  # file of code -> the name it is measured by
        self.seen: dict[str, list[Seen]] = {}
        self.keep = Keep()
        self.originals: dict[str, Any] = {}

    def start(self) -> None:
        """Stand in the place of `exec`, by which imports too run modules, and of `eval`."""
        made = {"ready": self.ready, "caller": sys._getframe}
        for name in RUNNERS:
            self.originals[name] = made[f"{name}_"] = getattr(builtins, name)
            self.originals["exec"](compile(RUN.format(name), HIDDEN, "exec"), made)
            setattr(builtins, name, made[name])

    def ready(self, code: Any, known: dict[str, Any]) -> Any:
        """The code that is to run in the place of this one."""
        if type(code) is not types.CodeType or self.is_known(code.co_filename):
            return code
        file = code.co_filename
        try:
            if not self.judged:
                self.first()
            if file not in self.judged:
                self.judged[file] = self.name(file, known)
            many = len(self.seen.get(file, ())) >= MOST
            made = self.keep.made(code) if self.judged[file] is not None and not many else None
        except Exception:  # noqa: BLE001 - without probes it is the tracer's
            made = None
        if made is None:
            return code
        self.seen.setdefault(file, []).append(made.seen)
        return made.code

    def name(self, file: str, known: dict[str, Any]) -> str | None:
        """What coverage.py calls the file in its data; None when it does not measure it."""
        found = self.current._should_trace(file, Frame(known))
        return str(self.current._file_mapper(found.source_filename)) if found.trace else None

    def misses(self, event: str, arguments: Any) -> bool:
        """Is there code without probes that may be measured?"""
        try:
            if event == "object.__setattr__" and arguments[1] != "__code__":
                return False
            code = arguments[-1]  # the other events have nothing else
            probes = any(type(held) is Slots for held in reversed(code.co_consts))
            return not probes and self.may_measure(code.co_filename)
        except Exception:  # noqa: BLE001 - an audit hook that raises stops the program
            return True

    def may_measure(self, file: str) -> bool:
        if self.is_known(file):
            return False
        if file in self.judged:
            return self.judged[file] is not None
        by_package = bool(self.current._inorout.source_pkgs)  # then the name of the module decides
        return by_package or self.name(file, {}) is not None

    def flush(self, *, last: bool = False) -> None:
        """Give coverage.py what was seen, for the context that it is in."""
        arcs: dict[str | None, list[Arc]] = {}
        for file, seen in list(self.seen.items()):
            for one in seen:
                found = one.take(last=last)
                if found:
                    arcs.setdefault(self.judged[file], []).extend(found)
        if arcs:
            self.data.add_arcs(arcs)

    def stop(self) -> None:
        self.flush(last=True)
        for name, original in self.originals.items():
            setattr(builtins, name, original)


def reads_code() -> bool:
    """Is there a library that does?"""
    places = (os.path.join(place, name) for place in sys.path for name in READERS)
    return any(os.path.exists(place) or os.path.exists(f"{place}.py") for place in places)


def begin(
    current: Any,
    is_known: Callable[[str], bool],
    setting: Callable[[Any, str], Any],
    first: Callable[[], object],
) -> Probing | None:
    """Begin, if nothing stands against it. `setting` is the project's, of that name; `first` is called before
    the first code runs that may be measured."""
    try:
        if (
            current._plugins.file_tracers
            or setting(current, "dynamic_context")
            or not set(setting(current, "concurrency") or ()) <= CONCURRENCY
            or not set(setting(current, "patch") or ()) <= PATCHES
            or reads_code()
        ):
            return None
        probing = Probing(current, is_known, first)
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if isinstance(file, str) and not is_known(file) and probing.name(file, {"__name__": name}):
                return None
        probing.start()
    except Exception:  # noqa: BLE001 - built otherwise than it is known: then the tracer does it
        return None
    return probing
