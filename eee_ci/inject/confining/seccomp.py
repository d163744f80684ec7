"""A filter on system calls: which kinds of sockets there are, and no call by which a process gets at
others, at keys, or round the other layers."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from typing import NamedTuple

from eee_ci.inject.confining.kernel import PR_SET_SECCOMP, Missing, prctl

_UNIX, _INET, _INET6, _NETLINK = 1, 2, 10, 16
_DATAGRAM, _KIND = 2, 0xF
_NAMESPACES = 0x7E020000
_TERMINAL = (0x5412, 0x541C)  # type into a terminal that somebody else reads
_LOAD, _AND, _EQUAL, _ABOVE, _ANY, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH, _FIRST, _SECOND = 0, 4, 16, 24  # where they lie in what the filter sees
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
_FILTER = 2
_OTHER_ABI = 0x40000000
# no process of an agent needs these; the second half is refused as if the kernel were older
_DENIED = (
    *("ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp"),
    *("add_key", "request_key", "keyctl", "bpf", "perf_event_open", "userfaultfd"),
    *("open_by_handle_at", "setns", "unshare"),
)
_UNKNOWN = ("io_uring_setup", "io_uring_enter", "io_uring_register", "clone3")


class Machine(NamedTuple):
    """What the kernel calls it, and its system calls by number."""

    arch: int
    calls: dict[str, int]


_SAME = {
    "pidfd_getfd": 438,
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "clone3": 435,
}
_INTEL = {
    "socket": 41,
    "socketpair": 53,
    "clone": 56,
    "kill": 62,
    "ioctl": 16,
    "ptrace": 101,
    "process_vm_readv": 310,
    "process_vm_writev": 311,
    "kcmp": 312,
    "add_key": 248,
    "request_key": 249,
    "keyctl": 250,
    "bpf": 321,
    "perf_event_open": 298,
    "userfaultfd": 323,
    "open_by_handle_at": 304,
    "setns": 308,
    "unshare": 272,
}
_ARM = {
    "socket": 198,
    "socketpair": 199,
    "clone": 220,
    "kill": 129,
    "ioctl": 29,
    "ptrace": 117,
    "process_vm_readv": 270,
    "process_vm_writev": 271,
    "kcmp": 272,
    "add_key": 217,
    "request_key": 218,
    "keyctl": 219,
    "bpf": 280,
    "perf_event_open": 241,
    "userfaultfd": 282,
    "open_by_handle_at": 265,
    "setns": 268,
    "unshare": 97,
}
MACHINES = {
    "x86_64": Machine(0xC000003E, {**_INTEL, **_SAME}),
    "aarch64": Machine(0xC00000B7, {**_ARM, **_SAME}),
}


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_ushort),
        ("yes", ctypes.c_ubyte),
        ("no", ctypes.c_ubyte),
        ("k", ctypes.c_uint),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.POINTER(_Instruction)))


Row = tuple[int, int, int, int]


def restrict(*, net: bool, unix: bool) -> None:
    """Filter for good. `net`: sockets of the internet; `unix`: sockets with names on this machine. Pairs of
    connected ones are always there."""
    machine = MACHINES.get(os.uname().machine)
    if machine is None or sys.maxsize < _OTHER_ABI:
        raise Missing(f"no filter is known for {os.uname().machine}")
    families = (*((_INET, _INET6, _NETLINK) if net else ()), *((_UNIX,) if unix else ()))
    rows = program(machine, families, unix=unix)
    held = (_Instruction * len(rows))(*(_Instruction(*row) for row in rows))
    try:
        prctl(PR_SET_SECCOMP, _FILTER, ctypes.byref(_Program(len(rows), held)))
    except OSError as error:
        raise Missing(f"the kernel takes no filter ({error.strerror})") from None


def program(machine: Machine, families: tuple[int, ...], *, unix: bool) -> list[Row]:
    """The filter's instructions."""
    calls = machine.calls
    old = _refuse(errno.ENOSYS)
    rows = [(_LOAD, 0, 0, _ARCH), (_EQUAL, 1, 0, machine.arch), old]
    rows += [(_LOAD, 0, 0, _NUMBER), (_ABOVE, 0, 1, _OTHER_ABI), old]
    for name in _DENIED:
        rows += [(_EQUAL, 0, 1, calls[name]), _refuse(errno.EPERM)]
    for name in _UNKNOWN:
        rows += [(_EQUAL, 0, 1, calls[name]), old]
    rows += _block(calls["clone"], [(_LOAD, 0, 0, _FIRST), (_ANY, 0, 1, _NAMESPACES), _refuse(errno.EPERM)])
    rows += _block(calls["kill"], [(_LOAD, 0, 0, _FIRST), (_EQUAL, 0, 1, 0xFFFFFFFF), _refuse(errno.EPERM)])
    typing = [step for word in _TERMINAL for step in ((_EQUAL, 0, 1, word), _refuse(errno.EPERM))]
    rows += _block(calls["ioctl"], [(_LOAD, 0, 0, _SECOND), *typing])
    allowed = [step for family in families for step in ((_EQUAL, 0, 1, family), _allow())]
    rows += _block(calls["socket"], [(_LOAD, 0, 0, _FIRST), *allowed, _refuse(errno.EPERM)])
    if not unix:  # a pair of datagram sockets could still send to any name
        kind = [(_LOAD, 0, 0, _SECOND), (_AND, 0, 0, _KIND), (_EQUAL, 0, 1, _DATAGRAM), _refuse(errno.EPERM)]
        rows += _block(calls["socketpair"], kind)
    return [*rows, _allow()]


def _block(number: int, rows: list[Row]) -> list[Row]:
    """Rows for one call; after them it is allowed."""
    return [(_EQUAL, 0, len(rows) + 1, number), *rows, _allow()]


def _allow() -> Row:
    return (_RETURN, 0, 0, _ALLOW)


def _refuse(code: int) -> Row:
    return (_RETURN, 0, 0, _REFUSE | code)
