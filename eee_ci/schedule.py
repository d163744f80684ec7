"""Which job starts next: the heaviest remaining path first. Knows names, costs and arrows, and no gate."""

import graphlib
from collections.abc import Iterable, Mapping

from eee_ci.model import Noun


class Node(Noun, frozen=True, kw_only=True):
    """A job as the schedule sees it; `seconds` are expected ones."""

    name: str
    seconds: float
    cores: int = 1
    needs: tuple[str, ...] = ()


class Busy(Noun, frozen=True, kw_only=True):
    """A job that runs, and when it should end on the caller's clock."""

    cores: int
    ends: float


def ranks(nodes: Iterable[Node]) -> dict[str, float]:
    """For each node its own seconds plus those of the longest chain that waits for it."""
    known = {node.name: node for node in nodes}
    order = graphlib.TopologicalSorter({name: node.needs for name, node in known.items()}).static_order()
    below: dict[str, float] = {}
    for name in reversed([name for name in order if name in known]):
        below[name] = known[name].seconds + below.get(name, 0.0)
        for need in known[name].needs:
            below[need] = max(below.get(need, 0.0), below[name])
    return {name: below[name] for name in known}


def critical_path(nodes: Iterable[Node]) -> tuple[str, ...]:
    """The names on the longest chain, first to last."""
    known = {node.name: node for node in nodes}
    rank = ranks(known.values())
    path: list[str] = []
    heads = [name for name, node in known.items() if not set(node.needs) & set(known)]
    while heads:
        path.append(min(heads, key=lambda name: (-rank[name], name)))
        heads = [name for name, node in known.items() if path[-1] in node.needs]
    return tuple(path)


def bound(nodes: Iterable[Node], cores: int) -> float:
    """No schedule is quicker than this: the longest chain, or all work spread over the cores."""
    known = list(nodes)
    work = sum(node.seconds * node.cores for node in known)
    return max(max(ranks(known).values(), default=0.0), work / cores)


def choose(
    ready: Iterable[Node], running: Iterable[Busy], *, cores: int, rank: Mapping[str, float], now: float
) -> list[Node]:
    """The nodes to start now. When the first of the line does not fit, a later one may go ahead of it
    only if it fits and should end before the first could start."""
    busy = sorted(running, key=lambda job: job.ends)
    free = cores - sum(job.cores for job in busy)
    starts: list[Node] = []
    until: float | None = None
    for node in sorted(ready, key=lambda node: (-rank[node.name], node.name)):
        want = min(node.cores, cores)
        if want <= free and (until is None or now + node.seconds <= until):
            starts.append(node)
            free -= want
        elif until is None:
            until = _opening(busy, want - free, now)
    return starts


def _opening(busy: list[Busy], missing: int, now: float) -> float:
    """When enough of the running jobs should have ended to give back `missing` cores."""
    for job in busy:
        missing -= job.cores
        if missing <= 0:
            return max(job.ends, now)
    return now
