"""Types, with mypy, judged with the project's interpreter."""

from collections.abc import Iterable

import msgspec

from eee_ci import inject, reading
from eee_ci.errors import ReportError
from eee_ci.model import Command, Gate, Limit, Outcome, Ran, Reading, Scope, Step
from eee_ci.ports import Inputs, Requirement, Site
from eee_ci.readers import mypy, workers

SCOPE: Scope = "project"
CATEGORY = "types"
PRIOR = 8.0
LIMITS = {"findings.low": Limit(max=0)}
OPTIONS = workers.Options
PINNABLE = True

EXITS = {0: "clean", 1: reading.FOUND, 2: "stopped"}  # 2: a syntax error, then with findings; or wrong usage
REPORT, PROOF = "mypy.jsonl", "mypy.xml"  # a clean run prints nothing: its JUnit file says that it ended
# The form of its cache that is mypy's own default one version later: a quarter of a first run is saved.
COMPACT: dict[tuple[int, ...], tuple[str, ...]] = {(1, 19): ("--fixed-format-cache", "--sqlite-cache")}
CHOOSES = {"files", "packages", "modules"}  # settings with which a project says itself what is checked
NAMES = {"-p", "--package", "-m", "--module", "-c", "--command"}  # arguments that cannot stand with paths


def requirements(gate: Gate) -> tuple[Requirement, ...]:
    return (Requirement(name="mypy"),)


def command(gate: Gate, site: Site) -> Command:
    own, tool = _settings(site), site.tools["mypy"]
    python = ".".join(map(str, site.python_version))
    cache = f"{{cache}}/mypy-{tool.version or 'unknown'}-python-{python}"
    argv = ("{python}", "-I", "-S", inject.script("fresh.py"), cache, *tool.argv, *gate.args)
    argv += ("--output", "json", "--python-executable", "{python}", "--cache-dir", cache)
    argv += COMPACT.get(reading.version(tool)[:2], ())
    argv += ("--junit-xml", f"{{scratch}}/{PROOF}", "--no-install-types", "--interactive")
    for name in sorted(own):
        if name.endswith("_report"):  # would be written into the tree
            argv += (f"--{name.replace('_', '-')}", f"{{scratch}}/{name}")
    for pattern in filter(None, map(mypy.exclude, gate.exclude)):
        argv += ("--exclude", pattern)
    step = Step(argv=(*argv, "--", *_paths(gate, site, own)), stdout=REPORT)
    return Command(steps=(step,), keep=(REPORT, PROOF))


def read(gate: Gate, site: Site, outcome: Outcome) -> Reading:
    ran = _own(reading.last(outcome))
    word = reading.exits(ran, EXITS)
    reading.configs(site.root, mypy.CONFIGS)
    output = mypy.read(reading.report(outcome, REPORT))
    errors = [*reading.absent(_paths(gate, site, _settings(site)), site), *mypy.ignored(ran)]
    if word == "stopped":
        errors.extend(mypy.stops(output, ran))
        if not errors and not any(entry.code == mypy.SYNTAX for entry in output.entries):
            raise ReportError(f"mypy stopped before it had judged; mend what it names{reading.said(ran)}")
    else:
        _believe(output, word, ran, reading.report(outcome, PROOF))
    return Reading(
        findings=reading.finish(site.root, mypy.findings(output.entries, gate, site, CATEGORY)),
        measures={} if output.files is None else {"files": float(output.files)},
        errors=tuple(errors),
        notes=() if word == "stopped" else output.other,
    )


def inputs(gate: Gate, site: Site) -> Inputs | None:
    return mypy.needed(gate, site)


def _own(ran: Ran) -> Ran:
    """The run by mypy's own words, which come after those of the script that starts it, and its cache."""
    starts = [at + 2 for at, word in enumerate(ran.argv) if word == inject.script("fresh.py")]
    return msgspec.structs.replace(ran, argv=ran.argv[starts[0] if starts else 0 :])


def _settings(site: Site) -> Iterable[str]:
    try:
        return set(mypy.settings(site.root))
    except ReportError:  # `read` says it
        return set()


def _paths(gate: Gate, site: Site, own: Iterable[str]) -> tuple[str, ...]:
    chosen = CHOOSES.intersection(own) or NAMES.intersection(word.split("=")[0] for word in gate.args)
    return () if chosen and not gate.paths else reading.targets(gate, site.sources)


def _believe(output: mypy.Output, word: str, ran: Ran, proof: bytes) -> None:
    reading.expect(output.entries, word, ran)
    if b"</testsuite>" not in proof:
        raise ReportError(f"mypy did not write its report to the end{reading.said(ran)}")
    if word == "clean" and any(entry.severity == "error" for entry in output.entries):
        raise ReportError("mypy ended with exit 0 and yet reported errors")
