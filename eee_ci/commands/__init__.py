"""The verbs, one a file: load, call, render. What they share is how a project is found and planned."""

import argparse
import contextlib
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import msgspec

from eee_ci import config as configs
from eee_ci import plan as plans
from eee_ci import tree
from eee_ci.cache import Off, opened
from eee_ci.config import find
from eee_ci.errors import UsageError
from eee_ci.ports import Store


def root(arguments: argparse.Namespace) -> Path:
    """The project: the nearest folder upwards that holds a config, in its repository; else this one."""
    here = Path.cwd()
    if arguments.config:
        return here
    for folder in (here, *here.parents):
        if any((folder / name).is_file() for name in find.NAMES):
            return folder
        if (folder / ".git").exists():
            break
    return here


def load(arguments: argparse.Namespace, project: Path, store: Store | None = None) -> configs.Config:
    """The resolved config, with what the command line says on top."""
    file = Path(arguments.config) if arguments.config else None
    loaded = configs.load(project, file=file, tools=plans.toolspecs(), store=store)
    return msgspec.structs.replace(loaded, jobs=arguments.jobs) if arguments.jobs else loaded


def planned(
    arguments: argparse.Namespace,
    phase: Callable[[str], AbstractContextManager[None]] = lambda _: contextlib.nullcontext(),
    configured: Callable[[], object] = lambda: None,
) -> plans.Plan:
    """The plan of the project that the command line names. `phase` is entered with the name of each part;
    `configured` is called when the config is known to be good."""
    project = root(arguments)
    place = None if arguments.no_cache else opened(os.environ, judged=str(project))
    store = None if isinstance(place, Off) else place
    with phase("config"):
        loaded = load(arguments, project, store)
    configured()
    with phase("tree"):
        found = tree.snapshot(project)
    with phase("plan"):
        plan = plans.make(
            loaded,
            found,
            only=getattr(arguments, "gates", ()),
            environ=os.environ,
            store=store,
            failing_first=getattr(arguments, "failing_first", False),
        )
    notes = (f"cache: off ({place.reason})",) if isinstance(place, Off) else ()
    return msgspec.structs.replace(plan, notes=(*plan.notes, *notes))


def file(name: str, option: str) -> Path:
    """A file to write: its folder exists already, or can be made, and no folder or device has its name."""
    chosen = Path(name)
    folder("", chosen.parent, option=option)
    if chosen.is_symlink() or (chosen.exists() and not chosen.is_file()):
        raise UsageError(f"{chosen} cannot be written: it is not a file", f"name another file with {option}")
    return chosen


def folder(name: str, default: Path, *, option: str = "--report-dir") -> Path:
    """A folder to write to: it exists already, or can be made; said before anything runs."""
    chosen = Path(name) if name else default
    nearest = next(p for p in (chosen, *chosen.absolute().parents) if p.is_symlink() or p.exists())
    if not nearest.is_dir():
        raise UsageError(
            f"{chosen} cannot be a folder: {nearest} is not one", f"name another folder with {option}"
        )
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise UsageError(
            f"{chosen} cannot be written: no permission in {nearest}", f"name another folder with {option}"
        )
    return chosen


def short(path: Path) -> Path:
    """Relative to where the user stands, when it is below."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def pretty(data: Any) -> str:
    """As JSON for people too."""
    return msgspec.json.format(msgspec.json.encode(data), indent=2).decode() + "\n"
