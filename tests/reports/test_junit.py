"""JUnit XML: valid where it says so, read alike by its readers, and never more than they take."""

import html
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from shutil import which
from xml.etree import ElementTree as ET

import junitparser
import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from eee_ci import reports
from eee_ci.model import Attempt, Cost, Limit, Reading, Run, TestCase, Verdict
from tests.reports import runs

DIALECTS = ("junit", "junit-strict")


def written(run: Run, dialect: str = "junit") -> bytes:
    return reports.render(run, [dialect])["junit.xml"]


def parsed(run: Run, dialect: str = "junit") -> ET.Element:
    return ET.fromstring(written(run, dialect))  # noqa: S314 - what we wrote ourselves


def only(verdict: Verdict) -> Run:
    return replace(runs.SAMPLE, verdicts=(verdict,))


def names(root: ET.Element) -> list[tuple[str, str]]:
    return [(case.get("classname", ""), case.get("name", "")) for case in root.iter("testcase")]


def outcomes(root: ET.Element) -> dict[str, str]:
    return {
        case.get("name", ""): next((child.tag for child in case if child.tag != "flakyError"), "passed")
        for case in root.iter("testcase")
    }


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_file_looks_as_reviewed(gold: Callable[[str, bytes], None], dialect: str) -> None:
    gold(f"{dialect}.xml", written(runs.SAMPLE, dialect))


@pytest.mark.parametrize("schema", ["junit-ant.xsd", "junit-10.xsd"])
@pytest.mark.parametrize(
    "run", [runs.SAMPLE, runs.GREEN, replace(runs.SAMPLE, verdicts=())], ids=["sample", "green", "empty"]
)
def test_the_strict_dialect_is_valid(schema: str, run: Run, schemas: Path, tmp_path: Path) -> None:
    if not which("xmllint"):
        pytest.skip("not checked against the schema: there is no xmllint (Debian: libxml2-utils)")
    (tmp_path / "junit.xml").write_bytes(written(run, "junit-strict"))
    command = ["xmllint", "--noout", "--schema", str(schemas / schema), str(tmp_path / "junit.xml")]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("dialect", DIALECTS)
def test_junitparser_counts_what_we_counted(dialect: str) -> None:
    root = parsed(runs.SAMPLE, dialect)
    seen: Counter[str] = Counter()
    for suite in junitparser.JUnitXml.fromstring(written(runs.SAMPLE, dialect)):
        for case in suite:
            seen.update([type(case.result[0]).__name__ if case.result else "passed"])
    total = Counter({tag: len(list(root.iter(tag))) for tag in ("failure", "error", "skipped")})
    assert seen == Counter(Failure=total["failure"], Error=total["error"], Skipped=total["skipped"], passed=4)
    assert total == Counter(failure=12, error=2, skipped=3)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_codecov_counts_what_we_counted(dialect: str) -> None:
    reader = pytest.importorskip(
        "test_results_parser", reason="Codecov's test-results-parser is not installed"
    )
    read = reader.parse_junit_xml(written(runs.SAMPLE, dialect)).testruns
    seen = Counter(str(case.outcome).rpartition(".")[2].lower() for case in read)
    assert seen == Counter(failure=12, error=2, skip=3, **{"pass": 4})
    # it leaves entities in attributes as they are
    assert [(case.classname, html.unescape(case.name)) for case in read] == names(
        parsed(runs.SAMPLE, dialect)
    )


@pytest.mark.parametrize("dialect", DIALECTS)
def test_counters_are_those_of_the_file(dialect: str) -> None:
    for suite in parsed(runs.SAMPLE, dialect).iter("testsuite"):
        assert suite.get("tests") == str(len(list(suite.iter("testcase"))))
        for counter, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert suite.get(counter) == str(len(list(suite.iter(tag))))
    root = parsed(runs.SAMPLE)
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("21", "12", "2")


def test_the_first_case_of_a_suite_is_the_gate() -> None:
    for suite in parsed(runs.SAMPLE).iter("testsuite"):
        first = suite.find("testcase")
        assert first is not None
        assert (first.get("classname"), first.get("name")) == (f"eee-ci.{suite.get('name')}", "gate")


