"""The trace obeys the rules of the Trace Event Format and tells no more than what was recorded."""

import itertools
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from eee_ci.model import Cost, Run, Verdict
from eee_ci.rendering import trace
from eee_ci.rendering.trace import Phase
from tests.reports import runs

PHASES = (
    Phase(name="config", started=100.0, ended=100.5),
    Phase(name="run", started=101.0, ended=106.0),
    Phase(name="reports", started=106.0, ended=106.25),
)


def gate(name: str, began: float, ended: float, **other: Any) -> Verdict:
    known: dict[str, Any] = {"cost": Cost(seconds=ended - began), "attempts": 1, "status": "passed"}
    return Verdict(gate=name, tool="t", started=began, ended=ended, **{**known, **other})


TESTS = gate("tests", 0, 3.0, cost=Cost(seconds=2.9, cpu=4.0, peak=7), attempts=2, status="failed")
TYPES = gate("types", 0, 1.0)
BUILD = gate("build", 3.0, 4.0)


def events(run: Run, phases: tuple[Phase, ...] = PHASES, **cores: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(trace.render(run, phases, cores))["traceEvents"]
    return found


def run(*verdicts: Verdict) -> Run:
    return replace(runs.SAMPLE, verdicts=verdicts)


def slices(found: list[dict[str, Any]], category: str) -> dict[str, tuple[int, int, int]]:
    """Row, start and duration of each slice of that kind."""
    return {
        e["name"]: (e["tid"], e["ts"], e["dur"])
        for e in found
        if e["ph"] == "X" and e["cat"].split(",")[0] == category
    }


def test_phases_have_a_row_of_their_own() -> None:
    assert slices(events(run()), "phase") == {
        "config": (0, 0, 500_000),
        "run": (0, 1_000_000, 5_000_000),
        "reports": (0, 6_000_000, 250_000),
    }


def test_gates_lie_in_the_rows_of_the_cores_from_the_start_of_the_run() -> None:
    assert slices(events(run(TESTS, TYPES, BUILD)), "gate") == {
        "tests": (2, 1_000_000, 3_000_000),
        "types": (1, 1_000_000, 1_000_000),
        "build": (1, 4_000_000, 1_000_000),
    }


def test_a_gate_lies_in_as_many_rows_as_cores_that_it_held() -> None:
    found = events(run(TYPES, gate("wide", 1.0, 2.0)), wide=2)
    assert sorted(e["tid"] for e in found if e["ph"] == "X" and e["name"] == "wide") == [1, 2]


def test_what_is_known_of_a_gate_is_told_and_nothing_else() -> None:
    told = {e["name"]: e["args"] for e in events(run(TESTS, TYPES)) if e["ph"] == "X" and "args" in e}
    assert told["tests"] == {
        "status": "failed",
        "tool": "t",
        "seconds": 2.9,
        "cpu": 4.0,
        "peak": 7,
        "attempts": 2,
        "critical": True,
    }
    assert told["types"] == {
        "status": "passed",
        "tool": "t",
        "seconds": 1.0,
        "attempts": 1,
        "critical": False,
    }


def test_the_critical_path_is_a_category_and_arrows() -> None:
    found = events(run(TESTS, TYPES, BUILD))
    assert {e["name"] for e in found if "critical" in e.get("cat", "").split(",") and e["ph"] == "X"} == {
        "tests",
        "build",
    }
    arrows = [(e["ph"], e["id"], e["tid"], e["ts"], e.get("bp")) for e in found if e["ph"] in "sf"]
    assert arrows == [("s", 1, 2, 3_999_999, None), ("f", 1, 1, 4_000_000, "e")]


def test_gates_that_did_not_run_are_not_drawn() -> None:
    other = replace(TESTS, started=None), replace(TYPES, cached="same files")
    assert slices(events(run(*other)), "gate") == {}


def test_every_row_and_the_process_have_a_name() -> None:
    found = [e for e in events(run(TESTS, TYPES)) if e["ph"] == "M"]
    names = {(e["name"], e["tid"]): e["args"] for e in found}
    assert names[("process_name", 0)] == {"name": "eee-ci: shop"}
    assert [names[("thread_name", row)]["name"] for row in range(3)] == ["eee-ci", "core 1", "core 2"]
    assert [names[("thread_sort_index", row)]["sort_index"] for row in range(3)] == [0, 1, 2]


_gates = st.lists(
    st.tuples(st.floats(0, 50), st.floats(0, 50), st.integers(0, 3), st.sampled_from(["passed", "broken"])),
    max_size=8,
)


@given(_gates, st.lists(st.floats(0, 9), max_size=4))
def test_any_run_gives_a_trace_that_the_format_allows(
    gates: list[tuple[float, float, int, Any]], lengths: list[float]
) -> None:
    verdicts = [
        gate(f"g{i}", round(began, 3), round(began + length, 3), status=status)
        for i, (began, length, _, status) in enumerate(gates)
    ]
    phases = tuple(Phase(name="run", started=5.0 + i, ended=5.0 + i + n) for i, n in enumerate(lengths))
    cores = {f"g{i}": wide for i, (_, _, wide, _) in enumerate(gates)}
    found = events(run(*verdicts), phases, **cores)
    timed = [event for event in found if event["ph"] != "M"]
    assert found[len(found) - len(timed) :] == timed
    for event in found:
        assert {"ph", "name", "pid", "tid"} <= set(event)
        assert isinstance(event["pid"], int)
        assert isinstance(event["tid"], int)
    for event in timed:
        assert isinstance(event["ts"], int)
        assert event["ts"] >= 0
        assert event["cat"]
        assert event["ph"] != "X" or (isinstance(event["dur"], int) and event["dur"] >= 0)
        assert event["ph"] not in "sf" or isinstance(event["id"], int)
    assert [event["ts"] for event in timed] == sorted(event["ts"] for event in timed)
    assert _overlaps([event for event in timed if event["ph"] == "X" and event["tid"]]) == []
    assert _loose(timed) == []


def _overlaps(drawn: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Slices of one row that begin before the one before has ended."""
    found = []
    for row in {event["tid"] for event in drawn}:
        line = sorted((e["ts"], e["ts"] + e["dur"], e["name"]) for e in drawn if e["tid"] == row)
        found += [(before[2], after[2]) for before, after in itertools.pairwise(line) if after[0] < before[1]]
    return found


def _loose(timed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Ends of arrows that lie in no slice, or have no other end."""
    ends = [event for event in timed if event["ph"] in "sf"]
    ids = [event["id"] for event in ends]
    drawn = [event for event in timed if event["ph"] == "X"]
    return [
        event
        for event in ends
        if ids.count(event["id"]) != 2
        or not any(e["tid"] == event["tid"] and e["ts"] <= event["ts"] <= e["ts"] + e["dur"] for e in drawn)
    ]
