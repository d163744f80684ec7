"""`eee-ci agents runs | resume | show | clean`: what runs of agents left in `.eee-ci/runs`."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import msgspec

from eee_ci import commands, text
from eee_ci.agents import deliver, resuming, runs
from eee_ci.agents.runs import Known
from eee_ci.commands import check, repairing
from eee_ci.console import Console
from eee_ci.errors import GREEN, UsageError
from eee_ci.rendering import staged


def listed(arguments: argparse.Namespace, console: Console) -> int:
    """All runs, oldest first."""
    known = runs.known(commands.root(arguments))
    if arguments.json:
        console.raw(commands.pretty([_data(each) for each in known]))
    else:
        console.lines(map(_row, known))
        console.lines([] if known else ["no run of agents is known here"])
    return GREEN


def resume(arguments: argparse.Namespace, _console: Console) -> int:
    """Go on with a run that was killed or stopped; then judge as the verb would have that began it."""
    project = commands.root(arguments)
    known = runs.find(project, arguments.run)
    story = resuming.story(known.read)
    if story.order is None:
        raise UsageError(f"the run {known.run} never began", f"remove it: eee-ci agents clean {known.run}")
    if known.finished:
        raise UsageError(f"the run {known.run} has ended", f"see it: eee-ci agents show {known.run}")
    arguments.resumed = story.order
    arguments.gates, arguments.agents = story.order.gates, story.order.names
    return check.run(arguments)


def show(arguments: argparse.Namespace, console: Console) -> int:
    """One run: its report, or how far it has come."""
    known = runs.find(commands.root(arguments), arguments.name)
    report = deliver.load(Path(known.folder))
    if arguments.json:
        console.raw(commands.pretty(msgspec.to_builtins(report) if report else _data(known)))
    elif report is not None:
        console.lines(map(text.line, report.said))
        console.lines(repairing.lines(report.stage, console))
        console.lines(f"  {it.name}  {it.size} bytes  sha256 {it.sha256}" for it in report.files)
    else:
        console.lines([_row(known), *_progress(known)])
    return GREEN


def clean(arguments: argparse.Namespace, console: Console) -> int:
    """Remove runs: those named, else all that have ended; with `--all` those that can be resumed as well."""
    project = commands.root(arguments)
    chosen = [runs.find(project, name) for name in arguments.runs]
    if not chosen:
        chosen = [it for it in runs.known(project) if not it.busy and (it.finished or arguments.all)]
    for each in chosen:
        runs.remove(project, each)
        console.lines([f"removed {each.run}"])
    return GREEN


def _row(known: Known) -> str:
    story = resuming.story(known.read)
    order = story.order
    what = "nothing" if order is None else order.task or ("fixers" if order.fixers else "findings")
    told = staged.ends(story.results.values()) if story.results else "no item done"
    return f"{known.run}  {_state(known)}  {text.line(text.clip(what, 80))}: {told}"


def _state(known: Known) -> str:
    return "running" if known.busy else "finished" if known.finished else "not finished"


def _progress(known: Known) -> Iterator[str]:
    story = resuming.story(known.read)
    for item in story.items or ():
        result = story.results.get(item.id)
        yield f"  {result.end if result else 'open'}  {text.line(item.id)}  {text.line(item.title)}"
    if not known.busy:
        yield f"go on with it: eee-ci agents resume {known.run}"


def _data(known: Known) -> dict[str, object]:
    story = resuming.story(known.read)
    return {
        "run": known.run,
        "state": _state(known),
        "started": story.started,
        "task": story.order.task if story.order else None,
        "mode": story.order.mode if story.order else None,
        "items": len(story.items or ()),
        "ends": {name: result.end for name, result in story.results.items()},
        "folder": known.folder,
    }
