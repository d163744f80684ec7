"""What the cache writes: files for this user only, that may be lost at any time. An OSError when it does not
work. Paths are text, since pathlib costs more than some of this does."""

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_MORE = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
_BOTH = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE, _FOLDER = 0o600, 0o700


def keep(path: str, data: bytes, *, aside: str) -> None:
    """Write a file whole: aside, then renamed. It is not flushed to the disk: who reads it checks it."""
    try:
        _write(aside, data)
        _rename(aside, path)
    except BaseException:
        drop(aside)
        raise


def settle(path: str, data: bytes, *, replace: bool) -> None:
    """Write a file that is made once, flushed to the disk. Without `replace` one that is there stays; so it
    is also, without one, on a disk that knows no second names."""
    aside = f"{path}-{os.urandom(8).hex()}"
    try:
        _write(aside, data, flush=True)
        if replace:
            os.replace(aside, path)  # noqa: PTH105 - pathlib costs more than the call
        else:
            with contextlib.suppress(OSError):
                os.link(aside, path)  # unlike a rename it replaces nothing
    finally:
        drop(aside)


def grow(path: str, number: int) -> int:
    """Make a file longer by so many bytes, and say how long it is: a count that many may add to at once."""
    handle = os.open(path, _MORE, _FILE)
    try:
        os.write(handle, bytes(number))
        return os.fstat(handle).st_size
    finally:
        os.close(handle)


def drop(path: str) -> bool:
    """Remove a file; False when it is still there."""
    try:
        os.unlink(path)  # noqa: PTH108 - pathlib costs more than the call
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def move(path: str, target: str) -> None:
    """Rename what is there; nothing there is fine."""
    with contextlib.suppress(FileNotFoundError):
        os.rename(path, target)  # noqa: PTH104 - pathlib costs more than the call


def folder(path: str) -> None:
    """Make a folder, and those above it."""
    with contextlib.suppress(FileExistsError):
        try:
            os.mkdir(path, _FOLDER)  # noqa: PTH102 - pathlib costs more than the call
        except FileNotFoundError:
            folder(os.path.dirname(path))  # noqa: PTH120 - pathlib costs more than the call
            os.mkdir(path, _FOLDER)  # noqa: PTH102 - pathlib costs more than the call


@contextlib.contextmanager
def alone(path: str) -> Iterator[bool]:
    """True for one process at a time; where files cannot be locked, for all."""
    handle = os.open(path, _MORE, _FILE)
    try:
        yield _locked(handle)
    finally:
        os.close(handle)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _write(path: str, data: bytes, *, flush: bool = False) -> None:
    try:
        handle = os.open(path, _NEW, _FILE)
    except FileNotFoundError:
        folder(os.path.dirname(path))  # noqa: PTH120 - pathlib costs more than the call
        handle = os.open(path, _NEW, _FILE)
    with os.fdopen(handle, "wb", buffering=0) as stream:
        rest = memoryview(data)
        while rest:
            rest = rest[stream.write(rest) :]
        if flush:
            os.fsync(handle)


def _rename(path: str, target: str) -> None:
    try:
        os.replace(path, target)  # noqa: PTH105 - pathlib costs more than the call
    except FileNotFoundError:
        folder(os.path.dirname(target))  # noqa: PTH120 - pathlib costs more than the call
        os.replace(path, target)  # noqa: PTH105 - pathlib costs more than the call


@contextlib.contextmanager
def growing(path: str) -> Iterator[Callable[[bytes], None]]:
    """Adds lines to a file, each on the disk before anything else happens. A torn one is closed first."""
    handle = os.open(path, _BOTH, _FILE)
    try:
        end = os.fstat(handle).st_size
        if end and os.pread(handle, 1, end - 1) != b"\n":
            os.write(handle, b"\n")

        def add(line: bytes) -> None:
            rest = memoryview(line + b"\n")
            while rest:
                rest = rest[os.write(handle, rest) :]
            os.fsync(handle)

        yield add
    finally:
        os.close(handle)
