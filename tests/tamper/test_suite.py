"""Two runs of the tests, compared."""

import pytest

from eee_ci import tamper
from eee_ci.model import CaseStatus, Covered, TestCase
from tests.tamper.scene import change, changes, data


def case(
    name: str, status: CaseStatus = "passed", classname: str = "tests.test_a", message: str = ""
) -> TestCase:
    return TestCase(classname=classname, name=name, status=status, file="tests/test_a.py", message=message)


def suite(*names: str | TestCase, exit: int | None = 0, **words: object) -> tamper.Suite:  # noqa: A002 - the name of the field
    cases = tuple(case(name) if isinstance(name, str) else name for name in names)
    return tamper.Suite(cases=cases, exit=exit, **words)  # type: ignore[arg-type]  # each has the type of its field


def said(base: tamper.Suite, candidate: tamper.Suite, *written: str) -> list[tuple[str, str]]:
    what = [change(path, b"a", b"b") for path in written]
    return [(found.rule, found.message) for found in tamper.suite(base, candidate, what)]


def test_the_same_run_says_nothing() -> None:
    run = suite("test_a", "test_b[1]", case("test_c", "skipped"))
    assert said(run, run) == []


def test_more_tests_are_welcome() -> None:
    assert said(suite("test_a"), suite("test_a", "test_b", "test_a[2]")) == []


def test_a_test_that_is_gone_is_told() -> None:
    assert said(suite("test_a", "test_b"), suite("test_a")) == [
        ("EEE-T004", "tests.test_a::test_b ran before and is gone; want every test of the base")
    ]


def test_fewer_cases_of_a_test_are_told() -> None:
    assert said(suite("test_a[1]", "test_a[2]"), suite("test_a[1]")) == [
        ("EEE-T004", "tests.test_a::test_a ran with 2 cases before and 1 now; want as many")
    ]


def test_other_names_of_cases_are_no_loss() -> None:
    assert said(suite("test_a[1]", "test_a[2]"), suite("test_a[x]", "test_a[y]")) == []


def test_a_test_that_moved_to_another_file_is_there() -> None:
    assert said(suite("test_a", "test_b"), suite("test_a", case("test_b", classname="tests.test_b"))) == []


def test_a_test_that_moved_stands_for_one_only() -> None:
    base = suite(case("test_x", classname="a"), case("test_x", classname="b"))
    assert len(said(base, suite(case("test_x", classname="c")))) == 1


def test_a_renamed_test_is_there_where_its_body_is() -> None:
    found = tamper.suite(suite("test_old"), suite("test_new"), renamed={"test_old": "test_new"})
    assert found == ()


def test_names_are_matched_by_the_body() -> None:
    base = data({"tests/test_a.py": "def test_old():\n    assert 1 + 1 == 2\n"})
    candidate = data({"tests/test_a.py": "def test_new():\n    assert 1 + 1 == 2\n"})
    assert tamper.renames(base, candidate, changes(base, candidate)) == {"test_old": "test_new"}


def test_a_test_that_is_newly_skipped_is_told() -> None:
    now = suite(case("test_a", "skipped", message="later"), "test_b")
    assert said(suite("test_a", "test_b"), now) == [
        ("EEE-T004", "tests.test_a::test_a ran before and is skipped now: later; want it to run")
    ]


def test_a_new_case_of_a_test_that_ran_may_not_be_skipped() -> None:
    now = suite("test_a[1]", case("test_a[2]", "skipped"))
    assert len(said(suite("test_a[1]"), now)) == 1


def test_a_test_that_was_skipped_before_may_stay_so() -> None:
    run = suite("test_a", case("test_b", "skipped"))
    assert said(run, run) == []


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (suite(report=False), "pytest ended with exit 0 and left no report; want one written by this run"),
        (
            suite(case("test_a", "failed")),
            "pytest ended with exit 0, but 1 test failed; want an exit code that says so",
        ),
        (
            suite("test_a", exit=1),
            "pytest ended with exit 1, but no test of its report failed; want a report of all tests",
        ),
        (
            suite("test_a", exit=3),
            "pytest ended with exit 3, so its report is not of all tests; want it to end by itself",
        ),
        (
            suite("test_a", exit=None),
            "pytest ended with a signal, so its report is not of all tests; want it to end by itself",
        ),
        (
            suite(case("test_a", "skipped")),
            "pytest ended with exit 0 and ran no test; want those of the base",
        ),
    ],
)
def test_exit_and_report_have_to_agree(run: tamper.Suite, message: str) -> None:
    assert said(suite(case("test_a", "skipped")), run)[-1:] == [("EEE-T007", message)] or said(
        tamper.Suite(), run
    ) == [("EEE-T007", message)]


def test_a_red_run_that_says_so_is_honest() -> None:
    red = suite(case("test_a", "failed"), "test_b", exit=1)
    assert said(red, red) == []


def covered(**files: tuple[int, int]) -> tamper.Suite:
    measured = {
        f"src/{name}.py": Covered(statements=n, covered=0, excluded=out) for name, (n, out) in files.items()
    }
    return suite("test_a", measured=measured)


