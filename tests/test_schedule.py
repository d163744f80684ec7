"""The schedule knows names, costs and arrows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eee_ci import schedule
from eee_ci.schedule import Busy, Node


def node(name: str, seconds: float, *needs: str, cores: int = 1) -> Node:
    return Node(name=name, seconds=seconds, needs=needs, cores=cores)


DIAMOND = [node("a", 1), node("b", 5, "a"), node("c", 2, "a"), node("d", 1, "b", "c")]


def names(nodes: list[Node]) -> list[str]:
    return [one.name for one in nodes]


def choose(ready: list[Node], running: list[Busy], cores: int, now: float = 0.0) -> list[str]:
    return names(schedule.choose(ready, running, cores=cores, rank=schedule.ranks(ready), now=now))


def test_a_rank_is_the_longest_chain_that_waits() -> None:
    assert schedule.ranks(DIAMOND) == {"a": 7, "b": 6, "c": 3, "d": 1}


def test_the_critical_path_goes_from_first_to_last() -> None:
    assert schedule.critical_path(DIAMOND) == ("a", "b", "d")


def test_needs_outside_of_the_plan_do_not_count() -> None:
    assert schedule.ranks([node("a", 1, "gone")]) == {"a": 1}
    assert schedule.critical_path([node("a", 1, "gone")]) == ("a",)


@pytest.mark.parametrize(("cores", "seconds"), [(1, 9.0), (2, 7.0), (4, 7.0)])
def test_no_schedule_beats_the_bound(cores: int, seconds: float) -> None:
    assert schedule.bound(DIAMOND, cores) == seconds


def test_the_bound_of_nothing_is_zero() -> None:
    assert schedule.bound([], 2) == 0.0


def test_the_heaviest_path_starts_first() -> None:
    assert choose([node("short", 1), node("long", 9), node("middle", 5)], [], 2) == ["long", "middle"]


def test_equal_ranks_start_by_name() -> None:
    assert choose([node("b", 1), node("a", 1)], [], 1) == ["a"]


def test_a_small_job_goes_ahead_only_if_it_ends_before_the_big_one_can_start() -> None:
    running = [Busy(cores=1, ends=10)]
    wide = node("wide", 50, cores=2)
    assert choose([wide, node("quick", 9)], running, 2) == ["quick"]
    assert choose([wide, node("slow", 11)], running, 2) == []


def test_a_job_that_wants_more_cores_than_there_are_takes_all() -> None:
    assert choose([node("huge", 1, cores=64)], [], 2) == ["huge"]


@given(st.lists(st.tuples(st.floats(0, 100), st.integers(1, 4)), max_size=12), st.integers(1, 4))
def test_never_more_work_than_cores(jobs: list[tuple[float, int]], cores: int) -> None:
    ready = [node(f"n{i}", seconds, cores=wide) for i, (seconds, wide) in enumerate(jobs)]
    started = schedule.choose(ready, [], cores=cores, rank=schedule.ranks(ready), now=0.0)
    assert sum(min(one.cores, cores) for one in started) <= cores
    assert started or not ready
