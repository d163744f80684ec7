"""Where programs may come from: PATH without relative folders and without folders of the judged project."""

import functools
import os
from collections.abc import Mapping, Sequence
from pathlib import Path


def path(environ: Mapping[str, str], root: Path, *, first: Sequence[str] = ()) -> str:
    """PATH for a child. `first` are folders that were chosen on purpose, so they may lie in the project;
    an entry of PATH that lies there, even by a link, would let the project supply `git` or `ruff`."""
    wanted = environ.get("PATH") or os.defpath
    trusted = [
        entry for entry in wanted.split(os.pathsep) if entry.startswith("/") and not inside(entry, root)
    ]
    return os.pathsep.join(dict.fromkeys([*first, *trusted]))


@functools.lru_cache(maxsize=512)  # asked for each folder of PATH, before each start of git
def inside(entry: str, root: Path) -> bool:
    """Does the absolute path lie in the project, as it is written or as it resolves?"""
    bases = (os.path.normpath(root.absolute()), os.path.realpath(root))
    return any(
        _below(one, base) for one in (os.path.normpath(entry), os.path.realpath(entry)) for base in bases
    )


def program(name: str, folders: str) -> str | None:
    """The absolute path of a program in these folders, None when it is in none of them."""
    if not name or os.sep in name:
        return None
    found = (f"{folder}/{name}" for folder in folders.split(os.pathsep) if folder)
    return next((one for one in found if os.access(one, os.F_OK | os.X_OK) and not os.path.isdir(one)), None)  # noqa: PTH112 - pathlib costs more than the call


def _below(entry: str, base: str) -> bool:
    return f"{entry}/".startswith(f"{base.rstrip(os.sep)}/")
