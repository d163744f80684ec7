"""Gates on which nothing decides but their exit code."""

from eee_ci import gates
from eee_ci.plan.job import Job

_TIMED = "seconds"


def alone(job: Job) -> bool:
    """Does the exit code of one process tell all, so that 0 means the same verdict each time? The process
    runs each time."""
    adapter, command = gates.TABLE[job.gate.tool], job.command
    return (
        hasattr(adapter, "by_exit")
        and adapter.by_exit(job.gate)
        and _TIMED not in job.limits
        and job.manifest is None
        and job.remembered is None
        and job.held == 1
        and not job.notes
        and command is not None
        and len(command.steps) == 1
        and not (command.give or command.keep or command.copy)
    )
