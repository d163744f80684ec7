"""`eee-ci check`: judge the project, write the reports, say the verdict."""

import argparse
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from eee_ci import commands, executors, files, pipeline, reports, text
from eee_ci.agent import Stage
from eee_ci.agents import runs
from eee_ci.commands import again, github, living, report, status
from eee_ci.commands.phases import Phases
from eee_ci.console import Console, summary
from eee_ci.console.watch import Watch
from eee_ci.errors import BUG, WriteError
from eee_ci.model import Run
from eee_ci.pipeline import given
from eee_ci.plan import Plan
from eee_ci.ports import Executor, Running
from eee_ci.process.signals import Signals
from eee_ci.rendering import trace


def run(arguments: argparse.Namespace) -> int:
    """The exit code of the verdict; a report that cannot be written comes before it."""
    console = Console()
    project = commands.root(arguments)
    target = commands.folder(arguments.report_dir, project / ".eee-ci" / "reports")
    traced = commands.file(arguments.trace, "--trace") if arguments.trace else None
    phase = Phases()
    # the signals are held until the reports are there: a stopped run reports as well
    with Signals() as signals, executors.TABLE["local"](signals) as executor:
        running = _running(arguments, executor, signals)
        # its folder is made before there is a plan: too young, it would have to be waited for
        plan = commands.planned(arguments, phase, lambda: files.home(project))
        if arguments.github:
            github.guard(os.environ, plan.tree.commit)
        home = files.home(project)
        notes = (*status.begin(home), *runs.crashed(project))
        stage = _stage(arguments, plan, executor, signals, console) if _with_agents(arguments, plan) else None
        if stage is not None and stage.applied:
            plan = commands.planned(arguments, phase)
        seen = again.look(plan, os.environ) if stage is None else None
        watch = Watch(console, quiet=arguments.quiet or arguments.json, verbose=arguments.verbose)
        with phase("run"):
            judged = pipeline.run(
                plan,
                running,
                watch=watch,
                signals=signals,
                fail_fast=arguments.fail_fast,
                meanwhile=lambda: reports.ready(living.formats(plan)),
            )
        judged = msgspec.structs.replace(judged, agents=stage, notes=(*notes, *judged.notes))
        with phase("reports"):
            rendered, published = _published(judged, plan, target)
        faults = [*published.faults, *_trace(judged, traced, phase, plan)]
        status.end(home, judged.exit_code)
        if seen is not None and not published.faults and not notes:
            again.keep(judged, plan, seen, arguments, rendered, target)
        _say(judged, console, arguments, target, rendered, published)
    console.lines(f"eee-ci: {fault}" for fault in faults)
    return BUG if faults and not judged.signal else judged.exit_code


def _running(arguments: argparse.Namespace, executor: Executor, signals: Signals) -> Running:
    """The executor, ready, with what gates did before there was one."""
    executor.warm()
    handed = arguments.handed
    if handed is None:
        return executor
    if handed.signal is not None:
        signals.note(handed.signal)
    return given.Given(executor, handed)


def _with_agents(arguments: argparse.Namespace, plan: Plan) -> bool:
    """Asked for by the verb or an option; or by the config, where agents may work at all."""
    if arguments.verb != "check" or arguments.agents is not None:
        return True
    if arguments.no_agents:
        return False
    if not plan.config.agents.enabled:
        return False
    from eee_ci.commands import permitting

    return permitting.refusal(Path(plan.root), os.environ) is None


def _stage(
    arguments: argparse.Namespace, plan: Plan, executor: Executor, signals: Signals, console: Console
) -> Stage:
    """The agents first: what they repair is judged with everything else."""
    from eee_ci.commands import repairing  # only here: it is heavy

    scene = repairing.Scene(Path(plan.root), plan.config, plan.tree, executor, signals, console)
    made = repairing.run(scene, repairing.order(arguments, plan.config), arguments)
    if not arguments.json and not arguments.quiet:
        console.lines(repairing.lines(made, console))
    return made


def _trace(judged: Run, file: Path | None, phase: Phases, plan: Plan) -> Iterator[str]:
    """Write the trace where one is wanted; a sentence when it could not be."""
    if file is None:
        return
    cores = {job.gate.id: job.held for job in plan.jobs}
    try:
        files.publish(file, trace.render(judged, phase.seen, cores))
    except WriteError as error:
        yield f"{text.line(error.message)} ({error.hint})"


def _published(judged: Run, plan: Plan, target: Path) -> tuple[dict[str, bytes], report.Published]:
    """The reports, and what became of each on its way to the disk."""
    rendered = reports.render(judged, living.formats(plan), junit_dialect=plan.config.junit_dialect)
    return rendered, report.publish(rendered, target)


def _say(
    judged: Run,
    console: Console,
    arguments: argparse.Namespace,
    target: Path,
    rendered: Mapping[str, bytes],
    published: report.Published,
) -> None:
    if arguments.github:
        github.publish(judged, target, os.environ)
    if arguments.json:
        console.raw(rendered["report.json"].decode())
        return
    console.status("")
    console.lines(summary.lines(judged, console, verbose=arguments.verbose, quiet=arguments.quiet))
    if not arguments.quiet:
        console.lines([summary.places(commands.short(target), published.written)])
