"""The one place that writes files: aside first, then renamed, so that each is the old one, the new one or absent."""

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path


def publish(path: Path, data: bytes) -> None:
    """Write a file whole: a temporary one beside it, flushed to disk, then renamed over it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(aside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(aside)
        raise


def home(root: Path) -> Path:
    """The folder `.eee-ci` of a project, made if need be; it ignores itself in git."""
    folder = root / ".eee-ci"
    folder.mkdir(exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        publish(ignore, b"*\n")
    return folder


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """A fresh folder that only this user can enter; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="eee-ci-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def folder(path: Path | str) -> None:
    """A folder and those above it, if they are not there yet."""
    Path(path).mkdir(parents=True, exist_ok=True)


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
