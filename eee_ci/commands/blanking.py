"""A run's reports with blanks in the place of its figures."""

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from typing import Literal

import msgspec

from eee_ci import reports
from eee_ci.model import Cost, Run, Verdict
from eee_ci.pipeline import attempts
from eee_ci.warm import blanks

_TIMES = ("seconds", "cpu", "started", "ended")
_STAMP = 61_490_000_000  # in the year 3918
_PACED = "markdown"  # the format with a sentence on what bounded the run
# How each file writes its figures. One that is not here has others, and no quickest run.
FORMS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "report.json": (("json", (*_TIMES, "peak")), ("moment", ("at",))),
    "junit.xml": (("fixed", ("seconds",)), ("moment", ("started", "at"))),
    "summary.md": (("pace", ("at",)), ("words", ("seconds",))),
    "eee-ci.sarif": (),
}
SAID = {True: (("column", ("seconds",)), ("short", ("seconds",))), False: (("short", ("seconds",)),)}


def figures(judged: Run) -> blanks.Figures:
    """The run's own."""
    took = [
        blanks.Took(
            one.gate,
            seconds=one.cost.seconds or 0.0,
            cpu=one.cost.cpu or 0.0,
            peak=one.cost.peak,
            started=one.started or 0.0,
            ended=one.ended or 0.0,
            cached=one.cached,
        )
        for one in judged.verdicts
        if one.asked
    ]
    at = int(datetime.fromisoformat(judged.started).timestamp())
    return blanks.Figures(took, at=at, seconds=judged.seconds, cores=judged.cores)


def of(
    judged: Run, formats: Collection[str], dialect: Literal["common", "strict"]
) -> dict[str, tuple[blanks.Pieces, blanks.Pieces]]:
    """Each report with blanks, without a sentence on what bounded the run and with it."""

    def made(known: blanks.Figures, *names: str) -> dict[str, blanks.Pieces]:
        files = reports.render(with_figures(judged, known), names, junit_dialect=dialect)
        return {name: cut(data, known, FORMS[name]) for name, data in files.items()}

    alike = made(_long(judged), *(name for name in formats if name != _PACED))
    summary = (_PACED,) if _PACED in formats else ()
    plain, paced = made(short(judged), *summary), made(short(judged, paced=True), *summary)
    return {
        **{name: (pieces, pieces) for name, pieces in alike.items()},
        **{name: (plain[name], paced[name]) for name in plain},
    }


def _long(judged: Run) -> blanks.Figures:
    """Figures that nothing else in a report is taken for."""
    took = [
        blanks.Took(
            one.gate,
            seconds=3e6 + 17 * n + 0.017,
            cpu=5e6 + 19 * n + 0.013,
            peak=7_000_000_000_003 + 4096 * n,
            started=8e6 + 61 * n + 0.011,
            ended=9e6 + 67 * n + 0.019,
            cached=one.cached,
        )
        for n, one in enumerate(v for v in judged.verdicts if v.asked)
    ]
    return blanks.Figures(took, at=_STAMP, seconds=1_234_567.891, cores=judged.cores)


def short(judged: Run, *, paced: bool = False) -> blanks.Figures:
    """Figures of the usual length. `paced`: gates ran one after another, so that a sentence says it."""
    took = [
        blanks.Took(
            one.gate,
            seconds=20.1 + n / 10,
            started=n * paced / 10,
            ended=(n + 1) / 10,
            cached=one.cached,
        )
        for n, one in enumerate(v for v in judged.verdicts if v.asked)
    ]
    return blanks.Figures(took, at=_STAMP, seconds=99.7, cores=judged.cores)


def with_figures(judged: Run, known: blanks.Figures) -> Run:
    """The run with other figures."""
    took = {one.gate: one for one in known.verdicts}
    verdicts = tuple(_told(one, took.get(one.gate)) for one in judged.verdicts)
    stamp = datetime.fromtimestamp(known.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return msgspec.structs.replace(judged, verdicts=verdicts, seconds=known.seconds, started=stamp)


def _told(verdict: Verdict, took: blanks.Took | None) -> Verdict:
    if took is None:
        return verdict
    if verdict.cached is not None:
        return msgspec.structs.replace(verdict, started=took.started)
    return msgspec.structs.replace(
        verdict,
        cost=Cost(seconds=took.seconds, cpu=took.cpu, peak=took.peak),
        reading=attempts.timed(verdict.reading, took.seconds),
        started=took.started,
        ended=took.ended,
    )


def cut(data: bytes, known: blanks.Figures, forms: Iterable[tuple[str, tuple[str, ...]]]) -> blanks.Pieces:
    """The text with blanks in the place of the figures."""
    took = {one.gate: one for one in known.verdicts}
    pieces: blanks.Pieces = [data]
    for blank in _blanks(known, forms):
        mark = blanks.written(blank, known, took).encode()
        pieces = [new for piece in pieces for new in (_split(piece, mark, blank) if mark else [piece])]
    return pieces


def _split(piece: bytes | blanks.Blank, mark: bytes, blank: blanks.Blank) -> blanks.Pieces:
    if not isinstance(piece, bytes):
        return [piece]
    first, *rest = piece.split(mark)
    return [first, *(one for part in rest for one in (blank, part))]


def _blanks(known: blanks.Figures, forms: Iterable[tuple[str, tuple[str, ...]]]) -> Iterator[blanks.Blank]:
    """Those that a report may have; a gate that is remembered has its start alone."""
    for form, names in forms:
        for name in names:
            for one in known.verdicts:
                if hasattr(one, name) and (one.cached is None or name == "started"):
                    yield form, one.gate, name
            if hasattr(known, name):
                yield form, "", name
