"""Reads what lies in an agent's clone, by descriptors and never through a link. Its `.git` is not looked at,
nothing of it is run, and what no patch may carry is named."""

import os
import stat
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from eee_ci import text
from eee_ci.files.handles import FROM, INTO
from eee_ci.tree.content import EXECUTABLE, LINK, PLAIN, begun, blob_id
from eee_ci.tree.walking import LEFT_OUT
from eee_ci.workspace.names import folded, gitlike, trouble
from eee_ci.workspace.nouns import Known, Odd

LARGEST = 16 * 1024 * 1024  # bytes of one changed file
TOTAL = 64 * 1024 * 1024  # bytes of all changed files together
MOST = 20_000  # new files
MOST_ENTRIES = 500_000  # looked at
DEEPEST = 64  # new folders in each other
_PIECE = 1024 * 1024
_SPECIAL = stat.S_ISUID | stat.S_ISGID | stat.S_ISVTX
Ignored = Callable[[list[str]], Collection[str]]


class Found(NamedTuple):
    """`entries` are mode and content id of each file that a patch may carry, `data` the contents by their ids
    where the base has others."""

    entries: dict[str, tuple[str, str]]
    data: dict[str, bytes]
    odd: tuple[Odd, ...]


class Full(Exception):  # noqa: N818 - no error of ours: the clone is too large to be looked at
    """More than anybody wants to look at."""


def gather(clone: Path, base: Mapping[str, Known], *, algorithm: str, ignored: Ignored) -> Found:
    """The clone against the files of its base. `ignored` says which of some new paths (folders end with `/`)
    the base has git ignore."""
    gathering = _Gathering(base, algorithm)
    gathering.root = os.open(clone, INTO)
    try:
        gathering.run(ignored)
    except Full as full:
        gathering.odd.append(Odd(".", str(full)))
    finally:
        os.close(gathering.root)
    gathering.twins()
    return Found(gathering.entries, gathering.data, tuple(gathering.odd))


