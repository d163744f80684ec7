"""What only the Linux kernel does for us, through prctl; each function says whether it took hold."""

import os
import sys

_SET_PDEATHSIG, _SET_DUMPABLE, _SET_CHILD_SUBREAPER, _GET_CHILD_SUBREAPER = 1, 4, 36, 37


def adopt_orphans() -> bool:
    """Become the new parent of every descendant whose own parent ends, so that none gets out of sight."""
    return _prctl(_SET_CHILD_SUBREAPER, 1)


def hide_memory() -> bool:
    """Keep processes of the same user out of our environment and memory (`/proc/PID/environ`, ptrace)."""
    return _prctl(_SET_DUMPABLE, 0)


def when_parent_ends(signal: int) -> bool:
    """Have a signal sent when the parent ends; 0 takes it back. It also comes when only the *thread*
    that started us ends, so whoever gets it asks `os.getppid` again."""
    return _prctl(_SET_PDEATHSIG, signal)


def can_adopt() -> bool:
    """Does the kernel know sub-reapers?"""
    import ctypes

    answer = ctypes.c_int()
    return _prctl(_GET_CHILD_SUBREAPER, ctypes.addressof(answer))


def allowed() -> int:
    """The cores that this process may use, as far as its affinity goes."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _prctl(option: int, value: int) -> bool:
    if sys.platform != "linux":  # pragma: no cover - Linux only
        return False
    import ctypes

    long = ctypes.c_ulong
    return bool(ctypes.CDLL(None).prctl(option, long(value), long(0), long(0), long(0)) == 0)
