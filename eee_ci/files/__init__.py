"""The one place that writes files: aside, then renamed: each is the old one, the new one or absent.

Imports are light: `straight` is used before anything heavy is loaded."""

import contextlib
import errno
import os
import stat
from _collections_abc import Iterator

from eee_ci.files import straight
from eee_ci.files.handles import FROM, INTO, above

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

_ASIDE = r"\.eee-ci-[0-9a-f]{16}"
_ADVICE = {
    errno.ENOSPC: "free some space on that disk",
    errno.EDQUOT: "free some space: the quota is used up",
    errno.EFBIG: "raise the limit of file sizes (ulimit -f)",
    errno.EACCES: "choose a place that you may write to",
    errno.EPERM: "choose a place that you may write to",
    errno.EROFS: "choose a place that is not read-only",
    errno.ENOTDIR: "a file stands where a folder is needed: move it away",
    errno.EEXIST: "a file stands where a folder is needed: move it away",
    errno.EISDIR: "a folder stands in its place: move it away",
    errno.ELOOP: "a link stands in its place: remove it, eee-ci writes through none",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ENOENT: "its folder has gone: run again",
}


def publish(path: "Path", data: bytes, *, flush: bool = True) -> None:
    """Write a file whole: a temporary one beside it, flushed to disk, then renamed over it. What is not
    to `flush` may be empty after the machine lost its power, and only then."""
    folder(path.parent)
    with writing(path):
        straight.together({str(path): data}, flush=flush)


def folder(path: "Path") -> "Path":
    """Make a folder and those above it; one that is there is fine."""
    with writing(path):
        path.mkdir(parents=True, exist_ok=True)
    return path


def home(root: "Path") -> "Path":
    """The folder `.eee-ci` of a project, made if need be; it ignores itself in git."""
    place = root / ".eee-ci"
    if place.is_symlink() or (place.exists() and not place.is_dir()):
        from eee_ci.errors import UsageError

        what = "a link" if place.is_symlink() else "a file"
        raise UsageError(
            f"{place}: found {what}, want a folder of eee-ci's own", "move it away, or remove it"
        )
    folder(place)
    ignore = place / ".gitignore"
    if not os.path.lexists(ignore):
        publish(ignore, b"*\n")
    return place


@contextlib.contextmanager
def scratch() -> "Iterator[Path]":
    """A fresh folder that only this user can enter; gone afterwards."""
    fresh = scratch_folder()
    try:
        yield fresh
    finally:
        discard(fresh)


def scratch_folder() -> "Path":
    """A fresh folder that only this user can enter; the caller ends it with `discard`."""
    from pathlib import Path

    place = Path(straight.scratch_place(), f"eee-ci-{os.urandom(6).hex()}")
    with writing(place):
        place.mkdir(mode=straight.OWN)
    return place


def remove(path: "Path") -> None:
    """Remove a file, or a folder with all that is in it, also what is read-only. Links are not followed;
    what is not there is fine."""
    with writing(path, "remove"):
        above = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            straight.drop(path.name, above)
        except FileNotFoundError:
            pass
        except RecursionError:
            raise OSError(errno.ENAMETOOLONG, "its folders are nested too deeply") from None
        finally:
            os.close(above)


def discard(path: "Path") -> None:
    """Remove what is of no use any more; what cannot be removed stays."""
    from eee_ci.errors import WriteError

    with contextlib.suppress(WriteError):
        remove(path)


def sweep(place: "Path") -> None:
    """Remove what a killed process had written aside in a folder and did not come to rename."""
    import re

    names = [path for path in place.iterdir() if re.fullmatch(_ASIDE, path.name)] if place.is_dir() else []
    for path in names:
        if not path.is_symlink() and path.is_file():
            discard(path)


def kept(base: "Path", patterns: tuple[str, ...], largest: int) -> dict[str, bytes]:
    """The regular files below a folder that these names or globs mean, by their relative names. Nothing
    is read through a link. One byte over the largest size shows that there is more."""
    found: dict[str, bytes] = {}
    for pattern in patterns:
        for name in _matches(base, pattern):
            with contextlib.suppress(OSError):  # no such file, a link, a folder: absent
                found[name] = _read(base, name, largest + 1)
    return found


def _matches(base: "Path", pattern: str) -> list[str]:
    if not any(character in pattern for character in "*?["):
        return [pattern]
    return sorted(path.relative_to(base).as_posix() for path in base.glob(pattern))


def _read(base: "Path", name: str, most: int) -> bytes:
    root = os.open(base, INTO)
    try:
        with above(root, name) as (folder, last):
            handle = os.open(last, FROM, dir_fd=folder)
    finally:
        os.close(root)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        return file.read(most)


@contextlib.contextmanager
def writing(path: "Path", verb: str = "write") -> Iterator[None]:
    try:
        yield
    except OSError as error:
        from eee_ci.errors import WriteError

        reason = error.strerror or str(error)
        raise WriteError(f"cannot {verb} {path}: {reason}", _ADVICE.get(error.errno or 0, "")) from None
