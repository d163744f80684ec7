"""What speaks for a candidate and what against it."""

import pytest

from eee_ci.agent import Item
from eee_ci.agents import comparing
from eee_ci.model import Run, Verdict
from tests.agents.verdicts import finding, prints, run, verdict


def item(*targets: str) -> Item:
    return Item(id="i", agent="a", title="t", task="t", targets=targets)


def reasons(before: Verdict, after: Verdict) -> tuple[str, ...]:
    return comparing.compare(run(before), run(after), item()).reasons


def test_a_target_that_is_gone_is_progress() -> None:
    before = run(verdict("lint", "failed", finding("one"), finding("two")))
    after = run(verdict("lint", "failed", finding("two")))
    told = comparing.compare(before, after, item("one", "two"))
    assert (told.reasons, prints(told.fixed), prints(told.left)) == ((), ["one"], ["two"])
    assert comparing.progress(item("one", "two"), told)
    assert not comparing.progress(item("two"), told)
    assert comparing.progress(item(), told)


def test_a_new_finding_speaks_against_it() -> None:
    assert reasons(verdict("lint"), verdict("lint", "passed", finding("new"))) == (
        "1 new finding: F401 in a.py",
    )


def test_many_new_findings_are_counted() -> None:
    many = [finding(str(number)) for number in range(7)]
    assert reasons(verdict("lint"), verdict("lint", "passed", *many))[0].endswith(" and 2 more")


def test_the_same_fault_on_a_line_that_was_changed_is_neither_new_nor_mended() -> None:
    os_, old, new = finding("os"), finding("old", message="sys"), finding("new", message="sys")
    told = comparing.compare(
        run(verdict("lint", "failed", os_, old)), run(verdict("lint", "failed", new)), item("os", "old")
    )
    assert (told.reasons, prints(told.fixed), prints(told.left)) == ((), ["os"], ["old"])


def test_one_more_of_the_same_fault_is_new() -> None:
    old = finding("old", message="sys")
    twice = finding("x", message="sys"), finding("y", message="sys")
    assert reasons(verdict("lint", "failed", old), verdict("lint", "failed", *twice)) == (
        "1 new finding: F401 in a.py",
    )


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("passed", "failed", "the gate lint was passed and is failed"),
        ("failed", "broken", "the gate lint was failed and is broken"),
        ("passed", "skipped", "the gate lint was passed and is skipped"),
        ("failed", "passed", None),
        ("broken", "broken", None),
    ],
)
def test_no_gate_may_get_worse(before: str, after: str, said: str | None) -> None:
    told = reasons(verdict("lint", before), verdict("lint", after))  # type: ignore[arg-type]  # a word of the table
    assert told == ((said,) if said else ())


def test_a_gate_that_did_not_run_speaks_against_it() -> None:
    told = comparing.compare(run(verdict("lint")), run(verdict("other")), item())
    assert told.reasons == ("the gate lint did not run",)


def test_no_test_may_go_or_stop_passing() -> None:
    before = verdict("tests", cases={"a": "passed", "b": "passed", "c": "failed"})
    assert reasons(before, verdict("tests", cases={"a": "passed", "c": "failed"})) == (
        "the test t::b is gone",
    )
    assert reasons(before, verdict("tests", cases={"a": "skipped", "b": "passed", "c": "error"})) == (
        "the test t::a passed before and does not any more",
    )


def test_coverage_may_fall_only_with_covered_lines() -> None:
    before = verdict("tests", coverage=90.0, uncovered_lines=10)
    assert reasons(before, verdict("tests", coverage=89.0, uncovered_lines=10)) == ()
    assert reasons(before, verdict("tests", coverage=89.0, uncovered_lines=11)) == (
        "the coverage of tests fell from 90.00 to 89.00 %",
    )
    assert reasons(before, verdict("tests")) == ("the coverage of tests is not known any more",)


def test_a_stopped_run_proves_nothing() -> None:
    stopped: Run = run(verdict("lint"), complete=False)
    assert comparing.compare(run(verdict("lint")), stopped, item()).reasons == (
        "the gates were stopped before their end",
    )
