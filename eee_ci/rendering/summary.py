"""The run as Markdown: the verdict, a table of the gates, and what is wrong in each red one.

What tools said stands in HTML blocks without a blank line, where Markdown is inert, or is escaped.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from eee_ci import text
from eee_ci.agent import Stage
from eee_ci.model import Finding, Run, Status, TestCase, Verdict
from eee_ci.rendering import pace, staged, words

_ICONS: dict[Status, str] = {"passed": "✅", "failed": "❌", "broken": "⚠️", "skipped": "⏭️"}
_PLACE, _MESSAGE, _REASON = 300, 500, 1_000
_NOTES = 20
_LINE = 300  # of the text outside of tables


class Room(NamedTuple):
    """How much may be said."""

    rows: int  # findings and failed tests, each a gate
    reasons: int  # a gate
    log: int  # bytes of it, a broken gate
    details: bool  # the red gates, below the table
    table: bool


def page(run: Run, room: Room, most: int) -> bytes | None:
    """The whole page, or None as soon as it is over `most` bytes."""
    lines: list[bytes] = []
    left = most
    for line in _lines(run, room):
        lines.append(f"{line}\n".encode())
        left -= len(lines[-1])
        if left < 0:
            return None
    return b"".join(lines)


def _lines(run: Run, room: Room) -> Iterator[str]:
    icon = "✅" if words.is_green(run) else "❌"
    yield from (f"## {icon} eee-ci: {_short(words.headline(run))}", "")
    yield " · ".join(filter(None, [_short(words.gates(run)), words.seconds(run.seconds), _of(run)]))
    if room.table:
        yield from ("", *_table(run))
    red = [verdict for verdict in words.asked(run) if words.is_red(verdict)]
    if room.details:
        for verdict in red:
            yield from ("", *_details(verdict, room))
    elif red:
        yield from (
            "",
            f"{text.count(len(red), 'gate')} not passed: there is no room for more, see report.json.",
        )
    if run.agents is not None and room.table:
        yield from ("", *_agents(run.agents, room))
    if run.notes:
        yield from ("", *(f"- {_short(note)}" for note in run.notes[:_NOTES]))
    if bounded := pace.sentence(run):
        yield from ("", _short(f"pace: {bounded}"))
    yield from ("", _foot(run))


def _of(run: Run) -> str:
    commit = f"commit {_short(run.commit[:12])}" if run.commit else ""
    return f"{commit} on {_short(run.branch)}".strip() if run.branch else commit


def _foot(run: Run) -> str:
    left_out = ", ".join(verdict.gate for verdict in run.verdicts if not verdict.asked)
    said = [f"eee-ci {_short(run.version)}", f"config: {_short(run.config)}"]
    return " · ".join([*said, f"not asked for: {_short(left_out)}"] if left_out else said)


def _table(run: Run) -> Iterator[str]:
    yield "| gate | status | found | measures | time |"
    yield "|---|---|---|---|---|"
    for verdict in words.asked(run):
        flags = ", ".join([words.status(verdict), *verdict.flags, *(["cached"] if verdict.cached else [])])
        measures = ", ".join(f"{name} {words.number(value)}" for name, value, _ in words.limits(verdict))
        status = f"{_ICONS[verdict.status]} {_short(flags)}"
        found = words.results(verdict)
        cells = [_short(verdict.gate), status, _short(found), _short(measures)]
        yield f"| {' | '.join([*cells, words.seconds(verdict.cost.seconds)])} |"


def _agents(stage: Stage, room: Room) -> Iterator[str]:
    yield f"### Agents: {_short(staged.headline(stage))}"
    if stage.results and room.rows:
        yield from ("", f"| {' | '.join(staged.HEAD)} |", "|---" * len(staged.HEAD) + "|")
        for result in stage.results[: room.rows]:
            yield f"| {' | '.join(map(_short, staged.row(result)))} |"
    if len(stage.results) > room.rows:
        yield from ("", f"{text.count(len(stage.results) - room.rows, 'more item')}, see report.json.")
    yield from ("", *(f"- {_short(note)}" for note in stage.notes[:_NOTES]))
    yield from ([f"Patches and report: {_short(stage.folder)}/"] if stage.results else [])


def _details(verdict: Verdict, room: Room) -> Iterator[str]:
    said = [*verdict.reasons, *verdict.reading.errors, *verdict.reading.notes]
    first = f": {_html(said[0], _LINE)}" if said else ""
    head = f"<strong>{_html(verdict.gate, _LINE)}</strong> {words.status(verdict)}{first}"
    body = list(_body(verdict, room, said if len(said) > 1 else []))
    if body:
        yield from ("<details open>", f"<summary>{head}</summary>", *body, "</details>")
    else:
        yield f"<p>{head}</p>"


def _body(verdict: Verdict, room: Room, said: list[str]) -> Iterator[str]:
    yield from _list(said[: room.reasons], more=len(said) - room.reasons)
    found = words.worst_first(verdict.reading.findings)
    yield from _rows(map(_finding, found[: room.rows]), ("where", "rule", "severity", "message"))
    yield from _more(len(found) - room.rows, "finding")
    failed = words.failed_cases(verdict)
    yield from _rows(map(_test, failed[: room.rows]), ("test", "where", "message"))
    yield from _more(len(failed) - room.rows, "failed test")
    if verdict.status == "broken" and verdict.log.strip() and room.log:
        yield f"<pre>{_html(text.tail(verdict.log.strip(), room.log), room.log, line_end='&#10;')}</pre>"


def _list(items: list[str], *, more: int) -> Iterator[str]:
    if items:
        yield "<ul>"
        yield from (f"<li>{_html(item, _REASON)}</li>" for item in items)
        yield from ([f"<li>{more} more</li>"] if more > 0 else [])
        yield "</ul>"


def _rows(rows: Iterable[str], head: Iterable[str]) -> Iterator[str]:
    body = list(rows)
    if body:
        yield f"<table><tr>{''.join(f'<th>{name}</th>' for name in head)}</tr>"
        yield from body
        yield "</table>"


def _more(number: int, noun: str) -> Iterator[str]:
    if number > 0:
        yield f"<p>{text.count(number, f'more {noun}')}, see report.json.</p>"


def _finding(finding: Finding) -> str:
    place = words.place(finding.path, finding.line, finding.column)
    message = finding.message if not finding.fix else f"{finding.message}\n{finding.fix}"
    return _row([_code(place), _code(finding.rule), finding.severity, _html(message, _MESSAGE)])


def _test(case: TestCase) -> str:
    place = words.place(case.file, case.line)
    name = " ".join(filter(None, [case.classname, case.name]))
    tried = f" (failed {len(case.attempts) + 1} times)" if case.attempts else ""
    return _row([_code(name) + tried, _code(place), _html(case.message or case.status, _MESSAGE)])


def _row(cells: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _code(raw: str) -> str:
    return f"<code>{_html(raw, _PLACE)}</code>" if raw.strip() else ""


def _html(raw: str, size: int, *, line_end: str = "<br>") -> str:
    """For an HTML block: no blank line, which would end it, and nothing to mention or to refer to."""
    pieces = re.split("(?<=[@#])", text.clip(text.clean(raw).strip(), size))
    return "<wbr>".join(map(text.html, pieces)).replace("\n", line_end)


def _short(raw: str) -> str:
    return text.markdown(text.clip(text.line(raw), _LINE))
