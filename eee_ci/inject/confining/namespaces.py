"""A user namespace of its own, and in it no network but a loopback, and read-only file systems but for some
folders."""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct

from eee_ci.inject.confining.kernel import PR_SET_DUMPABLE, Missing, call, library, prctl, write

_USER, _NET, _MOUNT, _IPC = 0x10000000, 0x40000000, 0x00020000, 0x08000000
_OPEN_TREE, _MOVE_MOUNT, _SET_ATTRIBUTES = 428, 429, 442  # the same on every machine
_HERE = -100
_CLONE, _CLOEXEC, _RECURSIVE, _EMPTY_PATH = 1, os.O_CLOEXEC, 0x8000, 0x1000
_FROM_EMPTY = 4
_PRIVATE, _ALL = 1 << 18, 1 << 14
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _UP = 0x8913, 0x8914, 1


class _Attributes(ctypes.Structure):
    _fields_ = (
        ("set", ctypes.c_uint64),
        ("clear", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("user", ctypes.c_uint64),
    )


def leave() -> None:
    """Into a user namespace in which we are who we were, and own nothing outside."""
    uid, gid = os.getuid(), os.getgid()
    prctl(PR_SET_DUMPABLE, 1)  # else our own files in /proc are root's
    _unshare(_USER, "user")
    try:
        write("/proc/self/setgroups", "deny")
        write("/proc/self/uid_map", f"{uid} {uid} 1")
        write("/proc/self/gid_map", f"{gid} {gid} 1")
    except OSError as error:
        raise Missing(f"the user namespace gets no users ({error.strerror})") from None


def network() -> None:
    """No network: only a loopback that is nobody else's."""
    _unshare(_NET | _IPC, "network")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _UP))


def read_only(write: list[str]) -> None:
    """Every file system read-only, but for these folders. Modes, owners and times are behind it as well."""
    _unshare(_MOUNT, "mount")
    here = os.getcwd()
    try:
        library("mount", b"none", b"/", None, ctypes.c_ulong(_PRIVATE | _ALL), None)
        trees = [(path, _cloned(path)) for path in write]
        locked = _Attributes(1, 0, 0, 0)
        words = (ctypes.c_int(_HERE), ctypes.c_char_p(b"/"), ctypes.c_uint(_RECURSIVE))
        call(_SET_ATTRIBUTES, *words, ctypes.byref(locked), ctypes.c_size_t(ctypes.sizeof(locked)))
        for path, tree in trees:
            _put(tree, path)
    except OSError as error:
        raise Missing(f"file systems cannot be made read-only here ({error.strerror})") from None
    os.chdir(here)  # what lies there now is another mount


def _cloned(path: str) -> int:
    flags = ctypes.c_uint(_CLONE | _CLOEXEC | _RECURSIVE)
    return call(_OPEN_TREE, ctypes.c_int(_HERE), ctypes.c_char_p(os.fsencode(path)), flags)


def _put(tree: int, path: str) -> None:
    words = (
        ctypes.c_int(tree),
        ctypes.c_char_p(b""),
        ctypes.c_int(_HERE),
        ctypes.c_char_p(os.fsencode(path)),
    )
    call(_MOVE_MOUNT, *words, ctypes.c_uint(_FROM_EMPTY))
    os.close(tree)


def _unshare(flags: int, what: str) -> None:
    try:
        library("unshare", ctypes.c_int(flags))
    except OSError as error:
        raise Missing(f"a {what} namespace is not permitted here ({error.strerror})") from None
