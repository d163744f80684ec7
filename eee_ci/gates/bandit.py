"""Security of Python code, with bandit."""

import msgspec

from eee_ci import inputs as known
from eee_ci import parts, reading
from eee_ci.model import Command, Gate, Limit, Outcome, Reading, Scope, Step
from eee_ci.ports import How, Inputs, Requirement, Site
from eee_ci.readers import bandit, bandit_files, bandit_workers, workers

SCOPE: Scope = "file"
CATEGORY = "security"
PRIOR = 2.0
LIMITS = {"findings.medium": Limit(max=0)}
OPTIONS = workers.Options
PINNABLE = True

EXITS = {
    0: "clean",
    1: reading.FOUND,
    2: "error, for its configuration or its arguments are wrong; mend what it names",
}
REPORT = bandit_workers.REPORT
EMPTY = "bandit found no Python file to look at; mend `paths`, `exclude` or its configuration"
MEASURES: dict[str, How] = {"files": "sum"}


def requirements(gate: Gate) -> tuple[Requirement, ...]:
    return (Requirement(name="bandit"),)


def command(gate: Gate, site: Site) -> Command:
    return Command(steps=_steps(gate, site, bandit_files.targets(gate, site)), keep=(REPORT,))


def files(gate: Gate, site: Site) -> tuple[str, ...] | None:
    return bandit_files.listed(gate, site)


def part(gate: Gate, site: Site, files: tuple[str, ...]) -> Command:
    return parts.command(files, (REPORT,), lambda lot, number: _steps(gate, site, lot, number))


def _steps(gate: Gate, site: Site, paths: tuple[str, ...], lot: int = 0) -> tuple[Step]:
    argv = (*site.tools["bandit"].argv, "--quiet", "--recursive", *bandit_files.options(gate, site))
    argv += (*gate.args, "--format", "json", "--output", f"{{scratch}}/{parts.numbered(REPORT, lot)}")
    return (Step(argv=(*argv, "--", *paths), go_on=(0, 1)),)


def read(gate: Gate, site: Site, outcome: Outcome) -> Reading:
    return total(gate, _read(gate, site, outcome)[0])


def _read(gate: Gate, site: Site, outcome: Outcome) -> tuple[Reading, set[str]]:
    """The reading, and the names of the files that were judged."""
    ran = reading.last(outcome)
    word = reading.exits(ran, EXITS)
    reading.configs(site.root, bandit_files.configs(gate))
    report = bandit_workers.report(outcome)
    reading.expect(report.results, word, ran)
    judged = report.metrics.keys() - {one.filename for one in report.errors} - {"_totals"}
    found = (bandit.finding(one, gate, CATEGORY) for one in report.results)
    whole = Reading(
        findings=reading.finish(site.root, found, "utf8"),
        measures={"files": float(len(judged))},
        errors=(
            *reading.absent(reading.targets(gate, site.sources), site),
            *bandit.errors(report, site.root),
        ),
    )
    return whole, judged


def pieces(
    gate: Gate, site: Site, outcome: Outcome, files: tuple[str, ...] | None
) -> dict[str, Reading] | None:
    """A file that bandit excludes, as it does also when it is handed over, counts as none."""
    wanted, found = bandit_files.listed(gate, site) if files is None else files, dict[str, Reading]()
    lots = [wanted or ()] if files is None else parts.batches(files)
    reading.exits(reading.last(outcome), EXITS)
    for lot, one in bandit_workers.apart(outcome, lots):
        whole, judged = _read(gate, site, one)
        names = {reading.relative(name, site.root) for name in judged}
        split = parts.split(whole, {file: {"files": float(file in names)} for file in lot})
        if wanted is None or split is None or not names <= split.keys():
            return None
        found |= split
    return found


def total(gate: Gate, joined: Reading) -> Reading:
    if joined.errors or joined.measures["files"]:
        return joined
    return msgspec.structs.replace(joined, errors=(EMPTY,))


def inputs(gate: Gate, site: Site) -> Inputs | None:
    packages = tuple(file for file in site.files if file.endswith("__init__.py"))  # a module's full name
    needed = known.of(gate, site, {bandit_files.INI, bandit_files.TOML})
    return needed and msgspec.structs.replace(needed, present=packages)
