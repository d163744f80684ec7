"""Formatting, with `ruff format --check`."""

import msgspec

from eee_ci import parts, reading
from eee_ci.model import Command, Finding, Gate, Limit, Noun, Outcome, Reading, Scope, Step
from eee_ci.ports import Requirement, Site
from eee_ci.readers import ruff, ruff_files, ruff_words

SCOPE: Scope = "file"
CATEGORY = "format"
PRIOR = 0.3
LIMITS = {"findings.low": Limit(max=0)}
OPTIONS = Noun
PINNABLE = True
MEASURES = ruff_files.MEASURES
files, total, inputs = ruff_files.unlisted, ruff_files.total, ruff_files.needed

EXITS = {
    0: "clean",
    1: reading.FOUND,
    2: "stopped",  # a file it cannot parse, a missing path, or wrong usage: the output tells
}
JSON_SINCE = (0, 16)  # before, its JSON asks for preview mode and `--extend-exclude` is not known
MENDS = "run `ruff format`"


def requirements(gate: Gate) -> tuple[Requirement, ...]:
    return (Requirement(name="ruff", native=True),)


def command(gate: Gate, site: Site) -> Command:
    return Command(steps=_steps(gate, site, _paths(gate, site)), keep=(ruff.REPORT,))


def part(gate: Gate, site: Site, files: tuple[str, ...]) -> Command:
    return parts.command(files, (ruff.REPORT,), lambda lot, number: _steps(gate, site, lot, number))


def _steps(gate: Gate, site: Site, paths: tuple[str, ...], lot: int = 0) -> tuple[Step]:
    own = ("--output-format", "json", *ruff.excludes(gate)) if _json(site) else ()
    argv = (*site.tools["ruff"].argv, "format", *ruff.options(gate), "--check", *own, "--", *paths)
    return (Step(argv=argv, stdout=parts.numbered(ruff.REPORT, lot), go_on=tuple(EXITS), log=ruff.LOG),)


def read(gate: Gate, site: Site, outcome: Outcome) -> Reading:
    ran = reading.last(outcome)
    word = reading.exits(ran, EXITS)
    reading.configs(site.root, ruff.CONFIGS)
    report = reading.report(outcome, ruff.REPORT)
    entries = ruff_words.entries(report, ran, stopped=word == "stopped", as_json=_json(site))
    look = ruff.look(ruff_words.without_syntax(ran), entries, site, _paths(gate, site))
    if not look.errors and (word != "stopped" or not any(entry.rule == ruff.SYNTAX for entry in entries)):
        reading.expect(entries, word, ran)
        reading.exits(ran, ruff.EXITS)
    found = (_finding(entry, gate) for entry in entries if not entry.trouble)
    return Reading(findings=reading.finish(site.root, found), measures=look.measures, errors=look.errors)


def pieces(
    gate: Gate, site: Site, outcome: Outcome, files: tuple[str, ...] | None
) -> dict[str, Reading] | None:
    return ruff_files.pieces(outcome, site, files, lambda one: read(gate, site, one), EXITS)


def _finding(entry: ruff.Diagnostic, gate: Gate) -> Finding:
    if entry.rule == ruff.SYNTAX:
        return ruff.finding(entry, gate, "high", CATEGORY)
    return msgspec.structs.replace(ruff.finding(entry, gate, "low", CATEGORY), fix=MENDS)


def _json(site: Site) -> bool:
    return (reading.version(site.tools["ruff"]) or JSON_SINCE) >= JSON_SINCE


def _paths(gate: Gate, site: Site) -> tuple[str, ...]:
    return reading.targets(gate, site.sources + site.tests)
