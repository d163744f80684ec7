"""What a verdict tells of how it came about: seconds, last words, earlier attempts."""

from collections.abc import Iterable

import msgspec

from eee_ci import text
from eee_ci.model import Attempt, Outcome, Reading, TestCase, Verdict

_LOG_LINES = 20


def timed(reading: Reading, seconds: float) -> Reading:
    """The reading with the measure `seconds`, which every gate has."""
    measures = {**reading.measures, "seconds": round(seconds, 3)}
    return msgspec.structs.replace(reading, measures=measures)


def listed(names: Iterable[str], most: int = 5) -> str:
    """The first few names, and how many more there are."""
    known = list(names)
    shown = ", ".join(text.line(name) for name in known[:most])
    return shown if len(known) <= most else f"{shown} and {len(known) - most} more"


def tail(outcome: Outcome) -> str:
    """The last lines that the processes said, standard error after standard output. What a logger marks as
    DEBUG is left out: ruff is verbose for its count of files only."""
    said = b"".join(
        stream + b"\n" for step in outcome.steps for stream in (step.stdout, step.stderr) if stream
    )
    lines = text.clean(text.decode(said[-65536:])).split("\n")
    told = "\n".join(line for line in lines if "[DEBUG]" not in line).strip("\n").split("\n")
    return "\n".join(told[-_LOG_LINES:])


def after(earlier: list[Verdict], last: Verdict) -> Verdict:
    """The last attempt, with what the earlier ones said. A pass after a failure is shown as flaky."""
    if not earlier:
        return last
    number = len(earlier) + 1
    reasons, flags = last.reasons, last.flags
    if last.status == "passed":
        before = "; ".join(reason for verdict in earlier for reason in verdict.reasons[:1])
        reasons, flags = (f"flaky: it passed on attempt {number} only ({before})",), (*flags, "flaky")
    cases = tuple(
        _attempted(case, [verdict.reading.cases for verdict in earlier]) for case in last.reading.cases
    )
    reading = msgspec.structs.replace(last.reading, cases=cases)
    return msgspec.structs.replace(last, reading=reading, reasons=reasons, flags=flags, attempts=number)


def _attempted(case: TestCase, earlier: list[tuple[TestCase, ...]]) -> TestCase:
    """A test case with its outcomes in the earlier attempts, where one of them was not a pass."""
    key = (case.classname, case.name)
    before = [old for cases in earlier for old in cases if (old.classname, old.name) == key]
    if all(old.status in ("passed", "skipped") for old in before):
        return case
    attempts = tuple(
        Attempt(status=o.status, seconds=o.seconds, message=o.message, text=o.text) for o in before
    )
    return msgspec.structs.replace(case, attempts=(*attempts, *case.attempts))
