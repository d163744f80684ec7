"""Whatever a run took: reports with blanks, filled in, are those that are rendered."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from eee_ci import reports
from eee_ci.commands import blanking
from eee_ci.model import Limit, Reading, Run, Verdict
from eee_ci.rendering import pace
from eee_ci.warm import blanks
from tests.agents.verdicts import run as made

FORMATS = ("json", "junit", "sarif", "markdown")
SECONDS = st.floats(0, 150).map(lambda value: round(value, 3))


def verdict(gate: str, cached: str | None) -> Verdict:
    return Verdict(
        gate=gate,
        tool="command",
        status="passed",
        limits={"exit": Limit(max=0)},
        reading=Reading(measures={"exit": 0.0}),
        attempts=1,
        command=(("/bin/tool", "20.1", "3000000"),),
        cached=cached,
    )


def run(cached: list[bool]) -> Run:
    verdicts = [verdict(f"g{n}", "2026-11-22T06:00:00Z" if old else None) for n, old in enumerate(cached)]
    off = Verdict(gate="off", tool="ruff", status="skipped", asked=False)
    return msgspec.structs.replace(made(*verdicts, off), project="p 20.2", seconds=1.0, cores=2)


@st.composite
def figures(draw: st.DrawFn) -> tuple[Run, blanks.Figures]:
    one_run = run(draw(st.lists(st.booleans(), min_size=1, max_size=5)))
    took = [
        blanks.Took(
            one.gate,
            seconds=draw(SECONDS),
            cpu=draw(SECONDS),
            peak=draw(st.none() | st.integers(1, 1 << 40)),
            started=(began := draw(SECONDS)),
            ended=began + draw(SECONDS),
            cached=one.cached,
        )
        for one in one_run.verdicts
        if one.asked
    ]
    at = draw(st.integers(0, 1 << 32))
    return one_run, blanks.Figures(took, at=at, seconds=draw(SECONDS), cores=2)


@settings(max_examples=60, deadline=None)
@given(figures())
def test_reports_with_blanks_are_filled_in_as_they_are_rendered(case: tuple[Run, blanks.Figures]) -> None:
    plain, known = case
    real = blanking.with_figures(plain, known)
    again = blanking.figures(real)
    rendered = reports.render(real, FORMATS)
    both = blanking.of(plain, FORMATS, "common")
    paced = bool(pace.sentence(again))
    assert paced == bool(pace.sentence(real))
    assert {name: blanks.filled(pieces[paced], again) for name, pieces in both.items()} == rendered
