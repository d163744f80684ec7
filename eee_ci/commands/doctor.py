"""`eee-ci doctor`: each tool, where it was found, its version; what is missing and how to install it."""

import argparse
import os
import platform
from collections.abc import Iterator
from typing import Any

import msgspec

from eee_ci import __version__, commands, git, process, text
from eee_ci.console import Console
from eee_ci.errors import BROKEN, GREEN
from eee_ci.plan import Job, Plan


def run(arguments: argparse.Namespace) -> int:
    """0 when every gate has its tools, 4 when one is missing."""
    plan = commands.planned(arguments)
    found = data(plan)
    console = Console()
    if arguments.json:
        console.raw(commands.pretty(found))
    else:
        console.lines(lines(found))
    return BROKEN if any(gate["missing"] for gate in found["gates"]) else GREEN


def data(plan: Plan) -> dict[str, Any]:
    """What was found, as maps and lists."""
    return {
        "eee_ci": __version__,
        "python": {"path": plan.python, "version": plan.python_version},
        "git": git.version(os.environ),
        "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
        "supervision": list(process.layers()),
        "config": plan.config.source,
        "gates": [_gate(job) for job in plan.jobs],
    }


def _gate(job: Job) -> dict[str, Any]:
    return {
        "gate": job.gate.id,
        "skip": job.skip or None,
        "tools": [msgspec.to_builtins(tool) for tool in job.site.tools.values()],
        "missing": list(job.missing),
    }


def lines(found: dict[str, Any]) -> Iterator[str]:
    """What was found, for people."""
    yield f"eee-ci   {found['eee_ci']} on {text.line(found['platform'])}"
    yield f"python   {found['python']['version']}  {text.line(found['python']['path'])}"
    yield f"git      {found['git'] or 'missing: install git'}"
    yield f"config   {text.line(found['config'])}"
    yield f"keeps processes with: {', '.join(found['supervision'])}"
    for gate in found["gates"]:
        yield ""
        yield f"{gate['gate']}{': ' + gate['skip'] if gate['skip'] else ''}"
        for tool in gate["tools"]:
            yield "  " + text.line(
                f"{tool['name']} {tool['version'] or '(version unknown)'}  {tool['origin']}  "
                + tool["argv"][0]
            )
        for sentence in gate["missing"]:
            yield f"  missing: {text.line(sentence)}"
