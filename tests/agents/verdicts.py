"""Runs for the tests of the agent stage, made of a few findings and test cases."""

from collections.abc import Iterable

from eee_ci.model import CaseStatus, Finding, Reading, Run, Status, TestCase, Verdict


def finding(mark: str, *, rule: str = "F401", path: str = "a.py", message: str = "") -> Finding:
    return Finding(tool="ruff", rule=rule, path=path, line=1, message=message or mark, fingerprint=mark)


def verdict(
    gate: str = "lint",
    status: Status = "passed",
    *found: Finding,
    cases: dict[str, CaseStatus] | None = None,
    **measures: float,
) -> Verdict:
    tests = tuple(TestCase(classname="t", name=name, status=status) for name, status in (cases or {}).items())
    reading = Reading(findings=found, cases=tests, measures=measures)
    return Verdict(gate=gate, tool="ruff", status=status, reading=reading)


def run(*verdicts: Verdict, complete: bool = True) -> Run:
    return Run(
        version="0",
        project="p",
        config="c",
        config_digest="d",
        started="2026-11-22T06:00:00Z",
        exit_code=0,
        complete=complete,
        verdicts=verdicts,
    )


def prints(findings: Iterable[Finding]) -> list[str]:
    return [each.fingerprint for each in findings]
