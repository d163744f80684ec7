"""One session of the project's noxfile as a gate, judged by nox's own report."""

import re
from typing import Any

import msgspec

from eee_ci import reading, text
from eee_ci.errors import ReportError
from eee_ci.model import Command, Finding, Gate, Limit, Noun, Outcome, Ran, Reading, Scope, Step
from eee_ci.ports import Inputs, Requirement, Site
from eee_ci.readers import noxfile

SCOPE: Scope = "project"
CATEGORY = "tests"
PRIOR = 30.0
LIMITS = {"findings.low": Limit(max=0)}
PINNABLE = True
UNKNOWN = 3  # the session does not exist
EXITS = {0: "passed", 1: reading.FOUND, 2: "error (usage, or no noxfile)", UNKNOWN: "error (no such session)"}
REPORT = "nox.json"
UNNAMED = "what a session of nox installs and reads is not known"
MISSING = re.compile(r"Python interpreter .* not found")


class Options(Noun, frozen=True, kw_only=True):
    """`session` is what stands after `nox --session`."""

    session: str


OPTIONS = Options


def requirements(gate: Gate) -> tuple[Requirement, ...]:
    del gate
    return (Requirement(name="nox"),)


def inputs(gate: Gate, site: Site) -> Inputs | None:
    """A session installs and runs what it likes."""
    return None


def command(gate: Gate, site: Site) -> Command:
    """The gate's own arguments come last: they may end in `--` and words for the session."""
    session = msgspec.convert(gate.options, OPTIONS).session
    ours = ("--report", f"{{scratch}}/{REPORT}", "--envdir", "{cache}/nox", "--error-on-missing-interpreters")
    quiet = ("--no-stop-on-first-error", "--non-interactive", "--nocolor")
    argv = (*site.tools["nox"].argv, "--session", session, *ours, *quiet, *gate.args)
    return Command(steps=(Step(argv=argv),), keep=(REPORT,), writes=True)


def read(gate: Gate, site: Site, outcome: Outcome) -> Reading:
    """A session that was skipped, or had no interpreter, has judged nothing."""
    ran = reading.last(outcome)
    known = noxfile.sessions(site.root)
    if ran.exit == UNKNOWN:
        session = msgspec.convert(gate.options, OPTIONS).session
        raise ReportError(
            f"nox knows no session {session!r}; {noxfile.NAME} defines: {', '.join(known) or 'none'}"
        )
    word = reading.exits(ran, EXITS)
    results = _results(reading.json(reading.report(outcome, REPORT), "the report of nox"))
    errors = [f"session {name} was skipped: {why}" for name, end, why in results if end == "skipped"]
    errors += [f"session {name}: {why}" for name, end, why in results if MISSING.search(why)]
    red = [
        result for result in results if result[1] in ("failed", "aborted") and not MISSING.search(result[2])
    ]
    if not errors:
        reading.expect(red, word, ran)
    if not results or (red and word != reading.FOUND):
        raise ReportError(
            f"nox ended with exit {ran.exit}, but reports {text.count(len(red), 'failed session')}"
        )
    found = (_finding(result, known, ran) for result in red)
    return Reading(findings=reading.finish(site.root, found), errors=tuple(errors))


def _results(report: Any) -> list[tuple[str, str, str]]:
    """Name with its parameters, end and reason of every session that nox ran."""
    try:
        return [
            (str(one["signatures"][0]), one["result"], str(one.get("reason") or ""))
            for one in report["sessions"]
        ]
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise ReportError(f"the report of nox is not as expected: {error!r}") from None


def _finding(result: tuple[str, str, str], known: dict[str, int], ran: Ran) -> Finding:
    name, end, reason = result
    output = text.clean(text.decode(ran.stderr))
    words = re.search(rf"nox > (.+)\nnox > Session {re.escape(name)} (?:failed|aborted)", output)
    said = reason or (words[1] if words else "see its output")
    line = known.get(name) or known.get(re.split(r"[-(]\d|\(", name)[0])
    message = f"session {name} {end}: {said}"
    return Finding(
        tool="nox", rule=end, message=message, severity="high", category="tests", path=noxfile.NAME, line=line
    )
