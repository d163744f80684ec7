"""What is to be seen of a run while it goes on. Numbers are measured or told; what is not known says so."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, Protocol

from eee_ci import text
from eee_ci.agent import Item, Result
from eee_ci.agents.running import Seen
from eee_ci.model import Noun
from eee_ci.rendering.staged import UNKNOWN

State = Literal["waiting", "working", "gates", "done"]
_MIB = 1 << 20


class Row(Noun, frozen=True, kw_only=True):
    """An item as it is now."""

    item: str
    state: State
    end: str | None = None
    seconds: float | None = None
    limit: float | None = None
    cpu: float | None = None
    memory: int | None = None
    turns: int | None = None
    tokens: int | None = None
    usd: float | None = None
    last: str | None = None  # the latest activity


class Snapshot(Noun, frozen=True, kw_only=True):
    """The whole run as it is now. Progress is counted in items: there is nothing else to count."""

    done: int
    total: int
    retries: int = 0
    conflicts: int = 0
    rows: tuple[Row, ...] = ()


class Watch(Protocol):
    """Somebody who looks on."""

    def said(self, line: str) -> None:
        """A change of state, in words."""

    def show(self, snapshot: Snapshot) -> None:
        """How it stands; called often, and to be drawn no oftener than eyes can follow."""


def snapshot(
    total: int, results: Sequence[Result], seen: Iterable[Seen], judged: Item | None, others: Iterable[Item]
) -> Snapshot:
    """How it stands: what is done, what is worked at, what is with the gates, what waits."""
    rows = [
        *map(ended, results),
        *map(working, seen),
        *([waiting(judged, "gates")] if judged else []),
        *(waiting(item, "waiting") for item in others),
    ]
    return Snapshot(
        done=len(results),
        total=total,
        retries=sum(result.retries for result in results),
        conflicts=sum(result.conflicts for result in results),
        rows=tuple(rows),
    )


def waiting(item: Item, state: State) -> Row:
    """The row of an item that nobody works at now."""
    return Row(item=item.id, state=state)


def working(seen: Seen, state: State = "working") -> Row:
    """The row of an agent at work."""
    usage, told = seen.usage, seen.told
    return Row(
        item=seen.work.item.id,
        state=state,
        seconds=seen.seconds,
        limit=seen.work.limits.seconds,
        cpu=usage.cpu if usage else None,
        memory=usage.memory if usage else None,
        turns=told.turns,
        tokens=told.tokens.total,
        usd=told.usd,
        last=told.last,
    )


def ended(result: Result) -> Row:
    """The row of an item that is done."""
    told = result.told
    return Row(
        item=result.item,
        state="done",
        end=result.end,
        seconds=result.seconds,
        cpu=result.cpu,
        memory=result.peak,
        turns=told.turns if told else None,
        tokens=told.tokens.total if told else None,
        usd=told.usd if told else None,
    )


def lines(snapshot: Snapshot) -> Iterator[str]:
    """The run for a terminal: the sum first, then what moves; what waits is only counted."""
    waiting = sum(row.state == "waiting" for row in snapshot.rows)
    told = [
        f"agents: {snapshot.done} of {text.count(snapshot.total, 'item')} done",
        *([f"{waiting} waiting"] if waiting else []),
        *([text.count(snapshot.retries, "retry", "retries")] if snapshot.retries else []),
        *([text.count(snapshot.conflicts, "conflict")] if snapshot.conflicts else []),
    ]
    yield ", ".join(told)
    yield from (f"  {row_line(row)}" for row in snapshot.rows if row.state in ("working", "gates"))


def row_line(row: Row) -> str:
    """One item in words."""
    limit = f" of {row.limit:.0f}" if row.limit is not None else ""
    parts = [
        f"{row.item} {row.end or row.state}",
        f"{row.seconds:.0f}{limit} s" if row.seconds is not None else f"time {UNKNOWN}",
        f"CPU {row.cpu:.1f} s" if row.cpu is not None else f"CPU {UNKNOWN}",
        f"{row.memory // _MIB} MiB" if row.memory is not None else f"memory {UNKNOWN}",
        f"{row.tokens if row.tokens is not None else UNKNOWN} tokens",
        f"{row.usd:.2f} USD" if row.usd is not None else f"{UNKNOWN} USD",
    ]
    last = [text.line(row.last)] if row.last else []
    return ", ".join((*parts, *last))
