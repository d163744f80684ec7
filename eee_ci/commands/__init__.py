"""The verbs, one a file: load, call, render. What they share is how a project is found and planned."""

import argparse
import os
from pathlib import Path

import msgspec

from eee_ci import config as configs
from eee_ci import plan as plans
from eee_ci import tree
from eee_ci.cache import Off, opened
from eee_ci.config import find
from eee_ci.errors import UsageError


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


def load(arguments: argparse.Namespace, project: Path) -> configs.Config:
    """The resolved config, with what the command line says on top."""
    file = Path(arguments.config) if arguments.config else None
    loaded = configs.load(project, file=file, tools=plans.toolspecs())
    return msgspec.structs.replace(loaded, jobs=arguments.jobs) if arguments.jobs else loaded


def planned(arguments: argparse.Namespace) -> plans.Plan:
    """The plan of the project that the command line names, with what is remembered if that is wanted."""
    project = root(arguments)
    loaded = load(arguments, project)
    store = None if arguments.no_cache else opened(os.environ, judged=str(project))
    plan = plans.make(
        loaded,
        tree.snapshot(project),
        only=getattr(arguments, "gates", ()),
        environ=os.environ,
        store=None if isinstance(store, Off) else store,
    )
    notes = (f"cache: off ({store.reason})",) if isinstance(store, Off) else ()
    return msgspec.structs.replace(plan, notes=(*plan.notes, *notes))


def folder(name: str, default: Path) -> Path:
    """A folder to write to: it exists already, or can be made; said before anything runs."""
    chosen = Path(name) if name else default
    nearest = next(p for p in (chosen, *chosen.absolute().parents) if p.is_symlink() or p.exists())
    if not nearest.is_dir():
        raise UsageError(
            f"{chosen} cannot be a folder: {nearest} is not one", "name another folder with --report-dir"
        )
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise UsageError(
            f"{chosen} cannot be written: no permission in {nearest}", "name another folder with --report-dir"
        )
    return chosen


def short(path: Path) -> Path:
    """Relative to where the user stands, when it is below."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
