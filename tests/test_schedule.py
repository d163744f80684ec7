"""The schedule knows names, costs and arrows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eee_ci import schedule
from eee_ci.schedule import Busy, Node


def node(name: str, seconds: float, *needs: str, cores: int = 1, memory: int | None = None) -> Node:
    return Node(name=name, seconds=seconds, needs=needs, cores=cores, memory=memory)


DIAMOND = [node("a", 1), node("b", 5, "a"), node("c", 2, "a"), node("d", 1, "b", "c")]


def names(nodes: list[Node]) -> list[str]:
    return [one.name for one in nodes]


def choose(
    ready: list[Node], running: list[Busy], cores: int, now: float = 0.0, memory: int | None = None
) -> list[str]:
    rank = schedule.ranks(ready)
    return names(schedule.choose(ready, running, cores=cores, rank=rank, now=now, memory=memory))


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


def test_what_starts_now_counts_for_when_the_next_can() -> None:
    ready = [node("first", 99), node("wide", 50, cores=4), node("quick", 40)]
    assert choose(ready, [], 4) == ["first", "quick"]


def test_jobs_that_would_not_fit_in_memory_together_wait() -> None:
    ready = [node("a", 9, memory=6), node("b", 8, memory=5), node("c", 20, memory=1)]
    assert choose(ready, [], 4, memory=10) == ["c", "a"]
    assert choose(ready, [], 4, memory=12) == ["c", "a", "b"]


def test_one_that_fits_in_memory_goes_ahead_only_if_it_ends_in_time() -> None:
    running = [Busy(cores=1, ends=10, memory=8)]
    large = node("large", 50, memory=4)
    assert choose([large, node("quick", 10, memory=2)], running, 4, memory=10) == ["quick"]
    assert choose([large, node("slow", 11, memory=2)], running, 4, memory=10) == []


def test_a_job_alone_starts_whatever_memory_it_needs() -> None:
    assert choose([node("huge", 9, memory=99), node("small", 1, memory=1)], [], 4, memory=10) == ["huge"]


def test_unknown_memory_bounds_nothing() -> None:
    running = [Busy(cores=1, ends=10, memory=99)]
    assert choose([node("a", 1, memory=99), node("b", 1)], running, 4) == ["a", "b"]
    assert choose([node("b", 1)], running, 4, memory=10) == ["b"]


def test_what_failed_most_goes_first_and_what_it_needs_before_it() -> None:
    nodes = [node("long", 900), node("base", 1), node("shaky", 2, "base"), node("worse", 1)]
    rank = schedule.ranks(schedule.urged(nodes, {"shaky": 0.3, "worse": 0.31}))
    assert sorted(rank, key=lambda name: -rank[name]) == ["worse", "base", "shaky", "long"]


def test_without_failures_the_order_is_by_time() -> None:
    assert schedule.urged(DIAMOND, {}) == DIAMOND


_jobs = st.lists(st.tuples(st.floats(0, 100), st.integers(1, 4), st.none() | st.integers(0, 9)), max_size=12)


@given(_jobs, st.integers(1, 4), st.none() | st.integers(0, 12))
def test_never_more_work_than_cores_and_memory(
    jobs: list[tuple[float, int, int | None]], cores: int, memory: int | None
) -> None:
    ready = [node(f"n{i}", seconds, cores=wide, memory=peak) for i, (seconds, wide, peak) in enumerate(jobs)]
    started = schedule.choose(ready, [], cores=cores, rank=schedule.ranks(ready), now=0.0, memory=memory)
    assert sum(min(one.cores, cores) for one in started) <= cores
    peaks = [one.memory for one in started if one.memory is not None]
    assert memory is None or len(peaks) < 2 or sum(peaks) <= memory
    assert started or not ready
