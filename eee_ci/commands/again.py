"""What `eee-ci check` would say once more if nothing changes, put down for the quickest answer."""

import argparse
import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import msgspec

from eee_ci import commands, signature, warm
from eee_ci.commands import living
from eee_ci.console import summary
from eee_ci.console.paper import Paper
from eee_ci.model import Run
from eee_ci.pipeline import keeping
from eee_ci.plan import Plan, exits
from eee_ci.warm import watching

_NOTHING = "(0.0 s, "


def look(plan: Plan, environ: Mapping[str, str]) -> watching.Watched | None:
    """What everything looks like before the gates run; None where a gate will neither be remembered nor told
    by its exit code."""
    known = plan.keys is not None and plan.tree.id is not None
    asked = (job for job in plan.jobs if not job.skip)
    right = known and all(job.manifest or exits.alone(job) for job in asked)
    return watching.look(plan, environ) if right else None


def keep(
    judged: Run,
    plan: Plan,
    seen: watching.Watched,
    arguments: argparse.Namespace,
    rendered: Mapping[str, bytes],
    target: Path,
) -> None:
    """Keep the answer if each gate that was asked for is remembered now, or told by its exit code."""
    if plan.keys is None or not judged.complete:
        return
    live = None
    if not keeping.whole(plan, judged.verdicts):
        live = living.of(judged, plan, rendered, target)
        if live is None:
            return
    store = plan.keys.store
    files = [str(target / name) for name in rendered] if live is None else living.paths(live)
    stats = [*seen.stats.items(), *((path, signature.of(path)) for path in files)]
    folders = {path: store.digest("folder", names) for path, names in seen.folders.items() if names}
    variables = watching.variables(os.environ, plan.config.pass_env, store.digest)
    places = summary.places(commands.short(target), list(rendered))
    for colour, wide in {warm.terminal(os.environ), (False, True)}:
        say = partial(_said, Paper(colour=colour, wide=wide), places, quiet=arguments.quiet)
        told = live and living.telling(live, judged, say, wide=wide)
        if live is not None and told is None:
            continue
        entry: warm.Entry = {
            "variables": variables,
            "stats": stats,
            "folders": folders,
            "said": say(_remembered(judged)).replace(_NOTHING, f"({warm.PLACEHOLDER}, ", 1),
            "exit": judged.exit_code,
            "live": told,
        }
        key = warm.key(arguments.words, arguments.here, colour, wide)
        store.put(warm.KIND, key, warm.written(entry))


def _said(paper: Paper, places: str, run: Run, *, quiet: bool) -> str:
    lines = list(summary.lines(run, paper, quiet=quiet))
    return "\n".join(lines if quiet else [*lines, places]) + "\n"


def _remembered(judged: Run) -> Run:
    """The run as it would be told if it came again."""
    verdicts = tuple(
        msgspec.structs.replace(one, cached=one.cached or judged.started) if one.asked else one
        for one in judged.verdicts
    )
    return msgspec.structs.replace(judged, verdicts=verdicts, seconds=0.0)
