"""The store: values by kind and key, in files that are whole or absent. A value that is not exactly what was
put under its key is none, and trouble with the disk is an answer, never an exception.

Imports are light: a hit is answered before anything heavy is loaded. What writes is imported when it does.
"""

from _collections_abc import Iterator

from eee_ci.cache.disk import BLOCK, KEYS, LARGEST, VALUES, aside, blocks, place, read
from eee_ci.cache.seal import APART, DEFLATED, Seal

REMEMBERED = 8  # keys of a scope
_LATEST = "latest-keys"
_HERE = 4 << 10  # stored bytes up to which a value lies in its entry
_DEFLATE_FROM = 4 << 10
_KEPT_FREE = 10  # a tenth of the limit is freed at once, so that not each put has to


class Store:
    """One user's folder. `trouble` is a sentence from the first time that the disk refused; after it nothing
    more is put."""

    def __init__(self, folder: str, seal: Seal, limit: int) -> None:
        self.folder = folder
        self.limit = limit
        self.seal = seal
        self.trouble = ""

    def get(self, kind: str, key: str) -> bytes | None:
        """The value, or None for anything but exactly what was put under this kind and key."""
        name = self.seal.name(kind, key)
        data = read(self._path(kind, KEYS, name))
        found = self.seal.opened(kind, name, data) if data is not None else None
        if found is None:
            return None
        form, stored = found
        if form & APART:
            apart = self._value(kind, stored.decode("ascii"))
            if apart is None:
                return None
            stored = apart
        return _inflated(stored) if form & DEFLATED else stored

    def put(self, kind: str, key: str, value: bytes) -> bool:
        """Keep a value; False when that cannot be done."""
        if self.trouble:
            return False
        try:
            return self._put(kind, key, value)
        except FileNotFoundError:  # somebody cleared the cache at this moment
            return False
        except OSError as error:
            self.trouble = f"{self.folder}: {error.strerror}"
            return False

    def latest(self, kind: str, scope: str) -> list[str]:
        """The keys noted last under a scope, newest first."""
        found = self.get(_LATEST, _scoped(kind, scope)) or b""
        return [bytes.fromhex(word).decode("utf-8", "surrogatepass") for word in found.decode().split()]

    def note(self, kind: str, scope: str, key: str) -> None:
        """Remember a key under a scope. Of two runs at once one may be forgotten: it explains, no more."""
        keys = [key, *(other for other in self.latest(kind, scope) if other != key)][:REMEMBERED]
        words = " ".join(each.encode("utf-8", "surrogatepass").hex() for each in keys)
        self.put(_LATEST, _scoped(kind, scope), words.encode())

    def digest(self, purpose: str, value: str) -> str:
        """A keyed digest, which tells nobody else the value."""
        return self.seal.name(purpose, value)

    def _put(self, kind: str, key: str, value: bytes) -> bool:
        pieces = list(self._pieces(kind, key, value))
        if any(len(data) > min(LARGEST, self.limit) for _, data in pieces):
            return False
        self._make_room(sum(blocks(len(data)) for _, data in pieces))
        from eee_ci.files import entries

        for path, data in pieces:
            entries.keep(path, data, aside=aside(self.folder))
        return True

    def _pieces(self, kind: str, key: str, value: bytes) -> Iterator[tuple[str, bytes]]:
        """The files to write, the value before the entry that names it."""
        form, stored = _packed(value)
        if len(stored) > _HERE:
            form |= APART
            apart = self.seal.value_name(kind, stored)
            if self._value(kind, apart) is None:
                yield self._path(kind, VALUES, apart), stored
            stored = apart.encode("ascii")
        name = self.seal.name(kind, key)
        yield self._path(kind, KEYS, name), self.seal.closed(kind, name, form, stored)

    def _value(self, kind: str, name: str) -> bytes | None:
        stored = read(self._path(kind, VALUES, name))
        return stored if stored is not None and self.seal.value_name(kind, stored) == name else None

    def _make_room(self, wanted: int) -> None:
        """Count what comes, and prune when that makes too much. Nothing counted before: count all anew."""
        from eee_ci.files import entries

        grown = entries.grow(f"{self.folder}/grown", wanted)
        if grown * BLOCK > self.limit or grown == wanted:
            from eee_ci.cache import space

            space.prune_alone(self.folder, self.limit, down_to=self.limit - self.limit // _KEPT_FREE)

    def _path(self, kind: str, part: str, name: str) -> str:
        return place(self.folder, _plain(kind), part, name)


def _packed(value: bytes) -> tuple[int, bytes]:
    if len(value) < _DEFLATE_FROM:
        return 0, value
    import zlib

    small = zlib.compress(value, 1)
    return (DEFLATED, small) if len(small) < len(value) else (0, value)


def _inflated(stored: bytes) -> bytes:
    import zlib

    return zlib.decompress(stored)


def _scoped(kind: str, scope: str) -> str:
    return f"{_plain(kind)}\0{scope}"


def _plain(kind: str) -> str:
    if not kind.isascii() or not kind.replace("-", "").isalnum():
        raise ValueError(f"found the kind {kind!r}, want letters, digits and -")
    return kind
