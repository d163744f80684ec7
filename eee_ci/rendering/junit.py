"""JUnit XML in two dialects: what all readers agree on (`strict`), and that with file, line and reruns."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from eee_ci import text
from eee_ci.model import Attempt, Run, Verdict
from eee_ci.rendering import cases, staged, words

_MOST_BYTES = 29_000_000  # GitLab reads less than 30 MB
_MOST_NODES = 190_000  # and fewer than 250,000 objects
_MESSAGE = 1_000
_NAME = 1_000
_ATTEMPTS = 4_000

_ROOMS = (
    cases.Room(body=64 << 10, groups=1000, passed=True, failed=50_000),
    cases.Room(body=4 << 10, groups=1000, passed=True, failed=50_000),
    cases.Room(body=1 << 10, groups=200, passed=False, failed=5_000),
    cases.Room(body=256, groups=50, passed=False, failed=500),
    cases.Room(body=128, groups=0, passed=False, failed=0),
)


def document(run: Run, *, strict: bool) -> bytes:
    """The whole file, with as much detail as its readers can take."""
    tests = sum(len(verdict.reading.cases) for verdict in run.verdicts)
    for room in _ROOMS:
        if 12 * len(run.verdicts) + 2 * tests * room.passed > _MOST_NODES:
            continue  # the least that they take
        data = _joined(_pieces(run, room, strict=strict))
        if data is not None:
            return data
    # an empty file would read as green
    said = f"{text.count(len(run.verdicts), 'gate')}: too many to list; report.json has them"
    stand_in = Verdict(gate="eee-ci", tool="eee-ci", status="broken", reasons=(said, words.headline(run)))
    return b"".join(
        f"{piece}\n".encode()
        for piece in _pieces(replace(run, verdicts=(stand_in,)), _ROOMS[-1], strict=strict)
    )


def _joined(pieces: Iterable[str]) -> bytes | None:
    """All of it, or None as soon as it is too much."""
    result: list[bytes] = []
    size = nodes = 0
    for piece in pieces:
        data = f"{piece}\n".encode()
        size += len(data)
        nodes += data.count(b"<") + 1
        if size > _MOST_BYTES or nodes > _MOST_NODES:
            return None
        result.append(data)
    return b"".join(result)


def _pieces(run: Run, room: cases.Room, *, strict: bool) -> Iterator[str]:
    taken: dict[tuple[str, str], int] = {}
    parts: list[tuple[Verdict, Iterable[cases.Case]]] = [(it, cases.of(it, room)) for it in run.verdicts]
    if run.agents is not None:
        parts.append((staged.verdict(run.agents), staged.cases(run.agents)))
    suites = [[_unique(case, verdict.gate, taken) for case in found] for verdict, found in parts]
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    total = _counters([case for suite in suites for case in suite])
    named = {"name": "eee-ci", **total, "time": _time(run.seconds)}
    named.pop("skipped")
    yield "<testsuites>" if strict else f"<testsuites{_attributes(named)}>"
    for number, (verdict, listed) in enumerate(zip((it for it, _ in parts), suites, strict=True)):
        yield _suite_start(run, verdict, number, listed)
        for case in listed:
            yield _element(case, room, strict=strict)
        said = "\n".join(_said(verdict, room, listed, strict=strict)).strip()
        yield f"<system-out>{text.xml(text.tail(said, room.body))}</system-out>\n<system-err></system-err>"
        yield "</testsuite>"
    yield "</testsuites>"


def _suite_start(run: Run, verdict: Verdict, number: int, listed: Sequence[cases.Case]) -> str:
    attributes = {
        "package": "eee-ci",
        "id": str(number),
        "name": verdict.gate,
        **_counters(listed),
        "time": _time(verdict.cost.seconds),
        "timestamp": words.moment(run, verdict),
        "hostname": "localhost",
    }
    tool = f"{verdict.tool} {verdict.version or ''}".strip()
    known = {"tool": tool, "status": verdict.status, "mode": verdict.mode, "flags": " ".join(verdict.flags)}
    properties = "".join(
        f"<property{_attributes({'name': f'eee-ci.{name}', 'value': value})}/>"
        for name, value in known.items()
        if value
    )
    return f"<testsuite{_attributes(attributes)}>\n<properties>{properties}</properties>"


def _counters(listed: Iterable[cases.Case]) -> dict[str, str]:
    seen = Counter(case.kind or "passed" for case in listed)
    return {
        "tests": str(sum(seen.values())),
        "failures": str(seen["failure"]),
        "errors": str(seen["error"]),
        "skipped": str(seen["skipped"]),
    }


def _unique(case: cases.Case, gate: str, taken: dict[tuple[str, str], int]) -> cases.Case:
    """With a pair of names that no other case has: readers keep one case a pair and drop the rest."""
    classname, name = (text.clip(text.line(word), _NAME) for word in (case.classname, case.name))
    if (classname, name) in taken:
        classname = f"{gate}.{classname}"
    pair = first = (classname, name)
    while pair in taken:
        taken[first] += 1
        pair = (classname, f"{name} ({taken[first]})")
    taken[pair] = 1
    return case._replace(classname=pair[0], name=pair[1])


def _element(case: cases.Case, room: cases.Room, *, strict: bool) -> str:
    named = {"classname": case.classname, "name": case.name}
    if not strict and case.file:
        named["file"] = case.file
        if case.line and case.line > 0:
            named["line"] = str(case.line)
    start = f"<testcase{_attributes({**named, 'time': _time(case.seconds)})}"
    inside = _result(case, room, strict=strict) + ("" if strict else _reruns(case, room))
    return f"{start}>{inside}</testcase>" if inside else f"{start}/>"


def _result(case: cases.Case, room: cases.Room, *, strict: bool) -> str:
    if case.kind is None:
        return ""
    named = {"message": text.clip(text.line(case.message), _MESSAGE) or case.kind}
    if case.kind != "skipped":  # one schema demands a type here, and forbids it there
        named = {"type": text.line(case.type), **named}
    body = text.clip(case.body, room.body)
    if strict:
        earlier = "\n".join(map(_attempt, case.attempts))
        body = f"{body}\n{text.clip(earlier, _ATTEMPTS)}"
    # an element without text counts as passed with some readers
    inside = text.xml(body).strip() or text.xml(named["message"])
    return f"<{case.kind}{_attributes(named)}>{inside}</{case.kind}>"


def _reruns(case: cases.Case, room: cases.Room) -> str:
    word = "rerun" if case.kind else "flaky"
    pieces = []
    for attempt in case.attempts:
        element = f"{word}{'Error' if attempt.status == 'error' else 'Failure'}"
        named = {
            "type": f"eee-ci.test-{attempt.status}",
            "message": text.clip(text.line(attempt.message), _MESSAGE),
        }
        trace = text.xml(text.clip(attempt.text or attempt.message, room.body))
        pieces.append(f"<{element}{_attributes(named)}><stackTrace>{trace}</stackTrace></{element}>")
    return "".join(pieces)


def _attempt(attempt: Attempt) -> str:
    return f"earlier attempt {attempt.status} after {_time(attempt.seconds)} s: {text.line(attempt.message)}"


def _said(verdict: Verdict, room: cases.Room, listed: Iterable[cases.Case], *, strict: bool) -> Iterator[str]:
    """The gate's log, and at its end what the cases could not say."""
    if verdict.status != "broken":  # there the case of the gate has it
        yield verdict.log.strip()
    yield from cases.unsaid(verdict, room)
    for case in listed:
        if strict and case.kind is None:
            yield from (
                f"flaky: {case.classname} {case.name}: {_attempt(attempt)}" for attempt in case.attempts
            )


def _attributes(named: dict[str, str]) -> str:
    return "".join(f' {name}="{text.xml_attribute(value)}"' for name, value in named.items())


def _time(value: float | None) -> str:
    return f"{max(value or 0.0, 0.0):.3f}"
