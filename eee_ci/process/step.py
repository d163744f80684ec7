"""One process of a command as the guardian sees it: its streams, its memory, its end."""

import errno
import os
import stat
import sys
import time

from eee_ci.process import cgroup, kin, spawn
from eee_ci.process.pipes import HEAD, TAIL, Capture
from eee_ci.process.quiet import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    import resource
    import signal
    from typing import Any
else:
    import _signal as signal  # `signal` itself brings enum along

SAMPLE = 0.5  # seconds between two looks at the memory of a tree of processes
_COST = 20  # and this many times what the last look took
_MAXRSS = 1 if sys.platform == "darwin" else 1024  # the unit of ru_maxrss
_GIVEN_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a FIFO must not hold us up
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC


class InputError(OSError):
    """What it was to read cannot be opened."""


class Step:
    """A step that was started. `status` is None while it runs."""

    def __init__(self, plan: "dict[str, Any]", env: dict[bytes, bytes]) -> None:
        self.argv: list[bytes] = plan["argv"]
        self.status: int | None = None
        self.ended = 0.0
        self.file: int | None = None
        self.captures: dict[str, Capture] = {}
        self._cpu = 0.0
        self._peak = 0
        self._kills = cgroup.kills()
        try:
            self.pid = self._start(plan, env)
        except BaseException:
            self.close()
            raise
        self.started = self.next_look = time.monotonic()

    def _start(self, plan: "dict[str, Any]", env: dict[bytes, bytes]) -> int:
        if not self.argv:
            raise ValueError("there is no word in it")
        given = _given(plan["stdin"]) if plan["stdin"] else None
        try:
            if plan["stdout"]:
                out = self.file = os.open(plan["stdout"], _NEW_FILE, 0o600)
            else:
                self.captures["stdout"] = Capture()
                out = self.captures["stdout"].writer
            self.captures["stderr"] = Capture(head=max(HEAD, plan["log"] - TAIL))
            err = self.captures["stderr"].writer
            return spawn.start(self.argv, env=env, cwd=plan["cwd"], streams=(given, out, err))
        finally:
            if given is not None:
                os.close(given)
            for capture in self.captures.values():
                os.close(capture.writer)

    def send(self, number: int) -> None:
        """A signal to its group; it has not been waited for, so the number cannot be another's."""
        with suppress(ProcessLookupError, PermissionError):  # only the ended, or another user's
            os.killpg(self.pid, number)

    def family(self) -> list[bytes]:
        """Names of what runs now, itself first."""
        return [name for pid in (self.pid, *kin.descendants(self.pid)) if (name := kin.name(pid))]

    def look(self, now: float) -> None:
        """Note how much memory its tree takes, now and then; one process alone is in its usage anyway."""
        if now < self.next_look:
            return
        others = kin.descendants(self.pid)
        if others:
            self._peak = max(self._peak, sum(map(kin.memory, (self.pid, *others))))
        self.next_look = now + max(SAMPLE, _COST * (time.monotonic() - now))

    def size(self) -> int:
        """Bytes in the file that takes standard output."""
        return 0 if self.file is None else os.fstat(self.file).st_size

    def end(self, status: int, usage: "resource.struct_rusage") -> None:
        """It was waited for. Its largest size counts from our own on: the kernel starts it there."""
        self.status = status
        self.ended = time.monotonic()
        self._cpu = usage.ru_utime + usage.ru_stime
        self._peak = max(self._peak, usage.ru_maxrss * _MAXRSS)

    def signal(self) -> int | None:
        """The one that ended it."""
        return os.WTERMSIG(self.status) if self.status is not None and os.WIFSIGNALED(self.status) else None

    def starved(self) -> bool:
        """Was it killed for want of memory, as far as the control group tells?"""
        kills = cgroup.kills()
        return self.signal() == signal.SIGKILL and kills is not None and kills > (self._kills or 0)

    def exit(self) -> int | None:
        return os.WEXITSTATUS(self.status) if self.status is not None and self.signal() is None else None

    def facts(self, buffer: bytearray) -> "dict[str, Any]":
        """What it did, as fields of `Ran`; nothing is waited for."""
        for capture in self.captures.values():
            capture.drain(buffer)
        return {
            "argv": self.argv,
            "exit": self.exit(),
            "signal": self.signal(),
            **{name: capture.data() for name, capture in self.captures.items()},
            "omitted": sum(capture.omitted for capture in self.captures.values()),
            "seconds": self.ended - self.started,
            "cpu": self._cpu,
            "peak": self._peak,
        }

    def close(self) -> None:
        for capture in self.captures.values():
            capture.close()
        if self.file is not None:
            os.close(self.file)


def _given(path: bytes) -> int:
    """The file to read from. A step before may have put something else in its place."""
    try:
        file = os.open(path, _GIVEN_FILE)
    except OSError as error:
        raise InputError(error.errno, error.strerror, path) from None
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise InputError(errno.EINVAL, "not a regular file", path)
    return file
