"""The pytest gate reads what pytest and coverage.py said, and says when they said nothing."""

import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from eee_ci import config, plan
from eee_ci.errors import ConfigError, ReportError
from eee_ci.gates import pytest as gate_module
from eee_ci.model import Covered, Gate, Limit, Outcome, Reading, TestCase
from eee_ci.ports import GateAdapter
from eee_ci.readers import tests
from tests.gates import samples

ADAPTER: GateAdapter = gate_module


def gate(**settings: Any) -> Gate:
    return Gate(id="tests", tool="pytest", **settings)


@pytest.fixture
def shop(tmp_path: Path) -> str:
    """The project that was recorded, so that lines can be looked up."""
    return str(samples.write(tmp_path / "shop", samples.SHOP | samples.FAILING))


def read(name: str, root: str, *distributions: str, **settings: Any) -> Reading:
    at = samples.site(ADAPTER, gate(**settings), root, distributions=frozenset(distributions))
    return ADAPTER.read(gate(**settings), at, samples.recorded(name, root))


def places(reading: Reading) -> list[tuple[str, str | None, int | None]]:
    return [(finding.rule, finding.path, finding.line) for finding in reading.findings]


def test_a_green_run_has_measures_cases_and_the_functions_that_no_test_enters(shop: str) -> None:
    seen = read("pytest-green", shop)
    assert seen.errors == ()
    assert seen.measures == {
        "tests": 4.0,
        "tests_failed": 0.0,
        "tests_skipped": 2.0,
        "coverage": pytest.approx(1100 / 17),
        "branch_coverage": 25.0,
        "uncovered_lines": 6.0,
        "uncovered_functions": 2.0,
    }
    assert seen.files == {
        "src/shop/__init__.py": Covered(statements=17, covered=11, branches=4, covered_branches=1)
    }
    assert places(seen) == [
        ("uncovered-function", "src/shop/__init__.py", 22),
        ("uncovered-function", "src/shop/__init__.py", 30),
    ]
    assert {finding.severity for finding in seen.findings} == {"info"}
    assert [(case.name, case.status, case.line) for case in seen.cases] == [
        ("test_passes", "passed", 6),
        ("test_param[1]", "passed", 11),
        ("test_param[2]", "passed", 11),
        ("test_skipped", "skipped", 16),
        ("test_xfail", "skipped", 21),
        ("test_xpass", "passed", 26),
    ]


def test_without_coverage_no_measure_of_it_exists(shop: str) -> None:
    seen = read("pytest-bare", shop, options={"coverage": False})
    assert seen.measures == {"tests": 4.0, "tests_failed": 0.0, "tests_skipped": 2.0}
    assert (seen.errors, seen.files) == ((), {})
    assert "coverage" in gate_module.limits(gate())
    assert "coverage" not in gate_module.limits(gate(options={"coverage": False}))
    assert gate_module.limits(gate())["tests"] == Limit(min=1)


def test_a_failure_is_found_where_it_failed_in_the_file_of_the_test(shop: str) -> None:
    seen = read("pytest-failures", shop)
    failures = [finding for finding in seen.findings if finding.category == "tests"]
    assert [(finding.rule, finding.line, finding.message) for finding in failures] == [
        ("test-failed", 7, "test_fails_in_helper: AssertionError: from the helper"),
        ("test-error", 13, 'test_teardown_only: failed on teardown with "RuntimeError: teardown broke"'),
        ("test-failed", 13, "test_fails_twice_over: assert 1 == 2"),
        ("test-error", 18, 'test_setup: failed on setup with "RuntimeError: set-up broke"'),
        ("test-failed", 23, "test_fails: assert 1 == 2"),
        (
            "test-failed",
            31,
            "test_fails_elsewhere: TypeError: unsupported operand type(s) for -: 'str' and 'int'",
        ),
        ("test-failed", 46, "test_xpass_strict: [XPASS(strict)] known"),
        ("test-failed", 54, "test_control: ValueError: bell #x07 and #xD800 \u00e9"),
    ]
    assert {finding.path for finding in failures} == {"tests/test_failing.py"}
    assert seen.measures["tests_failed"] == 8.0
    assert seen.measures["tests"] == 12.0


def test_a_failure_and_the_error_of_its_teardown_are_one_case(shop: str) -> None:
    cases = [case for case in read("pytest-failures", shop).cases if case.name == "test_fails_twice_over"]
    assert [case.status for case in cases] == ["failed"]
    assert "assert 1 == 2" in cases[0].text
    assert "teardown broke" in cases[0].text


@pytest.mark.parametrize(("name", "line"), [("pytest-native", 23), ("pytest-silent", 21)])
def test_other_tracebacks_give_the_line_too_and_none_at_all_gives_the_test(
    name: str, line: int, shop: str
) -> None:
    found = {finding.message.split(":")[0]: finding.line for finding in read(name, shop).findings}
    assert found["test_fails"] == line


