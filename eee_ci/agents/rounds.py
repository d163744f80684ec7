"""What follows an attempt: another one, a repair round, a rebase, or the end. Pure."""

from collections.abc import Iterable

from msgspec.structs import replace

from eee_ci import text
from eee_ci.agent import End, Result, Told
from eee_ci.agents import comparing
from eee_ci.agents.work import Decision, Ended, Work
from eee_ci.config.agents import FIXERS
from eee_ci.model import Finding, Noun

RETRIES = 2  # for trouble that passes: overload, rate limits, a start that failed
REBASES = 2  # of one item
_FIRST, _FACTOR, _LONGEST = 1.0, 4.0, 60.0  # seconds
_ENDS: dict[str | None, End] = {"budget": "budget", "timeout": "budget"}
_HINT = 4_000


class Tally(Noun, frozen=True, kw_only=True):
    """What the attempts of one item took together; None is unknown."""

    seconds: float = 0.0
    cpu: float | None = None
    peak: int | None = None

    def plus(self, ended: Ended) -> "Tally":
        spent = ended.spent
        return Tally(
            seconds=self.seconds + spent.seconds,
            cpu=_sum(self.cpu, spent.cpu),
            peak=max((peak for peak in (self.peak, spent.peak) if peak is not None), default=None),
        )


def pause(times: int, chance: float) -> float:
    """Seconds to wait before the n-th repetition; `chance`, from 0 to 1, keeps many from coming at once."""
    return min(_FIRST * _FACTOR ** (times - 1), _LONGEST) * (0.5 + chance / 2)


def retried(work: Work, told: Told) -> Work | None:
    """The same once more, where that may help."""
    if not told.transient or work.retries >= RETRIES or told.status in ("ok", "budget", "cancelled"):
        return None
    return replace(work, attempt=work.attempt + 1, retries=work.retries + 1)


def rebased(work: Work, tip: str) -> Work | None:
    """The same on what others have made of the files meanwhile."""
    if work.conflicts >= REBASES:
        return None
    return replace(work, attempt=work.attempt + 1, conflicts=work.conflicts + 1, base=tip, start=tip, hint="")


def repaired(work: Work, decision: Decision, start: str, rounds: int) -> Work | None:
    """A repair round, told what is wrong, on its own last patch. A deterministic fixer would do the same
    again; what tampered gets no second chance."""
    if decision.end not in ("rejected", "no-op") or work.backend.kind == FIXERS or work.round > rounds:
        return None
    told = "\n".join(f"- {text.line(reason)}" for reason in decision.reasons)
    hint = f"Your last patch was not accepted:\n{told}\nGo on from it, and mend that."
    return replace(
        work,
        attempt=work.attempt + 1,
        round=work.round + 1,
        start=start,
        findings=decision.left or work.findings,
        hint=text.clip(hint, _HINT),
    )


def refused(work: Work, ended: Ended, tally: Tally) -> Result | None:
    """The end of an attempt that has no patch to look at; None where there is one."""
    told = ended.told
    if told.status != "ok":
        end = _ENDS.get(told.status, "failed")
        return result(work, tally, end=end, reasons=(told.reason or f"it ended: {told.status}",), told=told)
    if ended.refused:
        return result(work, tally, end="tampered", reasons=ended.refused, told=told)
    if ended.patch is None:
        return result(work, tally, end="failed", reasons=("its patch could not be taken",), told=told)
    return None


def decided(work: Work, ended: Ended, decision: Decision, tally: Tally) -> Result:
    """The end of an item whose patch was judged."""
    made = result(work, tally, end=decision.end, reasons=decision.reasons, told=ended.told)
    return replace(
        made,
        patch=decision.patch or ended.patch,
        fixed=decision.fixed if decision.end == "accepted" else (),
        tampering=decision.tampering,
        commit=decision.commit,
    )


def result(work: Work, tally: Tally, *, end: End, reasons: Iterable[str], told: Told | None = None) -> Result:
    """An item's end, with what it took."""
    begun = told is not None
    return Result(
        item=work.item.id,
        agent=work.agent.name,
        title=work.item.title,
        backend=work.backend.name,
        model=work.agent.model or work.backend.model,
        end=end,
        reasons=tuple(reasons),
        told=told,
        attempts=work.attempt if begun else 0,
        rounds=work.round if begun else 0,
        retries=work.retries,
        conflicts=work.conflicts,
        seconds=round(tally.seconds, 3) if begun else None,
        cpu=tally.cpu,
        peak=tally.peak,
    )


def present(findings: Iterable[Finding], there: Iterable[Finding]) -> tuple[Finding, ...]:
    """Of some findings those that are still there, as they are now: by fingerprint, else the same fault on a
    line that somebody else has changed."""
    now = {finding.fingerprint: finding for finding in there}
    kept = [finding for finding in findings if finding.fingerprint in now]
    for finding in kept:
        now.pop(finding.fingerprint)
    by_fault: dict[object, list[Finding]] = {}
    for finding in now.values():
        by_fault.setdefault(comparing.fault(finding), []).append(finding)
    known = {finding.fingerprint: finding for finding in there}
    found = []
    for finding in findings:
        others = by_fault.get(comparing.fault(finding), [])
        if finding.fingerprint in known:
            found.append(known[finding.fingerprint])
        elif others:
            found.append(others.pop(0))
    return tuple(found)


def _sum(one: float | None, other: float | None) -> float | None:
    known = [number for number in (one, other) if number is not None]
    return sum(known) if known else None
