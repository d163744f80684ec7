"""The one place that writes files: aside first, then renamed, so that each is the old one, the new one or absent."""

import contextlib
import os
import shutil
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


def remove(path: Path) -> None:
    """Take a published file away; that it is gone already is no fault."""
    path.unlink(missing_ok=True)


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
