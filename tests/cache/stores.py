"""What the tests of the cache share: a store in a folder of its own, and the files that it wrote."""

import os
from pathlib import Path

from eee_ci.cache import Off, Store, opened

LARGE = os.urandom(3000) * 4  # compressible, and large enough to lie apart
KEYS = ("small", "packed", "large")
VALUES = dict(zip(KEYS, (b"a value", b"many words " * 900, os.urandom(9000)), strict=True))


def made(folder: Path, size: str = "") -> Store:
    """A store in a folder."""
    store = opened({"EEE_CI_CACHE_DIR": str(folder), "EEE_CI_CACHE_SIZE": size})
    assert isinstance(store, Store), store.reason
    return store


def off(**environ: str) -> str:
    """Why there is no store."""
    store = opened(environ)
    assert isinstance(store, Off), store.folder
    return store.reason


def files(store: Store) -> list[Path]:
    """All files with entries or values."""
    return sorted(path for path in Path(store.folder, "v1").rglob("*") if path.is_file())


def written(store: Store, kind: str, key: str, value: bytes) -> list[Path]:
    """Put a value, and say which files it is in; the entry is the last."""
    before = set(files(store))
    assert store.put(kind, key, value)
    return sorted(set(files(store)) - before, key=lambda path: ("keys" in path.parts, path))
