"""Any program: judged by its exit code, and by its report where it writes one that can be read."""

from typing import Annotated, Literal

import msgspec

from eee_ci import reading
from eee_ci.model import Command, Gate, Limit, Noun, Outcome, Ran, Reading, Scope, Step
from eee_ci.ports import Requirement, Site
from eee_ci.readers import matcher, sarif, tests

SCOPE: Scope = "project"
CATEGORY = "lint"
PRIOR = 5.0
LIMITS = {"exit": Limit(max=0), "findings.low": Limit(max=0)}
TEST_LIMITS = {"exit": Limit(max=0), "tests_failed": Limit(max=0), "tests": Limit(min=1)}
PINNABLE = False
STDOUT = "stdout"
NOT_RUN = 126  # from here on a shell means: not executable, not found, ended by a signal


class Options(Noun, frozen=True, kw_only=True):
    """`run` is the program and its words, no shell. `exits` says what each exit code means; without it, 0
    passes and 1 to 125 fail. `report` is what the program writes, in `{scratch}` or on standard output.
    `inputs` promises that the result depends on these files of the project alone, beside program, words and
    environment: then it is remembered."""

    run: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    exits: dict[int, Literal["pass", "findings"]] = {}
    report: matcher.Report | None = None
    inputs: tuple[str, ...] = ()


OPTIONS = Options


def limits(gate: Gate) -> dict[str, Limit]:
    """The limits of tests where the program reports tests."""
    report = _options(gate).report
    return TEST_LIMITS if report and report.format == "junit" else LIMITS


def requirements(gate: Gate) -> tuple[Requirement, ...]:
    """A bare name comes from PATH; a path, or `{python}`, is there or the start fails."""
    program = _options(gate).run[0]
    return () if "/" in program or "{" in program else (Requirement(name=program, kind="path"),)


def unknown(gate: Gate, site: Site) -> str:
    """What a program reads nobody can know but who wrote the config."""
    return "" if _options(gate).inputs else "it does not say what it reads (set `inputs`)"


def command(gate: Gate, site: Site) -> Command:
    options = _options(gate)
    program, *words = options.run
    if program in site.tools:
        start = site.tools[program].argv
    else:
        start = (program if program.startswith(("/", "{")) else f"{{root}}/{program}",)
    file = options.report.file if options.report else ""
    step = Step(argv=(*start, *words, *gate.args, *gate.paths), stdout=STDOUT if file == "-" else "")
    return Command(steps=(step,), keep=(STDOUT if file == "-" else file,) if file else (), writes=True)


def read(gate: Gate, site: Site, outcome: Outcome) -> Reading:
    """`exit` is the exit code, and 0 for every code that passes."""
    options = _options(gate)
    ran = reading.last(outcome)
    word = reading.exits(ran, _table(options))
    measures = {"exit": float(ran.exit or 0) if word == reading.FOUND else 0.0}
    if options.report is None:
        return Reading(measures=measures)
    told = _report(options.report, site.root, ran, outcome)
    reading.expect(told.errors or told.findings, word, ran)
    return msgspec.structs.replace(told, measures=measures | told.measures)


def _table(options: Options) -> dict[int, str]:
    if options.exits:
        return {code: "passed" if word == "pass" else reading.FOUND for code, word in options.exits.items()}
    return {0: "passed"} | dict.fromkeys(range(1, NOT_RUN), reading.FOUND)


def _report(report: matcher.Report, root: str, ran: Ran, outcome: Outcome) -> Reading:
    tool = reading.name(ran)
    data = reading.report(outcome, STDOUT if report.file == "-" else report.file)
    what = f"the report of {tool}"
    match report.format:
        case "sarif":
            return sarif.read(data, what, root, tool)
        case "junit":
            return tests.of_any(data, what, root, tool)
        case "json":
            found = matcher.items(data, report, what, tool)
        case "regex":
            found = matcher.lines(data + b"\n" + ran.stderr * (report.file == "-"), report, tool)
    return Reading(findings=reading.finish(root, found, report.unit))


def _options(gate: Gate) -> Options:
    return msgspec.convert(gate.options, OPTIONS)
