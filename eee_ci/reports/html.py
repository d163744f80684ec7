"""`report.html`: one page that needs nothing else, no script and no network, for reading and keeping."""

import base64
import functools
import hashlib
import shlex
from pathlib import Path
from typing import Any

from eee_ci import text
from eee_ci.model import STATUSES, Run, Verdict
from eee_ci.rendering import staged, words

_ROWS = 5_000  # of all gates together
_LOG = 16 << 10
_TEXT = 4_000
_ICONS = {"passed": "✓", "failed": "✗", "broken": "!", "skipped": "-"}


def render(run: Run) -> dict[str, bytes]:
    """`report.html`."""
    import jinja2
    from markupsafe import Markup

    templates = _templates()
    css = (templates / "report.css").read_text(encoding="utf-8")
    loader = jinja2.FileSystemLoader(templates)
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    environment.filters["clip"] = functools.partial(text.clip, size=_TEXT)
    page = environment.get_template("report.html").render(
        run=run,
        words=words,
        icons=_ICONS,
        statuses=STATUSES,
        counted={status: sum(it.status == status for it in words.asked(run)) for status in STATUSES},
        gates=[_gate(verdict, _ROWS // len(run.verdicts)) for verdict in run.verdicts],
        bars=_bars(run),
        stage=run.agents,
        staged=staged,
        css=Markup(css),  # noqa: S704  # nosec B704 - our own file, not what a tool said
        policy=_policy(css),
    )
    return {"report.html": text.unprinted(page).encode() + b"\n"}


def _templates() -> Path:
    """In the installed package, else beside the package in a checkout."""
    package = Path(__file__).parent.parent
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


def _policy(css: str) -> str:
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def _gate(verdict: Verdict, room: int) -> dict[str, Any]:
    reading = verdict.reading
    found, failed = words.worst_first(reading.findings), words.failed_cases(verdict)
    red = words.is_red(verdict)
    return {
        "verdict": verdict,
        "red": red,
        "said": [*verdict.reasons, *reading.errors, *reading.notes][:100],
        "limits": words.limits(verdict),
        "findings": found[:room],
        "more_findings": max(len(found) - room, 0),
        "tests": failed[:room],
        "more_tests": max(len(failed) - room, 0),
        "flaky": [case for case in reading.cases if words.is_flaky(case)][:room],
        "chosen": list(verdict.chosen.items())[:room],
        "log": text.tail(verdict.log.strip(), _LOG) if red else "",
        "steps": [shlex.join(argv) for argv in verdict.command],
    }


def _bars(run: Run) -> list[dict[str, Any]]:
    """When each gate ran, in thousandths of the whole."""
    timed = [
        (verdict, verdict.started, verdict.cost.seconds)
        for verdict in run.verdicts
        if verdict.started is not None and verdict.cost.seconds is not None
    ]
    whole = max((start + took for _, start, took in timed), default=0.0)
    if whole <= 0:
        return []
    return [
        {
            "gate": verdict.gate,
            "status": verdict.status,
            "x": f"{1000 * max(start, 0) / whole:.1f}",
            "width": f"{max(1000 * took / whole, 2):.1f}",
            "seconds": words.seconds(took),
            "words": f"{verdict.gate}: {words.seconds(took)}, {words.seconds(start)} after the start",
        }
        for verdict, start, took in timed
    ]
