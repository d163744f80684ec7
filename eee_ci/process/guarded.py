"""The engine's side of the guardian: orders out, facts in, and what to do when it dies.

Imports are light: gates that nothing but their exit code decides run before anything heavy is loaded.
"""

import math
import os
import select
import sys
import time
from _collections_abc import Iterable, Iterator, Mapping, Sequence

from eee_ci import process
from eee_ci.process import frames, kernel, kin, pipes, spawn
from eee_ci.process.quiet import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from typing import Any, Protocol

    class Heard(Protocol):
        """The signals that come in."""

        def fileno(self) -> int:
            """A file that is readable once there is one."""

        def drain(self) -> None:
            """Make it wait for the next one."""

else:
    import _signal as signal  # `signal` itself brings enum along

DIED = "died"  # the `why` of a fault
GRACE = 5.0  # seconds between TERM and KILL
LARGEST_FILE = 1 << 30  # bytes that standard output may put into a file
_LEAVE = 15.0  # seconds that the guardian gets for its own end
_SWEEP = 2.0
_NAP = 3600.0  # seconds that one wait may take: the kernel counts milliseconds in 31 bits
_ROUND = 10  # milliseconds


class Guarded:
    """Starts the guardian when it is first needed and speaks with it. One at a time in a thread."""

    def __init__(self, *, signals: "Heard | None" = None, command: Sequence[str] = ()) -> None:
        script = f"{os.path.dirname(__file__)}/guardian.py"
        cold = ("-B",) if sys.dont_write_bytecode else ()
        self._command = command or (sys.executable, "-I", "-S", *cold, script)
        self._signals = signals
        self._run = os.urandom(8).hex()  # what EEE_RUN_ID of its jobs starts with
        self._running: set[str] = set()
        self._heard: list[dict[str, Any]] = []
        self._pid: int | None = None

    def warm(self) -> None:
        """Start the guardian, and go on while it gets ready."""
        if self._pid is not None:
            return
        process.ensure_standard_streams()
        self._before = set(kin.children(os.getpid()))
        words = [os.fsencode(word) for word in (*self._command, self._run, process.PROBE)]
        ends: list[int] = []
        try:
            ends += pipes.pair(pipes.SIZE)
            ends += pipes.pair(pipes.SIZE)
            orders, self._requests, answers, writer = ends
            self._pid = spawn.start(words, env={}, cwd=b"/", streams=(orders, writer, 2))
        except BaseException:
            _close(ends)
            raise
        _close((orders, writer))
        self._inbox = frames.Inbox(answers)
        kernel.adopt_orphans()  # while it gets ready: it takes its time to load what calls the kernel
        kernel.hide_memory()  # our environment may hold what no job is to see

    def order(self, job: str, message: bytes) -> None:
        """Hand over a packed order. An OSError when the guardian cannot be started."""
        self.warm()
        try:
            _write(self._requests, message)
        except BrokenPipeError:  # it died while idle; this order never reached it
            self._bury()
            self.warm()
            _write(self._requests, message)
        self._running.add(job)

    def facts(self, timeout: float | None) -> "list[dict[str, Any]]":
        """What has ended, as soon as anything has; early and maybe empty when a signal came in."""
        until = math.inf if timeout is None else time.monotonic() + timeout
        while self._running and not self._heard:
            left = until - time.monotonic()
            if self._wait(min(max(left, 0.0), _NAP)) or left <= 0:
                break
        arrived, self._heard = self._heard, []
        return arrived

    def _wait(self, seconds: float) -> bool:
        """Hear what comes; True when it was a signal."""
        poll = select.poll()
        poll.register(self._inbox.reader, select.POLLIN)
        if self._signals is not None:
            poll.register(self._signals.fileno(), select.POLLIN)
        heard = {number for number, _ in poll.poll(seconds * 1000)}
        if self._inbox.reader in heard:
            self._hear()
        if self._signals is None or self._signals.fileno() not in heard:
            return False
        self._signals.drain()
        return True

    def _hear(self) -> None:
        for facts in self._inbox.read():
            self._running.discard(facts["job"])
            self._heard.append(facts)
        if not self._inbox.open:
            self._bury()

    def stop(self, *, now: bool, job: str | None = None) -> None:
        """End all that runs, or one job: TERM and KILL after three seconds, or KILL at once."""
        if self._pid is not None:
            with suppress(BrokenPipeError):  # `facts` will tell
                _write(self._requests, frames.pack({"ask": "stop", "now": now, "job": job}))

    def usage(self, job: str) -> tuple[float, int, int] | None:
        """CPU seconds, bytes of memory and number of its processes; None where `/proc` does not tell."""
        return kin.usage(self._pid, os.fsencode(f"{self._run}.{job}")) if self._pid is not None else None

    def close(self) -> None:
        """Have the guardian end whatever runs, and wait until it has gone itself."""
        if self._pid is None:
            return
        with suppress(BrokenPipeError):
            _write(self._requests, frames.pack({"ask": "leave"}))
        poll = select.poll()
        poll.register(self._inbox.reader, select.POLLIN)
        while self._inbox.open and poll.poll(_LEAVE * 1000):
            for _ in self._inbox.read():
                pass  # nobody asks for it any more
        self._running.clear()
        self._bury()

    def _bury(self) -> None:
        """The guardian is dead, or as good as: what it left comes to us, its new parent, and ends here."""
        if self._pid is None:
            return
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        _, status = os.waitpid(self._pid, 0)
        self._pid = None
        _close((self._inbox.reader, self._requests))
        if status:  # not by its own will
            sweep(self._before, os.fsencode(self._run))
        self._heard += _lost(self._running)
        self._running.clear()


def cost(facts: "Mapping[str, Any]") -> tuple[float, float, int | None]:
    """Seconds and CPU seconds of a job's steps together, and the bytes of the largest process."""
    steps = facts["steps"]
    seconds, cpu = (sum((step[name] for step in steps), 0.0) for name in ("seconds", "cpu"))
    return seconds, cpu, max((step["peak"] for step in steps), default=0) or None


def _close(ends: Iterable[int]) -> None:
    for end in ends:
        os.close(end)


def _lost(running: set[str]) -> "Iterator[dict[str, Any]]":
    """All that is known of jobs whose guardian died."""
    for job in sorted(running):
        yield {"job": job, "steps": [], "fault": {"why": DIED}, "swept": []}


def _write(writer: int, message: bytes) -> None:
    rest = memoryview(message)
    while rest:
        rest = rest[os.write(writer, rest) :]


def sweep(before: set[int], run: bytes) -> None:
    """End every process that became our child since the guardian started, and all that carry its mark."""
    until = time.monotonic() + _SWEEP
    while left := set(kin.children(os.getpid())) - before:
        kin.kill(left)
        if not sum(map(_reap, left)) and time.monotonic() > until:
            break
        select.poll().poll(_ROUND)
    kin.kill(kin.marked(run))


def _reap(pid: int) -> bool:
    try:
        return bool(os.waitpid(pid, os.WNOHANG)[0])
    except ChildProcessError:
        return True
