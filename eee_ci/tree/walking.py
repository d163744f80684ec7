"""The files of a folder without git: everything on disk but caches and environments."""

import os
from collections.abc import Iterator

# What tools make and no project means; an environment is known by its `pyvenv.cfg`, whatever its name.
LEFT_OUT = frozenset(
    (
        ".git",
        ".hg",
        ".svn",
        ".bzr",
        ".jj",
        ".eee-ci",
        ".venv",
        "node_modules",
        "__pycache__",
        ".tox",
        ".nox",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".hypothesis",
        ".pytype",
        ".eggs",
        ".ipynb_checkpoints",
    )
)


def files(root: str, missed: list[str]) -> Iterator[str]:
    """Paths relative to the root, folder by folder; links and special files are named, never followed.
    Folders that cannot be listed go to `missed`."""
    return walk(root, "", missed)


def folders(root: str) -> Iterator[str]:
    """The folders in which a new file would be seen, relative to the root; the root itself is empty."""
    waiting = [""]
    while waiting:
        at = waiting.pop()
        yield at
        waiting += [
            f"{at}{item.name}/"
            for item in _listing(root, at, [])
            if item.is_dir(follow_symlinks=False) and item.name not in LEFT_OUT
        ]


def walk(root: str, start: str, missed: list[str]) -> Iterator[str]:
    """The same from a folder on, named relative to the root with a `/` at its end."""
    folders = [start] if not os.path.lexists(f"{root}/{start}pyvenv.cfg") or not start else []
    while folders:
        at = folders.pop()
        for item in _listing(root, at, missed):
            path = f"{at}{item.name}"
            if not item.is_dir(follow_symlinks=False):
                yield path
            elif item.name not in LEFT_OUT and not os.path.lexists(f"{item.path}/pyvenv.cfg"):
                folders.append(f"{path}/")


def _listing(root: str, folder: str, missed: list[str]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(f"{root}/{folder}") as items:
            return sorted(items, key=lambda item: item.name)
    except OSError:
        missed.append(folder or ".")
        return []
