"""What bounded a run in time, from its own figures, and what would shorten it."""

from collections.abc import Sequence

from eee_ci.model import Run, Verdict
from eee_ci.rendering import words

_TELLING = 0.05  # of the run's time; a smaller gain is not worth a word
_LARGE = 0.5
_BUSY = 0.8
_LONGEST = 1e7  # seconds


def sentence(run: Run) -> str:
    """The gate, the cores or the chain that bounded the run, in one sentence; empty where fewer than two
    gates ran, where a signal ended them, or where the figures do not tell."""
    ran = executed(run)
    if len(ran) <= 1 or not run.complete or not _sensible(run, ran):
        return ""
    return _one_gate(run, ran) or _cores(run, ran) or _in_turn(run, ran)


def executed(run: Run) -> list[Verdict]:
    """The gates whose processes ran, in the order of their ends."""
    ran = [
        verdict
        for verdict in run.verdicts
        if verdict.cached is None and verdict.started is not None and verdict.cost.seconds is not None
    ]
    return sorted(ran, key=lambda verdict: (end(verdict), verdict.gate))


def end(verdict: Verdict) -> float:
    """Seconds after the start of the run at which it was over."""
    if verdict.ended is not None:
        return verdict.ended
    return (verdict.started or 0.0) + (verdict.cost.seconds or 0.0)


def chain(ran: Sequence[Verdict]) -> list[Verdict]:
    """The gates that the end of the run waited for, first to last: before each one, the gate whose end let
    it start. `ran` is in the order of ends."""
    found = list(ran[-1:])
    while found:
        before = [one for one in ran if end(one) <= (found[0].started or 0.0) and one not in found]
        if not before:
            break
        found.insert(0, before[-1])
    return found


def _sensible(run: Run, ran: Sequence[Verdict]) -> bool:
    """A report may have been edited: no sentence is made of times that no run has."""
    times = [(one.started or 0.0, end(one), one.cost.cpu or 0.0) for one in ran]
    return (
        run.cores >= 1
        and 0 < run.seconds <= _LONGEST
        and all(0 <= began <= ended <= _LONGEST and 0 <= cpu <= _LONGEST for began, ended, cpu in times)
    )


def _one_gate(run: Run, ran: Sequence[Verdict]) -> str:
    longest = max(chain(ran), key=_span)
    gain = _gain(longest, ran, run.cores)
    if _span(longest) < _LARGE * run.seconds or gain < _TELLING * run.seconds:
        return ""
    took = f"{words.seconds(_span(longest))} of {words.seconds(run.seconds)}"
    saved = f"splitting it over {run.cores} cores would save up to {words.seconds(gain)}"
    return f"{longest.gate} bounds the run: {took}; {saved}"


def _gain(longest: Verdict, ran: Sequence[Verdict], cores: int) -> float:
    """What splitting one gate can save at the most: the rest takes its time, and the cores are so many."""
    others = max((_span(one) for one in ran if one is not longest), default=0.0)
    least = max(others, sum(map(_work, ran)) / cores)
    return min(_span(longest) - _work(longest) / cores, end(ran[-1]) - least)


def _cores(run: Run, ran: Sequence[Verdict]) -> str:
    known = [verdict.cost.cpu for verdict in ran if verdict.cost.cpu is not None]
    busy = min(sum(known) / (run.seconds * run.cores), 1.0)
    if len(known) < len(ran) or busy < _BUSY:
        return ""
    who = "the core was" if run.cores == 1 else "the cores were"
    return f"{who} busy {busy:.0%} of the time; fewer or cheaper gates would shorten it".replace("%", " %")


def _in_turn(run: Run, ran: Sequence[Verdict]) -> str:
    held = chain(ran)
    if len(held) == 1:
        return ""
    took = end(held[-1]) - (held[0].started or 0.0)
    names = " > ".join(verdict.gate for verdict in held)
    times = f"{words.seconds(took)} of {words.seconds(run.seconds)}"
    return f"{names} ran one after another: {times}; a quicker one of them would shorten it"


def _span(verdict: Verdict) -> float:
    return end(verdict) - (verdict.started or 0.0)


def _work(verdict: Verdict) -> float:
    """Seconds of one core: it held one for its time, and more where it used more."""
    return max(_span(verdict), verdict.cost.cpu or 0.0)
