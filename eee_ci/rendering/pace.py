"""What bounded a run in time, from its own figures, and what would shorten it. Imports are light: a run may
be told before anything heavy is loaded, by what has the same figures."""

from _collections_abc import Sequence

from eee_ci.rendering import clock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol, TypeVar

    class Cost(Protocol):
        @property
        def seconds(self) -> float | None: ...
        @property
        def cpu(self) -> float | None: ...

    class Timed(Protocol):
        """A verdict, as far as its times go."""

        @property
        def gate(self) -> str: ...
        @property
        def cached(self) -> str | None: ...
        @property
        def started(self) -> float | None: ...
        @property
        def ended(self) -> float | None: ...
        @property
        def cost(self) -> Cost: ...

    T = TypeVar("T", bound=Timed)

    class Course(Protocol):
        """A run, as far as its times go."""

        @property
        def verdicts(self) -> Sequence[Timed]: ...
        @property
        def complete(self) -> bool: ...
        @property
        def cores(self) -> int: ...
        @property
        def seconds(self) -> float: ...


_TELLING = 0.05  # of the run's time; a smaller gain is not worth a word
_LARGE = 0.5
_BUSY = 0.8
_LONGEST = 1e7  # seconds


def sentence(run: "Course") -> str:
    """The gate, the cores or the chain that bounded the run, in one sentence; empty where fewer than two
    gates ran, where a signal ended them, or where the figures do not tell."""
    ran = executed(run.verdicts)
    if len(ran) <= 1 or not run.complete or not _sensible(run, ran):
        return ""
    return _one_gate(run, ran) or _cores(run, ran) or _in_turn(run, ran)


def executed(verdicts: "Sequence[T]") -> "list[T]":
    """The gates whose processes ran, in the order of their ends."""
    ran = [
        verdict
        for verdict in verdicts
        if verdict.cached is None and verdict.started is not None and verdict.cost.seconds is not None
    ]
    return sorted(ran, key=lambda verdict: (end(verdict), verdict.gate))


def end(verdict: "Timed") -> float:
    """Seconds after the start of the run at which it was over."""
    if verdict.ended is not None:
        return verdict.ended
    return (verdict.started or 0.0) + (verdict.cost.seconds or 0.0)


def chain(ran: "Sequence[T]") -> "list[T]":
    """The gates that the end of the run waited for, first to last: before each one, the gate whose end let
    it start. `ran` is in the order of ends."""
    found = list(ran[-1:])
    while found:
        before = [one for one in ran if end(one) <= (found[0].started or 0.0) and one not in found]
        if not before:
            break
        found.insert(0, before[-1])
    return found


def _sensible(run: "Course", ran: "Sequence[Timed]") -> bool:
    """A report may have been edited: no sentence is made of times that no run has."""
    times = [(one.started or 0.0, end(one), one.cost.cpu or 0.0) for one in ran]
    return (
        run.cores >= 1
        and 0 < run.seconds <= _LONGEST
        and all(0 <= began <= ended <= _LONGEST and 0 <= cpu <= _LONGEST for began, ended, cpu in times)
    )


def _one_gate(run: "Course", ran: "Sequence[Timed]") -> str:
    longest = max(chain(ran), key=_span)
    gain = _gain(longest, ran, run.cores)
    if _span(longest) < _LARGE * run.seconds or gain < _TELLING * run.seconds:
        return ""
    took = f"{clock.seconds(_span(longest))} of {clock.seconds(run.seconds)}"
    saved = f"splitting it over {run.cores} cores would save up to {clock.seconds(gain)}"
    return f"{longest.gate} bounds the run: {took}; {saved}"


def _gain(longest: "Timed", ran: "Sequence[Timed]", cores: int) -> float:
    """What splitting one gate can save at the most: the rest takes its time, and the cores are so many."""
    others = max((_span(one) for one in ran if one is not longest), default=0.0)
    least = max(others, sum(map(_work, ran)) / cores)
    return min(_span(longest) - _work(longest) / cores, end(ran[-1]) - least)


def _cores(run: "Course", ran: "Sequence[Timed]") -> str:
    known = [verdict.cost.cpu for verdict in ran if verdict.cost.cpu is not None]
    busy = min(sum(known) / (run.seconds * run.cores), 1.0)
    if len(known) < len(ran) or busy < _BUSY:
        return ""
    who = "the core was" if run.cores == 1 else "the cores were"
    return f"{who} busy {busy:.0%} of the time; fewer or cheaper gates would shorten it".replace("%", " %")


def _in_turn(run: "Course", ran: "Sequence[Timed]") -> str:
    held = chain(ran)
    if len(held) == 1:
        return ""
    took = end(held[-1]) - (held[0].started or 0.0)
    names = ", then ".join(verdict.gate for verdict in held)
    times = f"{clock.seconds(took)} of {clock.seconds(run.seconds)}"
    return f"{names} ran one after another: {times}; a quicker one of them would shorten it"


def _span(verdict: "Timed") -> float:
    return end(verdict) - (verdict.started or 0.0)


def _work(verdict: "Timed") -> float:
    """Seconds of one core: it held one for its time, and more where it used more."""
    return max(_span(verdict), verdict.cost.cpu or 0.0)
