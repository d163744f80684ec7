"""THE STORY of one run: jobs go out, outcomes come back, each is read and judged; verdicts are one run."""

import platform
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from eee_ci import __version__, history, judge
from eee_ci.model import Cost, Run, Verdict
from eee_ci.pipeline import attempts, dispatch, given, keeping
from eee_ci.plan import Plan
from eee_ci.ports import Running


def run(
    plan: Plan,
    executor: Running,
    *,
    watch: dispatch.Watch,
    signals: dispatch.Caught,
    fail_fast: bool = False,
    clock: Callable[[], float] = time.monotonic,
    meanwhile: Callable[[], object] = lambda: None,
) -> Run:
    """Run all gates of a plan to their verdicts. Never raises for what a gate does. `meanwhile` is to get
    ready what follows them: it is called while they run."""
    handed = executor.handed if isinstance(executor, given.Given) else None
    began = clock() if handed is None else handed.began
    started = (datetime.now(UTC) - timedelta(seconds=clock() - began)).strftime("%Y-%m-%dT%H:%M:%SZ")
    course = dispatch.Course(plan, executor, watch=watch, clock=clock, fail_fast=fail_fast)
    course.looking.saw(given.changed(handed, plan.tree) if handed else ())
    verdicts = given.timed(course.run(signals, meanwhile), handed.spans if handed else {})
    verdicts = unstale(course.looking.changed(), verdicts)
    if signals.first is None:
        keeping.keep(plan, verdicts, course.said, when=started)
    kept = recorded(plan, verdicts)
    return Run(
        version=__version__,
        project=Path(plan.root).name,
        config=plan.config.source,
        config_digest=plan.config.digest,
        tree=plan.tree.id,
        commit=plan.tree.commit,
        branch=plan.tree.branch,
        environment=environment(plan),
        started=started,
        seconds=round(clock() - began, 3),
        cores=plan.cores,
        complete=signals.first is None,
        signal=signals.first,
        exit_code=judge.exit_code(verdicts, signals.first),
        verdicts=verdicts,
        notes=(*plan.notes, *plan.tree.notes, *((kept,) if kept else ())),
    )


def unstale(changed: tuple[str, ...], verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """A verdict on files that changed while it was reached is no verdict."""
    if not changed or any("modified" in verdict.flags for verdict in verdicts):
        return verdicts
    reason = f"files changed while it ran: {attempts.listed(changed)}; run it again"
    return tuple(
        _stale(verdict, reason) if verdict.asked and verdict.attempts else verdict for verdict in verdicts
    )


def _stale(verdict: Verdict, reason: str) -> Verdict:
    status = "broken" if verdict.status == "passed" else verdict.status
    return msgspec.structs.replace(
        verdict, status=status, reasons=(*verdict.reasons, reason), flags=(*verdict.flags, "stale")
    )


def recorded(plan: Plan, verdicts: tuple[Verdict, ...]) -> str | None:
    """Keep for the next run's schedule what the gates took; a sentence when that could not be done."""
    failed = [verdict.gate for verdict in verdicts if verdict.status == "failed"]
    parts = [job.gate.id for job in plan.jobs if job.share < 1]
    return history.record(Path(plan.root), costs(verdicts), failed=failed, parts=parts)


def costs(verdicts: tuple[Verdict, ...]) -> dict[str, Cost]:
    """The costs of the gates that ran to their end, for the next run's schedule."""
    ended = [v for v in verdicts if v.status in ("passed", "failed") and v.cached is None]
    return {v.gate: v.cost for v in ended}


def environment(plan: Plan) -> dict[str, str]:
    """What the verdicts depend on besides the tree."""
    return {
        "python": plan.python_version,
        "platform": f"{platform.system()} {platform.machine()}",
    }
