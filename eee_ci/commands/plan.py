"""`eee-ci plan`: what check would run, in which order, and how long it should take."""

import argparse
import shlex
from collections.abc import Iterator
from typing import Any

import msgspec

from eee_ci import commands, schedule, text
from eee_ci.console import Console, summary
from eee_ci.plan import Job, Plan


def run(arguments: argparse.Namespace) -> int:
    """Show the plan; 0 also when tools are missing, since nothing was judged."""
    plan = commands.planned(arguments)
    console = Console()
    if arguments.json:
        console.raw(commands.pretty(data(plan)))
    else:
        console.lines(why(plan) if arguments.why else lines(plan))
    return 0


def data(plan: Plan) -> dict[str, Any]:
    """The plan as maps and lists."""
    nodes = [job.node for job in plan.live]
    return {
        "config": plan.config.source,
        "root": plan.root,
        "python": plan.python,
        "cores": plan.cores,
        "gates": [_gate(job) for job in plan.jobs],
        "critical_path": schedule.critical_path(nodes),
        "bound_seconds": round(schedule.bound(nodes, plan.cores), 3),
    }


def _gate(job: Job) -> dict[str, Any]:
    command = job.command
    return {
        "gate": job.gate.id,
        "tool": job.gate.tool,
        "mode": job.gate.mode,
        "runs": command is not None,
        "why_not": job.skip or list(job.missing) or None,
        "remembered": job.remembered.when if job.remembered else None,
        "because": list(job.because),
        "chosen": job.chosen,
        "needs": list(job.gate.needs),
        "cores": job.cores,
        "expected_seconds": round(job.expected, 3),
        "limits": msgspec.to_builtins(job.limits),
        "commands": [list(step.argv) for step in command.steps] if command else [],
        "steps": msgspec.to_builtins(command.steps) if command else [],
        "copy": command.copy if command else False,
        "environment": dict(sorted(command.env.items())) if command else {},
        "tools": [msgspec.to_builtins(tool) for tool in job.site.tools.values()],
    }


def why(plan: Plan) -> Iterator[str]:
    """For each gate whether it is remembered, else all the reasons why it would run, and the test files that
    would, each with its own."""
    for job in plan.jobs:
        if job.skip:
            continue
        if job.remembered is not None:
            yield text.line(f"{job.gate.id}: remembered from {job.remembered.when}")
        else:
            told = job.because or job.missing or ("nothing is remembered (--no-cache, or the cache is off)",)
            yield text.line(f"{job.gate.id}: runs because {'; '.join(told)}")
            yield from summary.files(job.chosen)


def lines(plan: Plan) -> Iterator[str]:
    """The plan for people: gates in the order in which they would start."""
    nodes = [job.node for job in plan.live]
    rank = schedule.ranks(nodes)
    yield f"config: {text.line(plan.config.source)}"
    yield f"python: {text.line(plan.python)}, {text.count(plan.cores, 'core')}"
    for job in sorted(plan.live, key=lambda job: (-rank[job.gate.id], job.gate.id)):
        needs = f", needs {', '.join(job.gate.needs)}" if job.gate.needs else ""
        yield ""
        yield f"{job.gate.id}: {job.gate.tool}, expected {summary.seconds(job.expected)}{needs}"
        for step in job.command.steps if job.command else ():
            yield f"  {text.line(shlex.join(step.argv))}"
    for job in plan.jobs:
        if job.remembered is not None:
            yield ""
            yield f"{job.gate.id}: remembered from {job.remembered.when}"
        if job.command is None:
            yield ""
            yield f"{job.gate.id}: will not run: {text.line(job.skip or '; '.join(job.missing))}"
    yield ""
    path = " > ".join(schedule.critical_path(nodes))
    least = summary.seconds(schedule.bound(nodes, plan.cores))
    yield f"critical path: {path or 'nothing'}; at the least {least}"
