"""McCabe complexity of every function, through ruff's C901 with the limit 0."""

from collections.abc import Collection, Iterable, Iterator

import msgspec

from eee_ci import reading, text
from eee_ci.model import Command, Finding, Gate, Limit, Noun, Outcome, Reading, Scope, Step
from eee_ci.ports import Requirement, Site
from eee_ci.readers import ruff

SCOPE: Scope = "file"
CATEGORY = "complexity"
PRIOR = 0.5
LIMITS = {"complexity_max": Limit(max=10)}
OPTIONS = Noun
PINNABLE = True

ALL = ("--select", ruff.COMPLEXITY, "--config", "lint.mccabe.max-complexity=0")
EVERYTHING = "everything.json"  # what there is without the project's configuration and its `noqa`s


def requirements(gate: Gate) -> tuple[Requirement, ...]:
    return (Requirement(name="ruff"),)


def command(gate: Gate, site: Site) -> Command:
    start, paths = (*site.tools["ruff"].argv, "check"), ("--", *_paths(gate, site))
    judged = (*start, *ruff.check(gate), *ALL, *paths)
    bare = msgspec.structs.replace(gate, args=())  # a `--config` among them cannot stand with `--isolated`
    everything = (*start, *ruff.check(bare, EVERYTHING), *ALL, "--isolated", "--ignore-noqa", *paths)
    return Command(
        steps=(Step(argv=judged, go_on=(0, 1)), Step(argv=everything)), keep=(ruff.REPORT, EVERYTHING)
    )


def read(gate: Gate, site: Site, outcome: Outcome) -> Reading:
    reading.exits(reading.last(outcome), ruff.EXITS)
    ran = outcome.steps[-2:][0]
    word = reading.exits(ran, ruff.EXITS)
    reading.configs(site.root, ruff.CONFIGS)
    entries = ruff.diagnostics(outcome)
    reading.expect(entries, word, ran)
    look = ruff.look(ran, entries, site, _paths(gate, site))
    judged, known = ruff.functions(entries), ruff.functions(ruff.diagnostics(outcome, EVERYTHING))
    errors = (*look.errors, *_unread(entries, site), *_none(judged, known))
    limit = gate.limits.get("complexity_max", Limit()).max
    most = {"complexity_max": float(max((one.complexity for one in judged.values()), default=0))}
    return Reading(
        findings=reading.finish(
            site.root, (_finding(one, gate, limit) for one in _over(judged, limit).values())
        ),
        measures={**look.measures, "functions": float(len(judged)), **({} if errors else most)},
        errors=errors,
        notes=_exempt(_over(known, limit).keys() - judged.keys()),
    )


def _over(functions: ruff.Functions, limit: float | None) -> ruff.Functions:
    return {place: one for place, one in functions.items() if limit is not None and one.complexity > limit}


def _unread(entries: Iterable[ruff.Diagnostic], site: Site) -> Iterator[str]:
    """Functions of a file with a syntax error are not counted, so that their number is not known."""
    for file in sorted({ruff.place(entry, site) for entry in entries if entry.rule == ruff.SYNTAX}):
        yield f"{file} has a syntax error, so that its functions cannot be counted; mend it"


def _none(judged: ruff.Functions, known: ruff.Functions) -> Iterator[str]:
    if known and not judged:
        yield "every function is exempt by `noqa` or by ruff's configuration; let it judge at least one"


def _exempt(places: Collection[object]) -> tuple[str, ...]:
    """What the project's own configuration takes out of the judgement is not kept silent."""
    what = text.count(len(places), "function")
    return (f"{what} above the limit, exempt by `noqa` or ruff's configuration",) if places else ()


def _finding(one: ruff.Function, gate: Gate, limit: float | None) -> Finding:
    message = f"`{one.name}` has complexity {one.complexity}, the limit is {limit:g}"
    found = ruff.finding(one.entry, gate, "medium", CATEGORY)
    return msgspec.structs.replace(found, rule="too-complex", message=message)


def _paths(gate: Gate, site: Site) -> tuple[str, ...]:
    return reading.targets(gate, site.sources)
