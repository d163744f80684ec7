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


def test_a_number_that_is_none_is_left_out() -> None:
    nan, endless = float("nan"), float("inf")
    case = TestCase(
        classname="a",
        name="b",
        status="passed",
        seconds=nan,
        attempts=(Attempt(status="failed", seconds=endless),),
    )
    verdict = Verdict(
        gate="g", tool="t", status="passed", cost=Cost(seconds=nan), started=endless,
        limits={"x": Limit(max=endless)}, reading=Reading(cases=(case,), measures={"x": nan, "y": 1.0}),
    )  # fmt: skip
    shown = reports.load(
        reports.render(replace(runs.SAMPLE, verdicts=(verdict,)), ["json"])["report.json"], "x"
    )
    assert shown.verdicts[0].reading.measures == {"y": 1.0}
    assert shown.verdicts[0].cost == Cost()
    assert shown.verdicts[0].limits == {"x": Limit()}
    assert shown.verdicts[0].reading.cases[0].seconds == 0


def test_a_format_is_imported_when_it_is_asked_for() -> None:
    program = (
        "import sys; from eee_ci import reports; assert 'jinja2' not in sys.modules;"
        "print(sorted(name for name in sys.modules if name.startswith('eee_ci.reports.')))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_parts_of_an_earlier_run_are_stale() -> None:
    present = [
        "eee-ci.sarif",
        "eee-ci-2.sarif",
        "eee-ci-3.sarif",
        "junit-2.xml",
        "eee-ci-x.sarif",
        "eee-ci-2.txt",
    ]
    assert reports.stale(["eee-ci.sarif", "eee-ci-2.sarif"], present) == ["eee-ci-3.sarif"]
    assert reports.stale([], present) == []
