"""Agents at work: each a confined process in a clone of its own, watched, ended when a budget is used up."""

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from msgspec.structs import replace

from eee_ci import backends, files, text
from eee_ci.agent import Ask, Stopped, Told
from eee_ci.agents import confining, hiding
from eee_ci.agents.work import STREAM, Ended, Spent, Work
from eee_ci.errors import EeeCiError
from eee_ci.model import Noun, Outcome, Tree
from eee_ci.ports import BackendAdapter, Observing, Place, Usage
from eee_ci.workspace import Private

_PEEK = 0.25  # seconds between two looks at what a backend says
_COST = 10  # and this many times what the last look took
_SAMPLE = 1.0  # seconds between two looks at its processes


class Ground(NamedTuple):
    """Where agents work: `place` is a folder outside of the user's tree; `environ` is the user's own."""

    run: str
    private: Private
    place: Path
    python: str
    environ: Mapping[str, str]
    sandbox: str
    root: Path


class Seen(Noun, frozen=True, kw_only=True):
    """An agent at work, for those who look on."""

    work: Work
    told: Told
    seconds: float
    usage: Usage | None = None


class _Busy:
    """One attempt on its way."""

    def __init__(self, work: Work, ask: Ask, clone: Path, guard: str, began: float) -> None:
        self.work, self.ask, self.clone, self.guard, self.began = work, ask, clone, guard, began
        self.told = Told()
        self.size = 0
        self.look = self.sample = began
        self.cut: tuple[Stopped, str] | None = None
        self.usage: Usage | None = None
        self.cpu = 0.0
        self.peak = 0


class Mirror(Protocol):
    """Who wants to know what an agent says while it works."""

    def __call__(self, work: Work, told: Told) -> None:
        """Something new was said."""


