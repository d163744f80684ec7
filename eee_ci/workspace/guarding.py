"""A digest of what makes a clone's git run programs or look elsewhere: its config, hooks and `info`."""

import hashlib
import os
import stat
from pathlib import Path
from typing import Protocol

from eee_ci.files.handles import FROM, INTO

WATCHED = (
    "config",
    "config.worktree",
    "hooks",
    "info",
    "objects/info/alternates",
    "commondir",
    "gitdir",
    "modules",
    "worktrees",
)
_MOST = 2000  # entries below them
_LARGEST = 1024 * 1024
_NO_DIGEST = "unknown-"


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...


class _Lost(Exception):  # noqa: N818 - told as a digest that equals none
    pass


def guard(clone: Path) -> str:
    """The same as long as nothing of it changed. What cannot be read whole never equals anything."""
    digest = hashlib.sha256()
    try:
        top = os.open(clone, INTO)
        try:
            _note(digest, top, ".git", kind_only=True)
            git = os.open(".git", INTO, dir_fd=top)
        finally:
            os.close(top)
        try:
            count = 0
            for name in WATCHED:
                count += _path(digest, git, name)
            if count > _MOST:
                return _unknown()
        finally:
            os.close(git)
    except (OSError, _Lost, RecursionError):
        return _unknown()
    return digest.hexdigest()


def _unknown() -> str:
    return _NO_DIGEST + os.urandom(16).hex()


def _path(digest: _Hash, above: int, path: str) -> int:
    """A watched path, whose folders are entered one by one."""
    first, _, rest = path.partition("/")
    if not rest:
        return _note(digest, above, first)
    try:
        handle = os.open(first, INTO, dir_fd=above)
    except FileNotFoundError:
        return 0
    try:
        return _path(digest, handle, rest)
    finally:
        os.close(handle)


def _note(digest: _Hash, above: int, name: str, *, kind_only: bool = False) -> int:
    try:
        mode = os.lstat(name, dir_fd=above).st_mode
    except FileNotFoundError:
        return 0
    _add(digest, os.fsencode(name), oct(mode).encode())
    if kind_only:
        return 1
    if stat.S_ISLNK(mode):
        _add(digest, os.fsencode(os.readlink(name, dir_fd=above)))
    elif stat.S_ISREG(mode):
        _add(digest, _read(name, above))
    elif stat.S_ISDIR(mode):
        return 1 + _below(digest, above, name)
    return 1


def _below(digest: _Hash, above: int, name: str) -> int:
    handle = os.open(name, INTO, dir_fd=above)
    try:
        names = sorted(os.listdir(handle))  # noqa: PTH208 - by descriptor
        if len(names) > _MOST:
            raise _Lost
        count = sum(_note(digest, handle, entry) for entry in names)
        _add(digest, b"end")
    finally:
        os.close(handle)
    return count


def _read(name: str, above: int) -> bytes:
    with os.fdopen(os.open(name, FROM, dir_fd=above), "rb") as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise _Lost
    return data


def _add(digest: _Hash, *parts: bytes) -> None:
    for part in parts:
        digest.update(b"%d:" % len(part))
        digest.update(part)
