"""Runs to render: one with each thing that can happen, large ones, and any at all."""

import functools
import hashlib
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from eee_ci.model import (
    SEVERITIES,
    STATUSES,
    Attempt,
    Cost,
    Covered,
    Finding,
    Limit,
    Reading,
    Run,
    TestCase,
    Verdict,
)


def finding(**other: Any) -> Finding:
    known: dict[str, Any] = {
        "tool": "ruff", "rule": "F401", "message": "`os` imported but unused", "severity": "medium",
        "path": "src/app.py", "line": 1, "column": 8, "end_line": 1, "end_column": 10,
        "fingerprint": "0123456789abcdef" * 2, "line_hash": "e6f6b63a077a9d7c:1",
    }  # fmt: skip  # read in rows
    return Finding(**{**known, **other})


def bandit(**other: Any) -> Finding:
    return finding(tool="bandit", category="security", line_hash=None, **other)


LINT = Verdict(
    gate="lint",
    tool="ruff",
    status="failed",
    version="0.17.6",
    origin="project",
    reasons=("3 findings of info or worse, at most 0 wanted",),
    reading=Reading(
        findings=(
            finding(url="https://docs.astral.sh/ruff/rules/unused-import", fix="Remove the import."),
            finding(rule="E501", message="Line too long (120 > 110)", severity="low", line=9, end_line=9),
            finding(
                rule="F821",
                message="Undefined name `naïve` in <module> & @team #1",
                severity="high",
                path="src/pkg mit raum/ä#b%.py",
                line=3,
                end_line=3,
            ),
        )
    ),
    limits={"findings.info": Limit(max=0)},
    cost=Cost(seconds=0.41, cpu=0.6, peak=50_000_000),
    started=0.02,
    attempts=1,
    command=(("ruff", "check", "--output-format", "json", "src"),),
    log="Found 3 errors.\n",
)
FORMAT = Verdict(
    gate="format",
    tool="ruff-format",
    status="passed",
    version="0.17.6",
    cost=Cost(seconds=0.1),
    started=0.02,
    cached="same files, tool and config",
)
SECURITY = Verdict(
    gate="security",
    tool="bandit",
    status="failed",
    version="1.9.4",
    reasons=("1 finding of medium or worse, at most 0 wanted",),
    reading=Reading(
        findings=(
            bandit(
                rule="B602",
                message="subprocess call with shell=True identified",
                severity="high",
                line=6,
                end_line=6,
                end_column=40,
                cwe=78,
            ),
            bandit(
                rule="B101", message="Use of assert detected.", severity="low", line=12, end_line=14, cwe=703
            ),
            bandit(rule="B404", message="Consider the import.", severity="info", path=None, line=None),
        )
    ),
    limits={"findings.medium": Limit(max=0)},
    cost=Cost(seconds=1.2),
    started=0.05,
    suppressed=2,
)
TESTS = Verdict(
    gate="tests",
    tool="pytest",
    status="failed",
    version="9.2.0",
    reasons=("coverage is 61.24, at least 70 wanted", "2 of 5 tests failed"),
    flags=("flaky",),
    reading=Reading(
        cases=(
            TestCase(
                classname="tests.test_a",
                name="test_one",
                status="passed",
                seconds=0.01,
                file="tests/test_a.py",
            ),
            TestCase(
                classname="tests.test_a",
                name='test_two[a<b>&"c"]',
                status="failed",
                seconds=0.2,
                file="tests/test_a.py",
                line=9,
                message="assert 1 == 2",
                text="    def test_two():\n>       assert 1 == 2\nE       assert 1 == 2\n\ntests/test_a:10",
                attempts=(Attempt(status="failed", seconds=0.1, message="assert 1 == 3", text="E assert"),),
            ),
            TestCase(
                classname="tests.test_a", name="test_three", status="error", message="fixture 'x' not found"
            ),
            TestCase(classname="tests.test_b", name="test_skip", status="skipped", message="needs Windows"),
            TestCase(
                classname="tests.test_b",
                name="test_flaky",
                status="passed",
                seconds=0.4,
                attempts=(Attempt(status="error", seconds=0.3, message="timeout", text="Traceback..."),),
            ),
        ),
        measures={"coverage": 61.24, "tests_failed": 2, "tests": 5},
        files={
            "src/app.py": Covered(statements=120, covered=70, excluded=4, branches=30, covered_branches=12),
            "src/pkg mit raum/ä#b%.py": Covered(statements=9, covered=9),
        },
    ),
    limits={"coverage": Limit(min=70), "tests_failed": Limit(max=2), "branch_coverage": Limit(min=50)},
    cost=Cost(seconds=4.2, cpu=7.5),
    started=0.02,
    log="5 tests\n",
)
TYPES = Verdict(
    gate="types",
    tool="mypy",
    status="broken",
    version="2.4.1",
    reasons=("mypy ended with exit 2, tool error",),
    reading=Reading(errors=("mypy.ini:3: unknown option 'strictt'",)),
    cost=Cost(seconds=2.0),
    started=0.03,
    log="mypy: can't read the file\n\n##[error]x\n::error::y\n",
)
BUILD = Verdict(gate="build", tool="build", status="skipped", reasons=("types did not pass",))
COMPLEXITY = Verdict(
    gate="complexity",
    tool="complexity",
    status="failed",
    mode="warn",
    reasons=("complexity_max is 14, at most 10 wanted",),
    reading=Reading(measures={"complexity_max": 14}),
    limits={"complexity_max": Limit(max=10)},
    cost=Cost(seconds=0.3),
    started=0.5,
)
NOX = Verdict(gate="nox", tool="nox", status="skipped", asked=False)

