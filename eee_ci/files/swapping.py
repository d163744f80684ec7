"""Changes many files of somebody else's folder together: all of them, or none. Each has to be what the caller
says it is; nothing goes through a link."""

import contextlib
import errno
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from eee_ci import files, text
from eee_ci.errors import UsageError
from eee_ci.files.handles import FROM, INTO, NEW, above

_X = 0o111


class State(NamedTuple):
    """A regular file: its bytes, and whether it may be run."""

    data: bytes
    executable: bool = False


class Edit(NamedTuple):
    """A file below the folder, from one state to another; None: no such file."""

    path: str
    before: State | None
    after: State | None


def swap(folder: Path, edits: Sequence[Edit]) -> None:
    """Make the edits. A UsageError names every file that is not in its first state, and then nothing was
    written; where writing itself fails what was done is undone, and a WriteError tells."""
    with files.writing(folder, "change files in"):
        root = os.open(folder, INTO & ~os.O_NOFOLLOW)
    try:
        if faults := [fault for edit in edits if (fault := _fault(root, edit))]:
            raise UsageError("; ".join(faults), "nothing was written: run again on the files as they are now")
        with contextlib.ExitStack() as undo, files.writing(folder, "change files in"):
            for edit, aside in [(edit, _aside(root, edit, undo)) for edit in edits]:
                _turn(root, edit, aside, undo)
            undo.pop_all()
        _tidy(root, edits)
    finally:
        os.close(root)


def _fault(root: int, edit: Edit) -> str | None:
    try:
        found = _state(root, edit)
    except OSError as error:
        return f"{text.path(edit.path)}: {error.strerror}"
    if found == edit.before:
        return None
    what = "is there by now" if edit.before is None else "is gone" if found is None else "was changed"
    return f"{text.path(edit.path)} {what}"


def _state(root: int, edit: Edit) -> State | None:
    """How the file is; None where nothing is. An OSError for a link, a folder or the like in its way."""
    try:
        with above(root, edit.path) as (folder, name):
            handle = os.open(name, FROM, dir_fd=folder)
    except FileNotFoundError:
        return None
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "it is no regular file")
    with os.fdopen(handle, "rb") as file:
        most = len(edit.before.data) if edit.before else 0
        return State(file.read(most + 1), bool(mode & stat.S_IXUSR))


def _aside(root: int, edit: Edit, undo: contextlib.ExitStack) -> str:
    """The new bytes in a file beside the old one, flushed; no name where the file is to go."""
    if edit.after is None:
        return ""
    _folders(root, edit.path, undo)
    aside = f".eee-ci-{os.urandom(8).hex()}"
    with above(root, edit.path) as (folder, name):
        mode = _mode(folder, name, edit.after)
        handle = os.open(aside, NEW, mode, dir_fd=folder)
        undo.callback(_forget, root, edit.path.rpartition("/")[0], aside)
        with os.fdopen(handle, "wb") as file:
            file.write(edit.after.data)
            file.flush()
            if edit.before is not None:
                os.fchmod(handle, mode)  # what the old one had, whatever the umask
            os.fsync(handle)
    return aside


def _mode(folder: int, name: str, after: State) -> int:
    """The old permissions; whoever may read may run, or nobody."""
    try:
        old = stat.S_IMODE(os.lstat(name, dir_fd=folder).st_mode) & 0o777
    except FileNotFoundError:
        old = 0o666
    return old | (old & 0o444) >> 2 if after.executable else old & ~_X


def _folders(root: int, path: str, undo: contextlib.ExitStack) -> None:
    """Make the folders that a new file needs."""
    parts = path.split("/")[:-1]
    for count in range(1, len(parts) + 1):
        below = "/".join(parts[:count])
        with above(root, below) as (folder, name):
            try:
                os.mkdir(name, dir_fd=folder)
            except FileExistsError:
                continue
        undo.callback(_drop_empty, root, below)


def _turn(root: int, edit: Edit, aside: str, undo: contextlib.ExitStack) -> None:
    """The one moment in which the file changes. Looked at once more, since writing took its time."""
    if fault := _fault(root, edit):
        raise OSError(errno.EBUSY, f"{fault} meanwhile")
    with above(root, edit.path) as (folder, name):
        if edit.after is None:
            os.unlink(name, dir_fd=folder)
        else:
            os.replace(aside, name, src_dir_fd=folder, dst_dir_fd=folder)
    undo.callback(_back, root, edit)


def _back(root: int, edit: Edit) -> None:
    """Undo an edit by its opposite, where nobody else came in between."""
    back = Edit(edit.path, edit.after, edit.before)
    with contextlib.ExitStack() as ignored, contextlib.suppress(OSError):
        _turn(root, back, _aside(root, back, ignored), ignored)
        ignored.pop_all()


def _forget(root: int, folder: str, aside: str) -> None:
    with contextlib.suppress(OSError), above(root, f"{folder}/{aside}".lstrip("/")) as (handle, name):
        os.unlink(name, dir_fd=handle)


def _tidy(root: int, edits: Sequence[Edit]) -> None:
    """Folders that lost their last file go too: git knows no empty ones."""
    for edit in edits:
        if edit.after is None:
            folder = edit.path
            while folder := folder.rpartition("/")[0]:
                if not _drop_empty(root, folder):
                    break


def _drop_empty(root: int, path: str) -> bool:
    try:
        with above(root, path) as (folder, name):
            os.rmdir(name, dir_fd=folder)
    except OSError:
        return False
    return True
