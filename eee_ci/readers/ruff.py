"""Ruff, for the three gates that run it: common options, its JSON, and what it says it looked at."""

import re
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from eee_ci import reading, text
from eee_ci.model import Finding, Gate, Outcome, Ran, Severity
from eee_ci.ports import Site

REPORT = "ruff.json"
CONFIGS = ("pyproject.toml", "ruff.toml", ".ruff.toml")
EXITS = {
    0: "clean",
    1: reading.FOUND,
    2: "error, for its configuration or its arguments are wrong; mend what it names",
}
TROUBLES = {"E902", "io", "panic"}  # codes that are no word on the code: unreadable files, crashes
SYNTAX = "invalid-syntax"
NOTHING = "No Python files found"
LOG = 4 * 1024 * 1024  # bytes: two to three hundred for each file that it looks at
EMPTY = "ruff found no Python file to look at; mend `paths`, `exclude` or its configuration"
_COUNT = re.compile(r"\b(?:Checked|Formatted) (\d+) files? in\b")
_TROUBLE = re.compile(r"^(?:error: .+|warning: Failed to .+)$", re.MULTILINE)


class Spot(msgspec.Struct, frozen=True):
    """A place: 1-based, columns in code points."""

    row: int
    column: int


class Fix(msgspec.Struct, frozen=True):
    """What ruff would do about it."""

    applicability: str = ""
    message: str | None = None


class Diagnostic(msgspec.Struct, frozen=True):
    """One entry of ruff's JSON."""

    filename: str
    message: str
    code: str | None = None  # None is a syntax error, before 0.13
    location: Spot | None = None
    end_location: Spot | None = None
    url: str | None = None
    fix: Fix | None = None
    cell: int | None = None
    severity: str = "error"

    @property
    def rule(self) -> str:
        return self.code or SYNTAX

    @property
    def trouble(self) -> bool:
        return self.code in TROUBLES or self.severity == "fatal"


class Look(NamedTuple):
    """How many files ruff looked at, None where it does not say, and what kept it from others."""

    files: int | None
    errors: tuple[str, ...]

    @property
    def measures(self) -> dict[str, float]:
        return {} if self.files is None else {"files": float(self.files)}


def options(gate: Gate) -> tuple[str, ...]:
    """Options of `check` and `format` alike. Verbose, since only there it tells the files it looked at:
    `lint.exclude` can leave none of them without a word. Without its cache: that one takes other content
    for the old one where the time of change is the same, does not notice that a sibling module is gone, and
    says nothing of the files that it holds."""
    return ("--force-exclude", "--verbose", "--no-cache", *gate.args)


def check(gate: Gate, report: str = REPORT) -> tuple[str, ...]:
    """Options of `ruff check`. E902 is asked for by name: where the project does not select it, a file
    that cannot be read is passed over with exit 0. `fix` and `fix-only` of a project rewrite the tree."""
    own = ("--no-fix", "--no-fix-only", "--extend-select", "E902", "--output-format", "json")
    return (*options(gate), *own, "--output-file", f"{{scratch}}/{report}", *excludes(gate))


def excludes(gate: Gate) -> Iterable[str]:
    """The judge's patterns, from the root on: ruff would find a bare name at any depth. Braces mean more to
    ruff than to the judge, who applies all of them afterwards."""
    for pattern in (pattern.removeprefix("./").rstrip("/") for pattern in gate.exclude):
        if pattern and not set(pattern) & set("{}\\,"):
            yield f"--extend-exclude={{root}}/{pattern}"


def diagnostics(outcome: Outcome, report: str = REPORT) -> list[Diagnostic]:
    """The entries of a kept report."""
    return reading.shaped(reading.report(outcome, report), "the report of ruff", list[Diagnostic])


def look(ran: Ran, entries: Iterable[Diagnostic], site: Site, paths: Iterable[str]) -> Look:
    """What was looked at, from its own log, and why the rest was not."""
    words, count = text.clean(text.decode(ran.stderr)), counted(ran)
    errors = [*reading.absent(paths, site), *(_sentence(entry, site) for entry in entries if entry.trouble)]
    if not errors:
        errors = [f"ruff could not do all of its work: {line}" for line in _TROUBLE.findall(words)]
    if not errors and (count == 0 or NOTHING in words):
        errors = [EMPTY]
    return Look(count, tuple(dict.fromkeys(errors)))


def counted(ran: Ran) -> int | None:
    """How many files it looked at, by its own count."""
    counts = _COUNT.findall(text.clean(text.decode(ran.stderr)))
    return int(counts[-1][:9]) if counts else None


def place(entry: Diagnostic, site: Site) -> str:
    """The entry's file, fit for a sentence."""
    return text.line(reading.relative(entry.filename, site.root) or entry.filename)


def _sentence(entry: Diagnostic, site: Site) -> str:
    why = text.line(entry.message.removeprefix(f"{entry.filename}: "))
    return f"ruff could not read {place(entry, site)}: {why}; mend the file or exclude it"


def finding(entry: Diagnostic, gate: Gate, severity: Severity, category: str) -> Finding:
    """The entry as a finding; in a notebook the place is inside of a cell, so that it goes into words."""
    start, end = entry.location, entry.end_location
    inside = start if entry.cell is None else None
    cell = f" (cell {entry.cell}, line {start.row})" if start and not inside else ""
    return Finding(
        tool=gate.tool,
        rule=entry.rule,
        message=entry.message.removeprefix("SyntaxError: ") + cell,
        severity=severity,
        category=category,
        path=entry.filename,
        line=inside.row if inside else None,
        column=inside.column if inside else None,
        end_line=end.row if inside and end else None,
        end_column=end.column if inside and end else None,
        url=entry.url,
        fix=entry.fix.message if entry.fix else None,
    )
