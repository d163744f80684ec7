"""Which job starts next: the heaviest remaining path first. Knows names, costs and arrows, and no gate."""

import graphlib
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from eee_ci.model import Noun


class Node(Noun, frozen=True, kw_only=True):
    """A job as the schedule sees it; `seconds` are expected ones."""

    name: str
    seconds: float
    cores: int = 1
    needs: tuple[str, ...] = ()
    memory: int | None = None  # expected peak in bytes; unknown bounds nothing


class Busy(Noun, frozen=True, kw_only=True):
    """A job that runs, and when it should end on the caller's clock."""

    cores: int
    ends: float
    memory: int | None = None


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


def urged(nodes: Iterable[Node], failing: Mapping[str, float]) -> list[Node]:
    """The nodes with seconds such that their ranks put first what failed most, and what that waits for."""
    known = list(nodes)
    weight = 1000.0 * (1.0 + sum(node.seconds for node in known))  # no time makes up for a failure
    return [
        msgspec.structs.replace(node, seconds=node.seconds + weight * failing.get(node.name, 0.0))
        for node in known
    ]


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
    ready: Iterable[Node],
    running: Iterable[Busy],
    *,
    cores: int,
    rank: Mapping[str, float],
    now: float,
    memory: int | None = None,
) -> list[Node]:
    """The nodes to start now, within the cores and the bytes of memory. When the first of the line does not
    fit, a later one may go ahead of it only if it fits and should end before the first could start. A node
    that would be alone starts whatever it needs."""
    busy = sorted(running, key=lambda job: job.ends)
    starts: list[Node] = []
    until: float | None = None
    for node in sorted(ready, key=lambda node: (-rank[node.name], node.name)):
        job = Busy(cores=min(node.cores, cores), ends=now + node.seconds, memory=node.memory)
        if _fits(job, busy, cores, memory) and (until is None or job.ends <= until):
            starts.append(node)
            busy = sorted((*busy, job), key=lambda one: one.ends)
        elif until is None:
            until = _opening(job, busy, cores, memory, now)
    return starts


def _fits(job: Busy, busy: Sequence[Busy], cores: int, memory: int | None) -> bool:
    if not busy:
        return True
    expected = sum(one.memory or 0 for one in (*busy, job))
    within = memory is None or job.memory is None or expected <= memory
    return within and sum(one.cores for one in (*busy, job)) <= cores


def _opening(job: Busy, busy: Sequence[Busy], cores: int, memory: int | None, now: float) -> float:
    """When enough of the running jobs should have ended for this one to fit; `busy` in the order of ends."""
    left = list(busy)
    at = now
    while left and not _fits(job, left, cores, memory):
        at = max(at, left.pop(0).ends)
    return at
