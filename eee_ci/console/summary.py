"""What a run says at its end: verdict, gates, reasons and first findings of what is red, reports."""

import signal
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from eee_ci import judge, text
from eee_ci.console import Console
from eee_ci.model import SEVERITIES, CaseStatus, Finding, Run, TestCase, Verdict
from eee_ci.rendering import clock, pace

_FIRST = 10

seconds = clock.short
_STYLES = {"passed": "green", "failed": "red", "broken": "red", "skipped": "yellow"}
_TABLE = 60  # narrower terminals get a line of words instead of columns


def lines(run: Run, console: Console, *, verbose: bool = False, quiet: bool = False) -> Iterator[str]:
    """The lines of the summary, without the places of the reports."""
    yield verdict(run, console)
    if quiet and run.exit_code == 0:
        return
    shown = [v for v in run.verdicts if v.asked or verbose]
    if not quiet:
        yield from table(shown, console)
        left = [v.gate for v in run.verdicts if not v.asked]
        if left and not verbose:
            yield console.paint(f"  not asked for or off: {', '.join(left)}", "grey")
    for note in run.notes:
        yield f"note: {text.line(note)}"
    if verbose and (bounded := pace.sentence(run)):
        yield f"pace: {bounded}"
    for one in run.verdicts:
        telling = (
            one.status != "passed" or one.flags or (verbose and (one.reading.findings or one.reading.notes))
        )
        if one.asked and telling:
            yield from detail(one, console, most=None if verbose else _FIRST, quiet=quiet)
    if verbose:
        yield from reasons(run.verdicts)


def reasons(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Why gates ran that could have been remembered, and since when the others were."""
    known = [one for one in verdicts if one.because or one.cached is not None]
    if known:
        yield ""
    for one in known:
        yield text.line(
            f"{one.gate}: remembered from {one.cached}"
            if one.cached
            else f"{one.gate}: ran because {'; '.join(one.because)}"
        )
        yield from files(one.chosen)


def files(chosen: Mapping[str, str]) -> Iterator[str]:
    """The test files that run while others are remembered, each with its reason."""
    yield from (f"  {text.line(path)}: {text.line(reason)}" for path, reason in chosen.items())


def verdict(run: Run, console: Console) -> str:
    """The verdict in one line."""
    asked = [v for v in run.verdicts if v.asked]
    numbers = {s: sum(v.status == s for v in asked) for s in ("failed", "broken", "skipped", "passed")}
    words = ", ".join(f"{n} {s}" for s, n in numbers.items() if n) or "no gate ran"
    green = run.exit_code == 0
    head = console.paint("GREEN" if green else "RED", "bold", "green" if green else "red")
    stopped = f", stopped by {_signal(run.signal)}" if run.signal else ""
    gates = text.count(len(asked), "gate")
    return f"eee-ci: {head}  {words} of {gates}{stopped} ({seconds(run.seconds)}, {text.line(run.config)})"


def table(verdicts: Sequence[Verdict], console: Console) -> Iterator[str]:
    """A line a gate: status, name, tool, time, counts."""
    wide = console.width >= _TABLE
    names = max((len(v.gate) for v in verdicts), default=0)
    tools = max((len(_tool(v)) for v in verdicts), default=0)
    times = max((7, *(len(_time(v)) for v in verdicts)))
    for one in verdicts:
        status = console.paint(one.status, _STYLES[one.status])
        time = _time(one)
        if wide:
            gap = " " * (7 - len(one.status))
            row = f"  {status}{gap}  {one.gate:{names}}  {_tool(one):{tools}}  {time:>{times}}  {tally(one)}"
        else:
            row = f"{status} {one.gate} {time}"
        yield row.rstrip()


def detail(one: Verdict, console: Console, *, most: int | None, quiet: bool = False) -> Iterator[str]:
    """The reasons of a verdict and its first findings."""
    yield ""
    mode = " (does not block)" if one.mode == "warn" else ""
    yield console.paint(f"{one.gate} {one.status}{mode}", "bold", _STYLES[one.status])
    for reason in one.reasons:
        yield f"  {text.line(reason)}"
    for note in one.reading.notes:
        yield f"  note: {text.line(note)}"
    if quiet:
        return
    places = [case_line(c) for c in one.reading.cases if c.status in ("failed", "error")]
    reported = one.reading.findings if one.tool != "pytest" or not places else ()
    told = worst(reported if most is None or not reported else judge.counted(one.reading, one.limits))
    said = " ".join(("", *one.reasons))
    places += [finding_line(f) for f in told if f" {f.path}:{f.line}: " not in said]
    yield from (f"  {place}" for place in places[:most])
    if left := rest(0 if most is None else max(len(places) - most, 0), len(reported) - len(told)):
        yield f"  and {left}: see the reports, or --verbose"
    if one.log and (one.status == "broken" or (one.status == "failed" and not places)):
        yield from (f"  | {line}" for line in text.clean(one.log).split("\n"))


def rest(more: int, slighter: int) -> str:
    """What is not shown, in words."""
    words = (f"{more} more" if more else "", f"{slighter} too slight for the limits" if slighter else "")
    return " and ".join(filter(None, words))


def worst(findings: Sequence[Finding]) -> list[Finding]:
    """Worst first, then by place."""
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))


def finding_line(finding: Finding) -> str:
    """`path:line:col rule message`, as editors and terminals link it."""
    place = ":".join(str(part) for part in (finding.path, finding.line, finding.column) if part is not None)
    return text.line(
        f"{place} {finding.rule} {finding.message}" if place else f"{finding.rule} {finding.message}"
    )


def case_line(case: TestCase) -> str:
    """A failed test on one line."""
    place = ":".join(str(part) for part in (case.file, case.line) if part is not None)
    name = f"{case.classname}::{case.name}" if case.classname else case.name
    return text.line(f"{place} {name} {_WORDS[case.status]}: {case.message}"[:500])


def places(folder: Path, names: Sequence[str]) -> str:
    """Where the reports are."""
    return f"reports: {text.line(str(folder))}/ ({', '.join(names)})"


def tally(one: Verdict) -> str:
    """What there is to count: findings, tests, coverage."""
    words = []
    measures = one.reading.measures
    if one.reading.findings and one.tool != "pytest":
        words.append(text.count(len(one.reading.findings), "finding"))
    if "tests" in measures:
        words.append(f"{text.count(int(measures['tests']), 'test')}")
    if measures.get("tests_failed"):
        words.append(f"{int(measures['tests_failed'])} failed")
    if "coverage" in measures:
        words.append(f"coverage {_floor(measures['coverage'])} %")
    if one.suppressed:
        words.append(f"{one.suppressed} switched off")
    return ", ".join((*words, *one.flags))


_WORDS: dict[CaseStatus, str] = {
    "failed": "failed",
    "error": "error",
    "passed": "passed",
    "skipped": "skipped",
}


def _floor(value: float) -> str:
    return f"{int(value * 10) / 10:.1f}"


def _time(one: Verdict) -> str:
    """What it took now; a result that was remembered took nothing."""
    return "remembered" if one.cached is not None else seconds(one.cost.seconds)


def _tool(one: Verdict) -> str:
    return f"{one.tool} {one.version}" if one.version else one.tool


def _signal(number: int | None) -> str:
    try:
        return signal.Signals(number or 0).name
    except ValueError:
        return f"signal {number}"
