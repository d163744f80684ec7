"""After a run: what its gates said is kept, where all that it depended on is known and stayed as it was."""

from collections.abc import Mapping

from eee_ci import plan as plans
from eee_ci.memory import Remembered
from eee_ci.model import Verdict
from eee_ci.plan import Job, Plan, Said


def keep(plan: Plan, verdicts: tuple[Verdict, ...], said: Mapping[str, Said], *, when: str) -> None:
    """Keep the readings of complete outcomes. `when` is the start of the run, in UTC."""
    known = plan.keys
    if known is None or known.seen.moved():
        return
    jobs = {job.gate.id: job for job in plan.jobs}
    for verdict in verdicts:
        job, told = jobs[verdict.gate], said.get(verdict.gate)
        if (
            told is not None
            and told.reading is not None
            and job.manifest is not None
            and lasting(verdict, job)
        ):
            found = Remembered(
                reading=told.reading, cost=verdict.cost, command=verdict.command, log=verdict.log, when=when
            )
            plans.keep(job, told, found, known)
        elif job.remembered is not None and verdict.cached is not None:
            plans.recalled(job, known)


def whole(plan: Plan, verdicts: tuple[Verdict, ...]) -> bool:
    """Is each gate that was asked for remembered by now?"""
    jobs = {job.gate.id: job for job in plan.jobs}
    return all(
        one.cached is not None or (jobs[one.gate].manifest is not None and lasting(one, jobs[one.gate]))
        for one in verdicts
        if one.asked
    )


def lasting(verdict: Verdict, job: Job) -> bool:
    """Is it what the gate would say again? Not after a second attempt, nor with any flag."""
    ended = verdict.status in ("passed", "failed") and verdict.attempts == 1
    return ended and not verdict.flags and verdict.cached is None and job.remembered is None