@pytest.mark.parametrize(
    ("verdict", "tag"),
    [(runs.LINT, "failure"), (runs.TYPES, "error"), (runs.BUILD, "skipped"), (runs.NOX, "skipped"),
     (runs.FORMAT, "passed"), (runs.COMPLEXITY, "failure")],
    ids=lambda value: value.gate if isinstance(value, Verdict) else value,
)  # fmt: skip  # read in rows
def test_a_status_is_one_element(verdict: Verdict, tag: str) -> None:
    assert outcomes(parsed(only(verdict)))["gate"] == tag


def test_findings_are_one_case_a_file_and_rule() -> None:
    found = (
        runs.finding(line=3, message="one"),
        runs.finding(line=7, message="two"),
        runs.finding(rule="E1"),
    )
    root = parsed(only(replace(runs.LINT, reading=Reading(findings=found))))
    assert names(root)[1:] == [("eee-ci.lint", "src/app.py E1"), ("eee-ci.lint", "src/app.py F401")]
    last = list(root.iter("testcase"))[-1]
    assert (last.get("file"), last.get("line")) == ("src/app.py", "3")
    assert [failure.text for failure in last] == [
        "src/app.py:3:8 F401 one [medium]\nsrc/app.py:7:8 F401 two [medium]"
    ]


def test_findings_inside_the_limits_are_counted_and_not_failures() -> None:
    root = parsed(only(runs.SECURITY))
    assert [name for _, name in names(root)] == ["gate", "src/app.py B602"]
    assert "2 findings that did not make the gate fail: not listed" in root.findtext(
        "testsuite/system-out", ""
    )


def test_a_gate_that_fails_for_another_reason_blames_no_finding() -> None:
    verdict = replace(runs.LINT, limits={"findings.info": Limit(max=9), "x": Limit(min=1)})
    assert outcomes(parsed(only(verdict))) == {"gate": "failure", "metric: x at least 1": "failure"}


def test_a_failed_test_that_is_also_a_finding_is_one_case() -> None:
    found = runs.finding(category="tests", rule="test_two")
    reading = replace(runs.TESTS.reading, findings=(found,))
    assert names(parsed(only(replace(runs.TESTS, reading=reading)))) == names(parsed(only(runs.TESTS)))


def test_a_limit_is_a_case_and_an_unknown_measure_fails_it() -> None:
    seen = outcomes(parsed(only(runs.TESTS)))
    assert seen["metric: coverage at least 70"] == "failure"
    assert seen["metric: tests_failed at most 2"] == "passed"
    assert seen["metric: branch_coverage at least 50"] == "failure"


def test_a_broken_gate_shows_its_log_and_no_limit_or_finding() -> None:
    verdict = replace(runs.TYPES, limits={"x": Limit(max=1)}, reading=runs.LINT.reading)
    root = parsed(only(verdict))
    assert outcomes(root) == {"gate": "error"}
    assert "mypy: can't read the file\n\n##[error]x\n::error::y" in root.findtext(
        "testsuite/testcase/error", ""
    )


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_attempt_of_a_test_is_told(dialect: str) -> None:
    root = parsed(only(runs.TESTS), dialect)
    flaky = next(case for case in root.iter("testcase") if case.get("name") == "test_flaky")
    twice = next(case for case in root.iter("testcase") if case.get("name", "").startswith("test_two"))
    if dialect == "junit":
        assert [(child.tag, child.get("message")) for child in flaky] == [("flakyError", "timeout")]
        assert [child.tag for child in twice] == ["failure", "rerunFailure"]
        assert twice.findtext("rerunFailure/stackTrace") == "E assert"
    else:
        assert list(flaky) == []
        assert "flaky: tests.test_b test_flaky: earlier attempt error" in root.findtext(
            "testsuite/system-out", ""
        )
        assert "earlier attempt failed after 0.100 s: assert 1 == 3" in twice.findtext("failure", "")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_equal_names_are_told_apart(dialect: str) -> None:
    case = TestCase(classname="a", name="b", status="passed")
    reading = Reading(cases=(case, case, case, replace(case, name="b (2)")))
    first = replace(runs.FORMAT, gate="one", reading=reading)
    second = replace(first, gate="two")
    seen = names(parsed(replace(runs.SAMPLE, verdicts=(first, second)), dialect))
    assert len(set(seen)) == len(seen) == 10
    assert seen[:4] == [("eee-ci.one", "gate"), ("a", "b"), ("one.a", "b"), ("one.a", "b (2)")]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("blank", ["", "\n", " \t", "\x1b[0m"])