def test_reruns_become_attempts_of_one_case(shop: str) -> None:
    seen = read("pytest-reruns", shop, "pytest-rerunfailures")
    flaky = next(case for case in seen.cases if case.name == "test_flaky")
    assert flaky.status == "passed"
    assert [attempt.status for attempt in flaky.attempts] == ["failed", "failed"]
    hopeless = next(case for case in seen.cases if case.name == "test_fails")
    assert (hopeless.status, len(hopeless.attempts)) == ("failed", 3)
    twice = next(case for case in seen.cases if case.name == "test_fails_twice_over")
    assert (twice.status, len(twice.attempts)) == ("failed", 3)


def test_coverage_includes_the_workers_of_xdist(shop: str) -> None:
    assert read("pytest-workers", shop).measures == read("pytest-green", shop).measures


@pytest.mark.parametrize("name", ["pytest-uncollected", "pytest-uncollected-on"])
def test_files_that_cannot_be_collected_break_the_gate_at_their_place(name: str, shop: str) -> None:
    seen = read(name, shop)
    assert seen.errors == (
        "could not collect tests/test_import.py:1: ModuleNotFoundError: No module named 'nope_nope'",
        "could not collect tests/test_syntax.py:5: SyntaxError: invalid syntax",
        (
            f"{sys.executable} has no nope_nope: install the project and what its tests need there,"
            " or in a .venv of the project together with pytest"
        ),
    )
    assert places(seen)[:2] == [
        ("test-error", "tests/test_import.py", 1),
        ("test-error", "tests/test_syntax.py", 5),
    ]
    assert "coverage" not in seen.measures


def test_a_collection_error_under_x_breaks_too_although_pytest_calls_it_a_failure(shop: str) -> None:
    assert samples.recorded("pytest-uncollected-x").steps[0].exit == 1
    uncollected, advice = read("pytest-uncollected-x", shop).errors
    assert uncollected.startswith("could not collect ")
    assert " has no " in advice


def test_of_many_modules_that_are_not_there_the_first_are_named_and_submodules_are_not_to_be_installed() -> (
    None
):
    absent = [f"ModuleNotFoundError: No module named 'm{number}'" for number in range(7)]
    lost = [
        TestCase(classname="", name="t", status="error", message=message)
        for message in (*absent, "ModuleNotFoundError: No module named 'there.not'", "ImportError: no")
    ]
    (said,) = tests.lacking(lost, "/p")
    assert said.startswith("/p has no m0, m1, m2, m3, m4 and 2 more: install ")
    assert not [*tests.lacking(lost[-2:], "/p")]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("pytest-deselected", r"exit 5 \(no tests collected\)"),
        ("pytest-missing", r"exit 4 \(usage\): ERROR: file or directory not found: tests/nope.py"),
        ("pytest-usage", r"exit 4 \(usage\): .*unrecognized arguments: --bogus"),
        ("pytest-collect-only", "exit 0, but ran no test"),
        ("pytest-interrupted", r"exit 2 \(interrupted\)"),
        ("pytest-internal", r"exit 3 \(internal error\)"),
        ("pytest-exit-1", "exit 1 but reported nothing"),
    ],
)
def test_what_is_no_verdict_says_why(name: str, said: str, shop: str) -> None:
    with pytest.raises(ReportError, match=said):
        read(name, shop)


def test_the_project_s_own_fail_under_is_left_to_the_limits(shop: str) -> None:
    assert samples.recorded("pytest-fail-under").steps[-1].exit == 2
    seen = read("pytest-fail-under", shop)
    assert seen.errors == ()
    assert seen.measures["coverage"] == pytest.approx(1100 / 17)


def test_no_coverage_data_is_an_error_that_keeps_the_cases(shop: str) -> None:
    seen = read("pytest-no-data", shop)
    assert "exit 1 (no data): No data to report" in seen.errors[0]
    assert len(seen.cases) == 6
    assert "coverage" not in seen.measures


def test_coverage_of_nothing_is_not_believed(shop: str) -> None:
    assert "no test executed any measured statement" in read("pytest-untouched", shop).errors[0]


def broken(outcome: Outcome, **changes: Any) -> Outcome:
    ran = msgspec.structs.replace(outcome.steps[0], **changes)
    return msgspec.structs.replace(outcome, steps=(ran, *outcome.steps[1:]))


def test_exit_0_with_a_failed_test_is_a_contradiction(shop: str) -> None:
    at = samples.site(ADAPTER, gate(), shop)
    with pytest.raises(ReportError, match="exit 0, but 8 tests failed"):
        ADAPTER.read(gate(), at, broken(samples.recorded("pytest-failures"), exit=0))


@pytest.mark.parametrize("exit_code", [0, 1])
def test_a_missing_report_is_no_verdict(exit_code: int, shop: str) -> None:
    outcome = msgspec.structs.replace(broken(samples.recorded("pytest-green"), exit=exit_code), files={})
    with pytest.raises(ReportError, match="pytest wrote no report"):
        ADAPTER.read(gate(), samples.site(ADAPTER, gate(), shop), outcome)


