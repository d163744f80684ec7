"""What `eee-ci mcp` offers: which gates there are, their verdict, one finding explained. The work tree stays
as it is."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from eee_ci import commands, files, reports, text
from eee_ci.commands import plan as plans
from eee_ci.commands import report
from eee_ci.errors import BROKEN, FAILED, GREEN, SIGNALLED, UsageError
from eee_ci.model import SEVERITIES, Finding, Run, Verdict
from eee_ci.process import short
from eee_ci.process.signals import PARENT
from eee_ci.rendering import words

MOST = 200  # findings of an answer, worst first
_LONGEST = 24 * 3600.0  # seconds; each gate has a limit of its own
_SHORTEST = 8  # characters of a fingerprint that may stand for all of it
_AROUND = 3  # lines shown on each side of a finding
_LARGEST = 8 * 1024 * 1024  # bytes of a file of which lines are shown
_VERDICTS = (GREEN, FAILED, BROKEN)
_KEYS = ("gate", "tool", "mode", "runs", "why_not", "needs", "limits", "expected_seconds")


def gates(arguments: argparse.Namespace) -> dict[str, Any]:
    """The gates of the project, whether each could run, and what it takes."""
    told = plans.data(commands.planned(arguments))
    return {
        "config": text.line(told["config"]),
        "gates": [{key: gate[key] for key in _KEYS} for gate in told["gates"]],
    }


def judged(arguments: argparse.Namespace, named: Sequence[str], *, stop: int) -> dict[str, Any]:
    """The verdict of a `check` in a process of its own, which ends when this one does, or once the file
    `stop` is readable."""
    words_of_it = [sys.executable, "-P", "-m", "eee_ci", "check", "--json"]
    words_of_it += [f"--config={arguments.config}"] if arguments.config else []
    ran = short.run(
        (*words_of_it, "--", *named),
        cwd=Path.cwd(),
        env={**os.environ, PARENT: str(os.getpid())},
        timeout=_LONGEST,
        stop=stop,
    )
    if ran.exit not in _VERDICTS and (ran.exit or 0) < SIGNALLED:
        raise UsageError(text.clean(text.decode(ran.stderr)).strip() or "the check came to no end")
    return answer(reports.load(ran.stdout, "what check printed"))


def answer(run: Run) -> dict[str, Any]:
    """A run in short: what of it is red, and why."""
    asked = words.asked(run)
    found = [(verdict, finding) for verdict in asked for finding in verdict.reading.findings]
    found.sort(key=lambda pair: SEVERITIES.index(pair[1].severity))
    return {
        "green": words.is_green(run),
        "verdict": words.headline(run),
        "exit_code": run.exit_code,
        "gates": [_gate(verdict) for verdict in asked],
        "findings": [_brief(verdict, finding) for verdict, finding in found[:MOST]],
        "findings_left_out": max(len(found) - MOST, 0),
        "failed_tests": list(_failed(asked)),
    }


def explained(arguments: argparse.Namespace, fingerprint: str) -> dict[str, Any]:
    """A finding of the last check, with the lines around it as they are now."""
    root = commands.root(arguments)
    run = report.load(root / ".eee-ci" / "reports" / "report.json")
    matching = {
        finding.fingerprint: (verdict, finding)
        for verdict in run.verdicts
        for finding in verdict.reading.findings
        if finding.fingerprint == fingerprint
        or (len(fingerprint) >= _SHORTEST and finding.fingerprint.startswith(fingerprint))
    }
    if len(matching) != 1:
        what = "several findings" if matching else "no finding"
        raise UsageError(
            f"{what} of the last check with the fingerprint {text.line(fingerprint)!r}",
            "run the gates, then give a whole fingerprint from their findings",
        )
    ((verdict, finding),) = matching.values()
    return {
        **_brief(verdict, finding),
        "category": finding.category,
        "end_line": finding.end_line,
        "end_column": finding.end_column,
        "fix": finding.fix,
        "url": finding.url,
        "cwe": finding.cwe,
        "gate_status": verdict.status,
        "gate_reasons": list(verdict.reasons),
        "limits": msgspec.to_builtins(verdict.limits),
        "found": {"started": run.started, "commit": run.commit},
        "source": list(_source(root, finding)),
    }


def _gate(verdict: Verdict) -> dict[str, Any]:
    return {
        "gate": verdict.gate,
        "status": verdict.status,
        "blocks": verdict.mode == "block",
        "reasons": list(verdict.reasons),
        "remembered": verdict.cached,
        "seconds": verdict.cost.seconds,
        "findings": len(verdict.reading.findings),
    }


def _brief(verdict: Verdict, finding: Finding) -> dict[str, Any]:
    return {
        "fingerprint": finding.fingerprint,
        "gate": verdict.gate,
        "tool": finding.tool,
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message,
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
    }


def _failed(verdicts: Sequence[Verdict]) -> Iterator[dict[str, Any]]:
    cases = (
        (verdict, case)
        for verdict in verdicts
        for case in verdict.reading.cases
        if case.status in ("failed", "error")
    )
    for (verdict, case), _ in zip(cases, range(MOST), strict=False):
        yield {
            "gate": verdict.gate,
            "test": f"{case.classname}::{case.name}",
            "file": case.file,
            "line": case.line,
            "message": case.message,
        }


def _source(root: Path, finding: Finding) -> Iterator[dict[str, Any]]:
    """Nothing is read outside of the project, nor through a link."""
    path = words.inside(finding.path)
    if path is None or finding.line is None or any(sign in path for sign in "*?["):
        return
    data = files.kept(root, (path,), _LARGEST).get(path, b"")
    lines = text.decode(data[:_LARGEST]).split("\n")
    last = finding.end_line or finding.line
    for number in range(max(finding.line - _AROUND, 1), min(last, finding.line + MOST) + _AROUND + 1):
        if data and number <= len(lines):
            yield {"line": number, "text": text.clip(text.clean(lines[number - 1]), 1000)}