def test_a_name_of_which_nothing_can_be_shown_has_words_in_its_place(blank: str, dialect: str) -> None:
    case = TestCase(classname=blank, name=blank, status="passed")
    told = parsed(only(replace(runs.FORMAT, gate="one", reading=Reading(cases=(case,)))), dialect)
    assert ("eee-ci.one", "unnamed test") in names(told)


@settings(deadline=None, max_examples=25)
@given(runs.RUNS)
def test_any_run_is_well_formed_with_names_and_texts(run: Run) -> None:
    for dialect in DIALECTS:
        root = parsed(run, dialect)
        assert len(set(names(root))) == len(names(root))
        assert all(case.get("name") and case.get("classname") is not None for case in root.iter("testcase"))
        assert all(float(case.get("time", "")) >= 0 for case in root.iter("testcase"))
        for tag in ("failure", "error", "skipped"):
            assert all(element.text and element.get("message") for element in root.iter(tag))


def test_time_is_in_utc_and_counts_from_the_start_of_the_run() -> None:
    suite = parsed(only(replace(runs.FORMAT, started=61.7, cost=Cost(seconds=1234.5678)))).find("testsuite")
    assert suite is not None
    assert (suite.get("timestamp"), suite.get("time")) == ("2026-11-22T06:01:01", "1234.568")
    late = parsed(only(replace(runs.FORMAT, started=1e300))).find("testsuite")
    assert late is not None
    assert late.get("timestamp") == "2026-11-22T06:00:00"


def test_a_path_outside_is_text_and_no_file() -> None:
    for path in ("../x.py", "/etc/passwd", "a/../../x"):
        root = parsed(only(replace(runs.LINT, reading=Reading(findings=(runs.finding(path=path),)))))
        case = list(root.iter("testcase"))[-1]
        assert case.get("file") is None
        assert case.get("name") == f"{path} F401"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_very_many_findings_fit(dialect: str) -> None:
    data = written(only(runs.many(100_000)), dialect)
    assert len(data) < 30_000_000
    assert data.count(b"<") < 200_000
    root = ET.fromstring(data)  # noqa: S314 - what we wrote ourselves
    last = list(root.iter("testcase"))[-1]
    assert last.get("name") == "more findings"
    assert last.findtext("failure") == "50000 more findings in 1000 more files"


def test_very_many_tests_leave_out_those_that_passed() -> None:
    good = tuple(TestCase(classname="a", name=f"good {number}", status="passed") for number in range(100_000))
    bad = tuple(TestCase(classname="a", name=f"bad {number}", status="failed") for number in range(5_100))
    root = parsed(only(replace(runs.TESTS, reading=Reading(cases=(*good, *bad)), limits={})))
    assert Counter(name.split()[0] for _, name in names(root)) == Counter(gate=1, bad=5_000)
    said = root.findtext("testsuite/system-out", "")
    assert "100000 tests that passed: not listed" in said
    assert "100 more tests that did not pass: not listed" in said


def test_long_logs_are_cut_until_all_fits() -> None:
    case = TestCase(classname="a", name="b", status="failed", text="x" * 70_000)
    reading = Reading(cases=tuple(replace(case, name=f"b{number}") for number in range(500)))
    data = written(only(replace(runs.TESTS, reading=reading)))
    assert len(data) < 30_000_000
    assert data.count(b"<testcase") == 504
    alone = written(only(replace(runs.TESTS, reading=Reading(cases=(case,)))))
    assert 64 << 10 < len(alone) < 70_000


def test_too_many_gates_are_one_error_and_never_an_empty_file() -> None:
    gates = tuple(replace(runs.BUILD, gate=f"gate{number}") for number in range(20_000))
    root = parsed(replace(runs.SAMPLE, verdicts=gates), "junit-strict")
    assert outcomes(root) == {"gate": "error"}
    assert "20000 gates: too many to list" in root.findtext("testsuite/testcase/error", "")


def test_attempts_without_words_have_an_element_all_the_same() -> None:
    case = TestCase(classname="", name="", status="error", attempts=(Attempt(status="failed"),))
    root = parsed(only(replace(runs.TESTS, reading=Reading(cases=(case,)), limits={})))
    last = list(root.iter("testcase"))[-1]
    assert (last.get("classname"), last.get("name")) == ("eee-ci.tests", "unnamed test")
    assert [(child.tag, child.text) for child in last] == [("error", "error"), ("rerunFailure", None)]
