"""The door to the formats: any of them, from any run, safe to show."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from eee_ci import reports
from eee_ci.errors import UsageError
from eee_ci.model import Attempt, Cost, Limit, Reading, Run, TestCase, Verdict
from tests import workflow
from tests.reports import runs

ALL = tuple(reports.TABLE)


def case(*, seconds: float = 0.0, tried: float = 0.0) -> TestCase:
    attempts = (Attempt(status="failed", seconds=tried),)
    return TestCase(classname="a", name="b", status="passed", seconds=seconds, attempts=attempts)


def test_each_format_has_its_files() -> None:
    names = {name: list(reports.render(runs.SAMPLE, [name])) for name in ALL}
    assert names == {
        "json": ["report.json"],
        "junit": ["junit.xml"],
        "junit-strict": ["junit.xml"],
        "sarif": ["eee-ci.sarif"],
        "markdown": ["summary.md"],
        "html": ["report.html"],
    }


def test_the_dialect_of_the_config_chooses_the_junit_format() -> None:
    strict = reports.render(runs.SAMPLE, ["junit"], junit_dialect="strict")
    assert strict == reports.render(runs.SAMPLE, ["junit-strict"])
    assert strict != reports.render(runs.SAMPLE, ["junit"])


def test_an_unknown_format_is_named_with_the_ones_there_are() -> None:
    with pytest.raises(UsageError, match="found 'pdf', want one of json, junit, junit-strict, sarif, "):
        reports.render(runs.SAMPLE, ["pdf"])


def test_the_same_run_gives_the_same_bytes() -> None:
    assert reports.render(runs.SAMPLE, ALL) == reports.render(runs.SAMPLE, ALL)


@settings(deadline=None, max_examples=25)
@given(runs.RUNS)
def test_any_run_makes_reports_and_report_json_makes_them_again(run: Run) -> None:
    for name in ALL:
        files = reports.render(run, [name])
        data = b"".join(files.values()).decode()
        assert workflow.unseen(data) == set()
        assert workflow.commands(data, culture=True) == []
        again = reports.load(reports.render(run, ["json"])["report.json"], "report.json")
        assert reports.render(again, [name]) == files


def test_secrets_show_in_no_format() -> None:
    secret = "s3cr<t&\"word's"
    verdict = replace(
        runs.TYPES, reasons=(f"used {secret}",), log=f"token={secret}\n", command=(("x", secret),)
    )
    run = replace(runs.SAMPLE, verdicts=(verdict,), environment={"TOKEN": secret})
    for name in ALL:
        files = reports.render(run, [name], secrets=[secret])
        shown = b"".join(files.values()).decode()
        assert "s3cr" not in shown
        if name != "sarif":  # it has no word of a broken gate
            assert "***" in shown


def test_a_secret_that_is_a_word_of_ours_breaks_no_report() -> None:
    data = reports.render(runs.SAMPLE, ["json"], secrets=["failed", "passed"])["report.json"]
    assert reports.load(data, "x").verdicts[0].status == "failed"


NAN, ENDLESS = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("odd", "even"),
    [
        (Verdict(gate="g", tool="t", status="passed", reading=Reading(measures={"x": NAN, "y": 1.0})),
         Verdict(gate="g", tool="t", status="passed", reading=Reading(measures={"y": 1.0}))),
        (Verdict(gate="g", tool="t", status="passed", limits={"x": Limit(min=-ENDLESS, max=1.0)}),
         Verdict(gate="g", tool="t", status="passed", limits={"x": Limit(max=1.0)})),
        (Verdict(gate="g", tool="t", status="passed", cost=Cost(seconds=NAN), started=ENDLESS),
         Verdict(gate="g", tool="t", status="passed")),
        (Verdict(gate="g", tool="t", status="passed", reading=Reading(cases=(case(seconds=NAN),))),
         Verdict(gate="g", tool="t", status="passed", reading=Reading(cases=(case(),)))),
        (Verdict(gate="g", tool="t", status="passed", reading=Reading(cases=(case(tried=ENDLESS),))),
         Verdict(gate="g", tool="t", status="passed", reading=Reading(cases=(case(tried=0.0),)))),
    ],
    ids=["measure", "limit", "cost", "test", "attempt"],
)  # fmt: skip  # read in rows
def test_a_number_that_is_none_is_left_out(odd: Verdict, even: Verdict) -> None:
    data = reports.render(replace(runs.SAMPLE, verdicts=(odd,)), ["json"])["report.json"]
    assert reports.load(data, "x").verdicts == (even,)


@pytest.mark.parametrize("name", ALL)
def test_a_command_in_a_message_is_none_when_the_file_is_printed(name: str) -> None:
    found = (runs.finding(message="##[error]x\n::error::y\n#\xad#[error]z"),)
    run = replace(runs.SAMPLE, verdicts=(replace(runs.LINT, reading=Reading(findings=found)),))
    printed = b"".join(reports.render(run, [name]).values()).decode()
    assert workflow.commands(printed, culture=True) == []


def test_a_format_is_imported_when_it_is_asked_for() -> None:
    program = (
        "import sys; from eee_ci import reports; assert 'jinja2' not in sys.modules;"
        "print(sorted(name for name in sys.modules if name.startswith('eee_ci.reports.')))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
