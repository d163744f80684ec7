"""Lint with `ruff check`."""

import re

from eee_ci import reading
from eee_ci.model import Command, Gate, Limit, Noun, Outcome, Reading, Scope, Severity, Step
from eee_ci.ports import Requirement, Site
from eee_ci.readers import ruff

SCOPE: Scope = "file"
CATEGORY = "lint"
PRIOR = 0.5
LIMITS = {"findings.low": Limit(max=0)}
OPTIONS = Noun
PINNABLE = True

GRAVE = {"S", "F", "B"}  # families that are more than style: security, pyflakes, bugbear


def requirements(gate: Gate) -> tuple[Requirement, ...]:
    return (Requirement(name="ruff"),)


def command(gate: Gate, site: Site) -> Command:
    argv = (*site.tools["ruff"].argv, "check", *ruff.check(gate), "--", *_paths(gate, site))
    return Command(steps=(Step(argv=argv),), keep=(ruff.REPORT,))


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
