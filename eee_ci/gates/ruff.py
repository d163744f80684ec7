"""Lint with `ruff check`."""

import re

import msgspec

from eee_ci import inputs as known
from eee_ci import parts, reading
from eee_ci.model import Command, Gate, Limit, Noun, Outcome, Reading, Scope, Severity, Step
from eee_ci.ports import Inputs, Requirement, Site
from eee_ci.readers import ruff, ruff_files

SCOPE: Scope = "file"
CATEGORY = "lint"
PRIOR = 0.5
LIMITS = {"findings.low": Limit(max=0)}
OPTIONS = Noun
PINNABLE = True
MEASURES, DONE = ruff_files.MEASURES, (0, 1)
files, total = ruff_files.unlisted, ruff_files.total

GRAVE = {"S", "F", "B"}  # families that are more than style: security, pyflakes, bugbear


def requirements(gate: Gate) -> tuple[Requirement, ...]:
    return (Requirement(name="ruff", native=True),)


def command(gate: Gate, site: Site) -> Command:
    return Command(steps=_steps(gate, site, _paths(gate, site)), keep=(ruff.REPORT,))


def part(gate: Gate, site: Site, files: tuple[str, ...]) -> Command:
    return parts.command(files, (ruff.REPORT,), lambda lot, number: _steps(gate, site, lot, number))


def _steps(gate: Gate, site: Site, paths: tuple[str, ...], lot: int = 0) -> tuple[Step]:
    options = ruff.check(gate, parts.numbered(ruff.REPORT, lot))
    return (Step(argv=(*site.tools["ruff"].argv, "check", *options, "--", *paths), go_on=DONE, log=ruff.LOG),)


def read(gate: Gate, site: Site, outcome: Outcome) -> Reading:
    ran = reading.last(outcome)
    word = reading.exits(ran, ruff.EXITS)
    reading.configs(site.root, ruff.CONFIGS)
    entries = ruff.diagnostics(outcome)
    reading.expect(entries, word, ran)
    look = ruff.look(ran, entries, site, _paths(gate, site))
    found = (
        ruff.finding(entry, gate, severity(entry.rule), category(entry.rule))
        for entry in entries
        if not entry.trouble
    )
    return Reading(findings=reading.finish(site.root, found), measures=look.measures, errors=look.errors)


def pieces(
    gate: Gate, site: Site, outcome: Outcome, files: tuple[str, ...] | None
) -> dict[str, Reading] | None:
    return ruff_files.pieces(outcome, site, files, lambda one: read(gate, site, one), DONE)


def inputs(gate: Gate, site: Site) -> Inputs | None:
    """Many rules ask whether an import is the project's own, and so for the names of its modules."""
    needed = ruff_files.needed(gate, site)
    return needed and msgspec.structs.replace(needed, present=known.modules(site))


def severity(rule: str) -> Severity:
    """Ruff itself calls everything an error."""
    if rule == ruff.SYNTAX:
        return "high"
    return "medium" if _family(rule) in GRAVE else "low"


def category(rule: str) -> str:
    return "security" if _family(rule) == "S" else CATEGORY


def _family(rule: str) -> str:
    return re.sub(r"\d+$", "", rule)


def _paths(gate: Gate, site: Site) -> tuple[str, ...]:
    return reading.targets(gate, site.sources + site.tests)
