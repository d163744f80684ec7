"""System calls that Python has no name for; an OSError when the kernel refuses."""

from __future__ import annotations

import ctypes
import os
from typing import Any

PR_SET_KEEPCAPS, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP = 8, 4, 22, 24
PR_SET_SECUREBITS, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 28, 38, 47


class Missing(Exception):  # noqa: N818 - no fault: a kernel or a machine without this layer
    """Why a layer is not to be had here."""


def call(number: int, *words: Any) -> int:
    """A system call by its number."""
    return _checked(_libc().syscall(ctypes.c_long(number), *words))


def prctl(option: int, *words: Any) -> int:
    """What the process says about itself."""
    rest = [ctypes.c_ulong(word) if isinstance(word, int) else word for word in words]
    rest += [ctypes.c_ulong(0)] * (4 - len(rest))
    return _checked(_libc().prctl(ctypes.c_int(option), *rest))


def library(name: str, *words: Any) -> int:
    """A function of the C library that sets errno."""
    return _checked(getattr(_libc(), name)(*words))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(answer: int) -> int:
    if answer < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return answer


def write(path: str, words: str) -> None:
    """Into a file of the kernel's, in one piece."""
    handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(handle, words.encode())
    finally:
        os.close(handle)
