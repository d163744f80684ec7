"""Formatting, with `ruff format --check`."""

import re
from collections.abc import Iterator

import msgspec

from eee_ci import reading, text
from eee_ci.errors import ReportError
from eee_ci.model import Command, Finding, Gate, Limit, Noun, Outcome, Ran, Reading, Scope, Step
from eee_ci.ports import Requirement, Site
from eee_ci.readers import ruff

SCOPE: Scope = "file"
CATEGORY = "format"
PRIOR = 0.3
LIMITS = {"findings.low": Limit(max=0)}
OPTIONS = Noun
PINNABLE = True

EXITS = {
    0: "clean",
    1: reading.FOUND,
    2: "stopped",  # a file it cannot parse, a missing path, or wrong usage: the output tells
}
JSON_SINCE = (0, 16)  # before, its JSON asks for preview mode and `--extend-exclude` is not known
MENDS = "run `ruff format`"
_UNFORMATTED = re.compile(r"^Would reformat: (.+)$", re.MULTILINE)
_SYNTAX = re.compile(r"^error: Failed to parse (.+?):(\d+):(\d+): (.+)$", re.MULTILINE)


def requirements(gate: Gate) -> tuple[Requirement, ...]:
    return (Requirement(name="ruff"),)


def command(gate: Gate, site: Site) -> Command:
    own = ("--output-format", "json", *ruff.excludes(gate)) if _json(site) else ()
    argv = (*site.tools["ruff"].argv, "format", *ruff.options(gate), "--check", *own)
    step = Step(argv=(*argv, "--", *_paths(gate, site)), stdout=ruff.REPORT)
    return Command(steps=(step,), keep=(ruff.REPORT,))


def read(gate: Gate, site: Site, outcome: Outcome) -> Reading:
    ran = reading.last(outcome)
    word = reading.exits(ran, EXITS)
    reading.configs(site.root, ruff.CONFIGS)
    entries = _entries(reading.report(outcome, ruff.REPORT), ran, site)
    look = ruff.look(_without_syntax(ran), entries, site, _paths(gate, site))
    if not look.errors and (word != "stopped" or not any(entry.rule == ruff.SYNTAX for entry in entries)):
        reading.expect(entries, word, ran)
        reading.exits(ran, ruff.EXITS)
    found = (_finding(entry, gate) for entry in entries if not entry.trouble)
    return Reading(findings=reading.finish(site.root, found), measures=look.measures, errors=look.errors)


def _entries(data: bytes, ran: Ran, site: Site) -> list[ruff.Diagnostic]:
    errors = text.decode(ran.stderr)
    if not data.strip() and (EXITS[ran.exit or 0] == "stopped" or ruff.NOTHING in errors):
        return list(_words("", errors))
    if _json(site):
        return reading.shaped(data, "the report of ruff", list[ruff.Diagnostic])
    said = text.decode(data)
    if ran.exit == 0 and "already formatted" not in said:
        raise ReportError(f"ruff ended with exit 0 but without its word on the files{reading.said(ran)}")
    return list(_words(said, errors))


def _words(said: str, errors: str) -> Iterator[ruff.Diagnostic]:
    """What older versions say in words."""
    for path in _UNFORMATTED.findall(said):
        yield ruff.Diagnostic(path, "File would be reformatted", "unformatted")
    for path, row, column, message in _SYNTAX.findall(errors):
        yield ruff.Diagnostic(path, message, location=ruff.Spot(int(row[:9]), int(column[:9])))


def _without_syntax(ran: Ran) -> Ran:
    """The run without the lines that became findings, so that they are not its troubles as well."""
    rest = _SYNTAX.sub("", text.decode(ran.stderr))
    return msgspec.structs.replace(ran, stderr=rest.encode("utf-8", "replace"))


def _finding(entry: ruff.Diagnostic, gate: Gate) -> Finding:
    if entry.rule == ruff.SYNTAX:
        return ruff.finding(entry, gate, "high", CATEGORY)
    return msgspec.structs.replace(ruff.finding(entry, gate, "low", CATEGORY), fix=MENDS)


def _json(site: Site) -> bool:
    return (reading.version(site.tools["ruff"]) or JSON_SINCE) >= JSON_SINCE


def _paths(gate: Gate, site: Site) -> tuple[str, ...]:
    return reading.targets(gate, site.sources + site.tests)
