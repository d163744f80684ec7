"""Landlock, which needs no privilege: writing below some folders only, no TCP, no signal to a process
outside, no look into it, and files that may not be read."""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Iterator
from typing import Any

from eee_ci.inject.confining.kernel import Missing, call

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same on every machine
_VERSION, _PATH_BENEATH = 1, 1
_WRITE_FILE, _READ_FILE, _TRUNCATE, _IOCTL = 1 << 1, 1 << 2, 1 << 14, 1 << 15
_FIRST = 0b1111111110010  # write, remove and make, as of the first version
_REFER = 1 << 13
_BY_VERSION = {2: _REFER, 3: _TRUNCATE, 5: _IOCTL}
_ON_FILES = _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL  # the kernel refuses the others there
_TCP, _SCOPES = 0b11, 0b11
_TCP_SINCE, _SCOPES_SINCE = 4, 6
# harmless to write to, and everybody does
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
# what `/dev/stdout` and `/dev/stderr` lead to
STREAMS = ("/proc/self/fd/1", "/proc/self/fd/2")


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("access", ctypes.c_uint64), ("parent", ctypes.c_int32))


def version() -> int:
    """Of the kernel's Landlock; Missing where there is none."""
    try:
        return call(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))
    except OSError as error:
        raise Missing(f"the kernel has no Landlock ({error.strerror})") from None


def restrict(write: list[str], hidden: list[str], *, tcp: bool) -> dict[str, str]:
    """Confine this process and all that it starts, for good. What the kernel's version cannot do yet comes
    back by layer, with the reason."""
    abi = version()
    writing = _FIRST | sum(bit for since, bit in _BY_VERSION.items() if abi >= since)
    reading = _READ_FILE if hidden else 0
    size = 8 if abi < _TCP_SINCE else 16 if abi < _SCOPES_SINCE else 24
    attributes = _Ruleset(writing | reading, 0 if tcp else _TCP, _SCOPES)
    ruleset = call(_CREATE, ctypes.byref(attributes), ctypes.c_size_t(size), ctypes.c_uint32(0))
    files = filter(os.path.isfile, STREAMS)  # pipes need no rule, and get none
    for path in (*write, *DEVICES, *files):
        _allow(ruleset, path, writing | reading)
    for path in _around(hidden) if hidden else ():
        _allow(ruleset, path, reading)
    call(_RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    os.close(ruleset)
    return dict(_lacking(abi, tcp=tcp))


def _lacking(abi: int, *, tcp: bool) -> Iterator[tuple[str, str]]:
    old = f"Landlock {abi} of this kernel cannot"
    if abi < 3:  # noqa: PLR2004 - the first version that knows truncate
        yield "truncate", f"{old} stop files outside from being cut short"
    if abi < _TCP_SINCE and not tcp:
        yield "tcp", f"{old} deny TCP"
    if abi < _SCOPES_SINCE:
        yield "signals", f"{old} deny signals to processes outside"


def _allow(ruleset: int, path: str, access: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there, or not ours, stays denied
    try:
        mode = os.fstat(handle).st_mode
        rule = _Beneath(access if stat.S_ISDIR(mode) else access & _ON_FILES, handle)
        _add(ruleset, rule)
    finally:
        os.close(handle)


def _add(ruleset: int, rule: Any) -> None:
    call(_ADD, ctypes.c_int(ruleset), ctypes.c_int(_PATH_BENEATH), ctypes.byref(rule), ctypes.c_uint32(0))


def _around(hidden: list[str]) -> Iterator[str]:
    """Everything but these: the siblings of them and of the folders that they lie in."""
    real = {os.path.realpath(path) for path in hidden}
    above = {path[:at] or "/" for path in real for at, sign in enumerate(path) if sign == "/"}
    for folder in sorted(above - real):
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        for name in sorted(names):
            path = os.path.join(folder, name)
            if path not in real and path not in above and not os.path.islink(path):
                yield path  # a link could lead back in; where it leads counts by its own name
