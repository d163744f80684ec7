"""The engine's side of the guardian: orders out, outcomes in, and what to do when it dies."""

import contextlib
import math
import os
import select
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eee_ci import process, text
from eee_ci.model import Command, Outcome, Ran
from eee_ci.process import frames, kernel, kin, pipes, sentences, spawn
from eee_ci.process.signals import Signals

GRACE = 5.0  # seconds between TERM and KILL
LARGEST_FILE = 1 << 30  # bytes that standard output may put into a file
_LEAVE = 15.0  # seconds that the guardian gets for its own end
_SWEEP = 2.0
_NAP = 3600.0  # seconds that one wait may take: the kernel counts milliseconds in 31 bits
_ROUND = 10  # milliseconds
_MOST_NAMES = 20


class Supervisor:
    """Starts the guardian when it is first needed and speaks with it. One at a time in a thread."""

    def __init__(
        self,
        *,
        signals: Signals | None = None,
        grace: float = GRACE,
        largest_file: int = LARGEST_FILE,
        command: Sequence[str] = (),
    ) -> None:
        script = str(Path(__file__).with_name("guardian.py"))
        cold = ("-B",) if sys.dont_write_bytecode else ()
        self._command = command or (sys.executable, "-I", "-S", *cold, script)
        self._signals = signals
        self._grace = grace
        self._largest = largest_file
        self._run = os.urandom(8).hex()  # what EEE_RUN_ID of its jobs starts with
        self._running: set[str] = set()
        self._ready: list[tuple[str, Outcome]] = []
        self._pid: int | None = None

    def warm(self) -> None:
        """Start the guardian, and go on while it gets ready."""
        if self._pid is not None:
            return
        process.ensure_standard_streams()
        kernel.adopt_orphans()
        kernel.hide_memory()  # our environment may hold what no job is to see
        self._before = set(kin.children(os.getpid()))
        words = [os.fsencode(word) for word in (*self._command, self._run, process.PROBE)]
        with contextlib.ExitStack() as ours, contextlib.ExitStack() as theirs:
            orders, self._requests = _pipe(theirs, ours)
            answers, writer = _pipe(ours, theirs)
            self._inbox = frames.Inbox(answers)
            self._pid = spawn.start(words, env={}, cwd=b"/", streams=(orders, writer, 2))
            self._files = ours.pop_all()

    def submit(self, job: str, command: Command, scratch: str) -> None:
        """Run a command whose words are final. Refused as an outcome when that cannot even be tried."""
        try:
            message = frames.pack(self._order(job, command, scratch))
            self._send(message)
        except OSError as error:
            self._ready.append((job, Outcome(problem=f"cannot start the supervisor: {error.strerror}")))
        except ValueError as error:
            self._ready.append((job, Outcome(problem=f"its words cannot be handed over: {error}")))
        else:
            self._running.add(job)

    def _send(self, message: bytes) -> None:
        self.warm()
        try:
            _write(self._requests, message)
        except BrokenPipeError:  # it died while idle; this order never reached it
            self._bury()
            self.warm()
            _write(self._requests, message)

    def _order(self, job: str, command: Command, scratch: str) -> dict[str, Any]:
        env = {os.fsencode(name): os.fsencode(value) for name, value in sorted(command.env.items())}
        steps = [
            {
                "argv": [os.fsencode(word) for word in step.argv],
                "cwd": os.fsencode(step.cwd),
                "stdout": step.stdout and os.fsencode(os.path.join(scratch, step.stdout)),
                "stdin": step.stdin and os.fsencode(os.path.join(scratch, step.stdin)),
                "skip_if": step.skip_if and os.fsencode(os.path.join(scratch, step.skip_if)),
                "go_on": step.go_on,
                "log": step.log,
            }
            for step in command.steps
        ]
        return {
            "ask": "run",
            "job": job,
            "env": env,
            "steps": steps,
            "scratch": os.fsencode(scratch),
            "timeout": command.timeout,
            "grace": self._grace,
            "largest": self._largest,
        }

    def collect(self, timeout: float | None) -> list[tuple[str, Outcome]]:
        """What has ended, as soon as anything has; early and maybe empty when a signal came in."""
        until = math.inf if timeout is None else time.monotonic() + timeout
        while self._running and not self._ready:
            left = until - time.monotonic()
            if self._wait(min(max(left, 0.0), _NAP)) or left <= 0:
                break
        arrived, self._ready = self._ready, []
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
            self._ready.append((facts["job"], outcome(facts)))
        if not self._inbox.open:
            self._bury()

    def stop(self, *, now: bool, job: str | None = None) -> None:
        """End all that runs, or one job: TERM and KILL after three seconds, or KILL at once."""
        if self._pid is not None:
            with contextlib.suppress(BrokenPipeError):  # `collect` will tell
                _write(self._requests, frames.pack({"ask": "stop", "now": now, "job": job}))

    def usage(self, job: str) -> tuple[float, int, int] | None:
        """CPU seconds, bytes of memory and number of its processes; None where `/proc` does not tell."""
        return kin.usage(self._pid, os.fsencode(f"{self._run}.{job}")) if self._pid is not None else None

    def close(self) -> None:
        """Have the guardian end whatever runs, and wait until it has gone itself."""
        if self._pid is None:
            return
        with contextlib.suppress(BrokenPipeError):
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
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        _, status = os.waitpid(self._pid, 0)
        self._pid = None
        self._files.close()
        if status:  # not by its own will
            _sweep(self._before, os.fsencode(self._run))
        self._ready += [(job, Outcome(problem=sentences.DIED)) for job in sorted(self._running)]
        self._running.clear()


def outcome(facts: Mapping[str, Any]) -> Outcome:
    """The facts of the guardian as the noun."""
    steps = tuple(_ran(step) for step in facts["steps"])
    peaks = [step.peak for step in steps if step.peak is not None]
    peak = max(peaks, default=None)
    fault = facts["fault"]
    names = [text.line(text.decode(name)) for name in facts["swept"]]
    if len(names) > _MOST_NAMES:
        names[_MOST_NAMES:] = [f"and {len(names) - _MOST_NAMES} more"]
    return Outcome(
        steps=steps,
        problem=sentences.problem(fault, steps[-1].signal if steps else None, peak) if fault else None,
        leaky=tuple(names),
        seconds=sum((step.seconds for step in steps), 0.0),
        cpu=sum((step.cpu for step in steps), 0.0),
        peak=peak,
    )


def _ran(facts: Mapping[str, Any]) -> Ran:
    argv = tuple(os.fsdecode(word) for word in facts["argv"])
    return Ran(**{**facts, "argv": argv, "peak": facts["peak"] or None})


def _pipe(reading: contextlib.ExitStack, writing: contextlib.ExitStack) -> tuple[int, int]:
    reader, writer = pipes.pair(pipes.SIZE)
    reading.callback(os.close, reader)
    writing.callback(os.close, writer)
    return reader, writer


def _write(writer: int, message: bytes) -> None:
    rest = memoryview(message)
    while rest:
        rest = rest[os.write(writer, rest) :]


def _sweep(before: set[int], run: bytes) -> None:
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
