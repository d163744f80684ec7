"""What bounded a run, told in one sentence from its figures."""

import math

import pytest
from msgspec.structs import replace

from eee_ci.model import Cost, Run, Verdict
from eee_ci.rendering import pace
from tests.reports import runs


def gate(name: str, began: float, ended: float, cpu: float | None = None) -> Verdict:
    cost = Cost(seconds=ended - began, cpu=cpu)
    return Verdict(gate=name, tool="t", status="passed", cost=cost, started=began, ended=ended)


def run(*verdicts: Verdict, seconds: float, cores: int = 2) -> Run:
    return replace(runs.SAMPLE, verdicts=verdicts, seconds=seconds, cores=cores)


def test_one_long_gate_bounds_the_run_and_could_be_split() -> None:
    known = gate("tests", 0, 4.1, 4.0), gate("types", 0, 0.9, 0.9)
    assert pace.sentence(run(*known, seconds=4.4)) == (
        "tests bounds the run: 4.10 s of 4.40 s; splitting it over 2 cores would save up to 1.60 s"
    )


def test_splitting_saves_no_more_than_the_next_longest_gate_lets_it() -> None:
    known = gate("tests", 0, 4.0), gate("types", 0, 3.0)
    assert pace.sentence(run(*known, seconds=4.0, cores=8)).endswith("8 cores would save up to 1.00 s")


def test_splitting_saves_nothing_of_what_came_before() -> None:
    known = gate("build", 0, 1.0), gate("tests", 1.0, 4.0)
    assert pace.sentence(run(*known, seconds=4.0, cores=4)).endswith("4 cores would save up to 2.25 s")


def test_a_gate_that_uses_the_cores_already_is_not_to_be_split() -> None:
    known = gate("tests", 0, 4.0, 7.6), gate("lint", 0, 0.1, 0.1)
    assert pace.sentence(run(*known, seconds=4.1)) == (
        "the cores were busy 94 % of the time; fewer or cheaper gates would shorten it"
    )


def test_on_one_core_there_is_nothing_to_split() -> None:
    known = gate("tests", 0, 4.0, 4.0), gate("lint", 4.0, 5.0, 1.0)
    assert pace.sentence(run(*known, seconds=5.0, cores=1)) == (
        "the core was busy 100 % of the time; fewer or cheaper gates would shorten it"
    )


def test_gates_that_waited_for_each_other_are_named_in_their_order() -> None:
    known = gate("build", 2.0, 4.0, 0.1), gate("types", 0, 2.0, 0.1), gate("lint", 0, 0.5, 0.1)
    assert pace.sentence(run(*known, gate("last", 4.0, 5.0, 0.1), seconds=5.0)) == (
        "types, then build, then last ran one after another: 5.00 s of 5.00 s; "
        "a quicker one of them would shorten it"
    )


def test_when_nothing_stands_out_nothing_is_said() -> None:
    assert pace.sentence(run(gate("a", 0, 4.0, 1.0), gate("b", 0, 4.0, 1.0), seconds=4.0)) == ""


def test_unknown_cpu_is_no_idle_and_no_busy_core() -> None:
    assert pace.sentence(run(gate("a", 0, 4.0, 8.0), gate("b", 0, 4.0), seconds=4.0)) == ""


def test_without_the_moment_of_the_end_the_time_of_the_processes_counts() -> None:
    known = [replace(verdict, ended=None) for verdict in (gate("tests", 0, 4.1), gate("types", 0, 0.9))]
    assert pace.sentence(run(*known, seconds=4.4)).startswith("tests bounds the run: 4.10 s of 4.40 s")


def test_only_gates_that_ran_count() -> None:
    tests = gate("tests", 0, 4.0)
    others = replace(tests, gate="b", cached="same files"), replace(tests, gate="c", started=None)
    assert pace.sentence(run(tests, *others, seconds=4.1)) == ""
    assert pace.sentence(run(seconds=4.1)) == ""


def test_a_stopped_run_says_nothing() -> None:
    known = gate("tests", 0, 4.1), gate("types", 0, 0.9)
    assert pace.sentence(replace(run(*known, seconds=4.4), complete=False)) == ""


@pytest.mark.parametrize("value", [math.inf, math.nan, 1e300, -1.0])
def test_of_times_that_no_run_has_nothing_is_said(value: float) -> None:
    odd, fine = gate("tests", 0, 4.0, value), gate("types", 0, 0.9)
    assert pace.sentence(run(odd, fine, seconds=4.4)) == ""
    assert pace.sentence(run(replace(fine, ended=value), fine, seconds=4.4)) == ""
    assert pace.sentence(run(replace(fine, started=value), fine, seconds=4.4)) == ""
    assert pace.sentence(run(gate("tests", 0, 4.0), fine, seconds=value)) == ""
    assert pace.sentence(run(gate("tests", 0, 4.0), fine, seconds=4.0, cores=0)) == ""


def test_the_chain_goes_by_whose_end_let_the_next_one_start() -> None:
    known = [gate("c", 2.0, 3.0), gate("a", 0, 1.0), gate("b", 0, 2.0), gate("d", 3.0, 3.5)]
    ran = pace.executed(run(*known, seconds=3.5).verdicts)
    assert [one.gate for one in pace.chain(ran)] == ["b", "c", "d"]
