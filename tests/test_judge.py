"""Limits, severities and exit codes: pure words in, pure words out."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eee_ci import judge
from eee_ci.model import Finding, Gate, Limit, Mode, Reading, Severity, Status, Verdict

LINT = {"findings.low": Limit(max=0)}


def finding(rule: str = "F401", severity: Severity = "low", path: str | None = "src/a.py") -> Finding:
    return Finding(tool="ruff", rule=rule, message="m", severity=severity, path=path, line=1)


def gate(**extra: object) -> Gate:
    return Gate(id="lint", tool="ruff", **extra)  # type: ignore[arg-type] # a test names what it needs


def judged(
    reading: Reading, limits: dict[str, Limit], one: Gate | None = None
) -> tuple[str, tuple[str, ...]]:
    applied, _ = judge.apply(one or gate(), reading)
    return judge.status(applied, limits)


def test_a_clean_reading_passes() -> None:
    assert judged(Reading(), LINT) == ("passed", ())


def test_one_finding_over_the_limit_fails_and_says_what_was_found() -> None:
    reading = Reading(findings=(finding(), finding(severity="high")))
    assert judged(reading, LINT) == (
        "failed",
        ("2 findings of low or worse (1 high, 1 low), at most 0 wanted",),
    )


def test_a_finding_below_the_severity_of_the_limit_passes() -> None:
    assert judged(Reading(findings=(finding(severity="info"),)), LINT) == ("passed", ())


def test_the_tools_own_error_breaks_the_gate_whatever_else_it_said() -> None:
    status, reasons = judged(Reading(findings=(finding(),), errors=("config is bad",)), LINT)
    assert status == "broken"
    assert reasons[0] == "config is bad"


def test_an_unknown_measure_breaks_its_limit() -> None:
    assert judged(Reading(), {"coverage": Limit(min=70)}) == (
        "broken",
        ("coverage is unknown, at least 70 % wanted",),
    )


def test_coverage_is_never_rounded_up_to_its_limit() -> None:
    status, reasons = judged(Reading(measures={"coverage": 69.9999}), {"coverage": Limit(min=70)})
    assert (status, reasons) == ("failed", ("coverage is 69.99 %, at least 70 % wanted",))


def test_a_measure_that_is_not_a_number_fails() -> None:
    assert judged(Reading(measures={"coverage": float("nan")}), {"coverage": Limit(min=70)})[0] == "failed"


def test_failed_tests_are_counted_in_words() -> None:
    reading = Reading(measures={"tests_failed": 1.0})
    assert judged(reading, {"tests_failed": Limit(max=0)})[1] == ("1 test failed, at most 0 wanted",)


def test_both_ends_of_a_limit_hold() -> None:
    limit = {"wheel_bytes": Limit(min=10, max=20)}
    assert judged(Reading(measures={"wheel_bytes": 5}), limit)[1] == (
        "wheel_bytes is 5, at least 10 and at most 20 wanted",
    )
    assert judged(Reading(measures={"wheel_bytes": 25}), limit)[0] == "failed"
    assert judged(Reading(measures={"wheel_bytes": 20}), limit)[0] == "passed"


def test_own_findings_limits_replace_the_tools() -> None:
    assert judge.limits({"findings.high": Limit(max=0)}, LINT) == {"findings.high": Limit(max=0)}


def test_other_limits_of_the_tool_stay() -> None:
    defaults = {**LINT, "coverage": Limit(min=70)}
    assert judge.limits({"findings.high": Limit(max=0)}, defaults)["coverage"] == Limit(min=70)


def test_an_empty_limit_switches_the_default_off() -> None:
    assert judge.limits({"coverage": Limit()}, {"coverage": Limit(min=70)}) == {}


def test_the_severity_map_raises_and_switches_off_with_the_longest_pattern_first() -> None:
    one = gate(severity={"S*": "high", "S101": "off", "S1*": "info"})
    reading = Reading(findings=(finding("S101"), finding("S105"), finding("S506"), finding("E1")))
    applied, suppressed = judge.apply(one, reading)
    assert [(f.rule, f.severity) for f in applied.findings] == [
        ("S105", "info"),
        ("S506", "high"),
        ("E1", "low"),
    ]
    assert suppressed == 1


@pytest.mark.parametrize("pattern", ["src", "src/", "./src", "src/a.py", "*.py", "src/*", "s*"])
def test_excluded_paths_fall_away(pattern: str) -> None:
    applied, suppressed = judge.apply(gate(exclude=(pattern,)), Reading(findings=(finding(),)))
    assert (applied.findings, suppressed) == ((), 1)


def test_a_folder_of_a_like_name_is_not_excluded() -> None:
    assert not judge.matches("srcs/a.py", "src")
    assert judge.matches("a.py", ".")


def verdict(status: Status, mode: Mode = "block", *, asked: bool = True) -> Verdict:
    return Verdict(gate="g", tool="t", status=status, mode=mode, asked=asked)


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ([verdict("passed")], 0),
        ([verdict("failed"), verdict("broken")], 1),
        ([verdict("passed"), verdict("broken")], 4),
        ([verdict("passed"), verdict("skipped")], 4),
        ([verdict("passed"), verdict("failed", "warn")], 0),
        ([verdict("passed"), verdict("skipped", asked=False)], 0),
        ([verdict("skipped", asked=False)], 4),
        ([], 4),
    ],
)
def test_exit_codes(verdicts: list[Verdict], code: int) -> None:
    assert judge.exit_code(verdicts) == code


def test_a_signal_is_the_exit_code_whatever_was_judged() -> None:
    assert judge.exit_code([verdict("passed")], 15) == 143


statuses = st.sampled_from(get_args(Status))
modes: st.SearchStrategy[Mode] = st.sampled_from(["block", "warn"])
many = st.lists(st.builds(verdict, statuses, modes), max_size=6)


@given(many, many)
def test_more_verdicts_never_turn_a_red_run_green(first: list[Verdict], second: list[Verdict]) -> None:
    if first and judge.exit_code(first) != 0:
        assert judge.exit_code([*first, *second]) != 0


@given(many)
def test_the_order_of_gates_does_not_matter(verdicts: list[Verdict]) -> None:
    assert judge.exit_code(verdicts) == judge.exit_code(list(reversed(verdicts)))
