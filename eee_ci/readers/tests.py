"""What the test gates share: reruns made one case, counts, and a finding at the place of each failure."""

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from eee_ci import reading, text
from eee_ci.errors import ReportError
from eee_ci.model import Attempt, Finding, Noun, Ran, Reading, TestCase

COLLECTING = "collection failure"  # pytest's own words
FAILING = ("failed", "error")
_PLACE = re.compile(
    r'^(?:E? *File "(?P<file>[^"\n]+)", line (?P<at>\d+)|(?P<path>[^\s:][^:\n]*):(?P<line>\d+):)',
    re.MULTILINE,
)
_ABSENT = re.compile(r"^ModuleNotFoundError: No module named '([^'.]+)'")
_NAMED = 5  # modules told by name


class Cases(Noun, frozen=True, kw_only=True):
    """The tests that ran, and the files of which none could."""

    ran: tuple[TestCase, ...] = ()
    lost: tuple[TestCase, ...] = ()


def of_pytest(*reports: bytes, reruns: bool) -> Cases:
    """pytest's JUnit: lines count from 0, and a file that cannot be collected is a case without a class."""
    from eee_ci.readers import junit

    cases = [_shifted(case) for data in reports for case in junit.cases(data, "the report of pytest")]
    lost = [case for case in cases if not case.classname and case.status == "error"]
    return Cases(
        ran=tuple(merged((case for case in cases if case not in lost), reruns=reruns)),
        lost=tuple(msgspec.structs.replace(case, message=_why(case)) for case in lost),
    )


def of_any(data: bytes, what: str, root: str, tool: str) -> Reading:
    """JUnit of any program."""
    from eee_ci.readers import junit

    cases = tuple(junit.cases(data, what))
    if not cases:
        raise ReportError(f"{what} holds no test case")
    found = reading.finish(root, findings(cases, root, tool))
    return Reading(findings=found, cases=cases, measures=measures(cases))


def _shifted(case: TestCase) -> TestCase:
    return case if case.line is None else msgspec.structs.replace(case, line=case.line + 1)


def _why(case: TestCase) -> str:
    """The exception, which ends the traceback, where the message says nothing."""
    rows = [row.removeprefix("E").strip() for row in case.text.splitlines() if row.strip()]
    return rows[-1] if rows and case.message == COLLECTING else case.message


def check(cases: Sequence[TestCase], ran: Ran, word: str) -> None:
    """A ReportError where exit code and cases contradict each other."""
    failed = [case for case in cases if case.status in FAILING]
    reading.expect(failed, word, ran)
    if word != reading.FOUND and failed:
        raise ReportError(
            f"{reading.name(ran)} ended with exit {ran.exit}, but {text.count(len(failed), 'test')} failed"
        )
    if not cases:
        raise ReportError(
            f"{reading.name(ran)} ended with exit {ran.exit}, but ran no test{reading.said(ran)}"
        )


def merged(cases: Iterable[TestCase], *, reruns: bool) -> list[TestCase]:
    """One case per test: pytest writes a failure and the teardown error after it as two, and each rerun as
    one more that looks passed. `reruns`: a plugin that runs failed tests again is installed."""
    groups: dict[tuple[str, str, str | None, int | None], list[TestCase]] = {}
    for case in cases:
        groups.setdefault((case.classname, case.name, case.file, case.line), []).append(case)
    return [case for group in groups.values() for case in _one(group, reruns=reruns)]


def _one(group: list[TestCase], *, reruns: bool) -> list[TestCase]:
    *sooner, final = group
    if sooner and final.status == "error" and sooner[-1].status == "failed":
        final = _joined(sooner.pop(), final)
    if not reruns:
        return [*sooner, final]
    attempts = tuple(_attempt(case) for case in sooner)
    return [msgspec.structs.replace(final, attempts=(*attempts, *final.attempts))]


def _joined(failure: TestCase, teardown: TestCase) -> TestCase:
    return msgspec.structs.replace(
        failure,
        seconds=failure.seconds + teardown.seconds,
        message=f"{failure.message}\n{teardown.message}",
        text=f"{failure.text}\n\n{teardown.text}",
    )


def _attempt(case: TestCase) -> Attempt:
    if case.status == "passed":  # else it would not have been run again
        return Attempt(
            status="failed", seconds=case.seconds, message="run again; the report does not say why"
        )
    return Attempt(status=case.status, seconds=case.seconds, message=case.message, text=case.text)


def ordered(cases: Iterable[TestCase]) -> tuple[TestCase, ...]:
    """By class, the order of a class kept: the same whichever files went first."""
    return tuple(sorted(cases, key=lambda case: case.classname))


def measures(cases: Sequence[TestCase]) -> dict[str, float]:
    """`tests` counts those that were run."""
    skipped = sum(case.status == "skipped" for case in cases)
    failed = sum(case.status in FAILING for case in cases)
    return {
        "tests": float(len(cases) - skipped),
        "tests_failed": float(failed),
        "tests_skipped": float(skipped),
    }


def findings(cases: Iterable[TestCase], root: str, tool: str) -> Iterator[Finding]:
    """Each failing test, at the failing line of its own file, else where it is defined."""
    for case in cases:
        if case.status in FAILING:
            path, line = _failing(case, root)
            yield Finding(
                tool=tool,
                rule="test-failed" if case.status == "failed" else "test-error",
                message=f"{case.name}: {(case.message or 'no message').splitlines()[0]}",
                severity="high",
                category="tests",
                path=path,
                line=line,
            )


def lacking(lost: Iterable[TestCase], python: str) -> Iterator[str]:
    """What to do where files cannot be collected since a module is not there."""
    names = sorted({found[1] for case in lost if (found := _ABSENT.match(case.message))})
    if names:
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        yield (
            f"{python} has no {', '.join(names[:_NAMED])}{more}: install the project and what its tests need"
            " there, or in a .venv of the project together with pytest"
        )


def place(case: TestCase, root: str) -> str:
    """Where a case failed, in words."""
    path, line = _failing(case, root)
    return ":".join(str(part) for part in (path or case.name, line) if part)


def _failing(case: TestCase, root: str) -> tuple[str | None, int | None]:
    own = reading.relative(case.file, root) if case.file else None
    last = None
    for path, line in places(case.text, root):
        if own is None or path == own:
            last = path, line
    return last or (own, case.line)


def places(trace: str, root: str) -> Iterator[tuple[str, int]]:
    """Files of the project and lines that a traceback names, in its order, libraries left out."""
    for match in _PLACE.finditer(trace):
        path = reading.relative(match["file"] or match["path"], root)
        if path and "site-packages" not in path.split("/"):
            yield path, int((match["at"] or match["line"])[:9])
