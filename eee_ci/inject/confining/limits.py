"""What one process may use, how many there may be, and no privileges for any."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource

from eee_ci.inject.confining.kernel import (
    PR_CAP_AMBIENT,
    PR_CAPBSET_DROP,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_SECUREBITS,
    Missing,
    library,
    prctl,
    write,
)

_CAPABILITIES = 64
_CLEAR_AMBIENT = 4
_ROOT_IS_NOBODY = 0b101111  # and that is locked
_CAP_VERSION = 0x20080522
_COUNTED_APART = (5, 14)  # the first kernel that counts the processes of a user namespace by themselves
_GROUP = "eee-ci-"


def usage(*, memory: int | None, file_size: int | None, cpu: int | None) -> None:
    """Limits of each process. Memory is what it may write to: reserved addresses, which some programs take
    by the gigabyte, do not count."""
    _limit(resource.RLIMIT_CORE, 0)
    for what, most in (
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_CPU, cpu),
    ):
        if most is not None:
            _limit(what, most)
    with contextlib.suppress(OSError):  # when memory runs out the kernel takes us first
        write("/proc/self/oom_score_adj", "500")


def group(most: int) -> None:
    """A control group with so many processes, where we may make one: the one way to count those of root."""
    tidy()
    for folder in _groups():
        mine = f"{folder}/{_GROUP}{os.getpid()}"
        try:
            os.mkdir(mine)
            write(f"{mine}/pids.max", str(most))
            write(f"{mine}/cgroup.procs", "0")
        except OSError:
            with contextlib.suppress(OSError):
                os.rmdir(mine)
            continue
        return
    raise Missing("no control group for processes can be made here")


def processes(most: int, *, apart: bool) -> None:
    """The user's processes. In a namespace of their own they are counted by themselves; else those that run
    already come on top."""
    if os.getuid() == 0:
        raise Missing("the kernel does not count the processes of root")
    release = tuple(int(part) for part in os.uname().release.split(".")[:2] if part.isdigit())
    others = 0 if apart and release >= _COUNTED_APART else _tasks()
    _limit(resource.RLIMIT_NPROC, most + others)


def privileges() -> None:
    """None, and no way to any: not by root's number, not by a program with set-user-id."""
    with contextlib.suppress(OSError):  # without privileges they cannot be locked, and need not be
        prctl(PR_SET_SECUREBITS, _ROOT_IS_NOBODY)
    for number in range(_CAPABILITIES):
        with contextlib.suppress(OSError):
            prctl(PR_CAPBSET_DROP, number)
    with contextlib.suppress(OSError):
        prctl(PR_CAP_AMBIENT, _CLEAR_AMBIENT)
    try:
        forgo()
        prctl(PR_SET_NO_NEW_PRIVS, 1)
    except (OSError, AttributeError) as error:
        raise Missing(f"privileges cannot be given up ({error})") from None


def forgo() -> None:
    """What privileges this thread has."""
    header, none = (ctypes.c_uint32 * 2)(_CAP_VERSION, 0), (ctypes.c_uint32 * 6)()
    library("capset", ctypes.byref(header), ctypes.byref(none))


def _limit(what: int, most: int) -> None:
    hard = resource.getrlimit(what)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (most, most))


def _tasks() -> int:
    """Threads of this user, which is what the kernel counts."""
    uid, count = os.getuid(), 0
    for name in os.listdir("/proc"):
        if name.isdecimal():
            with contextlib.suppress(OSError):
                if os.stat(f"/proc/{name}").st_uid == uid:
                    count += len(os.listdir(f"/proc/{name}/task"))
    return count


def _groups() -> list[str]:
    """Folders of control groups that count processes, our own first."""
    found = []
    for row in _read("/proc/self/cgroup").splitlines():
        _, controllers, path = row.split(":", 2)
        if not controllers or "pids" in controllers.split(","):
            top = "/sys/fs/cgroup/pids" if controllers else "/sys/fs/cgroup"
            at = os.path.normpath(f"{top}/{path}")
            while at.startswith(top):
                found.append(at)
                at = os.path.dirname(at)
    return found


def tidy() -> None:
    """Groups of earlier ones, in which nothing lives any more."""
    for folder in _groups():
        with contextlib.suppress(OSError):
            for name in os.listdir(folder):
                if name.startswith(_GROUP):
                    with contextlib.suppress(OSError):  # in use
                        os.rmdir(f"{folder}/{name}")


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
