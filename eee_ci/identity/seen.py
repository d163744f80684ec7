"""What was looked at on disk, with a signature of each path: it is cheap to ask later what moved."""

import os
import stat
from typing import Protocol

from eee_ci import digests, signature

Signature = tuple[int, ...]
LARGE = 1 << 20  # a file from this size on is hashed once, and then known by its signature
_PIECE = 1 << 20
_KIND = "memo"


class Kept(Protocol):
    """Where digests of large files are kept between runs."""

    def get(self, kind: str, key: str) -> bytes | None:
        """What was put, or None."""

    def put(self, kind: str, key: str, value: bytes) -> bool:
        """Keep it; False when that did not work."""


class Seen:
    """Digests of files, each with the signature that it had before it was read. `doubts` says in sentences
    what could not be known; with one of them nothing may be remembered."""

    def __init__(self, kept: Kept | None = None) -> None:
        self.stats: dict[str, Signature | None] = {}
        self.doubts: list[str] = []
        self._kept = kept
        self._digests: dict[str, str] = {}

    def look(self, path: str) -> Signature | None:
        """The signature of what is there, links followed one by one; None where nothing is."""
        for _ in range(40):
            if path not in self.stats:
                self.stats[path] = signature.of(path)
            found = self.stats[path]
            if not signature.is_link(found):
                return found
            path = os.path.join(os.path.dirname(path), os.readlink(path))  # noqa: PTH115, PTH118, PTH120 - as the kernel
        return None

    def digest(self, path: str) -> str:
        """SHA-256 of a file's bytes; empty where no file is."""
        if path not in self._digests:
            self._digests[path] = self._digest(path)
        return self._digests[path]

    def _digest(self, path: str) -> str:
        found = self.look(path)
        if found is None or not stat.S_ISREG(found[0]):
            return ""
        large = found[2] >= LARGE and self._kept is not None
        key = _key(path, found) if large else ""
        if large and self._kept and (known := self._kept.get(_KIND, key)):
            return known.decode("ascii")
        try:
            told = _hashed(path)
        except OSError as error:
            self.doubts.append(f"{path} cannot be read: {error.strerror}")
            return ""
        if large and self._kept:
            self._kept.put(_KIND, key, told.encode("ascii"))
        return told

    def is_folder(self, path: str) -> bool:
        """Is it a folder itself, and no link to one?"""
        found = self.look(path)
        return found is not None and stat.S_ISDIR(found[0])

    def moved(self) -> bool:
        """Is anything on disk different from what was seen?"""
        return any(signature.of(path) != found for path, found in self.stats.items())

    def listing(self, folder: str) -> list[str]:
        """The sorted names in a folder; none where none can be listed."""
        self.look(folder)
        try:
            return sorted(os.listdir(folder))  # noqa: PTH208 - names are all that is wanted
        except OSError:
            return []


def _key(path: str, found: Signature) -> str:
    words = repr((os.path.realpath(path), found))
    return digests.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def _hashed(path: str) -> str:
    import hashlib  # only here, for files: what is remembered needs none

    digest = hashlib.sha256()
    with open(path, "rb") as stream:  # noqa: PTH123 - hundreds of small ones
        while piece := stream.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