@pytest.mark.parametrize("exit_code", [6, 77, 255])
def test_an_exit_code_that_pytest_does_not_define_is_no_verdict(exit_code: int, shop: str) -> None:
    outcome = broken(samples.recorded("pytest-green"), exit=exit_code)
    with pytest.raises(ReportError, match="which it does not define"):
        ADAPTER.read(gate(), samples.site(ADAPTER, gate(), shop), outcome)


def test_a_missing_coverage_report_is_an_error(shop: str) -> None:
    outcome = samples.recorded("pytest-green")
    outcome = msgspec.structs.replace(outcome, files={"junit.xml": outcome.files["junit.xml"]})
    seen = ADAPTER.read(gate(), samples.site(ADAPTER, gate(), shop), outcome)
    assert "coverage wrote no report" in seen.errors[0]


def test_our_options_come_last_and_what_would_interfere_is_switched_off() -> None:
    settings = gate(args=("-k", "fast"), paths=("tests/unit",), exclude=("tests/slow*",), cores=3)
    at = samples.site(
        ADAPTER,
        settings,
        "/project",
        python="/venv/bin/python",
        sources=("src",),
        tests=("tests",),
        distributions=frozenset({"pytest-cov", "pytest-xdist"}),
    )
    command = ADAPTER.command(settings, at)
    first = command.steps[0].argv
    assert first[2:10] == (
        "--cwd-on-path",
        "--cover={scratch}/coverage.data",
        "--source=src",
        "--omit=tests",
        "--omit=tests/*",
        "--workers",
        "-m",
        "pytest",
    )
    assert first[10:13] == ("-k", "fast", "--no-cov")
    assert first[-2:] == ("--ignore-glob=tests/slow*", "tests/unit")
    assert command.env["PYTEST_XDIST_AUTO_NUM_WORKERS"] == "3"
    assert command.writes
    assert [step.skip_if for step in command.steps] == ["", "coverage.data", ""]


def test_byte_code_is_left_alone_on_request() -> None:
    settings = gate(options={"probes": False})
    argv = ADAPTER.command(settings, samples.site(ADAPTER, settings, "/project")).steps[0].argv
    assert "--traced" in argv[: argv.index("-m")]
    settings = gate(options={"probes": False, "coverage": False})
    argv = ADAPTER.command(settings, samples.site(ADAPTER, settings, "/project")).steps[0].argv
    assert "--traced" not in argv


def test_pytest_must_be_the_project_s_own_and_coverage_may_be_lent() -> None:
    assert [(need.name, need.project, need.lent) for need in ADAPTER.requirements(gate())] == [
        ("pytest", True, False),
        ("coverage", True, True),
    ]
    assert len(ADAPTER.requirements(gate(options={"coverage": False}))) == 1


@pytest.mark.parametrize("wish", ["affected", "affected-first"])
def test_following_tests_and_sharing_them_out_exclude_each_other(wish: str, tmp_path: Path) -> None:
    (tmp_path / "eee-ci.yaml").write_text(
        f"version: 1\ngates:\n  tests: {{tool: pytest, workers: auto, select: {wish}}}\n", encoding="utf-8"
    )
    with pytest.raises(ConfigError) as caught:
        config.load(tmp_path, file=None, tools=plan.toolspecs())
    (fault,) = caught.value.faults
    assert str(fault) == (
        f"eee-ci.yaml:3:3: gates.tests: workers and select: {wish} exclude each other: "
        "tests in several processes are not followed; leave one of them out"
    )


@pytest.mark.parametrize("workers", ["0", "257", "many", "2.5", "true"])
def test_workers_are_a_number_or_auto(workers: str, tmp_path: Path) -> None:
    (tmp_path / "eee-ci.yaml").write_text(
        f"version: 1\ngates:\n  tests: {{tool: pytest, workers: {workers}}}\n", encoding="utf-8"
    )
    with pytest.raises(ConfigError) as caught:
        config.load(tmp_path, file=None, tools=plan.toolspecs())
    assert "want auto, or a whole number of at least 1 and at most 256" in str(caught.value.faults[0])


@pytest.mark.live
def test_live_pytest_under_coverage(tmp_path: Path) -> None:
    root = samples.write(tmp_path / "shop", samples.SHOP | samples.FAILING)
    at = samples.site(ADAPTER, gate(), str(root), sources=("src",), tests=("tests",))
    seen = ADAPTER.read(gate(), at, samples.live(ADAPTER, gate(), at, tmp_path / "aside"))
    assert seen.errors == ()
    assert seen.measures["coverage"] == pytest.approx(1200 / 17)
    assert seen.measures["tests_failed"] == 8.0
    assert sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()) == sorted(
        samples.SHOP | samples.FAILING
    )