class _Gathering:
    root: int

    def __init__(self, base: Mapping[str, Known], algorithm: str) -> None:
        self.base = base
        self.algorithm = algorithm
        self.folders = {path[: at + 1] for path in base for at, sign in enumerate(path) if sign == "/"}
        self.entries: dict[str, tuple[str, str]] = {}
        self.data: dict[str, bytes] = {}
        self.odd: list[Odd] = []
        self.fresh: list[str] = []  # what the base has not
        self.room = TOTAL
        self.seen = self.news = 0

    def run(self, ignored: Ignored) -> None:
        """Folders of the base, then level by level what is new and not ignored."""
        waiting = [""]
        for _ in range(DEEPEST):
            while waiting:
                waiting += self._folder(waiting.pop())
            news, self.fresh = self.fresh, []
            if not news:
                return
            left_out = ignored(news)
            kept = [path for path in news if path not in left_out]
            waiting = [path for path in kept if path.endswith("/")]
            self._new([path for path in kept if not path.endswith("/")])
        self.odd += [Odd(path, "is nested too deeply") for path in waiting]

    def twins(self) -> None:
        """New files that some file systems take for others."""
        known: dict[str, str] = {}
        for path in sorted(self.entries, key=lambda path: path not in self.base):
            twin = known.setdefault(folded(path), path)
            if twin != path and path not in self.base:
                self._refuse(path, f"differs from {text.path(twin)} in case or accents only")
                del self.entries[path]

    def _refuse(self, path: str, what: str) -> None:
        self.odd.append(Odd(path, what))

    def _folder(self, at: str) -> list[str]:
        """Look at the entries of a folder; the folders of the base in it."""
        try:
            handle = self._enter(at)
        except OSError as error:
            self._refuse(at or ".", f"cannot be entered: {error.strerror}")
            return []
        try:
            names = sorted(os.listdir(handle))  # noqa: PTH208 - by descriptor: the name may mean another by now
            self.seen += len(names)
            if self.seen > MOST_ENTRIES:
                raise Full(f"holds more than {text.count(MOST_ENTRIES, 'file')}")
            if at not in self.folders and at and "pyvenv.cfg" in names:
                return []  # an environment, whatever it is called
            return [path for name in names if (path := self._entry(handle, at, name))]
        except OSError as error:  # of any entry: then none of them is known
            self._refuse(at or ".", f"cannot be listed: {error.strerror}")
            return []
        finally:
            os.close(handle)

    def _enter(self, at: str) -> int:
        handle = os.dup(self.root)
        for part in at.split("/")[:-1]:
            above = handle
            try:
                handle = os.open(part, INTO, dir_fd=above)
            finally:
                os.close(above)
        return handle

    def _entry(self, handle: int, at: str, name: str) -> str | None:
        """Note an entry; its path where it is a folder of the base."""
        path = f"{at}{name}"
        if path == ".git":
            return None
        if gitlike(name):
            self._refuse(path, "is named like git's own folder")
        elif stat.S_ISDIR(os.lstat(name, dir_fd=handle).st_mode):
            if f"{path}/" in self.folders:
                return f"{path}/"
            if name not in LEFT_OUT:
                self.fresh.append(f"{path}/")
        elif path in self.base:
            self._read(handle, name, path)
        else:
            self.fresh.append(path)
        return None

    def _new(self, paths: list[str]) -> None:
        for path in paths:
            self.news += 1
            if self.news > MOST:
                raise Full(f"has more than {text.count(MOST, 'new file')}")
            folder, mark, name = path.rpartition("/")
            try:
                handle = self._enter(folder + mark)
            except OSError as error:
                self._refuse(path, f"cannot be read: {error.strerror}")
                continue
            try:
                self._read(handle, name, path)
            finally:
                os.close(handle)

    def _read(self, handle: int, name: str, path: str) -> None:
        """Take one file, or say why not."""
        known = self.base.get(path)
        try:
            mode = os.lstat(name, dir_fd=handle).st_mode
            if stat.S_ISLNK(mode):
                self._link(os.readlink(name, dir_fd=handle), path, known)
            elif stat.S_ISREG(mode):
                self._file(os.open(name, FROM, dir_fd=handle), path, known)
            else:
                self._refuse(path, "is a pipe, a socket or a device")
        except OSError as error:
            self._refuse(path, f"cannot be read: {error.strerror}")

    def _link(self, target: str, path: str, known: Known | None) -> None:
        if known and known.mode == LINK and known.id == blob_id(os.fsencode(target), self.algorithm):
            self.entries[path] = (known.mode, known.id)
        else:
            self._refuse(path, f"is a {'changed' if known else 'new'} symbolic link to {text.path(target)}")

    def _file(self, handle: int, path: str, known: Known | None) -> None:
        try:
            found = os.fstat(handle)
            mode = EXECUTABLE if found.st_mode & stat.S_IXUSR else PLAIN
            if found.st_size > LARGEST and not (known and known.size == found.st_size):
                self._refuse(path, f"is {found.st_size} bytes large")
                return
            digest, data = self._contents(handle, found.st_size)
        finally:
            os.close(handle)
        if known == (mode, digest, found.st_size):
            self.entries[path] = (mode, digest)
        elif what := self._forbidden(found, path, known, data):
            self._refuse(path, what)
        else:
            self._take(path, mode, digest, data or b"")

    def _forbidden(
        self, found: os.stat_result, path: str, known: Known | None, data: bytes | None
    ) -> str | None:
        if not stat.S_ISREG(found.st_mode):
            return "is a pipe, a socket or a device"
        if known and known.mode == LINK:
            return "was a symbolic link"
        if found.st_nlink > 1:
            return "is a hard link: the file has a second name"
        if found.st_mode & _SPECIAL:
            return "has special mode bits"
        return trouble(path) or (f"is {found.st_size} bytes large" if data is None else None)

    def _take(self, path: str, mode: str, digest: str, data: bytes) -> None:
        self.room -= len(data)
        if self.room < 0:
            raise Full(f"has more than {TOTAL} bytes of changes")
        self.entries[path] = (mode, digest)
        self.data[digest] = data

    def _contents(self, handle: int, size: int) -> tuple[str, bytes | None]:
        """The content id and, up to a size, the bytes. What is hashed is what is taken."""
        pieces: list[bytes] = []
        kept = size <= LARGEST
        digest = begun(size, self.algorithm)
        left = size
        while left >= 0 and (piece := os.read(handle, _PIECE)):
            left -= len(piece)
            digest.update(piece)
            if kept:
                pieces.append(piece)
        if left:
            raise OSError(0, "it changed while it was read")
        return digest.hexdigest(), b"".join(pieces) if kept else None