class Pool:
    """The agents that work now."""

    def __init__(
        self,
        executor: Observing,
        ground: Ground,
        *,
        mirror: Mirror,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._executor, self._ground, self._mirror, self._clock = executor, ground, mirror, clock
        self._busy: dict[str, _Busy] = {}
        self._left: list[Ended] = []

    @property
    def works(self) -> tuple[Work, ...]:
        return tuple(busy.work for busy in self._busy.values())

    @property
    def pending(self) -> tuple[Work, ...]:
        """What has ended and was not given out yet."""
        return tuple(ended.work for ended in self._left)

    @property
    def idle(self) -> bool:
        return not self._busy and not self._left

    def seen(self) -> tuple[Seen, ...]:
        """All that work, with what they said and take."""
        now = self._clock()
        return tuple(
            Seen(work=busy.work, told=busy.told, seconds=now - busy.began, usage=busy.usage)
            for busy in self._busy.values()
        )

    def start(self, work: Work) -> None:
        """Send an agent to work. What stands in its way is an attempt that crashed, no other's trouble."""
        began = self._clock()
        clone = self._ground.place / "clones" / f"{work.job}-{secrets.token_hex(4)}"  # nobody else's, ever
        try:
            self._submit(work, clone, began)
        except (EeeCiError, OSError, ValueError) as error:
            files.discard(clone)
            told = Told(status="crashed", reason=f"it could not be started: {text.line(str(error))}")
            self._left.append(Ended(work=work, told=told, spent=Spent(seconds=0.0)))

    def _submit(self, work: Work, clone: Path, began: float) -> None:
        ground = self._ground
        root = ground.private.clone(work.start, clone)
        ask = work.ask(run=ground.run, workdir=str(root), python=ground.python)
        adapter = backends.TABLE[work.backend.kind]
        command = confining.confined(
            adapter.command(ask),
            work,
            adapter,
            clone=clone,
            mode=ground.sandbox,
            environ=ground.environ,
            root=ground.root,
        )
        guard = ground.private.guard(clone)
        place = Place(
            tree=Tree(root=str(root)), cache=str(ground.place / "cache" / work.item.id), python=ground.python
        )
        self._busy[work.job] = _Busy(work, ask, clone, guard, began)
        self._executor.submit(work.job, command, place)

    def tick(self) -> None:
        """Listen to all, and end those that used up a budget."""
        for busy in self._busy.values():
            self._look(busy)
            if busy.cut is None and (over := self._over(busy)):
                self.cut(busy.work, "budget", over)

    def cut(self, work: Work, status: Stopped, why: str) -> None:
        """End an agent's work; its outcome comes all the same."""
        busy = self._busy.get(work.job)
        if busy is not None and busy.cut is None:
            busy.cut = (status, why)
            self._executor.end(work.job, now=False)

    def collect(self, timeout: float) -> Iterator[Ended]:
        """What has come to its end."""
        self.gather(0.0 if self._left else timeout)
        while self._left:  # one by one: the others are still pending
            yield self._left.pop(0)

    def gather(self, timeout: float = 0.0) -> None:
        """Take in what has come to its end, so that others can start; `collect` gives it out."""
        for job, outcome in self._executor.collect(timeout) if self._busy else ():
            busy = self._busy.pop(job)
            try:
                self._left.append(self._ended(busy, outcome))
            finally:
                files.discard(busy.clone)

    def _look(self, busy: _Busy) -> None:
        now = self._clock()
        if now >= busy.sample:
            self._count(busy, self._executor.usage(busy.work.job), now)
        if now < busy.look:
            return
        said = self._executor.peek(busy.work.job, STREAM, busy.ask.limits.output + 1)
        if len(said) != busy.size:
            busy.size = len(said)
            busy.told = _adapter(busy.work).read(busy.ask, said, None)
            self._mirror(busy.work, busy.told)
        busy.look = now + max(_PEEK, _COST * (self._clock() - now))

    def _count(self, busy: _Busy, usage: Usage | None, now: float) -> None:
        busy.usage, busy.sample = usage, now + _SAMPLE
        if usage is not None:
            busy.cpu, busy.peak = max(busy.cpu, usage.cpu), max(busy.peak, usage.memory)

    def _over(self, busy: _Busy) -> str | None:
        """The budget that is used up, in words."""
        limits, told = busy.ask.limits, busy.told
        memory = busy.usage.memory if busy.usage else None
        for used, most, words in (
            (self._clock() - busy.began, limits.seconds, "{:.0f} s on the clock"),
            (told.turns, limits.turns, "{} turns"),
            (told.usd, limits.usd, "{:.2f} USD"),
            (told.tokens.total, limits.tokens, "{} tokens"),
            (memory, limits.memory, "{} bytes of memory"),
            (busy.size, limits.output, "{} bytes of output"),
        ):
            if used is not None and most is not None and used > most:
                return f"it used {words.format(used)}, and may use {words.format(most)}"
        return None

    def _ended(self, busy: _Busy, outcome: Outcome) -> Ended:
        said = outcome.files.get(STREAM, b"")[: busy.ask.limits.output]
        told = self._told(busy, outcome, said)
        self._mirror(busy.work, told)
        self._keep(busy, said)
        peak = max(busy.peak, outcome.peak or 0) or None
        cpu = max(busy.cpu, outcome.cpu)
        spent = Spent(seconds=self._clock() - busy.began, cpu=cpu, peak=peak)
        ended = Ended(
            work=busy.work,
            told=told,
            spent=spent,
            layers=confining.layers(outcome.files.get(confining.REPORT)),
        )
        if told.status != "ok":
            return ended
        return self._taken(busy, ended)

    def _told(self, busy: _Busy, outcome: Outcome, said: bytes) -> Told:
        try:
            told = _adapter(busy.work).read(busy.ask, said, outcome)
        except Exception as error:  # noqa: BLE001 - a stream that our reader cannot bear is that agent's trouble
            told = replace(busy.told, status="crashed", reason=f"what it said cannot be read: {error!r}")
        told = hiding.told(told, self._hidden(busy.work))
        if busy.cut is not None:
            return replace(told, status=busy.cut[0], reason=busy.cut[1], transient=False)
        if told.status is None:
            return replace(told, status="crashed", reason=told.reason or "its end was not told")
        return told

    def _taken(self, busy: _Busy, ended: Ended) -> Ended:
        """With the patch; our own git makes it, and nothing in the clone is run or believed."""
        if self._ground.private.guard(busy.clone) != busy.guard:
            return replace(ended, refused=("it changed the git config, hooks or info of its clone",))
        try:
            patch, odd = self._ground.private.take(busy.clone, busy.work.base)
        except EeeCiError as error:
            return replace(ended, refused=(f"its files cannot be taken back: {text.line(error.message)}",))
        return replace(ended, patch=patch, refused=tuple(map(str, odd)))

    def _hidden(self, work: Work) -> text.Redactor:
        return hiding.redactor(work.backend, _adapter(work).KEY, self._ground.environ)

    def _keep(self, busy: _Busy, said: bytes) -> None:
        """What it said, with each secret as ***."""
        redactor = self._hidden(busy.work)
        clean = redactor.feed(said) + redactor.flush()
        folder = self._ground.root / ".eee-ci" / "runs" / self._ground.run / "transcripts"
        files.publish(folder / f"{busy.work.job}.log", clean)


def _adapter(work: Work) -> BackendAdapter:
    return backends.TABLE[work.backend.kind]