def test_coverage_of_the_same_files_says_nothing() -> None:
    assert said(covered(a=(10, 0)), covered(a=(10, 0), b=(5, 0))) == []


def test_coverage_that_is_no_longer_measured_is_told() -> None:
    assert said(covered(a=(10, 0)), suite("test_a")) == [
        ("EEE-T007", "coverage was measured of the base, and is not now; want the same measurement")
    ]


def test_a_file_that_is_no_longer_measured_is_told() -> None:
    wanted = [("EEE-T007", "coverage of src/a.py was measured, and is not now")]
    assert said(covered(a=(10, 0)), covered(b=(1, 0))) == wanted


def test_a_file_that_did_not_change_has_as_many_lines() -> None:
    assert said(covered(a=(10, 0)), covered(a=(4, 6))) == [
        ("EEE-T007", "src/a.py did not change, but counts 4 statements and 6 excluded lines; want 10 and 0")
    ]


def test_a_file_that_changed_may_have_other_lines_but_leaves_out_no_more() -> None:
    assert said(covered(a=(10, 0)), covered(a=(4, 0)), "src/a.py") == []
    assert said(covered(a=(10, 1)), covered(a=(4, 6)), "src/a.py") == [
        ("EEE-T007", "coverage leaves out 6 lines of src/a.py, and left out 1; want no more")
    ]


def test_a_file_that_changed_is_still_measured() -> None:
    wanted = [("EEE-T007", "src/a.py was measured, and is not now; want its coverage")]
    assert said(covered(a=(10, 1)), covered(), "src/a.py") == wanted
    assert said(covered(a=(10, 1)), covered(a=(0, 1)), "src/a.py") == wanted


def test_a_file_that_is_deleted_needs_no_coverage() -> None:
    gone = change("src/a.py", b"a", None)
    assert tamper.suite(covered(a=(10, 1)), covered(), [gone]) == ()


def test_a_file_that_was_emptied_is_measured_all_the_same() -> None:
    assert said(covered(a=(10, 1)), covered(a=(0, 0)), "src/a.py") == []


def test_the_same_code_in_more_lines_may_have_more_of_them_left_out() -> None:
    what = [change("src/a.py", b"a", b"b")]
    assert tamper.suite(covered(a=(10, 1)), covered(a=(10, 3)), what, anew={"src/a.py"}) == ()
    (found,) = tamper.suite(covered(a=(10, 1)), covered(a=(9, 3)), what, anew={"src/a.py"})
    assert found.message == "coverage leaves out 3 lines of src/a.py, and left out 1; want no more"


def planted(*collected: str) -> tamper.Canary:
    found = tamper.canary(collected or ("tests/unit/test_a.py",), "quince")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("collected", "path"),
    [
        ("tests/unit/test_a.py", "tests/unit/test_quince.py"),
        ("a_test.py", "quince_test.py"),
        ("tests/check_a.py", "tests/check_quince.py"),
        ("tests/all.py", "tests/test_quince.py"),
    ],
)
def test_the_canary_sits_beside_a_test_and_is_named_like_it(collected: str, path: str) -> None:
    found = planted(collected)
    assert (found.path, found.beside) == (path, collected)
    assert b"canary" not in found.data


def test_without_a_test_file_or_a_nonce_there_is_no_canary() -> None:
    assert tamper.canary((), "quince") is None
    assert tamper.canary(("tests/test_a.py",), "Not a word") is None


def song(exit: int | None = 1, report: bool = True, **ends: CaseStatus) -> list[str]:  # noqa: A002 - the name of the field
    cases = tuple(case(f"test_quince_{end}", status) for end, status in ends.items())
    return [
        found.message
        for found in tamper.sings(planted(), tamper.Suite(cases=cases, exit=exit, report=report))
    ]


def test_a_canary_that_fails_as_it_must_is_no_finding() -> None:
    assert song(ends="failed", holds="passed", meets="failed", stands="error") == []
    assert song(meets="failed", stands="failed") == []  # functions may be collected by another name


def test_a_canary_that_passes_is_told() -> None:
    assert song(ends="passed", holds="passed", meets="passed", stands="failed") == [
        "passed: tests that must fail did not; want them reported as failed"
    ]


def test_a_canary_that_is_not_run_is_told() -> None:
    assert song(ends="failed") == ["2 tests that must fail were not run; want every test that is collected"]


def test_a_canary_of_a_run_that_ends_well_is_told() -> None:
    assert song(exit=0, ends="failed", meets="failed", stands="failed") == [
        "pytest ended with exit 0 though a test must fail; want exit 1"
    ]


def test_a_canary_of_a_run_without_a_report_is_told() -> None:
    assert song(report=False) == ["a test that must fail left no report at all; want it reported as failed"]


def test_a_run_in_which_everything_fails_proves_nothing() -> None:
    assert song(ends="failed", holds="failed", meets="failed", stands="failed") == [
        "failed: a test that must pass did not, so failing proves nothing"
    ]
