"""coverage.py for the test gates: how it measures and reports, and what its report says."""

from collections.abc import Iterator, Sequence
from typing import Any

from eee_ci import inject, reading
from eee_ci.errors import ReportError
from eee_ci.model import Covered, Finding, Outcome, Reading, Step
from eee_ci.ports import Site
from eee_ci.readers import numbers
from eee_ci.tools import LEND

DATA, REPORT = "coverage.data", "coverage.json"
ENV = {"COVERAGE_FILE": "{scratch}/.coverage"}  # of what tests measure themselves; ours is named in full
EXITS = {
    0: "passed",
    1: "error (no data)",
    2: "passed",  # below the project's own `fail_under`; here the gate's limits decide
}
UNTOUCHED = (
    "no test executed any measured statement: the tests probably import another copy of the project; "
    "install it with `pip install -e .`, or set `sources`"
)
SHOWN = 200  # findings at most; all of them are counted
RULE = "uncovered-function"
COUNTS = {
    "statements": "num_statements",
    "covered": "covered_lines",
    "excluded": "excluded_lines",
    "branches": "num_branches",
    "covered_branches": "covered_branches",
}


def measuring(site: Site, *, probes: bool = True) -> tuple[str, ...]:
    """The launcher's options that measure a module; the project's own settings for coverage.py come first."""
    sources = (f"--source={source}" for source in site.sources)
    omitted = (f"--omit={pattern}" for test in site.tests for pattern in (test, f"{test}/*"))
    workers = ("--workers",) if "pytest-xdist" in site.distributions else ()
    traced = () if probes else ("--traced",)
    lent = _lent(site.tools["coverage"].argv)
    return (*lent, f"--cover={{scratch}}/{DATA}", *sources, *omitted, *workers, *traced)


def reporting(site: Site) -> tuple[Step, ...]:
    """One file out of those of several processes, where there are several; then the report."""
    words = site.tools["coverage"].argv
    data = f"--data-file={{scratch}}/{DATA}"
    combine = Step(
        argv=(*words, "combine", "-q", data), skip_if=DATA, go_on=(0, 1)
    )  # 1: nothing there; next says so
    return combine, Step(argv=(*words, "json", data, "-o", f"{{scratch}}/{REPORT}"))


def merging(measured: Step, wish: str) -> Step:
    """Our own report of what a step measured, as the wish of this name says."""
    return Step(
        argv=("{python}", inject.script("covreport.py"), *_lent(measured.argv), f"{{scratch}}/{wish}")
    )


def _lent(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for word in words if word.startswith(LEND))


def read(outcome: Outcome, site: Site) -> Reading:
    """What was measured; what cannot be believed comes back as an error and leaves the test cases alone."""
    try:
        reading.exits(reading.last(outcome), EXITS)
        return measures(reading.report(outcome, REPORT), site.root, site.tests)
    except ReportError as error:
        return Reading(errors=(str(error),))


def measures(data: bytes, root: str, tests: Sequence[str] = ()) -> Reading:
    """`coverage` is the percentage of statements, branches not mixed in; `branch_coverage` is absent where
    the code has no branch, `uncovered_functions` where coverage.py is too old to know functions; functions of
    the tests themselves are none of them."""
    report = reading.json(data, "the report of coverage.py")
    try:
        totals, files = _covered(report["totals"]), report["files"]
        measured = _percent(totals)
        if "coverage" in measured:
            measured["uncovered_lines"] = float(totals.statements - totals.covered)
        ours = {path: file for path, file in files.items() if not _is_test(path, tests)}
        functions = sorted(_functions(ours), key=lambda found: (-found[0], found[1:]))
        if any("functions" in file for file in files.values()):
            measured["uncovered_functions"] = float(len(functions))
        each = {path: _covered(file["summary"]) for path, file in files.items()}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ReportError(f"the report of coverage.py is not as expected: {error!r}") from None
    return Reading(
        measures=measured,
        findings=reading.finish(root, [_finding(*found) for found in functions[:SHOWN]]),
        notes=_rest(len(functions) - SHOWN),
        errors=_doubts(measured.get("coverage")),
        files=dict(sorted((own, one) for path, one in each.items() if (own := reading.relative(path, root)))),
    )


def _is_test(path: str, tests: Sequence[str]) -> bool:
    return any(path == test or path.startswith(f"{test.rstrip('/')}/") for test in tests)


def _covered(summary: dict[str, Any]) -> Covered:
    found = Covered(**{name: numbers.count(summary[key]) for name, key in COUNTS.items() if key in summary})
    for covered, total in _shares(found).values():
        if covered > total:
            raise ValueError(f"{covered} of {total} covered")
    return found


def _shares(found: Covered) -> dict[str, tuple[int, int]]:
    return {
        "coverage": (found.covered, found.statements),
        "branch_coverage": (found.covered_branches or 0, found.branches or 0),
    }


def _percent(totals: Covered) -> dict[str, float]:
    shares = _shares(totals)
    return {name: 100 * covered / total for name, (covered, total) in shares.items() if total}


def _functions(files: dict[str, Any]) -> Iterator[tuple[int, str, int, str]]:
    """Statements, path, line and name of every function without one executed statement."""
    for path, file in files.items():
        for name, region in file.get("functions", {}).items():
            statements = region["summary"]["num_statements"]
            if name and statements and not region["summary"]["covered_lines"]:
                line = numbers.line(region.get("start_line") or min(region["missing_lines"], default=None))
                yield int(statements), str(path), line or 1, str(name).partition("@")[0]


def _finding(statements: int, path: str, line: int, name: str) -> Finding:
    return Finding(
        tool="coverage",
        rule=RULE,
        message=f"no test enters {name} ({statements} statement{'s' * (statements != 1)})",
        severity="info",
        category="coverage",
        path=path,
        line=line,
    )


def _doubts(percent: float | None) -> tuple[str, ...]:
    """What cannot be a measurement of this project."""
    if percent is None:
        return ("coverage.py measured no statement at all: set `sources`, or coverage.py's own `source`",)
    if percent == 0:
        return (UNTOUCHED,)
    return ()


def _rest(number: int) -> tuple[str, ...]:
    return (f"{number} more uncovered functions are not listed",) if number > 0 else ()
