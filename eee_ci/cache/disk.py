"""How the store lies on the disk, and how a file of it is read. Imports nothing heavy.

<folder>/secret                         32 bytes of this user
<folder>/v1/<kind>/keys/ab/cdef..       entries
<folder>/v1/<kind>/values/ab/cdef..     large values, each once
<folder>/new/                           files on their way
<folder>/grown                          a byte for each block that was put since all were counted
"""

import os
import stat
import time

LAYOUT = "v1"
KEYS, VALUES = "keys", "values"
BLOCK = 4096  # bytes; what a file takes is a multiple of it
LARGEST = 256 << 20  # bytes of one file
_FROM = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a FIFO must not hold us up
_DAY = 86_400.0


def place(folder: str, kind: str, part: str, name: str) -> str:
    """Where a file of that name lies."""
    return f"{folder}/{LAYOUT}/{kind}/{part}/{name[:2]}/{name[2:]}"


def aside(folder: str) -> str:
    """A fresh name for a file on its way."""
    return f"{folder}/new/{os.urandom(8).hex()}"


def blocks(size: int) -> int:
    """The blocks that a file of so many bytes takes."""
    return -(-size // BLOCK)


def read(path: str) -> bytes | None:
    """All bytes of a regular file, which is marked as used if that was not done for a day."""
    try:
        handle = os.open(path, _FROM)
        try:
            return _whole(handle)
        finally:
            os.close(handle)
    except OSError:
        return None


def _whole(handle: int) -> bytes | None:
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST:
        return None
    data = os.read(handle, found.st_size + 1)
    if abs(time.time() - found.st_mtime) > _DAY:
        os.utime(handle)  # writes no byte; the room that writes is too heavy for a hit
    return data if len(data) == found.st_size else None
