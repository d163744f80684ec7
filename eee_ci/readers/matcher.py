"""Reads the output of any program: JSON by field paths, or lines by a regular expression."""

import functools
import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from msgspec import Meta

from eee_ci import reading, sources, text
from eee_ci.errors import ReportError
from eee_ci.model import Finding, Noun, Severity
from eee_ci.readers import numbers

Field = Annotated[str, Meta(max_length=200)]
LONGEST_LINE = 2000
LONGEST_PATTERN = 1000
GROUPS = frozenset({"path", "line", "column", "severity", "rule", "message"})
WORDS: dict[str, Severity] = {
    "blocker": "critical", "critical": "critical",
    "fatal": "high", "error": "high", "high": "high", "failure": "high",
    "major": "medium", "warning": "medium", "warn": "medium", "medium": "medium", "moderate": "medium",
    "minor": "low", "low": "low", "note": "low", "style": "low", "convention": "low", "refactor": "low",
    "info": "info", "information": "info", "notice": "info", "hint": "info", "none": "info",
}  # fmt: skip  # read in rows


class Report(Noun, frozen=True, kw_only=True):
    """Where a program's report is and how to read it. `items` and the fields are paths with dots; `*` goes
    through a list or map. A field that an item lacks is looked up in what encloses it. `pattern` is searched
    in each line; its groups are named like the fields."""

    format: Literal["sarif", "junit", "json", "regex"]
    file: Annotated[str, Meta(pattern=r"^(-|(?!/)(?!(.*/)?\.\.(/|$)).+)$")] = "-"
    items: Field = "*"
    path: Field = "path"
    line: Field = "line"
    column: Field = "column"
    rule: Field = "rule"
    message: Field = "message"
    severity: Field = "severity"
    severities: dict[str, Severity] = {}
    zero_based: bool = False
    unit: sources.Unit = "points"
    pattern: Annotated[str, Meta(max_length=LONGEST_PATTERN)] = ""

    def __post_init__(self) -> None:
        if self.format == "regex":
            check(self.pattern)


def check(pattern: str) -> None:
    """A ValueError for a pattern that does not compile, names nothing, or could take for ever."""
    try:
        groups = set(re.compile(pattern).groupindex)
    except re.error as error:
        raise ValueError(f"`pattern` is no regular expression: {error}") from None
    if not groups & {"path", "message"} or groups - GROUPS:
        wanted = ", ".join(sorted(GROUPS))
        raise ValueError(
            f"`pattern` names the groups {sorted(groups)}; want path or message, and only: {wanted}"
        )
    if _explodes(pattern):
        raise ValueError("`pattern` repeats a group that holds `*`, `+` or `|`: that can take for ever")


def _explodes(pattern: str) -> bool:
    """Whether a repeated group holds a repetition or a choice: what makes matching exponential."""
    plain = re.sub(r"\\.|\[\^?\]?(?:\\.|[^]])*\]", "x", pattern, flags=re.DOTALL)  # no escapes, no sets
    plain = re.sub(r"\{\d*(,?)\d*\}", lambda bounds: "+" if bounds[0].endswith(",}") else "", plain)
    opened: list[bool] = []
    for at, sign in enumerate(plain):
        if sign == "(":
            opened.append(False)
        elif sign == ")":
            holds = bool(opened) and opened.pop()
            repeated = plain[at + 1 : at + 2] in ("*", "+")
            if holds and repeated:
                return True
            if opened and (holds or repeated):
                opened[-1] = True
        elif sign in "*+|" and opened:
            opened[-1] = True
    return False


def lines(data: bytes, report: Report, tool: str) -> Iterator[Finding]:
    """A finding for each line that matches."""
    wanted = re.compile(report.pattern)
    for row in text.clean(text.decode(data)).split("\n"):
        match = wanted.search(row[:LONGEST_LINE])
        if match:
            named = {name: value for name, value in match.groupdict().items() if value is not None}
            yield _finding({"message": row.strip()} | named, report, tool)


def items(data: bytes, report: Report, what: str, tool: str) -> Iterator[Finding]:
    """A finding for each item of a JSON report."""
    found = [((), reading.json(data, what))]
    for step in report.items.split(".") if report.items else ():
        found = [inner for enclosing, value in found for inner in _inner(value, step, enclosing, what)]
    for enclosing, value in found:
        yield _finding(_fields((value, *enclosing), report, what), report, tool)


def _inner(
    value: Any, step: str, enclosing: tuple[Any, ...], what: str
) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """What one step of `items` leads to, each with the values around it, nearest first."""
    around = (value, *enclosing)
    if step == "*" and isinstance(value, list | dict):
        for one in value.values() if isinstance(value, dict) else value:
            yield around, one
    elif step != "*" and isinstance(value, dict) and step in value:
        yield around, value[step]
    else:
        raise ReportError(f"{what}: found {type(value).__name__} where `items` wants {step!r}")


def _fields(around: tuple[Any, ...], report: Report, what: str) -> dict[str, str]:
    paths = {name: str(getattr(report, name)) for name in GROUPS}
    found = {name: value for name, path in paths.items() if (value := _value(around, path)) is not None}
    if "message" not in found:
        raise ReportError(f"{what}: an item has no text at {report.message!r}")
    return found


def _value(around: tuple[Any, ...], path: str) -> str | None:
    """A scalar at the path, in the item or in what encloses it."""
    for holder in around:
        value = functools.reduce(_step, path.split("."), holder)
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return str(value)
    return None


def _step(value: Any, step: str) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and step.isascii() and step.isdecimal() and int(step) < len(value):
        return value[int(step)]
    return None


def _finding(fields: dict[str, str], report: Report, tool: str) -> Finding:
    word = fields.get("severity", "").lower()
    known = {name.lower(): severity for name, severity in report.severities.items()}
    return Finding(
        tool=tool,
        rule=text.line(fields.get("rule", "")) or tool,
        message=fields["message"],
        severity=known.get(word) or WORDS.get(word, "medium"),
        path=fields.get("path"),
        line=_number(fields.get("line"), report),
        column=_number(fields.get("column"), report),
    )


def _number(value: str | None, report: Report) -> int | None:
    number = numbers.line(value)
    return None if number is None else number + report.zero_based
