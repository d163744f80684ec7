"""What the quickest run needs where gates run each time: their commands, and the reports with blanks."""

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from eee_ci import placing
from eee_ci.commands import blanking
from eee_ci.model import Run, Verdict
from eee_ci.pipeline import given
from eee_ci.plan import Job, Plan, exits
from eee_ci.process import kernel, supervisor
from eee_ci.rendering import pace
from eee_ci.warm import CODING, blanks, quick

MOST = 100  # gates
LONGEST = 2.0  # seconds of a run: in a longer one people want to see what it does
Said = Callable[[Run], str]


def of(judged: Run, plan: Plan, rendered: Mapping[str, bytes], target: Path) -> "quick.Live | None":
    """All of it but what is said; None where this run cannot be told again by its figures alone."""
    jobs = {job.gate.id: job for job in plan.jobs}
    live = [verdict for verdict in judged.verdicts if verdict.asked and verdict.cached is None]
    if not _simple(judged, live, jobs) or not rendered.keys() <= blanking.FORMS.keys():
        return None
    actual = blanking.figures(judged)
    made = blanking.of(judged, formats(plan), plan.config.junit_dialect)
    right = all(blanks.filled(both[_paced(actual)], actual) == rendered[name] for name, both in made.items())
    if not right:
        return None  # a figure stands where nobody knew of it
    return {
        "home": f"{plan.root}/.eee-ci",
        "target": str(target.absolute()),
        "tree": plan.tree.id,
        "cores": plan.cores,
        "allowed": kernel.allowed(),
        "orders": [_order(jobs[verdict.gate], plan) for verdict in sorted(live, key=_began)],
        "cached": {v.gate: v.cached for v in judged.verdicts if v.cached is not None},
        "reports": made,
        "said": [],
    }


def formats(plan: Plan) -> Collection[str]:
    """The report formats of a run."""
    return dict.fromkeys(("json", *plan.config.reports))


def telling(live: "quick.Live", judged: Run, said: Said, *, wide: bool) -> "quick.Live | None":
    """With what is said at the end; None where a figure stands in it that nobody knew of."""
    known, actual = blanking.short(judged), blanking.figures(judged)
    pieces = blanking.cut(
        said(blanking.with_figures(judged, known)).encode(*CODING), known, blanking.SAID[wide]
    )
    right = blanks.filled(pieces, actual) == said(judged).encode(*CODING)
    return {**live, "said": pieces} if right else None


def paths(live: "quick.Live") -> list[str]:
    """What has to be as it was besides: the programs; and no run of agents waits to be gone on with."""
    programs = {os.fsdecode(order["message"]["steps"][0]["argv"][0]) for order in live["orders"]}
    return [f"{live['home']}/runs", *programs, *map(os.path.realpath, programs)]


def _simple(judged: Run, live: Sequence[Verdict], jobs: Mapping[str, Job]) -> bool:
    """Can all that runs be told by its exit code, with nothing that waits for it?"""
    names = {verdict.gate for verdict in live}
    return (
        0 < len(live) <= MOST
        and judged.complete
        and judged.seconds <= LONGEST
        and not judged.notes
        and judged.agents is None
        and all(exits.alone(jobs[verdict.gate]) and _passed(verdict) for verdict in live)
        and not any(names & set(job.gate.needs) for job in jobs.values())
    )


def _passed(verdict: Verdict) -> bool:
    """With exit code 0, which is no matter of course: limits can want another one."""
    right = verdict.status == "passed" and verdict.reading.measures.get("exit") == 0.0
    return right and verdict.attempts == 1 and not verdict.flags


def _began(verdict: Verdict) -> float:
    return verdict.started or 0.0


def _paced(known: blanks.Figures) -> bool:
    return bool(pace.sentence(known))


def _order(job: Job, plan: Plan) -> "quick.Order":
    """The gate's command as the guardian is told of it."""
    if job.command is None:
        raise ValueError(job.gate.id)
    values = {
        "root": plan.root,
        "scratch": quick.SCRATCH.decode(),
        "cache": f"{plan.root}/.eee-ci/cache/{job.gate.id}",
        "python": plan.python,
    }
    message = supervisor.order(job.gate.id, placing.final(job.command, values), "")
    inherits = [name for name, value in message["env"].items() if os.environb.get(name) == value]
    message["env"] = {name: value for name, value in message["env"].items() if name not in inherits}
    return {"message": message, "inherits": inherits, "digest": given.digest(job.command)}
