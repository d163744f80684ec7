"""The items of one run on their way: which wait, which are worked at, which are done."""

import random
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Literal, NamedTuple, Protocol

from msgspec.structs import replace

from eee_ci import text
from eee_ci.agent import Agent, Backend, Item, Patch, Result
from eee_ci.agents import budgets, monitor, planning, rounds
from eee_ci.agents.journal import Journal
from eee_ci.agents.merging import Queue
from eee_ci.agents.monitor import Watch
from eee_ci.agents.running import Pool
from eee_ci.agents.todos import Todos
from eee_ci.agents.work import Decision, Ended, Work
from eee_ci.config.agents import Agents
from eee_ci.errors import WriteError
from eee_ci.workspace import Private

_WAIT = 0.25  # seconds until the next look


class Caught(Protocol):
    """The signals that came in so far."""

    first: int | None
    count: int


class Hands(NamedTuple):
    """Who does what."""

    private: Private
    pool: Pool
    queue: Queue
    journal: Journal
    todos: Todos
    watch: Watch


class Past(NamedTuple):
    """What an earlier process left: results, and patches that nobody judged any more."""

    results: Mapping[str, Result] = {}
    ready: Mapping[str, Ended] = {}


class Course:
    """Keeps the items; `run` goes on until each has a result, or a signal comes."""

    def __init__(
        self,
        items: Iterable[Item],
        hands: Hands,
        settings: Agents,
        staff: Mapping[str, tuple[Agent, Backend]],
        past: Past,
        *,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._hands, self._settings, self._staff, self._past = hands, settings, staff, past
        self._clock, self._chance, self._began = clock, chance, clock()
        self._items = {item.id: item for item in items}
        self.results = dict(past.results)
        self._waiting = {
            item.id: self._work(item) for item in self._items.values() if item.id not in self.results
        }
        self._due: dict[str, float] = {}
        self._tally: dict[str, rounds.Tally] = {}
        self._told = {name: result.told for name, result in past.results.items() if result.told}
        self._breaker = budgets.Breaker()
        self._judged: Work | None = None  # what is with the gates
        self._signals: Caught | None = None
        self._most = budgets.room(settings)

    def run(self, signals: Caught) -> None:
        """All items to their ends. After a signal what is not done stays so, to be resumed."""
        self._signals = signals
        for name, ended in self._past.ready.items():
            if name in self._waiting:
                self._waiting[name] = ended.work
                self._settle(self._waiting.pop(name), ended)
        while (self._waiting and signals.first is None) or not self._hands.pool.idle:
            if signals.first is not None:
                self._stop("cancelled", "the run was stopped")
            else:
                self._start()
            for ended in self._hands.pool.collect(_WAIT):
                if signals.first is None:
                    self._settle(ended.work, ended)
            self.beat()

    @property
    def tip(self) -> str:
        """The commit with all that was accepted."""
        return self._hands.queue.tip

    def beat(self) -> None:
        """To be called during whatever takes long, since agents are watched all the time."""
        self._hands.pool.tick()
        if self._judged is not None and self._signals is not None and self._signals.first is None:
            self._hands.pool.gather()
            self._start()
        told = [*self._told.values(), *(seen.told for seen in self._hands.pool.seen())]
        if over := budgets.over(self._settings.total, told, self._clock() - self._began):
            self._stop("budget", over)
            for name in list(self._waiting):
                self._end(self._waiting.pop(name), "budget", over)
        waiting = [work.item for work in self._waiting.values()]
        judged = self._judged.item if self._judged else None
        results = tuple(self.results.values())
        seen, total = self._hands.pool.seen(), len(self._items)
        self._hands.watch.show(monitor.snapshot(total, results, seen, judged, waiting))

    def _work(self, item: Item) -> Work:
        agent, backend = self._staff[item.agent]
        tip, own = self._hands.queue.tip, self._settings.limits
        limits = replace(own, turns=budgets.least(own.turns, agent.max_turns))
        return Work(
            item=item,
            agent=agent,
            backend=backend,
            limits=limits,
            base=tip,
            start=tip,
            findings=item.findings,
        )

    def _start(self) -> None:
        """Send out what may go: nothing that could meet what is on its way, or waits longer."""
        judged = [self._judged.item] if self._judged else []
        pool = self._hands.pool
        ahead: list[Item] = [*judged, *(work.item for work in (*pool.works, *pool.pending))]
        for name, work in list(self._waiting.items()):
            free = len(pool.works) < self._most and self._due.get(name, 0.0) <= self._clock()
            needs = all(need in self.results for need in work.item.needs)
            if free and needs and not any(planning.meets(work.item, other) for other in ahead):
                self._go(self._waiting.pop(name))
            ahead.append(work.item)

    def _go(self, work: Work) -> None:
        if why := self._breaker.open.get(work.backend.name):
            self._end(work, "skipped", f"the backend {work.backend.name} is not asked any more: {why}")
            return
        if work.attempt == 1:
            work = self._fresh(work)
        if work.item.targets and not work.findings:
            self._end(work, "skipped", "its findings are gone already")
            return
        facts = {"attempt": work.attempt, "round": work.round, "base": work.base, "start": work.start}
        self._hands.journal.note("started", item=work.item.id, backend=work.backend.name, **facts)
        self._hands.todos.begin(work.item.id, attempt=work.attempt)
        self._say(f"{work.item.id} started: {work.item.title}")
        self._hands.pool.start(work)

    def _fresh(self, work: Work) -> Work:
        """On the tip, with the findings that are still there."""
        queue = self._hands.queue
        there = [finding for verdict in queue.before.verdicts for finding in verdict.reading.findings]
        findings = rounds.present(work.findings, there)
        targets = tuple(finding.fingerprint for finding in findings)
        item = replace(work.item, findings=findings, targets=targets) if work.item.targets else work.item
        if work.item.targets and not findings:
            item = work.item
        return replace(work, item=item, findings=findings, base=queue.tip, start=queue.tip)

    def _settle(self, work: Work, ended: Ended) -> None:
        """Go on with an attempt that is over."""
        name = work.item.id
        self._tally[name] = self._tally.get(name, rounds.Tally()).plus(ended)
        self._told[work.job] = ended.told
        self._hands.journal.note("ended", item=name, ended=ended.brief)
        again = rounds.retried(work, ended.told)
        if again is not None:
            self._again(again, "retry", ended.told.reason or "", rounds.pause(again.retries, self._chance()))
        elif (result := rounds.refused(work, ended, self._tally[name])) is not None:
            self._finish(work, result)
        elif ended.patch is not None:  # `refused` saw to it
            self._judge(work, ended, ended.patch)

    def _judge(self, work: Work, ended: Ended, patch: Patch) -> None:
        self._hands.todos.verify(work.item.id)
        self._judged = work
        try:
            decision = self._hands.queue.offer(work, patch)
        except WriteError:
            raise
        except Exception as error:  # noqa: BLE001 - the trouble of one item is no other's
            decision = Decision(
                end="failed", reasons=(f"it could not be verified: {text.line(repr(error))}",)
            )
        self._judged = None
        self._hands.journal.note("judged", item=work.item.id, end=decision.end, reasons=decision.reasons)
        if (again := self._next(work, decision, patch.tree)) is not None:
            how, wait = again
            self._again(how, "conflict" if decision.end == "conflict" else "repair", *wait)
            return
        self._finish(work, rounds.decided(work, ended, decision, self._tally[work.item.id]))

    def _next(self, work: Work, decision: Decision, tree: str) -> tuple[Work, tuple[str, float]] | None:
        """Another attempt, why, and how long to wait for it."""
        why = decision.reasons[0] if decision.reasons else ""
        if decision.end == "conflict":
            again = rounds.rebased(work, self._hands.queue.tip)
            return (again, (why, rounds.pause(again.conflicts, self._chance()))) if again else None
        start = self._hands.private.commit(tree, [work.base], "an attempt")
        again = rounds.repaired(work, decision, start, self._settings.rounds)
        return (again, (why, 0.0)) if again else None

    def _again(self, work: Work, event: str, why: str, wait: float) -> None:
        name = work.item.id
        self._hands.journal.note(event, item=name, why=why, seconds=round(wait, 3))
        self._hands.todos.again(name)
        self._say(f"{name} {event}: {why}")
        self._waiting = {name: work, **self._waiting}  # it keeps its turn
        self._due[name] = self._clock() + wait

    def _end(self, work: Work, end: Literal["budget", "skipped"], why: str) -> None:
        """Without another attempt."""
        tally = self._tally.get(work.item.id, rounds.Tally())
        self._finish(work, rounds.result(work, tally, end=end, reasons=(why,)))

    def _finish(self, work: Work, result: Result) -> None:
        self._breaker.note(work.backend, result)
        self._hands.journal.note("result", result=result, tip=self._hands.queue.tip)
        self.results[work.item.id] = result
        self._hands.todos.end(result)
        why = f": {result.reasons[0]}" if result.reasons else ""
        self._say(f"{work.item.id} {result.end}{why}")

    def _stop(self, status: Literal["budget", "cancelled"], why: str) -> None:
        for work in self._hands.pool.works:
            self._hands.pool.cut(work, status, why)

    def _say(self, line: str) -> None:
        self._hands.watch.said(text.line(line))
