"""Puts down what the quickest answer needs: every path and variable that a run's verdict depends on."""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from eee_ci import environment, signature
from eee_ci.config import find
from eee_ci.plan import Plan
from eee_ci.tree import walking

# What eee-ci, git and the interpreter look at themselves, beside what jobs are given.
_ASKED = (
    *("PATH", "HOME", "USER", "VIRTUAL_ENV", "NO_COLOR", "TERM", "CI", "TMPDIR", "LANG", "LC_*", "LANGUAGE"),
    *("EEE_CI_*", "GIT_*", "GITHUB_*", "RUNNER_*", "ACTIONS_*", "PYTHON*", "XDG_*", "UV_*", "PIP_*", "LD_*"),
)
_GIT = ("HEAD", "index", "config", "info/exclude", "info/attributes", "packed-refs", "commondir")
_SETTINGS = (".gitconfig", ".config/git/config", ".config/git/ignore", ".config/git/attributes")

_LITTLE = 1_000_000  # nanoseconds more than must be
_Stats = dict[str, "tuple[int, ...] | None"]


class Watched(NamedTuple):
    """Paths with their signatures; those that are folders with the names in them as well."""

    stats: _Stats
    folders: dict[str, str]


def look(plan: Plan, environ: Mapping[str, str]) -> Watched | None:
    """Signatures of all that decides, to be taken between two looks at the tree that agree. None when one of
    them is too young to be told from a later change, also after a tick."""
    found = _signatures(plan, environ)
    wait = _wait(found)
    if 0 < wait <= signature.TICK:  # the first run makes a folder, just now
        time.sleep((wait + _LITTLE) / 1e9)
        found = _signatures(plan, environ)
        wait = _wait(found)
    if wait > 0:
        return None
    return Watched(
        found, {path: signature.names(path) for path, was in found.items() if signature.is_folder(was)}
    )


def _signatures(plan: Plan, environ: Mapping[str, str]) -> _Stats:
    found = {path: signature.of(path) for path in sorted(set(_paths(plan, environ)))}
    links = [path for path, was in found.items() if signature.is_link(was)]
    ends = {os.path.realpath(path) for path in links} - found.keys()
    return found | {end: signature.of(end) for end in ends}


def _wait(found: _Stats) -> int:
    """Nanoseconds until the youngest is old enough; 0 or less when it is. Much for a time in the future."""
    return max((signature.old(was) for was in found.values() if was is not None), default=0) - time.time_ns()


def variables(
    environ: Mapping[str, str], passed: Iterable[str], digest: Callable[[str, str], str]
) -> dict[str, str]:
    """Every name that there is; with a digest where its value matters."""
    matters = environment.matching(environ, (*_ASKED, *environment.PASSED, *passed))
    return {
        name: digest("variable", f"{name}={value}") if name in matters else ""
        for name, value in environ.items()
    }


def _paths(plan: Plan, environ: Mapping[str, str]) -> Iterator[str]:
    root = plan.root
    yield from (f"{root}/{path}" for path in plan.tree.files)
    yield from (f"{root}/{folder}".rstrip("/") for folder in walking.folders(root))
    if plan.keys is not None:
        yield from (f"{root}/{path}" for path in plan.keys.files)
        yield from plan.keys.seen.stats
    yield from plan.config.files
    yield from _above(root)
    yield from environ.get("PATH", os.defpath).split(os.pathsep)
    for program in (plan.python, sys.executable):
        yield from (program, program.rpartition("/")[0])
    home = environ.get("XDG_CONFIG_HOME", "")
    yield from (f"{environ.get('HOME', '')}/{name}" for name in _SETTINGS)
    yield from (f"{home}/git/{name}" for name in ("config", "ignore", "attributes") if home)
    yield from _repository(plan)


def _above(root: str) -> Iterator[str]:
    """Where a config or a repository might appear that would make another folder the project."""
    for folder in (Path(root), *Path(root).parents):
        yield from (f"{folder}/{name}" for name in (*find.NAMES, ".git"))


def _repository(plan: Plan) -> Iterator[str]:
    for folder in (plan.tree.git, plan.tree.home):
        if folder:
            yield from (f"{folder}/{name}" for name in _GIT)
            if plan.tree.branch:
                yield f"{folder}/refs/heads/{plan.tree.branch}"