SAMPLE = Run(
    version="0.1.0",
    project="shop",
    config="eee-ci.yaml",
    config_digest="d" * 64,
    tree="0" * 40,
    commit="c0ffee" * 6 + "abcd",
    branch="feature/<b>x</b>",
    environment={"python": "3.11.7", "platform": "Linux"},
    started="2026-11-22T06:00:00Z",
    seconds=4.9,
    cores=2,
    exit_code=1,
    verdicts=(LINT, FORMAT, SECURITY, TESTS, TYPES, BUILD, COMPLEXITY, NOX),
    notes=("no git repository: all files are judged",),
)
GREEN = replace(SAMPLE, exit_code=0, verdicts=(FORMAT,), notes=())


@functools.cache
def many(number: int, gate: str = "lint") -> Verdict:
    """A gate with so many findings, of all severities, over 2,000 files."""
    found = tuple(
        finding(
            rule=f"R{index % 300}",
            message=f"message {index} about `thing_{index % 77}`",
            severity=SEVERITIES[index % 5],
            path=f"src/pkg{index % 40}/mod{index % 2000}.py",
            line=index % 900 + 1,
            end_line=index % 900 + 1,
            fingerprint=hashlib.sha256(str(index).encode()).hexdigest()[:32],
        )
        for index in range(number)
    )
    limits = {"findings.info": Limit(max=0)}
    return replace(LINT, gate=gate, reading=Reading(findings=found), limits=limits)


ANY = st.text(
    st.sampled_from("\x1b\x07\x9b\x9d[]()0;mHx:/.\\<>&\"'`*_|~#@!$%=- \t\r\n\0\u200b\xad\u202e\ufeff\ufffe")
    | st.characters(),
    max_size=12,
) | st.sampled_from(
    ["::error::x", "##[error]x", "<script>", "![x](http://x.y)", "\n\n# x", "|", "</details>", "]]>"]
)
_number = st.floats(allow_nan=True) | st.integers(-5, 5).map(float)
_place = st.none() | st.integers(-2, 2**40)
_findings = st.builds(
    Finding,
    tool=ANY, rule=ANY, message=ANY, severity=st.sampled_from(SEVERITIES), category=ANY | st.just("security"),
    path=st.none() | ANY | st.sampled_from(["../x", "/etc/passwd", "src/a.py"]), line=_place, column=_place,
    end_line=_place, end_column=_place, url=st.none() | ANY | st.just("javascript:alert(1)"),
    fix=st.none() | ANY, cwe=_place, fingerprint=ANY, line_hash=st.none() | ANY,
)  # fmt: skip  # read in rows
_ends = st.sampled_from(["passed", "failed", "error", "skipped"])
_attempts = st.builds(Attempt, status=_ends, seconds=_number, message=ANY, text=ANY)
_cases = st.builds(
    TestCase,
    classname=ANY, name=ANY, status=_ends, seconds=_number, file=st.none() | ANY, line=_place, message=ANY,
    text=ANY, attempts=st.lists(_attempts, max_size=2).map(tuple),
)  # fmt: skip  # read in rows
_names = st.sampled_from(["coverage", "findings.low", "findings", "x"]) | ANY
_limits = st.builds(Limit, min=st.none() | _number, max=st.none() | _number)
_texts = st.lists(ANY, max_size=2).map(tuple)
_covered = st.builds(
    Covered, statements=st.integers(0, 9), covered=st.integers(0, 9), branches=st.none() | st.integers(0, 9)
)
_readings = st.builds(
    Reading,
    findings=st.lists(_findings, max_size=3).map(tuple), cases=st.lists(_cases, max_size=3).map(tuple),
    measures=st.dictionaries(_names, _number, max_size=2), errors=_texts, notes=_texts,
    files=st.dictionaries(ANY, _covered, max_size=2),
)  # fmt: skip  # read in rows
_cost = st.none() | _number
_verdicts = st.builds(
    Verdict,
    gate=ANY, tool=ANY, status=st.sampled_from(STATUSES), mode=st.sampled_from(["block", "warn", "off"]),
    asked=st.booleans(), version=st.none() | ANY, reasons=_texts, reading=_readings, flags=_texts,
    limits=st.dictionaries(_names, _limits, max_size=2), cost=st.builds(Cost, seconds=_cost, cpu=_cost),
    started=_cost, command=st.lists(_texts, max_size=2).map(tuple), log=ANY, cached=st.none() | ANY,
)  # fmt: skip  # read in rows
RUNS = st.builds(
    Run,
    version=ANY, project=ANY, config=ANY, config_digest=ANY, tree=st.none() | ANY, commit=st.none() | ANY,
    branch=st.none() | ANY, environment=st.dictionaries(ANY, ANY, max_size=2),
    started=st.just("2026-11-22T06:00:00Z"), seconds=_number, complete=st.booleans(),
    signal=st.none() | st.just(2), exit_code=st.integers(0, 4),
    verdicts=st.lists(_verdicts, max_size=3).map(tuple), notes=_texts,
)  # fmt: skip  # read in rows
