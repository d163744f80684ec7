"""What a run says at its end, line by line."""

import io

import msgspec

from eee_ci.console import Console, summary
from eee_ci.console.watch import Watch
from eee_ci.model import Cost, Finding, Limit, Reading, Run, TestCase, Verdict

LINT = Verdict(
    gate="lint",
    tool="ruff",
    version="0.17.6",
    status="failed",
    reasons=("12 findings of low or worse (12 low), at most 0 wanted",),
    reading=Reading(
        findings=(
            *(
                Finding(
                    tool="ruff",
                    rule="F401",
                    message="`os` unused",
                    severity="low",
                    path="src/a.py",
                    line=i,
                    column=8,
                )
                for i in range(1, 12)
            ),
            Finding(
                tool="ruff", rule="S1", message="worse", severity="high", path="src/z.py", line=1, column=1
            ),
        )
    ),
    cost=Cost(seconds=0.12),
    attempts=1,
)
TESTS = Verdict(
    gate="tests",
    tool="pytest",
    status="failed",
    reasons=("1 test failed, at most 0 wanted",),
    reading=Reading(
        cases=(
            TestCase(
                classname="tests.test_a",
                name="test_x",
                status="failed",
                file="tests/test_a.py",
                line=3,
                message="no",
            ),
        ),
        measures={"tests": 7.0, "tests_failed": 1.0, "coverage": 81.99},
    ),
    cost=Cost(seconds=140.0),
)
FINE = Verdict(gate="types", tool="mypy", status="passed", cost=Cost(seconds=2.0), attempts=1)
LEFT = Verdict(gate="build", tool="build", status="skipped", asked=False, reasons=("not asked for",))
BROKEN = Verdict(
    gate="security", tool="bandit", status="broken", reasons=("bandit crashed (SIGSEGV)",), log="last\nwords"
)


def run(*verdicts: Verdict, exit_code: int = 1) -> Run:
    return Run(
        version="0.1.0",
        project="p",
        config="eee-ci.yaml",
        config_digest="d",
        started="2026-01-01T00:00:00Z",
        seconds=3.21,
        exit_code=exit_code,
        verdicts=verdicts,
    )


def plain() -> Console:
    return Console(io.StringIO(), environ={})


def said(result: Run, *, verbose: bool = False, quiet: bool = False) -> list[str]:
    return list(summary.lines(result, plain(), verbose=verbose, quiet=quiet))


def test_a_green_run_is_the_verdict_and_its_gates() -> None:
    assert said(run(FINE, exit_code=0)) == [
        "eee-ci: GREEN  1 passed of 1 gate (3.2 s, eee-ci.yaml)",
        "  passed   types  mypy    2.0 s",
    ]


def test_a_red_run_gives_reasons_and_the_worst_findings_first() -> None:
    lines = said(run(LINT, FINE, LEFT))
    assert lines[0] == "eee-ci: RED  1 failed, 1 passed of 2 gates (3.2 s, eee-ci.yaml)"
    assert "  not asked for or off: build" in lines
    at = lines.index("lint failed")
    assert lines[at + 1] == "  12 findings of low or worse (12 low), at most 0 wanted"
    assert lines[at + 2] == "  src/z.py:1:1 S1 worse"
    assert lines[at + 3] == "  src/a.py:1:8 F401 `os` unused"
    assert lines[-1] == "  and 2 more: see the reports, or --verbose"


def test_findings_that_no_overstepped_limit_counts_are_told_in_number_only() -> None:
    held = {"findings.medium": Limit(max=0), "findings.low": Limit(max=20)}
    measures = {"findings.medium": 1.0, "findings.low": 12.0}
    strict = msgspec.structs.replace(
        LINT, limits=held, reading=msgspec.structs.replace(LINT.reading, measures=measures)
    )
    assert said(run(strict))[-2:] == [
        "  src/z.py:1:1 S1 worse",
        "  and 11 too slight for the limits: see the reports, or --verbose",
    ]
    assert sum("F401" in line for line in said(run(strict), verbose=True)) == 11
    many = msgspec.structs.replace(strict, limits={"findings.low": Limit(max=0)})
    assert said(run(many))[-1] == "  and 2 more: see the reports, or --verbose"


def test_what_a_reason_tells_with_its_place_is_told_once() -> None:
    found = Finding(tool="pytest", rule="test-error", message="t: no", severity="high", path="t.py", line=3)
    other = msgspec.structs.replace(found, path="u.py")
    reasons = (
        "could not collect t.py:3: no",
        "could not collect a/u.py:3: no",
        "tests is 0, at least 1 wanted",
    )
    lost = msgspec.structs.replace(
        TESTS, status="broken", reasons=reasons, reading=Reading(findings=(found, other))
    )
    at = (lines := said(run(lost))).index("tests broken")
    assert lines[at + 1 :] == [f"  {reason}" for reason in reasons] + ["  u.py:3 test-error t: no"]


