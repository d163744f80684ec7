"""The jobs of one run on their way: which wait, which run, which are done."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec

from eee_ci import judge, schedule, tree
from eee_ci.files import home
from eee_ci.memory import Remembered
from eee_ci.model import Command, Cost, Outcome, Reading, Status, Verdict
from eee_ci.pipeline import attempts
from eee_ci.plan import Job, Plan, Said, read
from eee_ci.ports import Place, Running


class Caught(Protocol):
    """The signals that came in so far: the first, and how many."""

    first: int | None
    count: int


class Watch(Protocol):
    """Somebody who looks on."""

    def started(self, gate: str) -> None:
        """A gate's processes are about to start."""

    def ended(self, verdict: Verdict) -> None:
        """A gate has its verdict."""

    def beat(self, running: tuple[tuple[str, float], ...]) -> None:
        """Time went by; gates that run, with their seconds so far."""


class Course:
    """Keeps what waits, runs and is done; `run` goes on until every gate has a verdict."""

    def __init__(
        self,
        plan: Plan,
        executor: Running,
        *,
        watch: Watch,
        clock: Callable[[], float] = time.monotonic,
        fail_fast: bool,
    ) -> None:
        self._plan, self._executor, self._watch, self._clock = plan, executor, watch, clock
        self._fail_fast = fail_fast
        self._began = clock()
        self._jobs = {job.gate.id: job for job in plan.jobs}
        self._rank = schedule.ranks(schedule.urged((job.node for job in plan.live), plan.failing))
        self._waiting = dict(self._jobs)
        self._running: dict[str, float] = {}
        self._started: dict[str, float] = {}
        self._earlier: dict[str, list[Verdict]] = {}
        self._done: dict[str, Verdict] = {}
        self._blamed: set[str] = set()
        self.looking = tree.Looking(plan.tree)
        self.said: dict[str, Said] = {}  # what adapters read
        self._closing = ""  # why nothing new starts, in words

    def run(self, signals: Caught, meanwhile: Callable[[], object] = lambda: None) -> tuple[Verdict, ...]:
        """All verdicts, in the order of the config; `meanwhile` is called before each wait for a job."""
        heeded = 0
        while self._waiting or self._running:
            if signals.count > heeded:
                heeded = signals.count
                self._closing = "the run was stopped"
                self._executor.stop(now=heeded > 1)
            self._start()
            if self._running:
                self.looking.ready()
                meanwhile()
                self._settle_all(self._executor.collect(1.0))
                self._watch.beat(tuple((n, self._clock() - at) for n, at in sorted(self._running.items())))
        return tuple(self._done[job.gate.id] for job in self._plan.jobs)

    def _start(self) -> None:
        """Settle what needs no process, then start what fits, heaviest path first."""
        while settled := [job for job in self._waiting.values() if self._without_process(job)]:
            for job in settled:
                del self._waiting[job.gate.id]
        ready = [job.node for job in self._waiting.values() if set(job.gate.needs) <= set(self._done)]
        busy = [self._busy(self._jobs[name], at) for name, at in self._running.items()]
        now = self._clock()
        for node in schedule.choose(
            ready, busy, cores=self._plan.cores, memory=self._plan.memory, rank=self._rank, now=now
        ):
            job = self._waiting.pop(node.name)
            if job.command is not None:  # as it always is here: a job without one has its verdict by now
                self._submit(job, job.command)

    def _busy(self, job: Job, at: float) -> schedule.Busy:
        return schedule.Busy(cores=job.held, ends=at + job.expected, memory=job.memory)

    def _without_process(self, job: Job) -> bool:
        """Give a verdict to a job that will not run; False when it will, or has to wait."""
        if job.skip:
            verdict = self._verdict(job, asked=False, reasons=(job.skip,))
        elif job.missing:
            verdict = self._verdict(job, status="broken", reasons=job.missing)
        elif failed := [
            need for need in job.gate.needs if need in self._done and self._done[need].status != "passed"
        ]:
            verdict = self._verdict(job, reasons=(f"it needs {', '.join(failed)}, which did not pass",))
        elif job.remembered is not None:
            if not set(job.gate.needs) <= set(self._done):
                return False
            verdict = self._recalled(job, job.remembered)
        elif self._closing:
            verdict = self._verdict(job, reasons=(f"not started: {self._closing}",))
        else:
            return False
        self._finish(verdict)
        return True

    def _submit(self, job: Job, command: Command) -> None:
        name = job.gate.id
        cache = home(Path(self._plan.root)) / "cache" / name
        if name not in self._started:
            self._watch.started(name)
        self._running[name] = self._clock()
        self._started.setdefault(name, self._running[name])
        self._executor.submit(
            name, command, Place(tree=self._plan.tree, cache=str(cache), python=self._plan.python)
        )

    def _settle_all(self, outcomes: list[tuple[str, Outcome]]) -> None:
        """Free places are taken before the outcomes are read, unless what they say may claim these places."""
        ended = [self._jobs[name] for name, _ in outcomes]
        for job in ended:
            del self._running[job.gate.id]
        if not self._fail_fast and not any(job.may_repeat for job in ended):
            self._start()
        self.looking.forget()
        for job, (_, outcome) in zip(ended, outcomes, strict=True):
            self._settle(job, outcome)

    def _settle(self, job: Job, outcome: Outcome) -> None:
        """Read and judge an outcome; send a failed job out again while it may be retried."""
        name = job.gate.id
        earlier = self._earlier.setdefault(name, [])
        said = read(job, outcome)
        if said.reading is None:
            self._widen(job, said)
            return
        verdict = self._judge(job, outcome, said.reading)
        self.said[name] = said
        again = verdict.status != "passed" and len(earlier) < job.gate.retries and not self._closing
        if again and job.command is not None:
            earlier.append(verdict)
            self._submit(job, job.command)
            return
        self._finish(attempts.after(earlier, verdict))

    def _widen(self, job: Job, said: Said) -> None:
        """Run a job for all of its files, since a part of them told too little, or several processes did."""
        wider = job.wider(said)
        self._jobs[job.gate.id] = wider
        if wider.command is not None:
            self._submit(wider, wider.command)

    def _judge(self, job: Job, outcome: Outcome, told: Reading) -> Verdict:
        reading, suppressed = judge.apply(job.gate, attempts.timed(told, outcome.seconds))
        status, reasons = judge.status(reading, job.limits)
        flags = ("leaky",) if outcome.leaky else ()
        if outcome.leaky:
            reasons = (
                *reasons,
                f"it left processes behind, which were ended: {attempts.listed(outcome.leaky)}",
            )
        if changed := self._changed(job):
            status = "failed" if status == "passed" else status
            reasons = (
                *reasons,
                f"it, or somebody beside it, changed files of the project: {attempts.listed(changed)}",
            )
            flags = (*flags, "modified")
        return msgspec.structs.replace(
            self._verdict(job, status=status, reasons=reasons),
            reading=reading,
            suppressed=suppressed,
            cost=Cost(seconds=round(outcome.seconds, 3), cpu=round(outcome.cpu, 3), peak=outcome.peak),
            flags=flags,
            started=round(self._started[job.gate.id] - self._began, 3),
            ended=round(self._clock() - self._began, 3),
            attempts=1,
            command=tuple(step.argv for step in outcome.steps),
            log="" if status == "passed" else attempts.tail(outcome),
        )

    def _recalled(self, job: Job, found: Remembered) -> Verdict:
        """What the gate said on the same inputs, judged by today's limits."""
        reading, suppressed = judge.apply(job.gate, attempts.timed(found.reading, found.cost.seconds or 0.0))
        status, reasons = judge.status(reading, job.limits)
        return msgspec.structs.replace(
            self._verdict(job, status=status, reasons=reasons),
            reading=reading,
            suppressed=suppressed,
            cost=found.cost,
            started=round(self._clock() - self._began, 3),
            attempts=1,
            command=found.command,
            log="" if status == "passed" else found.log,
            cached=found.when,
        )

    def _changed(self, job: Job) -> tuple[str, ...]:
        """Files that differ since the start and that no earlier gate was blamed for."""
        if job.command is None or not job.command.writes or job.command.copy:
            return ()
        # one look for all that ended by then: it costs as much as a small gate
        new = [path for path in self.looking.changed() if path not in self._blamed]
        self._blamed.update(new)
        return tuple(new)

    def _verdict(
        self, job: Job, *, status: Status = "skipped", asked: bool = True, reasons: tuple[str, ...] = ()
    ) -> Verdict:
        tool = next(iter(job.site.tools.values()), None)
        return Verdict(
            gate=job.gate.id,
            tool=job.gate.tool,
            status=status,
            mode=job.gate.mode,
            asked=asked,
            version=tool.version if tool else None,
            origin=tool.origin if tool else None,
            reasons=reasons,
            limits=job.limits,
            because=job.because if status != "skipped" else (),
            chosen=job.chosen if status != "skipped" else {},
        )

    def _finish(self, verdict: Verdict) -> None:
        self._done[verdict.gate] = verdict
        if verdict.asked:
            self._watch.ended(verdict)
        if (
            self._fail_fast
            and verdict.asked
            and judge.blocks(verdict.status, verdict.mode)
            and not self._closing
        ):
            self._closing = f"{verdict.gate} is {verdict.status} (--fail-fast)"
