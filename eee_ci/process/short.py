"""Short processes of our own, run to their end."""

import contextlib
import os
import select
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from eee_ci.model import Ran
from eee_ci.process import PROBE, ensure_standard_streams, kin, pipes, spawn
from eee_ci.process.ears import Ears
from eee_ci.process.pipes import Capture

LARGEST = 256 * 1024 * 1024  # bytes kept of each of their streams
_TICK = 0.02  # seconds, where no file tells that a process has ended
_PIECE = 65536


class StoppedError(Exception):
    """The caller did not want the end of a command any more."""


def run(
    argv: Sequence[str],
    *,
    cwd: str | Path,
    env: Mapping[str, str],
    timeout: float,
    feed: bytes = b"",
    largest: int = LARGEST,
    stop: int | None = None,
) -> Ran:
    """Run a short command of our own to its end and return all it said. An OSError when it cannot start.

    When time runs out its whole tree is killed: signal 9 and no exit. Of more output than the largest
    the middle is `omitted`, and there is no exit either. Once the file `stop` is readable its tree is killed
    and a StoppedError raised."""
    ensure_standard_streams()
    began = time.monotonic()
    ears = Ears(pipes.SIZE)
    with contextlib.ExitStack() as ours:
        with contextlib.ExitStack() as theirs:
            given = _give(feed, ears, ours, theirs) if feed else None
            out, err = (_hear(largest, ears, ours, theirs) for _ in range(2))
            pid = spawn.start(
                [os.fsencode(word) for word in argv],
                env={os.fsencode(k): os.fsencode(v) for k, v in {**env, "EEE_RUN_ID": PROBE}.items()},
                cwd=os.fsencode(cwd),
                streams=(given, out.writer, err.writer),
            )
        if stop is not None:
            ears.add(stop, _stop)
        status = _wait(pid, ears, began + timeout)
        out.drain(ears.buffer)
        err.drain(ears.buffer)
    return _ran(argv, status, out, err, time.monotonic() - began)


def _ran(argv: Sequence[str], status: int, out: Capture, err: Capture, seconds: float) -> Ran:
    code, omitted = os.waitstatus_to_exitcode(status), out.omitted + err.omitted
    return Ran(
        argv=tuple(argv),
        exit=code if code >= 0 and not omitted else None,
        signal=-code if code < 0 else None,
        stdout=out.data(),
        stderr=err.data(),
        omitted=omitted,
        seconds=seconds,
    )


def _stop() -> None:
    raise StoppedError


def _hear(largest: int, ears: Ears, ours: contextlib.ExitStack, theirs: contextlib.ExitStack) -> Capture:
    capture = Capture(head=largest)
    ours.callback(capture.close)
    theirs.callback(os.close, capture.writer)

    def read() -> None:
        if not capture.read(ears.buffer):
            ears.drop(capture.reader)

    ears.add(capture.reader, read)
    return capture


def _give(feed: bytes, ears: Ears, ours: contextlib.ExitStack, theirs: contextlib.ExitStack) -> int:
    """The end that the process reads from. It need not read: then the rest is not written."""
    reader, writer = pipes.pair()
    theirs.callback(os.close, reader)
    os.set_blocking(writer, False)
    rest = memoryview(feed)
    end = ours.enter_context(contextlib.ExitStack())
    end.callback(os.close, writer)

    def write() -> None:
        nonlocal rest
        try:
            rest = rest[os.write(writer, rest[:_PIECE]) :]
        except BrokenPipeError:
            rest = rest[:0]
        if not rest:
            ears.drop(writer)
            end.close()

    ears.add(writer, write, select.POLLOUT)
    return reader


def _wait(pid: int, ears: Ears, deadline: float) -> int:
    """The wait status; at the deadline the tree is killed. Who still holds the pipes does not matter."""
    bell = _bell(pid)
    tick = _TICK
    if bell is not None:
        ears.add(bell, lambda: None)
        tick = deadline
    try:
        while (left := deadline - time.monotonic()) > 0:
            ears.listen(min(left, tick))
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                return status
        return _cut(pid)
    except BaseException:
        _cut(pid)
        raise
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)  # what it left in its group
        if bell is not None:
            ears.drop(bell)
            os.close(bell)


def _bell(pid: int) -> int | None:
    """A file that becomes readable when the process ends, where the kernel has such."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None


def _cut(pid: int) -> int:
    """Kill it and all that descends from it, also what left its group or was orphaned."""
    kin.kill(kin.descendants(pid))
    kin.kill([pid])
    status = os.waitpid(pid, 0)[1]
    kin.kill(kin.marked(PROBE.encode()))
    return status