def test_verbose_holds_nothing_back() -> None:
    lines = said(run(LINT), verbose=True)
    assert sum("F401" in line for line in lines) == 11


def test_verbose_says_which_test_files_ran_and_why() -> None:
    chosen = {"tests/test_a.py": "p/a.py: body of f changed", "tests/\x1bb.py": "opens a\nsocket"}
    because = ("p/a.py changed", "2 of 9 test files run")
    ran = run(msgspec.structs.replace(FINE, because=because, chosen=chosen))
    lines = said(ran, verbose=True)
    at = lines.index(f"{FINE.gate}: ran because p/a.py changed; 2 of 9 test files run")
    told = ["  tests/test_a.py: p/a.py: body of f changed", "  tests/.py: opens a socket"]
    assert lines[at + 1 : at + 3] == told
    assert not [line for line in said(ran) if "test_a" in line]


def test_verbose_says_what_bounded_the_run() -> None:
    ran = [
        msgspec.structs.replace(FINE, gate=name, started=0.0, cost=Cost(seconds=end))
        for name, end in (("tests", 3.0), ("types", 1.0))
    ]
    told = "pace: tests bounds the run: 3.00 s of 3.21 s; splitting it over 2 cores would save up to 1.00 s"
    two = msgspec.structs.replace(run(*ran, exit_code=0), cores=2)
    assert told in said(two, verbose=True)
    assert not [line for line in said(two) if "pace" in line]


def test_failed_tests_are_named_with_their_place() -> None:
    lines = said(run(TESTS))
    assert "  tests/test_a.py:3 tests.test_a::test_x failed: no" in lines
    assert lines[1] == "  failed   tests  pytest  2 m 20 s  7 tests, 1 failed, coverage 81.9 %"


def test_a_broken_gate_shows_its_last_words() -> None:
    assert said(run(BROKEN))[-2:] == ["  | last", "  | words"]


def test_quiet_says_the_verdict_and_the_reasons() -> None:
    lines = said(run(LINT, FINE), quiet=True)
    assert lines[1:] == ["", "lint failed", "  12 findings of low or worse (12 low), at most 0 wanted"]
    assert len(said(run(FINE, exit_code=0), quiet=True)) == 1


def test_a_gate_that_only_warns_says_that_it_does_not_block() -> None:
    assert "lint failed (does not block)" in said(
        run(msgspec.structs.replace(LINT, mode="warn"), exit_code=0)
    )


def test_flags_are_seen_on_a_green_gate() -> None:
    flaky = msgspec.structs.replace(
        FINE, flags=("flaky",), reasons=("flaky: it passed on attempt 2 only (x)",)
    )
    lines = said(run(flaky, exit_code=0))
    assert lines[1].endswith("flaky")
    assert "  flaky: it passed on attempt 2 only (x)" in lines


def test_a_stopped_run_names_the_signal() -> None:
    stopped = msgspec.structs.replace(run(FINE, exit_code=143), signal=15, complete=False)
    assert ", stopped by SIGTERM" in said(stopped)[0]


def test_foreign_words_cannot_control_the_terminal() -> None:
    evil = Finding(
        tool="t",
        rule="r\x1b[2J",
        message="a\x1b]0;title\x07b\nc\u202e",
        path="p\x1b[31m.py",
        line=1,
        column=1,
    )
    line = summary.finding_line(evil)
    assert line == "p.py:1:1 r ab c<U+202E>"


def test_on_a_runner_no_line_is_a_command() -> None:
    out = io.StringIO()
    Console(out, environ={"GITHUB_ACTIONS": "true"}).lines(["::set-output name=a::b", "x ##[add-mask]y"])
    lines = out.getvalue().splitlines()
    assert not lines[0].lstrip().startswith("::")
    assert "##[" not in lines[1]


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_long_run_gives_a_sign_of_life_each_minute() -> None:
    out, clock = io.StringIO(), Clock()
    watch = Watch(Console(out, environ={}), quiet=False, verbose=False, clock=clock)
    for clock.now in (1.0, 59.0, 60.0, 61.0, 119.0, 120.0):
        watch.beat((("tests", clock.now),))
    assert out.getvalue().splitlines() == ["still running: tests 60.0 s", "still running: tests 2 m 00 s"]


def test_verbose_names_each_gate_as_it_goes() -> None:
    out = io.StringIO()
    watch = Watch(Console(out, environ={}), quiet=False, verbose=True)
    watch.started("types")
    watch.ended(FINE)
    assert out.getvalue().splitlines() == ["types: started", "types: passed (2.0 s)"]
