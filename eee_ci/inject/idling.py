"""Threads that are kept for the next job, and have none: they do nothing on anybody's account."""

from __future__ import annotations

import sys
import threading
import time
from types import FrameType
from typing import Any, Callable, Iterable  # noqa: UP035 - Python 3.8

LOOKS, PAUSE = 5, 0.001  # seconds in between: who has just done a job is soon back


def of_futures(known: dict[str, Any]) -> bool:
    """A worker of `concurrent.futures`."""
    return "work_item" not in known and known["work_queue"].empty() is True


def of_trio(known: dict[str, Any]) -> bool:
    return known["self"]._job is None


# Where such a thread waits, and whether it has nothing to do, by the variables that are there.
POOLS: dict[tuple[str, str], Callable[[dict[str, Any]], bool]] = {
    ("/concurrent/futures/thread.py", "_worker"): of_futures,
    ("/trio/_core/_thread_cache.py", "_work"): of_trio,
}


def idle(thread: threading.Thread) -> bool:
    """Does it wait for its next job? What is not known is busy."""
    frame: FrameType | None = sys._current_frames().get(thread.ident or 0)
    if frame is None:
        return not thread.is_alive()
    code = frame.f_code
    for (file, name), has_nothing in POOLS.items():
        if code.co_name == name and code.co_filename.endswith(file):
            try:
                return has_nothing(frame.f_locals)
            except (AttributeError, KeyError):  # another release than those known
                return False
    return False


def busy(threads: Iterable[threading.Thread]) -> list[threading.Thread]:
    """Those that do something, now and after a moment."""
    found = list(threads)
    for look in range(LOOKS):
        if look:
            time.sleep(PAUSE)
        found = [thread for thread in found if not idle(thread)]
        if not found:
            break
    return found
