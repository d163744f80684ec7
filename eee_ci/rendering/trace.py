"""A run on the clock, as a trace that Perfetto and Chrome show: a row a core, the critical path in arrows."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from eee_ci import text
from eee_ci.model import Noun, Run, Verdict
from eee_ci.rendering import encoded, pace

RUN = "run"  # the phase that the times of the gates count from
_PROCESS = 1
_OURS = 0  # the row of our own phases; the cores follow
_COLOURS = {"passed": "good", "failed": "bad", "broken": "terrible"}  # names that the format reserves


class Phase(Noun, frozen=True, kw_only=True):
    """A part of our own work; seconds on any clock."""

    name: str
    started: float
    ended: float


def render(run: Run, phases: Sequence[Phase], cores: Mapping[str, int]) -> bytes:
    """The trace of a run in JSON. `cores` says how many each gate held, one where it does not say."""
    zero = min((phase.started for phase in phases), default=0.0)
    at = next((phase.started - zero for phase in phases if phase.name == RUN), 0.0)
    ran = pace.executed(run.verdicts)
    rows = _rows(ran, cores)
    events = [
        *(_slice(p.name, "phase", _OURS, p.started - zero, p.ended - zero) for p in phases),
        *_gates(ran, rows, at),
    ]
    used = max((row for held in rows.values() for row in held), default=0)
    data = {
        "displayTimeUnit": "ms",
        "otherData": {"version": run.version, "config": text.line(run.config), "started": run.started},
        "traceEvents": [*_names(run, used), *sorted(events, key=lambda event: (event["ts"], event["tid"]))],
    }
    return encoded.json_lines(data)


def _names(run: Run, rows: int) -> Iterator[dict[str, Any]]:
    yield _meta("process_name", _OURS, {"name": f"eee-ci: {text.line(run.project)}"})
    for row in range(rows + 1):
        yield _meta("thread_name", row, {"name": f"core {row}" if row else "eee-ci"})
        yield _meta("thread_sort_index", row, {"sort_index": row})


def _meta(name: str, row: int, values: dict[str, Any]) -> dict[str, Any]:
    return {"ph": "M", "name": name, "pid": _PROCESS, "tid": row, "args": values}


def _gates(ran: Sequence[Verdict], rows: Mapping[str, Sequence[int]], at: float) -> Iterator[dict[str, Any]]:
    path = pace.chain(ran)
    for verdict in ran:
        critical = verdict in path
        category = "gate,critical" if critical else "gate"
        for row in rows[verdict.gate]:
            began, ended = at + (verdict.started or 0.0), at + pace.end(verdict)
            event = _slice(verdict.gate, category, row, began, ended)
            colour = {"cname": _COLOURS[verdict.status]} if verdict.status in _COLOURS else {}
            yield {**event, **colour, "args": _facts(verdict, critical=critical)}
    for number, (before, after) in enumerate(itertools.pairwise(path), 1):
        # an arrow belongs to the slice that its moment lies in, so it leaves just before the end
        leaves = max(_micro(at + (before.started or 0.0)), _micro(at + pace.end(before)) - 1)
        yield _arrow("s", number, rows[before.gate][0], leaves)
        yield {**_arrow("f", number, rows[after.gate][0], _micro(at + (after.started or 0.0))), "bp": "e"}


def _facts(verdict: Verdict, *, critical: bool) -> dict[str, Any]:
    """What is known of it."""
    facts = {
        "status": verdict.status,
        "tool": verdict.tool,
        "seconds": verdict.cost.seconds,
        "cpu": verdict.cost.cpu,
        "peak": verdict.cost.peak,
        "attempts": verdict.attempts,
        "critical": critical,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _rows(ran: Iterable[Verdict], cores: Mapping[str, int]) -> dict[str, tuple[int, ...]]:
    """The rows of each gate: the lowest ones that are free when it starts."""
    until: list[float] = []
    rows: dict[str, tuple[int, ...]] = {}
    for verdict in sorted(ran, key=lambda verdict: (verdict.started or 0.0, pace.end(verdict), verdict.gate)):
        wanted = max(cores.get(verdict.gate, 1), 1)
        free = [row for row, ends in enumerate(until) if ends <= (verdict.started or 0.0)][:wanted]
        free += range(len(until), len(until) + wanted - len(free))
        until += [0.0] * (max(free) + 1 - len(until))
        for row in free:
            until[row] = pace.end(verdict)
        rows[verdict.gate] = tuple(row + 1 for row in free)
    return rows


def _slice(name: str, category: str, row: int, began: float, ended: float) -> dict[str, Any]:
    start = _micro(began)
    return {
        "ph": "X", "name": name, "cat": category, "pid": _PROCESS, "tid": row,
        "ts": start, "dur": max(_micro(ended) - start, 0),
    }  # fmt: skip  # read in rows


def _arrow(kind: str, number: int, row: int, moment: int) -> dict[str, Any]:
    name, category = "critical path", "critical"
    return {
        "ph": kind, "name": name, "cat": category, "id": number, "pid": _PROCESS, "tid": row, "ts": moment,
    }  # fmt: skip  # read in rows


def _micro(seconds: float) -> int:
    return max(round(seconds * 1_000_000), 0)
