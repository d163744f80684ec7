"""What `eee-ci check` would say once more if nothing changes, put down for the quickest answer."""

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from eee_ci import commands, signature, warm
from eee_ci.console import summary
from eee_ci.console.paper import Paper
from eee_ci.model import Run
from eee_ci.pipeline import keeping
from eee_ci.plan import Plan
from eee_ci.warm import watching

_NOTHING = "(0.0 s, "


def look(plan: Plan, environ: Mapping[str, str]) -> watching.Watched | None:
    """What everything looks like before the gates run; None where a gate will not be remembered anyway."""
    known = plan.keys is not None and plan.tree.id is not None
    asked = (job for job in plan.jobs if not job.skip)
    return watching.look(plan, environ) if known and all(job.manifest for job in asked) else None


def keep(
    judged: Run, plan: Plan, seen: watching.Watched, arguments: argparse.Namespace, reports: Sequence[Path]
) -> None:
    """Keep the answer if each gate that was asked for is remembered now."""
    known = plan.keys
    if known is None or not judged.complete or not keeping.whole(plan, judged.verdicts):
        return
    verdicts = tuple(
        msgspec.structs.replace(one, cached=one.cached or judged.started) if one.asked else one
        for one in judged.verdicts
    )
    run = msgspec.structs.replace(judged, verdicts=verdicts, seconds=0.0)
    places = summary.places(commands.short(reports[0].parent), [path.name for path in reports])

    def said(colour: bool, wide: bool) -> str:
        lines = list(summary.lines(run, Paper(colour=colour, wide=wide), quiet=arguments.quiet))
        words = "\n".join(lines if arguments.quiet else [*lines, places])
        return words.replace(_NOTHING, f"({warm.PLACEHOLDER}, ", 1) + "\n"

    folders = {path: known.store.digest("folder", names) for path, names in seen.folders.items() if names}
    files = [(str(path), signature.of(str(path))) for path in reports]
    for colour, wide in {warm.terminal(os.environ), (False, True)}:
        entry: warm.Entry = {
            "variables": watching.variables(os.environ, plan.config.pass_env, known.store.digest),
            "stats": [*seen.stats.items(), *files],
            "folders": folders,
            "said": said(colour, wide),
            "exit": judged.exit_code,
        }
        key = warm.key(arguments.words, arguments.here, colour, wide)
        known.store.put(warm.KIND, key, warm.written(entry))
