"""The guardian's loop: takes orders from the engine, watches over their processes, answers with facts."""

import os
import resource
import select
import time
from _collections_abc import Callable

from eee_ci.process import frames, kernel, kin, pipes
from eee_ci.process.ears import Ears
from eee_ci.process.job import STRAGGLE, Job

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from typing import Any
else:
    import _signal as signal  # `signal` itself brings enum along

_HEARD = (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGURG)
_LAST_EFFORT = 10.0  # seconds for what is left when the engine has gone
_ROUND = 0.05


def settle() -> None:
    """Make of this process what a guardian has to be; all that it starts inherits mask and limits."""
    kernel.adopt_orphans()
    kernel.hide_memory()
    kernel.when_parent_ends(signal.SIGURG)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o022)
    os.chdir("/")


class Watch:
    """All commands that run now. `run` is what their EEE_RUN_ID starts with, `probe` what the engine's
    own short processes carry."""

    def __init__(self, requests: int, answers: int, *, run: bytes, probe: bytes) -> None:
        self._run, self._probe = run, probe
        self._inbox = frames.Inbox(requests)
        self._outbox = frames.Outbox(answers)
        self._jobs: dict[str, Job] = {}
        self._ears = Ears(pipes.SIZE)
        self._engine = os.getppid()
        self._polite = False
        self._scratches: set[bytes] = set()
        self._hidden: dict[int, float] = {}  # orphans without a mark, and since when
        self._alive = True
        self._asked = {"run": self._take, "stop": self._stop, "leave": self._leave}

    def serve(self) -> None:
        """Until the engine has gone; then nothing is left."""
        waker, bell = pipes.pair()
        os.set_blocking(waker, False)
        os.set_blocking(bell, False)
        signal.set_wakeup_fd(bell, warn_on_full_buffer=False)
        for number in _HEARD:  # none of them ends us; each wakes us
            signal.signal(number, lambda *_: None)
        self._ears.add(waker, lambda: os.read(waker, 4096))
        self._ears.add(self._inbox.reader, self._obey)
        try:
            while self._alive and os.getppid() == self._engine:
                self._round()
        finally:
            self._end_all()

    def _round(self) -> None:
        now = time.monotonic()
        self._ears.listen(min((job.pause(now) for job in self._jobs.values()), default=None))
        self._reap()
        now = time.monotonic()
        for job in list(self._jobs.values()):
            job.tick(now, self._left(job))
            if job.over:
                del self._jobs[job.name]
                self._answer(job.facts())

    def _obey(self) -> None:
        for message in self._inbox.read():
            self._asked[message["ask"]](message)
        self._alive = self._alive and self._inbox.open

    def _stop(self, order: "dict[str, Any]") -> None:
        for job in self._jobs.values():
            if order["job"] in (None, job.name):
                job.stop(now=order["now"])

    def _leave(self, _order: "dict[str, Any]") -> None:
        self._polite, self._alive = True, False

    def _take(self, order: "dict[str, Any]") -> None:
        mark = self._mark(order["job"])
        self._scratches.add(order["scratch"])
        job = Job(order, {**order["env"], kin.MARK[:-1]: mark}, self._ears)
        job.advance()
        self._jobs[job.name] = job

    def _answer(self, facts: "dict[str, Any]") -> None:
        try:
            if not self._outbox.send(facts):
                self._ears.add(self._outbox.writer, self._flush, select.POLLOUT)
        except BrokenPipeError:
            self._alive = False

    def _flush(self) -> None:
        try:
            if self._outbox.flush():
                self._ears.drop(self._outbox.writer)
        except BrokenPipeError:
            self._alive = False

    def _reap(self) -> bool:
        """Wait for all that ended, ours and orphans. False when there is no child at all."""
        running = {job.step.pid: job.step for job in self._jobs.values() if job.step}
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if not pid:
                return True
            step = running.get(pid)
            if step is not None and step.status is None:  # else an orphan, maybe with a number used before
                step.end(status, usage)

    def _left(self, job: Job) -> Callable[[], tuple[list[int], list[int]]]:
        return lambda: self._strays(job)

    def _strays(self, job: Job) -> tuple[list[int], list[int]]:
        """Orphans that are the job's, and those that may turn out to be: in the middle of its start a
        process shows no environment. One that hides it for good belongs to the job that is alone."""
        orphans = set(kin.children(os.getpid())) - {
            each.step.pid for each in self._jobs.values() if each.step
        }
        marks = {pid: kin.mark(pid) for pid in orphans}
        now = time.monotonic()
        self._hidden = {pid: self._hidden.get(pid, now) for pid, mark in marks.items() if not mark}
        mine = [
            pid
            for pid, mark in marks.items()
            if mark == self._mark(job.name)
            or (job.step and kin.session(pid) == job.step.pid)
            or (len(self._jobs) == 1 and not mark.startswith(self._run))
        ]
        perhaps = [pid for pid, since in self._hidden.items() if pid not in mine and now < since + STRAGGLE]
        return mine, perhaps

    def _mark(self, job: str) -> bytes:
        return b"%s.%s" % (self._run, job.encode("utf-8", "surrogatepass"))

    def _end_all(self) -> None:
        """KILL until there is no child left. What the engine could not tidy up any more goes too."""
        self._ears.drop(self._inbox.reader)  # at its end it would wake us all the time
        for job in self._jobs.values():
            if job.step is not None:
                job.step.send(signal.SIGKILL)
        until = time.monotonic() + _LAST_EFFORT
        while self._reap() and time.monotonic() < until:
            kin.kill(kin.children(os.getpid()))
            self._ears.listen(_ROUND)
        for job in self._jobs.values():
            if job.step is not None:
                job.step.close()  # there may be no other descriptor left to tidy up with
        if not self._polite:
            kin.kill(kin.marked(self._run, self._probe))
            self._tidy()

    def _tidy(self) -> None:
        from pathlib import Path

        from eee_ci import files

        os.set_blocking(self._inbox.reader, False)
        while self._inbox.open:  # orders that were on their way had their folders made already
            try:
                self._scratches.update(order["scratch"] for order in self._inbox.read() if "scratch" in order)
            except BlockingIOError:
                break
        for scratch in self._scratches:
            files.discard(Path(os.fsdecode(scratch)))
