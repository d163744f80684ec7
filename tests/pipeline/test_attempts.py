"""What a verdict tells of earlier attempts."""

from msgspec.structs import replace

from eee_ci.model import Covered, Reading, TestCase, Verdict
from eee_ci.pipeline import attempts


def verdict(status: str, *cases: TestCase, reasons: tuple[str, ...] = ()) -> Verdict:
    return Verdict(
        gate="g",
        tool="t",
        status=status,  # type: ignore[arg-type]  # a word of the table
        reasons=reasons,
        reading=Reading(cases=cases),
    )


def case(status: str, name: str = "n") -> TestCase:
    return TestCase(classname="c", name=name, status=status, message=status)  # type: ignore[arg-type]  # a word of the table


def test_the_first_attempt_is_as_it_is() -> None:
    only = verdict("failed")
    assert attempts.after([], only) is only


def test_a_pass_after_a_failure_is_flaky_and_its_case_tells_of_it() -> None:
    before = verdict("failed", case("failed"), case("passed", "m"), reasons=("1 test failed", "more"))
    told = attempts.after([before], verdict("passed", case("passed"), case("passed", "m")))
    assert told.reasons == ("flaky: it passed on attempt 2 only (1 test failed)",)
    assert (told.flags, told.attempts) == (("flaky",), 2)
    first, second = told.reading.cases
    assert [old.status for old in first.attempts] == ["failed"]
    assert second.attempts == ()


def test_coverage_by_file_is_that_of_the_last_attempt() -> None:
    sooner, later = ({"a.py": Covered(statements=4, covered=ran)} for ran in (1, 4))
    first, last = (replace(verdict("failed"), reading=Reading(files=files)) for files in (sooner, later))
    assert attempts.after([first], last).reading.files == later


def test_a_failure_after_a_failure_keeps_its_reasons() -> None:
    told = attempts.after([verdict("failed")], verdict("failed", reasons=("still",)))
    assert (told.reasons, told.flags, told.attempts) == (("still",), (), 2)


def test_many_names_are_cut() -> None:
    assert attempts.listed("abc") == "a, b, c"
    assert attempts.listed("abcdefg") == "a, b, c, d, e and 2 more"
