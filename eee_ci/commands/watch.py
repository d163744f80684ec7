"""`eee-ci watch`: judges the project again whenever its files change, until a signal ends it."""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from eee_ci import commands
from eee_ci.commands.rounds import Rounds
from eee_ci.console import Console
from eee_ci.errors import SIGNALLED, UsageError
from eee_ci.process.signals import Signals

_TICK = 100  # milliseconds between two looks at signals and at the round
_DEBOUNCE = 300  # milliseconds that one save, or one checkout, may take
_OURS = {".git", ".eee-ci"}


def run(arguments: argparse.Namespace) -> int:
    """128 and the signal that ended it; each round is a `check` in a process of its own."""
    project = commands.root(arguments)
    with Signals() as signals, Rounds(Console(), project, command(arguments)) as rounds:
        for edited in _edits(project):
            if signals.first is not None:
                rounds.end(signals.first)
                break
            rounds.step(edited=edited)
    return SIGNALLED + (signals.first or 0)


def command(arguments: argparse.Namespace) -> list[str]:
    """The words that start one round. `-P`: no module of the judged project gets in our way."""
    words = [sys.executable, "-P", "-m", "eee_ci", "check", "--no-agents", "--failing-first"]
    words += [
        f"--{name}" for name in ("fail_fast", "no_cache", "quiet", "verbose") if getattr(arguments, name)
    ]
    words = [word.replace("_", "-") if word.startswith("--") else word for word in words]
    words += [f"--config={arguments.config}"] if arguments.config else []
    words += [f"--jobs={arguments.jobs}"] if arguments.jobs else []
    return [*words, *arguments.gates]


def _edits(project: Path) -> Iterator[bool]:
    """Again and again, also when nothing happened: was there a change below the project?"""
    try:
        from watchfiles import watch
    except ImportError:
        raise UsageError(
            "watch needs the package watchfiles, which is not installed",
            f"{sys.executable} -m pip install watchfiles",
        ) from None
    try:
        for changes in watch(
            project,
            watch_filter=None,  # what is filtered out there is no moment to look at signals
            debounce=_DEBOUNCE,
            rust_timeout=_TICK,
            yield_on_timeout=True,
            raise_interrupt=False,
            ignore_permission_denied=True,
        ):
            yield any(_OURS.isdisjoint(Path(os.path.relpath(path, project)).parts) for _, path in changes)
    except (OSError, RuntimeError) as error:
        raise UsageError(
            f"{project} cannot be watched: {error}",
            "where the limit is reached: sysctl fs.inotify.max_user_watches, or WATCHFILES_FORCE_POLLING=1",
        ) from None
