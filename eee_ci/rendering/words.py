"""A run in words: what all formats say alike about verdicts, findings, measures and time."""

import contextlib
import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from eee_ci import text
from eee_ci.errors import GREEN
from eee_ci.model import SEVERITIES, STATUSES, Finding, Limit, Run, TestCase, Verdict
from eee_ci.rendering import clock

_FAILED = ("failed", "error")

seconds = clock.seconds


def asked(run: Run) -> list[Verdict]:
    """The gates that count."""
    return [verdict for verdict in run.verdicts if verdict.asked]


def is_red(verdict: Verdict) -> bool:
    """Asked for and not passed, whether it blocks or not."""
    return verdict.asked and verdict.status != "passed"


def is_green(run: Run) -> bool:
    """Complete, exit 0, and nothing that blocks is anything but passed: all three, or it is not green."""
    blocking = [verdict for verdict in asked(run) if verdict.mode == "block"]
    passed = all(verdict.status == "passed" for verdict in blocking)
    return run.complete and run.exit_code == GREEN and bool(asked(run)) and passed


def headline(run: Run) -> str:
    """The verdict in a line: `failed: lint, tests; broken: types`."""
    counting = asked(run)
    parts = [_named(status, [it for it in counting if it.mode == "block" and it.status == status])
             for status in STATUSES if status != "passed"]  # fmt: skip  # read in rows
    parts = [*filter(None, parts)]
    warns = _named("only warns", [it for it in counting if it.mode != "block" and is_red(it)])
    if not run.complete:
        parts.insert(0, f"stopped by signal {run.signal}" if run.signal else "stopped before its end")
    elif is_green(run):
        parts = ["passed"]
    elif not parts:
        parts = [f"not passed: exit {run.exit_code}" if counting else "not passed: no gate gave a verdict"]
    return "; ".join(filter(None, [*parts, warns]))


def _named(word: str, verdicts: Sequence[Verdict]) -> str:
    return f"{word}: {', '.join(verdict.gate for verdict in verdicts)}" if verdicts else ""


def status(verdict: Verdict) -> str:
    """`failed`, `failed (warns only)`, `not asked for`."""
    if not verdict.asked:
        return "not asked for"
    only_warns = verdict.mode != "block" and verdict.status != "passed"
    return f"{verdict.status} (warns only)" if only_warns else verdict.status


def gates(run: Run) -> str:
    """`5 of 7 gates passed, 1 failed, 1 broken`."""
    seen = Counter(verdict.status for verdict in asked(run))
    total = text.count(sum(seen.values()), "gate")
    rest = [f"{seen[word]} {word}" for word in STATUSES if word != "passed" and seen[word]]
    return ", ".join([f"{seen['passed']} of {total} passed", *rest])


def findings(found: Sequence[Finding]) -> str:
    """`3 findings (1 high, 2 low)`; empty when there is none."""
    if not found:
        return ""
    seen = Counter(finding.severity for finding in found)
    return (
        f"{text.count(len(found), 'finding')} ({', '.join(f'{seen[s]} {s}' for s in SEVERITIES if seen[s])})"
    )


def cases(ran: Sequence[TestCase]) -> str:
    """`2 of 120 tests failed, 1 skipped`; empty when there is none."""
    if not ran:
        return ""
    seen = Counter(case.status for case in ran)
    failed = seen["failed"] + seen["error"]
    said = f"{failed} of {text.count(len(ran), 'test')} failed" if failed else text.count(len(ran), "test")
    return f"{said}, {seen['skipped']} skipped" if seen["skipped"] else said


def results(verdict: Verdict) -> str:
    """Findings and test cases of a gate, counted."""
    kept = verdict.reading
    switched_off = f"{verdict.suppressed} switched off" if verdict.suppressed else ""
    return ", ".join(filter(None, [findings(kept.findings), cases(kept.cases), switched_off]))


def failed_cases(verdict: Verdict) -> list[TestCase]:
    """Test cases that failed in the end."""
    return [case for case in verdict.reading.cases if case.status in _FAILED]


