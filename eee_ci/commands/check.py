"""`eee-ci check`: judge the project, write the reports, say the verdict."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from eee_ci import commands, executors, files, pipeline, reports
from eee_ci.commands import again, github, report, status
from eee_ci.console import Console, summary
from eee_ci.console.watch import Watch
from eee_ci.errors import BUG
from eee_ci.model import Run
from eee_ci.process.signals import Signals


def run(arguments: argparse.Namespace) -> int:
    """The exit code of the verdict; a report that cannot be written comes before it."""
    console = Console()
    project = commands.root(arguments)
    target = commands.folder(arguments.report_dir, project / ".eee-ci" / "reports")
    # the signals are held until the reports are there: a stopped run reports as well
    with Signals() as signals, executors.TABLE["local"](signals) as executor:
        executor.warm()
        plan = commands.planned(arguments)
        if arguments.github:
            github.guard(os.environ, plan.tree.commit)
        home = files.home(project)
        notes = status.begin(home)
        seen = again.look(plan, os.environ)
        watch = Watch(console, quiet=arguments.quiet or arguments.json, verbose=arguments.verbose)
        judged = pipeline.run(
            plan, executor, watch=watch, signals=signals, fail_fast=arguments.fail_fast, notes=notes
        )
        rendered = reports.render(
            judged, dict.fromkeys(("json", *plan.config.reports)), junit_dialect=plan.config.junit_dialect
        )
        published = report.publish(rendered, target)
        status.end(home, judged.exit_code)
        if seen is not None and not published.faults and not notes:
            again.keep(judged, plan, seen, arguments, [target / name for name in published.written])
        if arguments.github:
            github.publish(judged, target, os.environ)
        if arguments.json:
            console.raw(rendered["report.json"].decode())
        else:
            _say(judged, console, arguments, target, published.written)
    for fault in published.faults:
        console.lines([f"eee-ci: {fault}"])
    return BUG if published.faults and not judged.signal else judged.exit_code


def _say(
    judged: Run, console: Console, arguments: argparse.Namespace, target: Path, names: Sequence[str]
) -> None:
    console.status("")
    console.lines(summary.lines(judged, console, verbose=arguments.verbose, quiet=arguments.quiet))
    if not arguments.quiet:
        console.lines([summary.places(commands.short(target), names)])
