"""The report formats: a table of names, and the one way from a run to its files."""

from collections.abc import Collection, Iterable
from typing import Literal

from eee_ci.errors import UsageError
from eee_ci.model import Run
from eee_ci.ports import Report
from eee_ci.shelf import Shelf


def _json() -> Report:
    from eee_ci.reports import json

    return json


def _junit() -> Report:
    from eee_ci.reports import junit

    return junit


def _junit_strict() -> Report:
    from eee_ci.reports import junit_strict

    return junit_strict


def _sarif() -> Report:
    from eee_ci.reports import sarif

    return sarif


def _markdown() -> Report:
    from eee_ci.reports import markdown

    return markdown


def _html() -> Report:
    from eee_ci.reports import html

    return html


# each is imported when it is asked for: HTML alone would cost as much as all the others
TABLE = Shelf[Report](
    {
        "json": _json,
        "junit": _junit,
        "junit-strict": _junit_strict,
        "sarif": _sarif,
        "markdown": _markdown,
        "html": _html,
    }
)


def render(
    run: Run,
    formats: Iterable[str],
    *,
    junit_dialect: Literal["common", "strict"] = "common",
    secrets: Collection[str] = (),
) -> dict[str, bytes]:
    """The files of these formats by name. `secrets` are values that must not show."""
    from eee_ci.rendering import safe

    shown = safe.run(run, secrets)
    files: dict[str, bytes] = {}
    for name in formats:
        chosen = "junit-strict" if name == "junit" and junit_dialect == "strict" else name
        files.update(_format(chosen).render(shown))
    return files


def ready(formats: Iterable[str]) -> None:
    """Load what these formats need: to be called while there is time."""
    from eee_ci.rendering import safe

    del safe
    for name in formats:
        _format(name)


def _format(name: str) -> Report:
    if name not in TABLE:
        raise UsageError(f"--format: found {name!r}, want one of {', '.join(TABLE)}")
    return TABLE[name]


def load(data: bytes, source: str) -> Run:
    """The run in a `report.json`; a UsageError that names the place in it where it is none."""
    from eee_ci.reports import json

    return json.load(data, source)
