"""A gate as test cases: itself, its limits, the findings that made it fail, and the tests it ran."""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from eee_ci import text
from eee_ci.model import Attempt, CaseStatus, Finding, TestCase, Verdict
from eee_ci.rendering import words

Kind = Literal["failure", "error", "skipped"]
_KINDS: dict[CaseStatus, Kind | None] = {
    "passed": None, "failed": "failure", "error": "error", "skipped": "skipped",
}  # fmt: skip  # read in rows


class Room(NamedTuple):
    """How much may be said."""

    body: int  # bytes of text a case
    groups: int  # cases made of findings, a gate
    passed: bool  # list tests that passed
    failed: int  # tests that did not, a gate


class Case(NamedTuple):
    """A test case of the report; `kind` says what it is instead of passed."""

    classname: str
    name: str
    kind: Kind | None = None
    type: str = ""
    message: str = ""
    body: str = ""
    seconds: float | None = None
    file: str | None = None
    line: int | None = None
    attempts: tuple[Attempt, ...] = ()  # earlier ones that failed


def of(verdict: Verdict, room: Room) -> Iterator[Case]:
    """All of them, the gate itself first."""
    yield _gate(verdict)
    if verdict.status in ("passed", "failed"):
        yield from _limits(verdict)
    if verdict.status == "failed":
        yield from _findings(verdict, room)
    failed = 0
    for case in verdict.reading.cases:
        failed += case.status != "passed"
        if room.passed if case.status == "passed" else failed <= room.failed:
            yield _test(verdict, case)


def _gate(verdict: Verdict) -> Case:
    kinds: dict[str, Kind] = {"failed": "failure", "broken": "error", "skipped": "skipped"}
    kind = kinds.get(verdict.status)
    status = words.status(verdict)
    reasons = verdict.reasons or (status,)
    body = [*reasons, *verdict.reading.errors, *verdict.reading.notes]
    if kind == "error":
        body.append(verdict.log)
    return Case(
        classname=f"eee-ci.{verdict.gate}",
        name="gate",
        kind=kind,
        type=f"eee-ci.{verdict.status}",
        message=status if reasons[0] == status else f"{status}: {reasons[0]}",
        body="\n".join(body),
        seconds=verdict.cost.seconds,
    )


def _limits(verdict: Verdict) -> Iterator[Case]:
    for name, value, limit in words.limits(verdict):
        held = words.is_held(value, limit)
        said = f"{name} is {words.number(value)}, wanted {words.wanted(limit)}"
        yield Case(
            classname=f"eee-ci.{verdict.gate}",
            name=f"metric: {name} {words.wanted(limit)}",
            kind=None if held else "failure",
            type="eee-ci.limit",
            message=said,
            body=said,
        )


def _findings(verdict: Verdict, room: Room) -> Iterator[Case]:
    """One case a file and rule; one a file where these are too many; the rest counted in one."""
    groups = _grouped(words.blamed(verdict), by_rule=True)
    if len(groups) > room.groups:
        groups = _grouped(words.blamed(verdict), by_rule=False)
    for (path, rule), found in groups[: room.groups]:
        lines = [
            f"{words.place(it.path, it.line, it.column)} {it.rule} {it.message} [{it.severity}]".strip()
            for it in found
        ]
        yield Case(
            classname=f"eee-ci.{verdict.gate}",
            name=f"{path or 'no file'} {rule}".strip(),
            kind="failure",
            type=rule or "eee-ci.findings",
            message=found[0].message if len(found) == 1 else words.findings(found),
            body="\n".join(lines),
            file=words.inside(path),
            line=found[0].line,
        )
    rest = sum(len(found) for _, found in groups[room.groups :])
    if rest:
        said = f"{text.count(rest, 'more finding')} in {text.count(len(groups) - room.groups, 'more file')}"
        yield Case(f"eee-ci.{verdict.gate}", "more findings", "failure", "eee-ci.findings", said, said)


def _grouped(found: Iterable[Finding], *, by_rule: bool) -> list[tuple[tuple[str, str], list[Finding]]]:
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in found:
        groups.setdefault((finding.path or "", finding.rule if by_rule else ""), []).append(finding)
    return sorted(groups.items())


def _test(verdict: Verdict, case: TestCase) -> Case:
    message = case.message or case.status
    return Case(
        classname=text.line(case.classname) or case.file or f"eee-ci.{verdict.gate}",
        name=text.line(case.name) or "unnamed test",
        kind=_KINDS[case.status],
        type=f"eee-ci.test-{case.status}",
        message=message,
        body=case.text if case.text.strip() else message,
        seconds=case.seconds,
        file=words.inside(case.file),
        line=case.line,
        attempts=tuple(attempt for attempt in case.attempts if attempt.status in ("failed", "error")),
    )


def unsaid(verdict: Verdict, room: Room) -> list[str]:
    """What the cases leave out, a sentence each."""
    passed = sum(case.status == "passed" for case in verdict.reading.cases)
    failed = len(verdict.reading.cases) - passed - room.failed
    found = len(verdict.reading.findings)
    within = found - len(words.blamed(verdict)) if verdict.status == "failed" else found
    return [
        *(
            [f"{text.count(passed, 'test')} that passed: not listed, there are too many"]
            if not room.passed and passed
            else []
        ),
        *(
            [f"{text.count(failed, 'more test')} that did not pass: not listed, there are too many"]
            if failed > 0
            else []
        ),
        *([f"{text.count(within, 'finding')} that did not make the gate fail: not listed"] if within else []),
    ]
