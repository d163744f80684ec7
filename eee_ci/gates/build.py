"""Builds sdist and wheel with `build` in a copy of the tree, then installs and imports the wheel aside."""

from typing import Any, Literal

import msgspec

from eee_ci import inject, reading
from eee_ci.errors import ReportError
from eee_ci.model import Command, Gate, Limit, Noun, Outcome, Reading, Scope, Step
from eee_ci.ports import Requirement, Site
from eee_ci.readers import backends

SCOPE: Scope = "project"
CATEGORY = "build"
PRIOR = 6.0
LIMITS = {"findings.low": Limit(max=0), "seconds": Limit(max=60)}
PINNABLE = True
EXITS = {0: "passed", 1: reading.FOUND, 2: "error (usage)"}
CHECKED = {0: "passed"}
SEEN = "wheel.json"


class Options(Noun, frozen=True, kw_only=True):
    """`isolation: auto` isolates, as publishers do, unless what the build requires is installed already."""

    isolation: bool | Literal["auto"] = "auto"


OPTIONS = Options


def requirements(gate: Gate) -> tuple[Requirement, ...]:
    del gate
    return (Requirement(name="build"),)


def command(gate: Gate, site: Site) -> Command:
    """Built from a copy, so that what a backend leaves behind is no change of the tree."""
    tool = site.tools["build"]
    isolation = () if _isolated(gate, site) else ("--no-isolation",)
    build = (*tool.argv, "--outdir", "{scratch}/dist", *isolation, *gate.args, "{root}")
    places = ("{scratch}/dist", "{scratch}/wheel", f"{{scratch}}/{SEEN}")
    check = Step(argv=("{python}", inject.script("wheelcheck.py"), *places))
    return Command(steps=(Step(argv=build), check), keep=(SEEN,), copy=True)


def read(gate: Gate, site: Site, outcome: Outcome) -> Reading:
    """A build that fails is the project's fault; one that lacks something from outside is no verdict."""
    del gate
    ran = reading.last(msgspec.structs.replace(outcome, steps=outcome.steps[:1]))
    if reading.exits(ran, EXITS) == reading.FOUND:
        fault = backends.fault(ran, site.root)
        return Reading(findings=reading.finish(site.root, (fault,)), measures={"seconds": outcome.seconds})
    reading.exits(reading.last(outcome), CHECKED)
    return _built(
        reading.json(reading.report(outcome, SEEN), "the report on the wheel"), site, outcome.seconds
    )


def _built(seen: Any, site: Site, seconds: float) -> Reading:
    from eee_ci.readers import wheels

    try:
        (wheel_bytes,), (sdist_bytes,) = seen["wheels"].values(), seen["sdists"].values()
        found = reading.finish(site.root, wheels.findings(seen, site))
        errors = wheels.doubts(seen, site)
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise ReportError(
            f"want one wheel and one sdist; the report on them is not as expected: {error!r}"
        ) from None
    measures = {"wheel_bytes": float(wheel_bytes), "sdist_bytes": float(sdist_bytes), "seconds": seconds}
    return Reading(findings=found, measures=measures, errors=errors)


def _isolated(gate: Gate, site: Site) -> bool:
    wish = msgspec.convert(gate.options, OPTIONS).isolation
    if wish == "auto":
        return not backends.installed(site)
    return wish
