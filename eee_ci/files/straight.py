"""Files of a run that is over before anything heavy is loaded. Paths are text: pathlib costs more than some
of this does. An OSError when it does not work."""

import contextlib
import os
import stat
from _collections_abc import Iterable, Mapping

from eee_ci import files
from eee_ci.files.handles import FROM, INTO, NEW

_OWN = 0o700
_TMP = "tmp"


def together(wanted: Mapping[str, bytes], *, flush: bool = True) -> None:
    """Write several files, each whole: all aside, all flushed to the disk, then each renamed."""
    aside = {path: f"{os.path.dirname(path)}/.eee-ci-{os.urandom(8).hex()}" for path in wanted}  # noqa: PTH120 - pathlib is heavy
    try:
        for path, data in wanted.items():
            _refuse_special(path)
            _write(aside[path], data)
        for path in wanted if flush else ():
            _flush(aside[path])
        for path, new in aside.items():
            os.replace(new, path)  # noqa: PTH105 - pathlib is heavy
    except BaseException:
        for new in aside.values():
            with contextlib.suppress(OSError):
                os.unlink(new)  # noqa: PTH108 - pathlib is heavy
        raise


def scratch(names: Iterable[str]) -> str:
    """A fresh folder that only this user can enter, with these folders in it, and `tmp` in each of them;
    `discard` ends it."""
    place = f"{files.scratch_place()}/eee-ci-{os.urandom(6).hex()}"
    os.mkdir(place, _OWN)  # noqa: PTH102 - pathlib is heavy
    for name in names:
        os.makedirs(f"{place}/{name}/{_TMP}")  # noqa: PTH103 - pathlib is heavy
    return place


def discard(place: str) -> None:
    """Remove a folder with all that is in it; what cannot be removed stays."""
    above, _, name = place.rpartition("/")
    if not name:
        return
    with contextlib.suppress(OSError, RecursionError):
        handle = os.open(above, INTO)
        try:
            files.drop(name, handle)
        finally:
            os.close(handle)


def read(path: str, most: int) -> bytes:
    """The beginning of a regular file, never through a link; nothing where there is none."""
    try:
        handle = os.open(path, FROM)
    except OSError:
        return b""
    try:
        return os.read(handle, most) if stat.S_ISREG(os.fstat(handle).st_mode) else b""
    finally:
        os.close(handle)


def _write(path: str, data: bytes) -> None:
    handle = os.open(path, NEW, 0o644)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]
    finally:
        os.close(handle)


def _flush(path: str) -> None:
    handle = os.open(path, FROM)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refuse_special(path: str) -> None:
    """What is no regular file is left for the full program, which says so."""
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode):
        raise OSError(f"{path} is no regular file")
