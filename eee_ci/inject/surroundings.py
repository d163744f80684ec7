"""What is one for the whole process, and what it is now: the environment, settings of the interpreter and of
common modules."""

from __future__ import annotations

import builtins
import gc
import os
import signal
import sys
import time
from typing import Callable, Iterator  # noqa: UP035 - Python 3.8

PATH = "sys.path"
VARIABLE = "os.environ["
# Their values are equal when they are the same; others are objects.
PLAIN = (
    *(PATH, "the working folder", "the umask", "the recursion limit", "the settings of gc", "time.tzname"),
    *("the locale", "socket.getdefaulttimeout()"),
)
VARIABLES = ("PYTEST_CURRENT_TEST", "PYTEST_VERSION")
PYTEST = "_pytest"


def settings() -> Iterator[tuple[str, object]]:
    """What is one for the whole process."""
    for name, value in os.environ.items():
        if name not in VARIABLES:
            yield f"{VARIABLE}{name!r}]", value
    yield "the working folder", safe(os.getcwd)
    yield "the umask", umask()
    yield PATH, tuple(sys.path)
    for name in ("meta_path", "path_hooks", "argv"):
        yield f"sys.{name}", tuple(map(id, getattr(sys, name)))
    for name in ("excepthook", "displayhook", "unraisablehook", "breakpointhook"):
        yield f"sys.{name}", id(getattr(sys, name))
    yield "the recursion limit", sys.getrecursionlimit()
    yield "the settings of gc", (gc.isenabled(), gc.get_threshold())
    yield "time.tzname", time.tzname
    yield "builtins", tuple((name, id(value)) for name, value in vars(builtins).items() if name != "_")
    yield "the handlers of signals", tuple(id(safe(signal.getsignal, one)) for one in signal.valid_signals())
    yield from of_modules()


def of_modules() -> Iterator[tuple[str, object]]:
    """Settings of common modules, where they are loaded."""
    known = sys.modules.get
    logging, locale, decimal, socket = map(known, ("logging", "locale", "decimal", "socket"))
    if logging is not None:
        root = logging.root
        handlers = (one for one in root.handlers if type(one).__module__.partition(".")[0] != PYTEST)
        yield "the root logger", (root.manager.disable, root.level, tuple(map(id, handlers)))
    if locale is not None:
        yield "the locale", safe(locale.setlocale, locale.LC_ALL)
    if decimal is not None:
        context = decimal.getcontext()
        traps = tuple(one for one, set_ in context.traps.items() if set_)
        yield "the decimal context", (context.prec, context.rounding, context.Emin, context.Emax, traps)
    if socket is not None:
        yield "socket.getdefaulttimeout()", socket.getdefaulttimeout()


def umask() -> bytes:
    """As Linux tells it: to ask for it otherwise is to set it."""
    try:
        with open("/proc/self/status", "rb") as stream:
            return next((line for line in stream if line.startswith(b"Umask:")), b"")
    except OSError:
        return b""


def safe(ask: Callable[..., object], *arguments: object) -> object:
    try:
        return ask(*arguments)
    except (OSError, ValueError):
        return None
