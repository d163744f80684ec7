"""Figures of several rounds as a Markdown table: medians, and medians of ratios within a round."""

import statistics
from collections.abc import Iterator, Mapping, Sequence

from tests.bench.measure import Failed, Took

Round = Mapping[str, Took | Failed]  # a contender's name to what it took


def table(title: str, rounds: Sequence[Round], bases: Sequence[str]) -> Iterator[str]:
    """One row a contender. One that failed in any round has no figures: a wrong run is not a quick one."""
    known = [base for base in bases if rounds and base in rounds[0]]
    head = ["", "wall", *(f"of {base}" for base in known), "CPU", "peak memory"]
    yield f"## {title}"
    yield ""
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    for name in rounds[0] if rounds else ():
        yield f"| {name} | {' | '.join(_cells(name, rounds, known))} |"
    yield ""


def _cells(name: str, rounds: Sequence[Round], bases: Sequence[str]) -> list[str]:
    taken = took(name, rounds)
    if isinstance(taken, Failed):
        words = taken.why.replace("|", "\\|")
        return [f"failed: {words}", *[""] * (len(bases) + 2)]
    walls = [one.wall for one in taken]
    spread = f"{seconds(statistics.median(walls))} ({seconds(min(walls))} to {seconds(max(walls))})"
    cpu = seconds(statistics.median(one.cpu for one in taken))
    return [spread, *(_of(name, base, rounds) for base in bases), cpu, _peak(taken)]


def _peak(taken: Sequence[Took]) -> str:
    largest = max(taken, key=lambda one: one.peak)
    at_most = "at most " if largest.peak <= largest.least else ""
    return f"{at_most}{largest.peak / 2**20:.0f} MiB"


def took(name: str, rounds: Sequence[Round]) -> list[Took] | Failed:
    """All that it took, or its first failure."""
    found: list[Took] = []
    for ended in rounds:
        one = ended[name]
        if isinstance(one, Failed):
            return one
        found.append(one)
    return found


def ratio(name: str, base: str, rounds: Sequence[Round]) -> float | None:
    """The median of the ratios within each round; None where either failed."""
    ours, theirs = took(name, rounds), took(base, rounds)
    if isinstance(ours, Failed) or isinstance(theirs, Failed):
        return None
    return statistics.median(one.wall / other.wall for one, other in zip(ours, theirs, strict=True))


def _of(name: str, base: str, rounds: Sequence[Round]) -> str:
    found = ratio(name, base, rounds)
    return "" if found is None else f"{found:.2f}"


def seconds(value: float) -> str:
    """Short times in milliseconds: what takes no time would else be told as 0.02 s."""
    return f"{value * 1000:.0f} ms" if value < 0.5 else f"{value:.2f} s"
