"""pytest, under coverage.py unless `coverage: false`, always with the project's own interpreter."""

import msgspec

from eee_ci import reading
from eee_ci.model import Command, Gate, Limit, Outcome, Reading, Scope, Step
from eee_ci.ports import Requirement, Site
from eee_ci.readers import coverage, selected, shards, tests

SCOPE: Scope = "tests"
CATEGORY = "tests"
PRIOR = 30.0
LIMITS = {"tests_failed": Limit(max=0), "tests": Limit(min=1), "coverage": Limit(min=70)}
PINNABLE = False
EXITS = {
    0: "passed",
    1: reading.FOUND,
    2: "error (interrupted)",
    3: "error (internal error)",
    4: "error (usage)",
    5: "error (no tests collected)",
}
INTERRUPTED = 2  # also when a file could not be collected
RERUNNERS = frozenset({"pytest-rerunfailures", "pytest-retry", "flaky"})


OPTIONS = selected.Options


def limits(gate: Gate) -> dict[str, Limit]:
    """Where coverage is not measured it has no limit."""
    return {name: limit for name, limit in LIMITS.items() if name != "coverage" or covers(gate)}


def requirements(gate: Gate) -> tuple[Requirement, ...]:
    measure = (Requirement(name="coverage", project=True, lent=True),) if covers(gate) else ()
    return (Requirement(name="pytest", project=True), *measure)


def command(gate: Gate, site: Site) -> Command:
    """Ours comes after the project's `addopts` and the gate's own arguments, so that it holds."""
    words = site.tools["pytest"].argv
    at = words.index("-m")  # before it stand the launcher's options
    alone = ("--no-cov",) if "pytest-cov" in site.distributions else ()  # it would trace a second time
    wish = options(gate)
    measuring = coverage.measuring(site, probes=wish.probes) if wish.coverage else ()
    run = (
        *(*words[:at], "--cwd-on-path", *measuring, *words[at:]),
        *gate.args,
        *alone,
        *("--color=no", "--rootdir={root}", "--junitxml={scratch}/" + shards.JUNIT),
        *("-o", "junit_family=xunit1", "-o", "cache_dir={scratch}/cache"),
        *(f"--ignore-glob={pattern}" for pattern in gate.exclude),
        *gate.paths,
    )
    return Command(
        steps=(Step(argv=run, go_on=(0, 1)), *(coverage.reporting(site) if wish.coverage else ())),
        env=coverage.ENV
        | {
            "HYPOTHESIS_STORAGE_DIRECTORY": "{cache}/hypothesis",
            "PYTEST_XDIST_AUTO_NUM_WORKERS": str(gate.cores),
        },
        keep=(shards.JUNIT, coverage.REPORT),
        writes=True,
    )


def read(gate: Gate, site: Site, outcome: Outcome) -> Reading:
    """A file that could not be collected breaks the gate, with its place: the tests did not all run."""
    tested = msgspec.structs.replace(outcome, steps=outcome.steps[:1])
    ran = reading.last(tested)
    known = tests.Cases()
    if ran.exit in (0, 1) or (ran.exit == INTERRUPTED and shards.JUNIT in outcome.files):
        reports = [reading.report(tested, name) for name in shards.junits(outcome)]
        known = tests.of_pytest(*reports, reruns=bool(RERUNNERS & site.distributions))
    if not known.lost:
        tests.check(known.ran, ran, reading.exits(ran, EXITS))
    measured = coverage.read(outcome, site) if covers(gate) and not known.lost else Reading()
    lost = (f"could not collect {tests.place(case, site.root)}: {case.message}" for case in known.lost)
    found = tests.findings((*known.lost, *known.ran), site.root, "pytest")
    return Reading(
        findings=(*reading.finish(site.root, found), *measured.findings),
        cases=tests.ordered(known.ran),
        measures=tests.measures(known.ran) | measured.measures,
        errors=(*lost, *tests.lacking(known.lost, site.python), *measured.errors),
        notes=measured.notes,
        files=measured.files,
    )


def covers(gate: Gate) -> bool:
    """Is coverage measured?"""
    return options(gate).coverage


def options(gate: Gate) -> selected.Options:
    return msgspec.convert(gate.options, OPTIONS)
