"""What the verbs on agents share: a run of the stage, by the command line, the config and the project."""

import argparse
import os
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from eee_ci import config as configs
from eee_ci import executors, git, roster, text, tree
from eee_ci.agent import Result, Stage
from eee_ci.agents import runs, stage
from eee_ci.agents.resuming import Order
from eee_ci.agents.stage import Means
from eee_ci.commands import judging, permitting
from eee_ci.config.agents import Agents
from eee_ci.console import Console
from eee_ci.console.agents import AgentWatch
from eee_ci.errors import UsageError
from eee_ci.model import Gate, Tree
from eee_ci.ports import Executor, Observing
from eee_ci.process.signals import Signals
from eee_ci.rendering import staged
from eee_ci.roster import Roster
from eee_ci.tamper import Allow, Caps, Rules

ACCEPT = "accept"  # the gate made of the command that a task is accepted by
_HEAD = "HEAD"
_STYLES = {"accepted": "green", "skipped": "yellow", "no-op": "yellow", "unverified": "yellow"}


class Scene(NamedTuple):
    """The project as it was found, and those who work."""

    root: Path
    config: configs.Config
    before: Tree
    executor: Executor
    signals: Signals
    console: Console


def order(arguments: argparse.Namespace, config: configs.Config) -> Order:
    """What the command line asks for; of a run that is taken up again, what was asked for then."""
    resumed: Order | None = getattr(arguments, "resumed", None)
    if resumed is not None:
        if resumed.config != config.digest:
            raise UsageError(
                f"the config is another one than when the run {resumed.run} began", "begin a new run"
            )
        return resumed
    task = getattr(arguments, "task", None)
    budget = {
        "usd": getattr(arguments, "budget_usd", None),
        "seconds": getattr(arguments, "budget_time", None),
    }
    return Order(
        run=runs.name(),
        config=config.digest,
        task=task,
        mode=mode(arguments, config),
        names=tuple(arguments.agents or ()),
        gates=tuple(getattr(arguments, "gates", ())),
        accept=words(getattr(arguments, "accept", None)),
        fixers=arguments.verb == "fix",
        budget={name: value for name, value in budget.items() if value is not None},
    )


def mode(arguments: argparse.Namespace, config: configs.Config) -> str:
    return "apply" if arguments.apply else config.agents.mode


def run(scene: Scene, asked: Order, arguments: argparse.Namespace) -> Stage:
    """One run of the stage. Where agents may not work it is an error of usage."""
    permitting.refuse(scene.root, os.environ)
    config = _with_accept(scene.config, asked.accept)
    gates = judging.Gates(
        config, scene.root, scene.executor, scene.signals, os.environ, remember=not arguments.no_cache
    )
    watch = AgentWatch(scene.console, quiet=arguments.quiet or arguments.json)
    with executors.TABLE["local"](scene.signals) as workers:
        try:
            return stage.run(asked, _means(scene, asked, config, gates, workers, watch))
        finally:
            watch.close()


def _means(
    scene: Scene,
    asked: Order,
    config: configs.Config,
    gates: judging.Gates,
    workers: Observing,
    watch: AgentWatch,
) -> Means:
    settings = _settings(config.agents, asked)
    layout = tree.layout(scene.root, scene.before)
    tests = layout.tests if config.tests is None else config.tests
    return Means(
        root=scene.root,
        settings=settings,
        roster=found(scene.root),
        before=scene.before,
        ignored=tuple(tree.ignored(scene.before)),
        judge=gates,
        executor=workers,
        python=gates.python,
        gates=_chosen(config, asked),
        accept=ACCEPT if asked.accept else None,
        rules=_rules(settings, tests, scene),
        environ=os.environ,
        watch=watch,
        signals=scene.signals,
    )


def found(root: Path) -> Roster:
    """The agents of the last commit and the built-in ones; without git these alone."""
    try:
        return roster.of(git.repository(root), _HEAD)
    except git.GitError:
        return Roster(agents=roster.builtin())


def _settings(own: Agents, asked: Order) -> Agents:
    """The config's, with the budget of the command line for the whole run."""
    return replace(own, total=replace(own.total, **asked.budget))


def _rules(settings: Agents, tests: tuple[str, ...], scene: Scene) -> Rules:
    """The tamper gate's, with the config of the gates itself among what is protected."""
    files = [Path(file) for file in scene.config.files]
    own = [str(file.relative_to(scene.root)) for file in files if file.is_relative_to(scene.root)]
    allow = tuple(Allow(rule=one.rule, paths=one.paths, reason=one.reason) for one in settings.allow)
    caps = Caps(files=settings.limits.files or Caps().files, lines=settings.limits.lines or Caps().lines)
    return Rules(protected=(*settings.protected, *own), tests=tests, allow=allow, caps=caps)


def _with_accept(config: configs.Config, accept: tuple[str, ...]) -> configs.Config:
    """With one gate more: the command that says when the task is done. No shell reads it."""
    if not accept:
        return config
    if any(gate.id == ACCEPT for gate in config.gates):
        raise UsageError(f"a gate is called {ACCEPT}, as --accept calls its own", "call the gate otherwise")
    gate = Gate(id=ACCEPT, tool="command", timeout=config.timeout, options={"run": accept})
    return replace(config, gates=(*config.gates, gate))


def _chosen(config: configs.Config, asked: Order) -> tuple[str, ...]:
    named = asked.gates or tuple(gate.id for gate in config.gates if gate.mode != "off")
    return (*named, *([ACCEPT] if asked.accept and ACCEPT not in named else []))


def words(command: str | None) -> tuple[str, ...]:
    """The words of a command, as a shell would part them; no shell runs it."""
    if command is None:
        return ()
    try:
        parted = tuple(shlex.split(command))
    except ValueError as error:
        raise UsageError(f"--accept: {error}", "close the quotes") from None
    if not parted:
        raise UsageError("--accept: found nothing, want a command", "such as --accept 'pytest tests/new.py'")
    return parted


def lines(made: Stage, console: Console) -> Iterator[str]:
    """The end of a run, in words: each item, then where everything is."""
    yield f"agents: {staged.ends(made.results)} ({made.run}{', applied' if made.applied else ''})"
    for result in made.results:
        end = console.paint(result.end, _STYLES.get(result.end, "red"))
        yield f"  {end}  {text.line(result.item)}  {text.line(result.title)}"
        yield from (f"    {text.line(reason)}" for reason in result.reasons[:5])
    yield from (f"note: {text.line(note)}" for note in made.notes)
    if made.results:
        yield f"patches and report: {text.line(made.folder)}/"
        if not made.applied and any(_is_good(result) for result in made.results):
            yield f"to apply them: git apply {text.line(made.folder)}/changes.patch"


def _is_good(result: Result) -> bool:
    return result.end == "accepted"
