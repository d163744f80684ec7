"""A reading becomes a verdict: severities, exclusions, limits. Pure: the same words, the same verdict."""

import fnmatch
import math
from collections.abc import Iterable, Mapping

import msgspec

from eee_ci import text
from eee_ci.errors import BROKEN, FAILED, GREEN, SIGNALLED
from eee_ci.model import SEVERITIES, Finding, Gate, Limit, Mode, Reading, Severity, Status, Verdict

_PERCENT = ("coverage", "branch_coverage")
_ALIASES = {"tests_min": "tests"}
_DECIMALS = 2


def limits(own: Mapping[str, Limit], defaults: Mapping[str, Limit]) -> dict[str, Limit]:
    """What holds for a gate: its own limits over the tool's. Naming any severity of findings replaces
    the tool's own idea of them; an empty limit switches a default off."""
    named = any(measure.startswith("findings.") for measure in own)
    kept = {m: limit for m, limit in defaults.items() if not (named and m.startswith("findings."))}
    merged = {**kept, **{_ALIASES.get(measure, measure): limit for measure, limit in own.items()}}
    return {m: limit for m, limit in sorted(merged.items()) if limit.min is not None or limit.max is not None}


def apply(gate: Gate, reading: Reading) -> tuple[Reading, int]:
    """The reading under the gate's severity map and exclusions, and how many findings fell away."""
    kept = []
    for finding in reading.findings:
        severity = _severity(gate, finding)
        if severity is None or _excluded(gate, finding.path):
            continue
        changed = severity != finding.severity
        kept.append(msgspec.structs.replace(finding, severity=severity) if changed else finding)
    counted = {**reading.measures, **counts(kept)}
    return msgspec.structs.replace(reading, findings=tuple(kept), measures=counted), len(
        reading.findings
    ) - len(kept)


def counts(findings: Iterable[Finding]) -> dict[str, float]:
    """`findings.<severity>`: how many there are of that severity or worse."""
    found = [SEVERITIES.index(finding.severity) for finding in findings]
    return {f"findings.{s}": float(sum(at <= i for at in found)) for i, s in enumerate(SEVERITIES)}


def status(reading: Reading, held: Mapping[str, Limit]) -> tuple[Status, tuple[str, ...]]:
    """The status of a complete reading and its reasons. No data is not success: it is broken."""
    unknown = [_unknown(measure, limit) for measure, limit in held.items() if measure not in reading.measures]
    broken = (*reading.errors, *(unknown if not reading.errors else ()))
    overstepped = tuple(
        sentence
        for measure, limit in held.items()
        if measure in reading.measures
        for sentence in _overstepped(measure, reading.measures[measure], limit, reading)
    )
    if broken:
        return "broken", (*broken, *overstepped)
    return ("failed", overstepped) if overstepped else ("passed", ())


def counted(reading: Reading, held: Mapping[str, Limit]) -> tuple[Finding, ...]:
    """The findings that overstepped limits count; all where no limit on findings is overstepped."""
    known = {severity: f"findings.{severity}" for severity in SEVERITIES}
    over = [
        severity
        for severity, measure in known.items()
        if measure in held and _above(reading.measures.get(measure, 0.0), held[measure])
    ]
    worst = SEVERITIES[: SEVERITIES.index(over[-1]) + 1] if over else SEVERITIES
    return tuple(finding for finding in reading.findings if finding.severity in worst)


def exit_code(verdicts: Iterable[Verdict], signal: int | None = None) -> int:
    """Of a whole run: a signal, then failed, then broken or skipped; what blocks and was asked for counts."""
    if signal is not None:
        return SIGNALLED + signal
    asked = [verdict for verdict in verdicts if verdict.asked]
    blocking = [verdict.status for verdict in asked if verdict.mode == "block"]
    if "failed" in blocking:
        return FAILED
    if not asked or any(word != "passed" for word in blocking):
        return BROKEN
    return GREEN


def blocks(status_: Status, mode: Mode) -> bool:
    """Does this verdict make the run not green?"""
    return mode == "block" and status_ != "passed"


def number(value: float, measure: str = "") -> str:
    """A measure for people: never rounded up to a limit that it does not reach."""
    if not math.isfinite(value):
        return str(value)
    floor = math.floor(value * 10**_DECIMALS) / 10**_DECIMALS
    shown = f"{floor:.{_DECIMALS}f}".rstrip("0").rstrip(".")
    return f"{shown} %" if measure in _PERCENT else shown


def _severity(gate: Gate, finding: Finding) -> Severity | None:
    """The exact rule wins over a pattern, a longer pattern over a shorter one."""
    matches = [p for p in gate.severity if fnmatch.fnmatchcase(finding.rule, p)]
    if not matches:
        return finding.severity
    chosen = gate.severity[max(matches, key=lambda p: (p == finding.rule, len(p), p))]
    return None if chosen == "off" else chosen


def _excluded(gate: Gate, path: str | None) -> bool:
    return path is not None and any(matches(path, pattern) for pattern in gate.exclude)


def matches(path: str, pattern: str) -> bool:
    """Does a pattern (a folder, a file, or with `*`) name this path?"""
    wanted = pattern.removeprefix("./").rstrip("/")
    if wanted in (".", path) or path.startswith(f"{wanted}/"):
        return True
    return fnmatch.fnmatchcase(path, wanted) or fnmatch.fnmatchcase(path, f"{wanted}/*")


def _unknown(measure: str, limit: Limit) -> str:
    return f"{measure} is unknown, {_wanted(measure, limit)}"


def _wanted(measure: str, limit: Limit) -> str:
    ends = []
    if limit.min is not None:
        ends.append(f"at least {number(limit.min, measure)}")
    if limit.max is not None:
        ends.append(f"at most {number(limit.max, measure)}")
    return " and ".join(ends) + " wanted"


def _overstepped(measure: str, value: float, limit: Limit, reading: Reading) -> list[str]:
    low = limit.min is not None and not value >= limit.min
    if not low and not _above(value, limit):
        return []
    if measure.startswith("findings."):
        return [f"{_found(measure.removeprefix('findings.'), reading)}, {_wanted(measure, limit)}"]
    if measure == "tests_failed":
        return [f"{text.count(int(value), 'test')} failed, {_wanted(measure, limit)}"]
    return [f"{measure} is {number(value, measure)}, {_wanted(measure, limit)}"]


def _above(value: float, limit: Limit) -> bool:
    return limit.max is not None and not value <= limit.max


def _found(severity: str, reading: Reading) -> str:
    worst = SEVERITIES[: SEVERITIES.index(severity) + 1]
    each = {s: sum(f.severity == s for f in reading.findings) for s in worst}
    split = ", ".join(f"{number} {name}" for name, number in each.items() if number)
    return f"{text.count(sum(each.values()), 'finding')} of {severity} or worse ({split or 'none'})"
