"""Writing where nobody else looks on: into scratch folders, and at the end of files that others made."""

import os
import shutil
import stat
from pathlib import Path

from eee_ci.errors import WriteError


def put(path: Path, data: bytes) -> None:
    """Write a file that nobody else reads yet, in a scratch folder; its folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def copy(source: str, target: str, *, mode: int) -> None:
    """A file of its own, not a second name: whoever edits the copy in place leaves the source alone.
    The time is kept. A link is not followed; what is neither file nor link raises an OSError."""
    shutil.copyfile(source, target, follow_symlinks=False)
    found = os.lstat(target)
    if not stat.S_ISLNK(found.st_mode):
        Path(target).chmod(mode)
        times = os.lstat(source)
        os.utime(target, ns=(times.st_atime_ns, times.st_mtime_ns))


def link(target: str, path: str) -> None:
    """A symbolic link with exactly this text."""
    Path(path).symlink_to(target)


def append(path: Path, data: bytes) -> None:
    """Add to a file that somebody else reads afterwards, such as a runner's."""
    try:
        with path.open("ab") as stream:
            stream.write(data)
    except OSError as error:
        raise WriteError(
            f"cannot add to {path}: {error.strerror}", "the runner makes this file; is it there?"
        ) from None
