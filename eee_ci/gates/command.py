"""Any program: judged by its exit code, and by its report where it writes one that can be read."""

import msgspec

from eee_ci import inputs as known
from eee_ci import parts
from eee_ci.model import Command, Gate, Limit, Outcome, Reading, Scope, Step
from eee_ci.ports import How, Inputs, Requirement, Site
from eee_ci.readers import programs

SCOPE: Scope = "project"
CATEGORY = "lint"
PRIOR = 5.0
LIMITS = {"exit": Limit(max=0), "findings.low": Limit(max=0)}
TEST_LIMITS = {"exit": Limit(max=0), "tests_failed": Limit(max=0), "tests": Limit(min=1)}
PINNABLE = False
MEASURES: dict[str, How] = {"exit": "max", "files": "sum"}
UNNAMED = "it does not say what it reads (set `inputs`)"
NO_FILE = "the tree has no file that `paths` names and `exclude` leaves; mend them"
OPTIONS = programs.Options


def limits(gate: Gate) -> dict[str, Limit]:
    """The limits of tests where the program reports tests."""
    report = _options(gate).report
    return TEST_LIMITS if report and report.format == "junit" else LIMITS


def requirements(gate: Gate) -> tuple[Requirement, ...]:
    """A bare name comes from PATH; a path, or `{python}`, is there or the start fails."""
    program = _options(gate).run[0]
    return () if "/" in program or "{" in program else (Requirement(name=program, kind="path"),)


def command(gate: Gate, site: Site) -> Command:
    return part(gate, site, (programs.named(gate, site) if _options(gate).per_file else ()) or gate.paths)


def part(gate: Gate, site: Site, files: tuple[str, ...]) -> Command:
    lots, report = programs.lots(_options(gate), files), _options(gate).report
    steps = tuple(_step(gate, site, lot, number) for number, lot in enumerate(lots))
    file = report.file if report else ""
    outputs = (*filter(None, (step.stdout for step in steps)),) if file == "-" else (file,)
    return Command(steps=steps, keep=outputs if file else (), writes=True)


def _step(gate: Gate, site: Site, files: tuple[str, ...], lot: int) -> Step:
    options = _options(gate)
    program, *words = options.run
    if program in site.tools:
        start = site.tools[program].argv
    else:
        start = (program if program.startswith(("/", "{")) else f"{{root}}/{program}",)
    stdout = parts.numbered(programs.STDOUT, lot) if options.report and options.report.file == "-" else ""
    go_on = tuple(programs.table(options.exits)) if options.per_file else (0,)
    return Step(argv=(*start, *words, *gate.args, *files), stdout=stdout, go_on=go_on)


def files(gate: Gate, site: Site) -> tuple[str, ...] | None:
    return programs.named(gate, site) if programs.divided(_options(gate)) else None


def read(gate: Gate, site: Site, outcome: Outcome) -> Reading:
    options = _options(gate)
    named = programs.named(gate, site) if options.per_file else gate.paths
    said = [one for _, one, _ in programs.each(options, site.root, outcome, named)]
    whole = said[0] if len(said) == 1 else parts.joined(said, {"exit": "max"})
    lost = (NO_FILE,) if options.per_file and not named else ()
    return msgspec.structs.replace(whole, errors=(*(error for one in said for error in one.errors), *lost))


def pieces(
    gate: Gate, site: Site, outcome: Outcome, files: tuple[str, ...] | None
) -> dict[str, Reading] | None:
    named = programs.named(gate, site) if files is None else files
    return programs.pieces(_options(gate), site.root, outcome, named)


def total(gate: Gate, joined: Reading) -> Reading:
    files = joined.measures.get("files")
    measures = {name: value for name, value in joined.measures.items() if name != "files"}
    return msgspec.structs.replace(joined, measures=measures, errors=() if files else (NO_FILE,))


def inputs(gate: Gate, site: Site) -> Inputs | None:
    """A program that lies in the tree may read anything there."""
    options = _options(gate)
    own = set(site.files) & {word.removeprefix("{root}/") for word in (*options.run, *gate.args)}
    if options.per_file:
        return Inputs() if own else known.of(gate, site, (), programs.configs(site))
    promised = programs.promised(options, site)
    return Inputs() if promised and own else promised


def by_exit(gate: Gate) -> bool:
    return programs.silent(_options(gate))


def _options(gate: Gate) -> programs.Options:
    return msgspec.convert(gate.options, OPTIONS)
