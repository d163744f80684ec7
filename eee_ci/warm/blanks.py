"""Texts with blanks where the figures of a run stand, filled in before anything heavy is loaded."""

import time
from _collections_abc import Callable, Mapping, Sequence

from eee_ci.rendering import clock, pace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Blank = tuple[str, str, str]  # how it is written; the gate, or nothing for the run; which figure
Pieces = list[bytes | Blank]


class Took:
    """What a gate took: as a verdict, as far as its times go. Seconds; `peak` in bytes. A gate that is
    remembered, since `cached`, has a start alone."""

    def __init__(
        self,
        gate: str,
        *,
        seconds: float = 0.0,
        cpu: float = 0.0,
        peak: int | None = None,
        started: float = 0.0,
        ended: float = 0.0,
        cached: str | None = None,
    ) -> None:
        self.gate, self.cached = gate, cached
        self.seconds, self.cpu, self.peak = round(seconds, 3), round(cpu, 3), peak
        self.started, self.ended = round(started, 3), round(ended, 3)

    @property
    def cost(self) -> "Took":
        return self


class Figures:
    """What differs between two runs that come to the same: as a run, as far as its times go. `at` is its
    start in whole seconds since 1970."""

    complete = True

    def __init__(self, took: Sequence[Took], *, at: int, seconds: float, cores: int) -> None:
        self.verdicts = tuple(took)
        self.at, self.seconds, self.cores = at, round(seconds, 3), cores


def filled(pieces: Pieces, figures: Figures) -> bytes:
    """The text with its figures."""
    took = {one.gate: one for one in figures.verdicts}
    return b"".join(
        piece if isinstance(piece, bytes) else written(piece, figures, took).encode() for piece in pieces
    )


def written(blank: Blank, figures: Figures, took: Mapping[str, Took]) -> str:
    """What stands in a blank."""
    form, gate, name = blank
    return FORMS[form](figures, took[gate] if gate else figures, name)


def _value(form: Callable[["Any"], str]) -> "Callable[[Figures, Any, str], str]":
    return lambda _figures, owner, name: form(getattr(owner, name))


def _json(value: float | None) -> str:
    return "null" if value is None else repr(value)


def _moment(figures: Figures, owner: Took | Figures, _name: str) -> str:
    """UTC; of the run its start."""
    after = owner.started if isinstance(owner, Took) else 0.0
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(int(figures.at + after)))


def _pace(figures: Figures, _owner: object, _name: str) -> str:
    return pace.sentence(figures)


# Each says it like the report that it stands in: tests hold them against what is rendered.
FORMS: "dict[str, Callable[[Figures, Any, str], str]]" = {
    "json": _value(_json),
    "fixed": _value(lambda value: f"{value:.3f}"),
    "words": _value(clock.seconds),
    "short": _value(clock.short),
    "column": _value(lambda value: f"{clock.short(value):>7}"),
    "moment": _moment,
    "pace": _pace,
}
