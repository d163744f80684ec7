"""The words of tsc, which promises no format: golden tests hold them."""

import re
from typing import NamedTuple

import msgspec

from eee_ci import text
from eee_ci.model import Finding, Gate

PLACE = re.compile(
    r"(?P<file>.+?)\((?P<line>\d{1,9}),(?P<column>\d{1,9})\): error (?P<code>TS\d+): (?P<message>.*)"
)
GLOBAL = re.compile(r"error (TS\d+: .*)")


class Output(NamedTuple):
    """What tsc said: findings, its own errors, and the files that it read."""

    findings: list[Finding]
    errors: list[str]
    files: list[str]


def output(words: str, gate: Gate, category: str) -> Output:
    """The lines told apart; what is not understood is an error."""
    told, kind = Output([], [], []), ""
    for row in words.replace("\r\n", "\n").split("\n"):
        if place := PLACE.fullmatch(row):
            told.findings.append(_finding(place, gate, category))
            kind = "finding"
        elif said := GLOBAL.fullmatch(row):
            told.errors.append(f"tsc could not judge, mend its configuration: {text.line(said[1])}")
            kind = "error"
        elif row.startswith("  ") and kind:
            _continue(told, kind, row)
        elif row.startswith("/"):
            told.files.append(row)
        elif row.strip():
            told.errors.append(f"tsc said something unexpected: {text.line(row)[:300]}")
            kind = "error"
    return told


def _continue(told: Output, kind: str, row: str) -> None:
    """Further lines of a message are set in."""
    if kind == "finding":
        known = told.findings[-1]
        told.findings[-1] = msgspec.structs.replace(known, message=f"{known.message}\n{row.strip()}")
    else:
        told.errors[-1] += f" {text.line(row)}"


def _finding(place: re.Match[str], gate: Gate, category: str) -> Finding:
    return Finding(
        tool=gate.tool,
        rule=place["code"],
        message=place["message"],
        severity="high",
        category=category,
        path=place["file"],
        line=int(place["line"]),
        column=int(place["column"]),
    )
