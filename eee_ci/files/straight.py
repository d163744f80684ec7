"""How files are written, by paths that are text: also by a run that is over before anything heavy is loaded,
and pathlib costs more than some of that does. An OSError when it does not work."""

import contextlib
import errno
import os
import stat
from _collections_abc import Iterable, Mapping

from eee_ci.files.handles import FROM, INTO, NEW

OWN = 0o700
_ROOM = 1 << 30  # bytes that a place for scratch folders should have free
_USUAL = ("/tmp", "/var/tmp")  # noqa: S108  # nosec B108 - what goes there is 0700 and has a random name
_LONGEST = 60  # characters of such a place: tools put sockets there, whose names end at 107
_TMP = "tmp"


def together(wanted: Mapping[str, bytes], *, flush: bool = True) -> None:
    """Write several files, each whole: all aside, all flushed to the disk, then each renamed. What is not
    to `flush` may be empty after the machine lost its power, and only then."""
    aside = {path: f"{os.path.dirname(path)}/.eee-ci-{os.urandom(8).hex()}" for path in wanted}  # noqa: PTH120 - pathlib is heavy
    handles: list[int] = []
    try:
        for path, data in wanted.items():
            _refuse_special(path)
            handles.append(os.open(aside[path], NEW, 0o644))
            _write(handles[-1], data)
        for handle in handles if flush else ():
            os.fsync(handle)
        for path, new in aside.items():
            os.replace(new, path)  # noqa: PTH105 - pathlib is heavy
    except BaseException:
        for new in aside.values():
            with contextlib.suppress(OSError):
                os.unlink(new)  # noqa: PTH108 - pathlib is heavy
        raise
    finally:
        for handle in handles:
            os.close(handle)


def scratch(names: Iterable[str]) -> str:
    """A fresh folder that only this user can enter, with these folders in it, and `tmp` in each of them;
    `discard` ends it."""
    place = f"{scratch_place()}/eee-ci-{os.urandom(6).hex()}"
    os.mkdir(place, OWN)  # noqa: PTH102 - pathlib is heavy
    for name in names:
        os.makedirs(f"{place}/{name}/{_TMP}")  # noqa: PTH103 - pathlib is heavy
    return place


def scratch_place() -> str:
    """Where scratch folders are made: the runner's, the user's own or the usual temporary folder; short, with
    room, and where programs may run."""
    named = [os.environ.get(name, "") for name in ("RUNNER_TEMP", "XDG_RUNTIME_DIR", "TMPDIR")]
    places = [place for place in (*named, *_USUAL) if _is_usable(place)]
    for place in places:
        if len(place) <= _LONGEST and _has_room(place):
            return place
    return places[0] if places else _USUAL[0]  # the error is to name it


def _is_usable(place: str) -> bool:
    return place.startswith("/") and os.path.isdir(place) and os.access(place, os.W_OK | os.X_OK)  # noqa: PTH112 - pathlib is heavy


def _has_room(place: str) -> bool:
    disk = os.statvfs(place)
    return disk.f_bavail * disk.f_frsize >= _ROOM and not disk.f_flag & os.ST_NOEXEC


def discard(place: str) -> None:
    """Remove a folder with all that is in it; what cannot be removed stays."""
    above, _, name = place.rpartition("/")
    if not name:
        return
    with contextlib.suppress(OSError, RecursionError):
        handle = os.open(above, INTO)
        try:
            drop(name, handle)
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


def drop(name: str, above: int) -> None:
    """Remove one entry of an open folder, with all that is in it."""
    if not stat.S_ISDIR(os.lstat(name, dir_fd=above).st_mode):
        os.unlink(name, dir_fd=above)
        return
    at = _open_up(name, above)
    try:
        for entry in os.listdir(at):  # noqa: PTH208 - by descriptor: the name may mean another by now
            drop(entry, at)
    finally:
        os.close(at)
    os.rmdir(name, dir_fd=above)


def _open_up(name: str, above: int) -> int:
    """A folder opened so that its entries can go, whatever its mode was."""
    try:
        at = os.open(name, INTO, dir_fd=above)
    except PermissionError:
        os.chmod(name, OWN, dir_fd=above)
        at = os.open(name, INTO, dir_fd=above)
    if os.fstat(at).st_mode & OWN != OWN:
        with contextlib.suppress(PermissionError):  # another user's: the rest will tell
            os.fchmod(at, OWN)
    return at


def _write(handle: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _refuse_special(path: str) -> None:
    """A link would be replaced, not what it means; a device or pipe would be lost."""
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    if stat.S_ISLNK(mode):
        raise OSError(errno.ELOOP, "it is a symbolic link")
    if stat.S_ISDIR(mode):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is not a regular file")
