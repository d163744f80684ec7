"""`needs` never lead back."""

import graphlib
import itertools
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from eee_ci.config.needs import circles
from tests.config import config_room as room

NAMES = [f"g{number}" for number in range(7)]
GRAPHS = st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), max_size=4, unique=True))


def has_order(graph: dict[str, list[str]]) -> bool:
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError:
        return False
    return True


def test_a_circle_is_told_as_a_chain_at_the_need_that_closes_it(tmp_path: Path) -> None:
    text = "version: 1\ngates:\n" + "".join(
        f"  {name}: {{tool: ruff, needs: [{need}]}}\n" for name, need in [("a", "b"), ("b", "c"), ("c", "a")]
    )
    assert room.faults(tmp_path, text) == [
        "eee-ci.yaml:5:27: gates.c.needs: the gates wait for each other: a -> b -> c -> a"
    ]


def test_a_long_circle_is_told_in_short(tmp_path: Path) -> None:
    lines = [f"  g{n}: {{tool: ruff, needs: [g{(n + 1) % 1000}]}}\n" for n in range(1000)]
    (fault,) = room.faults(tmp_path, "version: 1\ngates:\n" + "".join(lines))
    assert fault.endswith(": g0 -> g1 -> g2 -> g3 -> g4 -> g5 -> g6 -> g7 -> g8 -> g9 -> … -> g0")


def test_two_circles_are_two_faults() -> None:
    assert circles({"a": ["b"], "b": ["a"], "c": ["d", "a"], "d": ["c"]}) == [
        ("a", "b", "a"),
        ("c", "d", "c"),
    ]


def test_two_ways_to_one_gate_are_no_circle() -> None:
    assert circles({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}) == []


@room.calm
@given(GRAPHS)
def test_there_is_a_circle_exactly_when_there_is_no_order(graph: dict[str, list[str]]) -> None:
    assert (circles(graph) == []) == has_order(graph)


@room.calm
@given(GRAPHS)
def test_each_circle_follows_needs_and_cutting_its_last_ends_them_all(graph: dict[str, list[str]]) -> None:
    found = circles(graph)
    for circle in found:
        assert circle[0] == circle[-1]
        assert all(after in graph[before] for before, after in itertools.pairwise(circle))
    cuts = {circle[-2:] for circle in found}
    rest = {name: [need for need in needs if (name, need) not in cuts] for name, needs in graph.items()}
    assert has_order(rest)
