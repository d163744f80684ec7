"""`eee-ci check`: judge the project, write the reports, say the verdict."""

import argparse
import os
from pathlib import Path

from eee_ci import commands, executors, files, pipeline, process, reports
from eee_ci.commands import github, status
from eee_ci.console import Console, summary
from eee_ci.console.watch import Watch
from eee_ci.errors import BUG, WriteError
from eee_ci.process.signals import Signals
from eee_ci.model import Run


def run(arguments: argparse.Namespace) -> int:
    """The exit code of the verdict; a report that cannot be written comes before it."""
    console = Console()
    project = commands.root(arguments)
    target = commands.folder(arguments.report_dir, project / ".eee-ci" / "reports")
    with Signals() as signals:  # held until the reports are there: a stopped run reports as well
        plan = commands.planned(arguments)
        if arguments.github:
            github.guard(os.environ, plan.tree.commit)
        home = files.home(project)
        notes = status.begin(home)
        watch = Watch(console, quiet=arguments.quiet or arguments.json, verbose=arguments.verbose)
        with executors.TABLE["local"](signals) as executor:
            judged = pipeline.run(
                plan, executor, watch=watch, signals=signals, fail_fast=arguments.fail_fast, notes=notes
            )
        names, troubles = publish(judged, target, formats(plan.config.reports, plan.config.junit_dialect))
        status.end(home, judged.exit_code)
        if arguments.github:
            github.publish(judged, target, os.environ)
        _say(judged, console, arguments, target, names)
    for trouble in troubles:
        console.lines([f"eee-ci: {trouble.message}"])
    return BUG if troubles and not judged.signal else judged.exit_code


def formats(wanted: tuple[str, ...], dialect: str) -> list[str]:
    """The names in the table of reports; report.json is always among them."""
    chosen = [f"junit-{dialect}" if name == "junit" and dialect != "common" else name for name in wanted]
    return ["json", *(name for name in chosen if name != "json")]


def publish(judged: Run, target: Path, wanted: list[str]) -> tuple[list[str], list[WriteError]]:
    """Write each report; one that cannot be written does not keep the others back."""
    names: list[str] = []
    troubles: list[WriteError] = []
    for name, data in reports.render(judged, wanted).items():
        try:
            files.publish(target / name, data)
            names.append(name)
        except WriteError as error:
            troubles.append(error)
    return names, troubles


def _say(
    judged: Run, console: Console, arguments: argparse.Namespace, target: Path, names: list[str]
) -> None:
    console.status("")
    if arguments.json:
        console.raw(reports.render(judged, ["json"])["report.json"].decode())
        return
    console.lines(summary.lines(judged, console, verbose=arguments.verbose, quiet=arguments.quiet))
    if not arguments.quiet:
        console.lines([summary.places(_short(target), names)])


def _short(target: Path) -> Path:
    """Relative to where the user stands, when it is below."""
    here = Path.cwd()
    return target.relative_to(here) if target.is_relative_to(here) else target
