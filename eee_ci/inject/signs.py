"""By what the recorder knows who looks at files, and what makes a test depend on more than files."""

from __future__ import annotations

import functools
import os
import pathlib  # before Python 3.11 it takes what `os` has then
import sys
from types import CodeType, FrameType
from typing import Any, Iterator  # noqa: UP035 - Python 3.8

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
MEASURED = "EEE_CI_RECORDER_MEASURED" in os.environ  # by the tests of the recorder itself
IMPORTING = "<frozen importlib"
OURS = "<eee_ci_inject"
# The machinery looks at sources for its own ends. What it finds goes another way into the result: the modules
# are known by their imports, the distributions by the environment.
MACHINERY = ("/_pytest/", "/pluggy/", "/coverage/", "/importlib/metadata/", "/importlib_metadata/")
CURIOUS = ("/hypothesis/",)  # it takes examples from the constants in sources
READERS = ("/linecache.py", "/tokenize.py", "/inspect.py", "/codecs.py")
QUOTERS = ("/traceback.py", "/warnings.py")  # they show lines of functions that ran
PASSERS = (
    *("/genericpath.py", "/posixpath.py", "/pathlib.py", "/pathlib/", "/os.py", "/glob.py", "/contextlib.py"),
    *("<frozen genericpath>", "<frozen posixpath>", "<frozen os>", "<frozen codecs>"),
)
PROBES = ("/platform.py", "/uuid.py", "/ctypes/util.py")  # they ask for facts of the machine
CHANGES: dict[
    str, dict[int, int | None]
] = {  # event: where its paths are, each with the place of the folder it is relative to
    "os.remove": {0: 1},
    "os.rename": {0: 2, 1: 3},
    "os.mkdir": {0: 2},
    "os.rmdir": {0: 1},
    "os.symlink": {1: 2},
    "os.link": {0: 2, 1: 3},
    "os.truncate": {0: None},
    "os.chmod": {0: 2},
    "os.chown": {0: 3},
    "os.utime": {0: 3},
}
STARTS = {
    "os.system": "starts a shell",
    "os.exec": "replaces its process",
    "os.fork": "forks its process",
    "os.forkpty": "forks its process",
    "os.posix_spawn": "starts another process",
    "os.spawn": "starts another process",
}
TALKS = {
    "socket.bind": "opens a socket",
    "socket.connect": "opens a socket",
    "socket.sendto": "opens a socket",
    "socket.sendmsg": "opens a socket",
    "socket.getaddrinfo": "asks for an address",
    "socket.gethostbyname": "asks for an address",
    "socket.gethostbyaddr": "asks for an address",
    "socket.getnameinfo": "asks for an address",
}


def callers() -> Iterator[str]:
    """The files of who calls, the nearest first, without us. To ask a frame for code is an audit event."""
    return (code.co_filename for code in calling())


def calling() -> Iterator[CodeType]:
    """The same as code. Ours is left out, and so it does not count how far up the first frame is."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if not frame.f_code.co_filename.startswith(OURS):
            yield frame.f_code
        frame = frame.f_back


def put(name: str, new: Any) -> None:
    """Put a function in the place of one of `os`, wherever that is known."""
    original = getattr(os, name)
    new.__name__ = new.__qualname__ = name
    for allowed in (
        os.supports_dir_fd,
        os.supports_fd,
        os.supports_follow_symlinks,
        os.supports_effective_ids,
    ):
        if original in allowed:
            allowed.add(new)  # others ask for membership by identity
    setattr(os, name, new)
    accessor = getattr(pathlib, "_NormalAccessor", None)
    if hasattr(accessor, name):
        setattr(accessor, name, staticmethod(new))


OURS_OWN, IMPORT, QUOTER, READER, PASSER, MACHINE, CURIOSITY, OTHER = range(8)


@functools.lru_cache(maxsize=4096)
def kind(file: str) -> int:
    """What the code of a file is to the recorder. Asked for every frame of everyone who looks at a path."""
    if file.startswith(OURS):
        return OURS_OWN
    if file.startswith(IMPORTING):
        return IMPORT
    for ends, found in ((QUOTERS, QUOTER), (READERS, READER), (PASSERS, PASSER)):
        if file.endswith(ends):
            return found
    if "/pathlib/" in file:
        return PASSER
    for parts, found in ((MACHINERY, MACHINE), (CURIOUS, CURIOSITY)):
        if any(part in file for part in parts):
            return found
    return OTHER
