"""Security of Python code, with bandit."""

from collections.abc import Iterator

from eee_ci import reading, text
from eee_ci.errors import ReportError
from eee_ci.model import Command, Gate, Limit, Noun, Outcome, Reading, Scope, Step
from eee_ci.ports import Requirement, Site
from eee_ci.readers import bandit

SCOPE: Scope = "file"
CATEGORY = "security"
PRIOR = 2.0
LIMITS = {"findings.medium": Limit(max=0)}
OPTIONS = Noun
PINNABLE = True

EXITS = {
    0: "clean",
    1: reading.FOUND,
    2: "error, for its configuration or its arguments are wrong; mend what it names",
}
REPORT, INI, TOML = "bandit.json", ".bandit", "pyproject.toml"
OUTSIDE = (
    ".svn",
    "CVS",
    ".bzr",
    ".hg",
    ".git",
    "__pycache__",
    ".tox",
    ".eggs",
    "*.egg",
)  # `-x` replaces these


def requirements(gate: Gate) -> tuple[Requirement, ...]:
    return (Requirement(name="bandit"),)


def command(gate: Gate, site: Site) -> Command:
    argv = (*site.tools["bandit"].argv, "--quiet", "--recursive", *_options(gate, site), *gate.args)
    argv += ("--format", "json", "--output", f"{{scratch}}/{REPORT}")
    step = Step(argv=(*argv, "--", *_targets(gate, site)))
    return Command(steps=(step,), keep=(REPORT,))


def read(gate: Gate, site: Site, outcome: Outcome) -> Reading:
    ran = reading.last(outcome)
    word = reading.exits(ran, EXITS)
    reading.configs(site.root, _configs(gate))
    report = reading.shaped(reading.report(outcome, REPORT), "the report of bandit", bandit.Report)
    reading.expect(report.results, word, ran)
    skipped = {one.filename for one in report.errors}
    files = len(report.metrics.keys() - skipped - {"_totals"})
    errors = [*reading.absent(reading.targets(gate, site.sources), site), *_errors(report, site)]
    if not files and not errors:
        errors = ["bandit found no Python file to look at; mend `paths`, `exclude` or its configuration"]
    findings = reading.finish(
        site.root, (bandit.finding(one, gate, CATEGORY) for one in report.results), "utf8"
    )
    return Reading(findings=findings, measures={"files": float(files)}, errors=tuple(errors))


def _targets(gate: Gate, site: Site) -> tuple[str, ...]:
    """For the whole project its own folders: bandit knows no ignore files and would judge `.venv` as well."""
    paths = reading.targets(gate, site.sources)
    own = sorted({file.split("/")[0] for file in site.files if file.endswith(".py")})
    return tuple(own) if own and {".", "./"} & set(paths) else paths


def _configs(gate: Gate) -> tuple[str, ...]:
    """The files that bandit is told to read; one that the gate's arguments name is bandit's own business."""
    given = {word.rpartition("=")[2] for word in gate.args}
    return tuple(file for file in (INI, TOML) if file not in given)


def _options(gate: Gate, site: Site) -> Iterator[str]:
    """bandit looks for `.bandit` below its targets only, and into pyproject.toml never by itself."""
    try:
        found = reading.configs(site.root, _configs(gate))
    except ReportError:  # `read` says it
        found = {}
    ini = reading.table(found, INI, "bandit")
    if ini:
        yield from ("--ini", INI)
    if reading.table(found, TOML, "tool", "bandit") and not {"-c", "--configfile"} & {*gate.args, *ini}:
        yield from ("--configfile", TOML)
    if gate.exclude:
        own = filter(None, str(ini.get("exclude", "")).split(","))
        yield from ("--exclude", ",".join((*OUTSIDE, *own, *bandit.patterns(gate.exclude))))


def _errors(report: bandit.Report, site: Site) -> Iterator[str]:
    for one in report.errors:
        path = reading.relative(one.filename, site.root) or one.filename
        yield text.line(f"bandit could not judge {path}: {one.reason}; mend the file or exclude it")
