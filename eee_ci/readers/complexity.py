"""The functions that ruff's C901 with the limit 0 tells of, and what is counted of them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from eee_ci import parts, reading, text
from eee_ci.errors import ReportError
from eee_ci.model import Finding, Gate, Limit, Outcome, Reading
from eee_ci.ports import Site
from eee_ci.readers import ruff, ruff_files

RULE, CATEGORY = "C901", "complexity"
EVERYTHING = "everything.json"  # what there is without the project's configuration and its `noqa`s
REPORTS = (ruff.REPORT, EVERYTHING)
_COMPLEX = re.compile(r"`(.+)` is too complex \((\d{1,9}) > 0\)", re.DOTALL)


class Function(NamedTuple):
    """One of them."""

    name: str
    complexity: int
    entry: ruff.Diagnostic


Functions = dict[tuple[str, ruff.Spot | None], Function]  # by their place


def read(gate: Gate, site: Site, outcome: Outcome, paths: tuple[str, ...]) -> Reading:
    """What both runs said, with inner measures."""
    reading.exits(reading.last(outcome), ruff.EXITS)
    ran, limit = outcome.steps[-2:][0], _limit(gate)
    word = reading.exits(ran, ruff.EXITS)
    reading.configs(site.root, ruff.CONFIGS)
    entries = ruff.diagnostics(outcome)
    reading.expect(entries, word, ran)
    look = ruff.look(ran, entries, site, paths)
    judged, known = functions(entries), functions(ruff.diagnostics(outcome, EVERYTHING))
    findings = (_finding(one, gate, limit or 0) for one in _over(judged, limit).values())
    return Reading(
        findings=reading.finish(site.root, findings),
        measures={**look.measures, **_measures(judged, known, limit)},
        errors=(*look.errors, *_unread(entries, site)),
    )


def pieces(
    gate: Gate, site: Site, outcome: Outcome, files: tuple[str, ...] | None, whole: Reading
) -> dict[str, Reading] | None:
    """A file that only the second run looks at may have functions that are exempt."""
    looked, all_of_it = (ruff_files.looked(ran, site, files) for ran in outcome.steps[-2:])
    if looked is None or all_of_it is None or (files is not None and looked | all_of_it != set(files)):
        return None
    judged, known = (_by_file(functions(ruff.diagnostics(outcome, name)), site.root) for name in REPORTS)
    if not looked | all_of_it >= judged.keys() | known.keys():
        return None
    told = {
        path: {"files": float(path in looked)}
        | _measures(judged.get(path, {}), known.get(path, {}), _limit(gate))
        for path in looked | all_of_it
    }
    return parts.split(whole, told)


def functions(entries: Iterable[ruff.Diagnostic]) -> Functions:
    """The functions among the entries."""
    found: Functions = {}
    for entry in entries:
        if entry.code == RULE:
            said = _COMPLEX.fullmatch(entry.message)
            if said is None:
                raise ReportError(f"ruff puts complexity in other words: {text.line(entry.message)[:200]}")
            found[entry.filename, entry.location] = Function(said[1], int(said[2]), entry)
    return found


def _over(functions: Functions, limit: float | None) -> Functions:
    """Those above the limit."""
    return {place: one for place, one in functions.items() if limit is not None and one.complexity > limit}


def _measures(judged: Functions, known: Functions, limit: float | None) -> dict[str, float]:
    """Of what is judged; and how many there are at all, and are above the limit and yet not judged."""
    return {
        "functions": float(len(judged)),
        "complexity_max": float(max((one.complexity for one in judged.values()), default=0)),
        "known": float(len(known)),
        "exempt": float(len(_over(known, limit).keys() - judged.keys())),
    }


def _by_file(functions: Functions, root: str) -> Mapping[str, Functions]:
    """The functions of each file, by its path relative to the root."""
    names = {file: reading.relative(file, root) or file for file in {file for file, _ in functions}}
    found: dict[str, Functions] = {}
    for place, one in functions.items():
        found.setdefault(names[place[0]], {})[place] = one
    return found


def _limit(gate: Gate) -> float | None:
    return gate.limits.get("complexity_max", Limit()).max


def _unread(entries: Iterable[ruff.Diagnostic], site: Site) -> Iterator[str]:
    """Functions of a file with a syntax error are not counted, so that their number is not known."""
    for file in sorted({ruff.place(entry, site) for entry in entries if entry.rule == ruff.SYNTAX}):
        yield f"{file} has a syntax error, so that its functions cannot be counted; mend it"


def _finding(one: Function, gate: Gate, limit: float) -> Finding:
    message = f"`{one.name}` has complexity {one.complexity}, the limit is {limit:g}"
    found = ruff.finding(one.entry, gate, "medium", CATEGORY)
    return msgspec.structs.replace(found, rule="too-complex", message=message)
