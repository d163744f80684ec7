"""Writing where nobody else looks on: into scratch folders, and at the end of files that others made."""

import errno
import os
import stat
from pathlib import Path

from eee_ci import files
from eee_ci.files.handles import FROM, NEW

_PIECE = 1 << 20


def put(path: Path, data: bytes) -> None:
    """Write a file that nobody else reads yet, in a scratch folder; the folders above it are made."""
    files.folder(path.parent)
    with files.writing(path):
        path.write_bytes(data)


def link(path: Path, text: str) -> None:
    """A symbolic link with exactly this text."""
    with files.writing(path):
        path.symlink_to(text)


def copy(source: str, target: str, *, mode: int) -> None:
    """A new file with the bytes and times of a regular one, and no second name of it: who edits the copy in
    place leaves the source alone. An OSError when either does not work."""
    with os.fdopen(os.open(source, FROM), "rb") as old, os.fdopen(os.open(target, NEW, mode), "wb") as new:
        found = os.fstat(old.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        while piece := old.read(_PIECE):
            new.write(piece)
        new.flush()  # a later write would set the time anew
        os.fchmod(new.fileno(), mode)  # whatever the umask says
        os.utime(new.fileno(), ns=(found.st_atime_ns, found.st_mtime_ns))


def copy_below(source: Path, target: Path, most: int) -> None:
    """Copy the regular files of a folder, at most so many bytes; what cannot be copied is left out."""
    left = most
    for folder, _, names in os.walk(source):
        at = target / Path(folder).relative_to(source)
        for name in sorted(names):
            try:
                left -= os.lstat(f"{folder}/{name}").st_size
                if left < 0:
                    return
                files.folder(at)
                copy(f"{folder}/{name}", f"{at}/{name}", mode=0o644)
            except OSError:
                continue


def append(path: Path, data: bytes) -> None:
    """Add to a file that somebody else reads afterwards, such as a runner's."""
    with files.writing(path), path.open("ab") as stream:
        stream.write(data)
