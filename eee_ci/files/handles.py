"""How files are opened where others may have put something else: never through a link, never waiting."""

import contextlib
import errno
import os
from _collections_abc import Iterator

NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
INTO = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FROM = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a FIFO must not hold us up


@contextlib.contextmanager
def above(root: int, path: str) -> Iterator[tuple[int, str]]:
    """The folder that a path below an open folder lies in, opened part by part, and the last name."""
    *parts, name = path.split("/")
    handle = os.dup(root)
    try:
        for part in parts:
            below = os.open(_plain(part), INTO, dir_fd=handle)
            os.close(handle)
            handle = below
        yield handle, _plain(name)
    finally:
        os.close(handle)


def _plain(part: str) -> str:
    if part in ("", ".", ".."):
        raise OSError(errno.EINVAL, "it is not a name below the folder")
    return part
