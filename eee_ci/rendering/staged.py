"""The agent stage in the formats of gates: a suite with a case for each item, findings of the tamper gate."""

from collections import Counter
from collections.abc import Collection, Iterator

from eee_ci import text
from eee_ci.agent import Result, Stage
from eee_ci.model import CaseStatus, Reading, Status, TestCase, Verdict
from eee_ci.rendering.cases import Case, Kind

SUITE = "agents"
TOOL = "tamper"  # whose rules the findings are
UNKNOWN = "unknown"
_CASES: dict[str, CaseStatus] = {
    "accepted": "passed",
    "unverified": "skipped",  # nobody said that it is right
    "no-op": "skipped",
    "rejected": "failed",
    "tampered": "failed",
    "conflict": "failed",
    "failed": "error",
    "budget": "error",
    "skipped": "skipped",
}
_KINDS: dict[CaseStatus, Kind | None] = {
    "passed": None, "failed": "failure", "error": "error", "skipped": "skipped",
}  # fmt: skip  # read in rows
_NOTHING = "there was nothing that an agent could do"


def verdict(stage: Stage) -> Verdict:
    """The stage as a gate that blocks nothing: what it found on its own items and on agent files."""
    findings = (*stage.findings, *(found for result in stage.results for found in result.tampering))
    cases = tuple(_test(result) for result in stage.results)
    found = {case.status for case in cases}
    status: Status = "failed" if found & {"failed", "error"} else "passed" if "passed" in found else "skipped"
    return Verdict(
        gate=SUITE,
        tool=TOOL,
        status=status,
        mode="warn",
        reading=Reading(findings=findings, cases=cases),
        reasons=stage.notes,
    )


def cases(stage: Stage) -> Iterator[Case]:
    """One case an item; where there is none, one that says so."""
    for result in stage.results:
        status = _CASES[result.end]
        why = "; ".join(result.reasons) or result.end
        yield Case(
            classname=f"eee-ci.{SUITE}.{result.agent}",
            name=f"{result.item}: {result.title}",
            kind=_KINDS[status],
            type=f"eee-ci.{result.end}",
            message=f"{result.end}: {why}",
            body="\n".join((result.end, *result.reasons)),
            seconds=result.seconds,
        )
    if not stage.results:
        yield Case(f"eee-ci.{SUITE}", "items", "skipped", "eee-ci.skipped", _NOTHING, _NOTHING)


def headline(stage: Stage) -> str:
    """How the items ended, and whether anything was applied."""
    if not stage.results:
        return ends(stage.results)
    did = "applied" if stage.applied else "proposed only"
    return f"{text.count(len(stage.results), 'item')}: {ends(stage.results)}; {did}"


def ends(results: Collection[Result]) -> str:
    """How many items ended in which way."""
    counted = Counter(result.end for result in results)
    return ", ".join(f"{number} {end}" for end, number in counted.items()) or f"skipped: {_NOTHING}"


def row(result: Result) -> tuple[str, ...]:
    """An item in a table: item, agent, end, why, attempts, seconds, tokens, USD."""
    told = result.told
    return (
        result.item,
        result.agent,
        result.end,
        "; ".join(result.reasons),
        str(result.attempts),
        number(result.seconds),
        number(told.tokens.total if told else None),
        number(told.usd if told else None),
    )


HEAD = ("item", "agent", "end", "why", "attempts", "seconds", "tokens", "USD")


def number(value: float | None) -> str:
    """What nobody told is unknown, never 0."""
    return UNKNOWN if value is None else f"{value:.6g}"


def _test(result: Result) -> TestCase:
    return TestCase(
        classname=result.agent,
        name=result.item,
        status=_CASES[result.end],
        seconds=result.seconds or 0.0,
        message="; ".join(result.reasons),
    )
