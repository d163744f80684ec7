"""McCabe complexity of every function, through ruff's C901 with the limit 0."""

import msgspec

from eee_ci import parts, reading, text
from eee_ci.model import Command, Gate, Limit, Noun, Outcome, Reading, Scope, Step
from eee_ci.ports import How, Inputs, Requirement, Site
from eee_ci.readers import complexity, ruff, ruff_files

SCOPE: Scope = "file"
CATEGORY = "complexity"
PRIOR = 0.5
LIMITS = {"complexity_max": Limit(max=10)}
OPTIONS = Noun
PINNABLE = True
MEASURES: dict[str, How] = {
    **ruff_files.MEASURES,
    "functions": "sum",
    "complexity_max": "max",
    "known": "sum",  # with those that are not judged
    "exempt": "sum",  # above the limit and not judged
}
files, DONE = ruff_files.unlisted, (0, 1)

ALL = ("--select", complexity.RULE, "--config", "lint.mccabe.max-complexity=0")
ALL_EXEMPT = "every function is exempt by `noqa` or by ruff's configuration; let it judge at least one"


def requirements(gate: Gate) -> tuple[Requirement, ...]:
    return (Requirement(name="ruff", native=True),)


def command(gate: Gate, site: Site) -> Command:
    return Command(steps=_steps(gate, site, _paths(gate, site)), keep=complexity.REPORTS)


def part(gate: Gate, site: Site, files: tuple[str, ...]) -> Command:
    return parts.command(files, complexity.REPORTS, lambda lot, number: _steps(gate, site, lot, number))


def _steps(gate: Gate, site: Site, files: tuple[str, ...], lot: int = 0) -> tuple[Step, Step]:
    start, paths = (*site.tools["ruff"].argv, "check"), ("--", *files)
    report, all_of_it = (parts.numbered(name, lot) for name in complexity.REPORTS)
    judged = (*start, *ruff.check(gate, report), *ALL, *paths)
    bare = msgspec.structs.replace(gate, args=())  # a `--config` among them cannot stand with `--isolated`
    everything = (*start, *ruff.check(bare, all_of_it), *ALL, "--isolated", "--ignore-noqa", *paths)
    return (
        Step(argv=judged, go_on=(0, 1), log=ruff.LOG),
        Step(argv=everything, go_on=(0, 1), log=ruff.LOG),
    )


def read(gate: Gate, site: Site, outcome: Outcome) -> Reading:
    return total(gate, complexity.read(gate, site, outcome, _paths(gate, site)))


def pieces(
    gate: Gate, site: Site, outcome: Outcome, files: tuple[str, ...] | None
) -> dict[str, Reading] | None:
    found: dict[str, Reading] = {}
    for lot, one in ruff_files.lots(outcome, files, complexity.REPORTS, steps=2, done=DONE):
        split = complexity.pieces(gate, site, one, lot, complexity.read(gate, site, one, _paths(gate, site)))
        if split is None:
            return None
        found |= split
    return found


def total(gate: Gate, joined: Reading) -> Reading:
    """What the project's own configuration takes out of the judgement is not kept silent."""
    measures, errors = dict(joined.measures), list(joined.errors)
    exempt, known = int(measures.pop("exempt", 0)), measures.pop("known", 0)
    if not errors and measures.get("files") == 0:
        errors.append(ruff.EMPTY)
    if known and not measures["functions"]:
        errors.append(ALL_EXEMPT)
    if errors:
        measures.pop("complexity_max", None)
    what = f"{text.count(exempt, 'function')} above the limit, exempt by `noqa` or ruff's configuration"
    notes = (what,) if exempt else ()
    return msgspec.structs.replace(joined, measures=measures, errors=tuple(errors), notes=notes)


def inputs(gate: Gate, site: Site) -> Inputs | None:
    needed = ruff_files.needed(gate, site)
    return needed and msgspec.structs.replace(needed, limits=True)


def _paths(gate: Gate, site: Site) -> tuple[str, ...]:
    return reading.targets(gate, site.sources)
