"""What lies on disk, as git would name it: the blob id of a file's bytes, and of a link's target."""

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import hashlib

PLAIN, EXECUTABLE, LINK = "100644", "100755", "120000"
WHOLE = 8 * 1024 * 1024  # a file up to this size is read in one piece
_PIECE = 1024 * 1024
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a FIFO put in its place cannot hang us


class Entry(NamedTuple):
    """Mode and content id of one file; an empty id where the content could not be read."""

    mode: str
    id: str


class Disk:
    """Reads files below a root, never through a symbolic link; remembers which folders are real ones."""

    def __init__(self, root: str, algorithm: str = "sha1") -> None:
        self.root = root
        self.algorithm = algorithm
        self.unreadable: list[str] = []
        self._real: dict[str, bool] = {"": True}

    def entry(self, path: str) -> Entry | None:
        """The entry of a path relative to the root; None where no file and no link is."""
        if not self.real(path.rpartition("/")[0]):
            return None
        name = f"{self.root}/{path}"
        try:
            mode = os.lstat(name).st_mode
            if stat.S_ISLNK(mode):
                return Entry(LINK, self._digest(os.fsencode(pointed(name))))
            return self._file(name) if stat.S_ISREG(mode) else None
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError:
            self.unreadable.append(path)
            return Entry(PLAIN, "")

    def touched(self, path: str, seen: int) -> bool:
        """Has the file's change time moved since it was seen? It cannot be put back by hand."""
        try:
            return os.lstat(f"{self.root}/{path}").st_ctime_ns != seen
        except OSError:
            return True

    def real(self, folder: str) -> bool:
        """Is it a folder below the root, and are all above it folders and not links?"""
        known = self._real.get(folder)
        if known is None:
            known = self.real(folder.rpartition("/")[0]) and _folder(f"{self.root}/{folder}")
            self._real[folder] = known
        return known

    def _file(self, name: str) -> Entry | None:
        handle = os.open(name, _OPEN)
        try:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):
                return None
            mode = EXECUTABLE if found.st_mode & stat.S_IXUSR else PLAIN
            return Entry(mode, self._contents(handle, found.st_size))
        finally:
            os.close(handle)

    def _contents(self, handle: int, size: int) -> str:
        if size <= WHOLE:
            pieces = []
            while piece := os.read(handle, _PIECE):
                pieces.append(piece)
            return self._digest(b"".join(pieces))
        digest = begun(size, self.algorithm)
        left = size
        while piece := os.read(handle, _PIECE):
            left -= len(piece)
            digest.update(piece)
        if left:
            raise OSError("the file changed while it was read")
        return digest.hexdigest()

    def _digest(self, data: bytes) -> str:
        return blob_id(data, self.algorithm)


def begun(size: int, algorithm: str) -> "hashlib._Hash":
    """git's digest of a content of so many bytes, which are still to come."""
    import hashlib  # only here: OpenSSL takes long to load, and most files are known to git

    return hashlib.new(algorithm, b"blob %d\0" % size, usedforsecurity=False)


def blob_id(data: bytes, algorithm: str) -> str:
    """git's id of a content."""
    digest = begun(len(data), algorithm)
    digest.update(data)
    return digest.hexdigest()


def pointed(name: str) -> str:
    """The text of a symbolic link, as it is written."""
    return os.readlink(name)  # noqa: PTH115 - a Path would tidy it up


def _folder(name: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(name).st_mode)
    except OSError:
        return False
