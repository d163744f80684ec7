"""Types of TypeScript, with the project's own tsc."""

from pathlib import Path

import msgspec

from eee_ci import reading, text
from eee_ci.errors import ReportError
from eee_ci.model import Command, Finding, Gate, Limit, Noun, Outcome, Ran, Reading, Scope, Step
from eee_ci.ports import Requirement, Site
from eee_ci.readers import tsc

SCOPE: Scope = "project"
CATEGORY = "types"
PRIOR = 8.0
LIMITS = {"findings.low": Limit(max=0)}
PINNABLE = False


class Options(Noun, frozen=True, kw_only=True):
    project: str = "tsconfig.json"


OPTIONS = Options
EXITS = {0: "clean", 1: reading.FOUND, 2: reading.FOUND}  # findings are 2 up to version 6, 1 from 7 on
REPORT = "tsc.txt"


def requirements(gate: Gate) -> tuple[Requirement, ...]:
    return (Requirement(name="typescript", kind="node", module="tsc"),)


def command(gate: Gate, site: Site) -> Command:
    """A project that is incremental or composite writes its build info even without emitting."""
    argv = (*site.tools["typescript"].argv, *gate.args, "--noEmit", "--pretty", "false", "--listFiles")
    argv += ("--incremental", "--tsBuildInfoFile", "{scratch}/tsc.tsbuildinfo", "--project", _project(gate))
    return Command(steps=(Step(argv=argv, stdout=REPORT),), keep=(REPORT,))


def read(gate: Gate, site: Site, outcome: Outcome) -> Reading:
    ran = reading.last(outcome)
    if not Path(site.root, _project(gate)).exists():
        missing = f"{text.line(_project(gate))} does not exist"
        return Reading(errors=(f"{missing}; write it (`npx tsc --init`) or set `project` of the gate",))
    word = reading.exits(ran, EXITS)
    output = tsc.output(text.decode(reading.report(outcome, REPORT)), gate, CATEGORY)
    _believe(output, word, ran)
    own = [file for file in output.files if "/node_modules/" not in file]
    if not own and not output.findings and not output.errors:
        empty = f"{text.line(_project(gate))} names no file of the project to check"
        output.errors.append(f"{empty}; where it only has `references`, make each the `project` of a gate")
    output.errors.extend(reading.absent(gate.paths, site))
    findings, notes = _asked(reading.finish(site.root, output.findings, "utf16"), gate)
    measures = {"files": float(len(own))} if own else {}
    return Reading(findings=findings, measures=measures, errors=tuple(output.errors), notes=notes)


def _project(gate: Gate) -> str:
    return msgspec.convert(gate.options, Options).project


def _believe(output: tsc.Output, word: str, ran: Ran) -> None:
    reading.expect((*output.findings, *output.errors), word, ran)
    if word == "clean" and (output.findings or output.errors):
        raise ReportError(f"tsc ended with exit 0 and yet reported errors{reading.said(ran)}")


def _asked(findings: tuple[Finding, ...], gate: Gate) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """tsc takes a project or files, never both: `paths` of the gate choose among its findings. What it says
    of its configuration always counts."""
    roots = [path.removeprefix("./").strip("/") for path in gate.paths]
    everything = not roots or {"", "."} & set(roots)
    asked = tuple(one for one in findings if everything or _below(one.path or "", roots))
    left = len(findings) - len(asked)
    return asked, (f"{text.count(left, 'finding')} outside of `paths` left out",) if left else ()


def _below(path: str, roots: list[str]) -> bool:
    return path.endswith(".json") or any(path == root or path.startswith(f"{root}/") for root in roots)