def is_flaky(case: TestCase) -> bool:
    """Passed in the end, after a run that had not."""
    return case.status == "passed" and any(attempt.status in _FAILED for attempt in case.attempts)


def worst_first(found: Iterable[Finding]) -> list[Finding]:
    """By severity, then by place: one order for whatever has to be cut short."""
    return sorted(
        found,
        key=lambda it: (
            SEVERITIES.index(it.severity), it.path or "", it.line or 0, it.column or 0, it.rule, it.message,
        ),
    )  # fmt: skip  # read in rows


def blamed(verdict: Verdict) -> list[Finding]:
    """The findings that made the gate fail: of a severity whose limit is overstepped, or all of them
    when no such limit is. One that only repeats a failed test is left out where the tests are known."""
    found = [
        finding
        for finding in verdict.reading.findings
        if finding.category != "tests" or not verdict.reading.cases
    ]
    reach = max(
        (index for index in range(len(SEVERITIES)) if _overstepped(verdict, found, index)), default=None
    )
    if reach is None:
        limited = any(name.startswith("findings") for name in verdict.limits)
        return [] if limited else found
    return [finding for finding in found if SEVERITIES.index(finding.severity) <= reach]


def _overstepped(verdict: Verdict, found: Sequence[Finding], index: int) -> bool:
    limit = verdict.limits.get(f"findings.{SEVERITIES[index]}")
    number = sum(SEVERITIES.index(finding.severity) <= index for finding in found)
    return limit is not None and limit.max is not None and number > limit.max


def limits(verdict: Verdict) -> list[tuple[str, float | None, Limit]]:
    """Measure, its value or None where it is not known, and its range; counts of findings left out."""
    return [
        (name, verdict.reading.measures.get(name), limit)
        for name, limit in sorted(verdict.limits.items())
        if not name.startswith("findings")
    ]


def is_held(value: float | None, limit: Limit) -> bool:
    """In its range; what is not known is not."""
    if value is None:
        return False
    return (limit.min is None or value >= limit.min) and (limit.max is None or value <= limit.max)


def wanted(limit: Limit) -> str:
    """`at least 70`, `at most 10`, `1 to 5`."""
    if limit.min is not None and limit.max is not None:
        return f"{number(limit.min)} to {number(limit.max)}"
    if limit.min is not None:
        return f"at least {number(limit.min)}"
    return f"at most {number(limit.max)}" if limit.max is not None else "any"


def number(value: float | None) -> str:
    """`70`, `61.24`, `1234567`; `unknown` where there is none."""
    if value is None:
        return "unknown"
    short = f"{value:.2f}"
    if value == round(value):
        return f"{value:.0f}"
    # 69.999 must not read as the 70 that it misses
    return repr(value) if float(short) == round(value) else short.rstrip("0")


def place(path: str | None, line: int | None = None, column: int | None = None) -> str:
    """`src/a.py:3:7`, as far as it is known."""
    return ":".join(str(part) for part in (path, line, column if line else None) if part) if path else ""


def inside(path: str | None) -> str | None:
    """The path, when it is relative and stays below the root; else None, whatever a tool made of it."""
    if not path or path.startswith("/") or "\x00" in path:
        return None
    short = posixpath.normpath(path)
    return None if short in (".", "..") or short.startswith("../") else short


def config_file(run: Run) -> str | None:
    """The config's path where the run names one in the tree, and not a preset."""
    named = re.fullmatch(r"[\w.-]+(/[\w.-]+)*\.ya?ml", run.config)
    return inside(run.config) if named else None


def started(run: Run) -> datetime:
    """When the run began; a ValueError where it does not say so in its own way."""
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}){2}T([0-9]{2}:){2}[0-9]{2}Z", run.started):
        raise ValueError(run.started)
    return datetime.fromisoformat(run.started)


def moment(run: Run, verdict: Verdict) -> str:
    """When the gate began, UTC: `2026-11-22T06:00:00`."""
    begun = started(run)
    with contextlib.suppress(OverflowError):  # no clock says this; the report may have been edited
        begun += timedelta(seconds=max(verdict.started or 0.0, 0.0))
    return begun.replace(tzinfo=None).isoformat(timespec="seconds")
