"""Who descends from whom, read from `/proc`; everything is empty where there is none."""

import os
from _collections_abc import Iterable

from eee_ci.process.quiet import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
else:
    import _signal as signal  # `signal` itself brings enum, which takes longer than all else here

MARK = b"EEE_RUN_ID="  # in the environment of all that we start
_NAME = 80
_UTIME = 11  # of the fields after the name: utime, stime, and the same of its children


def available(proc: str = "/proc") -> bool:
    """Can processes be looked up here?"""
    return os.path.isdir(f"{proc}/self/task")


def children(pid: int, proc: str = "/proc") -> list[int]:
    """The processes whose parent this is, also ended ones that nobody has waited for."""
    lists = [_children_of(f"{proc}/{pid}/task/{thread}/children") for thread in _names(f"{proc}/{pid}/task")]
    if all(listed is None for listed in lists):
        return _children_by_search(pid, proc)  # gone, or a kernel without these lists
    return sorted(int(child) for listed in lists if listed for child in listed.split())


def _children_of(thread: str) -> bytes | None:
    try:
        return _read(thread)
    except OSError:
        return None


def _children_by_search(pid: int, proc: str) -> list[int]:
    return [candidate for candidate in processes(proc) if _parent(candidate, proc) == pid]


def processes(proc: str = "/proc") -> list[int]:
    """All of them."""
    return sorted(int(name) for name in _names(proc) if name.isdecimal())


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def descendants(pid: int) -> list[int]:
    """The children, theirs, and so on; nearest first."""
    found: list[int] = []
    todo = children(pid)
    while todo:
        found.extend(todo)
        todo = [grandchild for child in todo for grandchild in children(child)]
    return found


def mark(pid: int) -> bytes:
    """The value of EEE_RUN_ID it was started with; empty when there is none or it may not be read."""
    try:
        environment = _read(f"/proc/{pid}/environ")
    except OSError:
        return b""
    for entry in environment.split(b"\0"):
        if entry.startswith(MARK):
            return entry.removeprefix(MARK)
    return b""


def marked(*starts: bytes) -> list[int]:
    """The processes whose EEE_RUN_ID starts like one of these."""
    return [pid for pid in processes() if mark(pid).startswith(starts)]


def kill(pids: Iterable[int]) -> None:
    """At once; those that are gone or another user's are passed over."""
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def name(pid: int) -> bytes:
    """Its command line, cut short, with the pid: `python -m http.server (pid 4711)`; empty once it ended."""
    try:
        program, *words = _read(f"/proc/{pid}/cmdline").rstrip(b"\0").split(b"\0")
    except OSError:
        return b""
    line = b" ".join([os.path.basename(program), *words])
    return b"%s (pid %d)" % (line[:_NAME], pid) if line else b""


def session(pid: int) -> int | None:
    """The session it is in; None when it is gone."""
    try:
        return os.getsid(pid)
    except OSError:
        return None


def memory(pid: int) -> int:
    """Its proportional share of memory in bytes, so that shared pages count once; 0 when it is gone."""
    try:
        for row in _read(f"/proc/{pid}/smaps_rollup").splitlines():
            if row.startswith(b"Pss:"):
                return int(row.split()[1]) * 1024
    except OSError:
        pass
    return 0


def cpu(pid: int) -> float:
    """Seconds of CPU that it and the children it has waited for took so far; 0 when it is gone."""
    try:
        fields = _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
        return sum(map(int, fields[_UTIME : _UTIME + 4])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return 0.0


def usage(parent: int, marked_as: bytes) -> tuple[float, int, int] | None:
    """Seconds of CPU, bytes of memory and number of all processes below the children of `parent` that bear
    the mark; None where there is none."""
    own = [pid for pid in children(parent) if mark(pid) == marked_as]
    pids = [*own, *(pid for each in own for pid in descendants(each))]
    return (sum(map(cpu, pids)), sum(map(memory, pids)), len(pids)) if pids else None


def _parent(pid: int, proc: str) -> int | None:
    try:
        status = _read(f"{proc}/{pid}/stat")
    except OSError:
        return None
    return int(status.rpartition(b")")[2].split()[1])  # the name before may hold anything, also `)`


def _read(path: str) -> bytes:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        pieces = []
        while piece := os.read(handle, 65536):
            pieces.append(piece)
        return b"".join(pieces)
    finally:
        os.close(handle)
