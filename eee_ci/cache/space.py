"""What lies in the store's folder: counted, pruned to a size, cleared, verified. Other processes may read and
write there meanwhile: what vanishes is a miss, and no more."""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from eee_ci import files
from eee_ci.cache.disk import BLOCK, KEYS, LAYOUT, VALUES, aside, blocks, place, read
from eee_ci.cache.seal import APART, Seal
from eee_ci.files import entries
from eee_ci.model import Noun

_GONE = "gone-"
_ABANDONED = 86_400.0  # seconds after which a file on its way belongs to a run that was killed


class Item(NamedTuple):
    """One file: the kind, `keys` or `values`, its name, what it takes on the disk, when it was used."""

    kind: str
    part: str
    name: str
    path: str
    size: int
    used: float


class Kind(Noun, frozen=True, kw_only=True):
    """What is kept of one kind, on the disk."""

    entries: int
    bytes: int


class Usage(Noun, frozen=True, kw_only=True):
    """What the folder holds; uses are seconds since the epoch, correct to a day."""

    folder: str
    limit: int
    entries: int
    bytes: int
    kinds: dict[str, Kind]
    oldest_use: float | None
    newest_use: float | None


class Swept(NamedTuple):
    """What went, and what stays."""

    files: int
    bytes: int
    left: int


class Verified(NamedTuple):
    """Files that were read; those of them that were not as they had been put, and are gone now."""

    files: int
    damaged: int


def usage(folder: str, limit: int) -> Usage:
    """Count all."""
    found = list(_items(folder))
    used = [item.used for item in found]
    return Usage(
        folder=folder,
        limit=limit,
        entries=sum(item.part == KEYS for item in found),
        bytes=sum(item.size for item in found),
        kinds={kind: _kind(kind, found) for kind in sorted({item.kind for item in found})},
        oldest_use=min(used, default=None),
        newest_use=max(used, default=None),
    )


def _kind(kind: str, found: list[Item]) -> Kind:
    mine = [item for item in found if item.kind == kind]
    return Kind(entries=sum(item.part == KEYS for item in mine), bytes=sum(item.size for item in mine))


def prune_alone(folder: str, limit: int, *, down_to: int) -> None:
    """Prune unless somebody else is at it."""
    with entries.alone(f"{folder}/pruning") as mine:
        if mine:
            prune(folder, limit, down_to=down_to)


def prune(folder: str, limit: int, *, down_to: int) -> Swept:
    """When there is more than the limit, remove what was not used for longest, until so much is left."""
    _sweep(folder)
    found = sorted(_items(folder), key=lambda item: (item.used, item.path))
    total = left = sum(item.size for item in found)
    gone = 0
    for item in found if total > limit else ():
        if left <= down_to:
            break
        if entries.drop(item.path):
            gone += 1
            left -= item.size
    with contextlib.suppress(OSError):  # a full disk, or cleared meanwhile: counted again some time
        entries.keep(f"{folder}/grown", bytes(left // BLOCK), aside=aside(folder))
    return Swept(gone, total - left, left)


def clear(folder: str) -> Swept:
    """Remove all entries at one stroke. The secret stays: runs that go on seal with it. A WriteError when it
    cannot be done."""
    found = list(_items(folder))
    with files.writing(Path(folder), "clear"):
        for name in (LAYOUT, "new"):
            entries.move(f"{folder}/{name}", f"{folder}/{_GONE}{os.urandom(8).hex()}")
    entries.drop(f"{folder}/grown")
    _sweep(folder)
    return Swept(len(found), sum(item.size for item in found), 0)


def verify(folder: str, seal: Seal) -> Verified:
    """Read everything and remove what is damaged, or of no use since the value that it names was pruned."""
    number = damaged = 0
    for item in _items(folder):
        data = read(item.path)
        if data is None and not os.path.lexists(item.path):
            continue  # pruned by somebody else
        number += 1
        if data is None or not _is_whole(item, data, seal):
            damaged += 1
            files.discard(Path(item.path))
        elif _is_idle(folder, item, data, seal):
            entries.drop(item.path)
    return Verified(number, damaged)


def _is_whole(item: Item, data: bytes, seal: Seal) -> bool:
    if item.part == VALUES:
        return seal.value_name(item.kind, data) == item.name
    return item.part == KEYS and seal.opened(item.kind, item.name, data) is not None


def _is_idle(folder: str, item: Item, data: bytes, seal: Seal) -> bool:
    opened = seal.opened(item.kind, item.name, data) if item.part == KEYS else None
    if opened is None or not opened[0] & APART:
        return False
    return not os.path.lexists(place(folder, item.kind, VALUES, opened[1].decode("ascii")))


def _items(folder: str) -> Iterator[Item]:
    """All files of the layout, and what else lies among them, as files of no part."""
    for path, below in _walk(f"{folder}/{LAYOUT}", ()):
        try:
            found = os.lstat(path)
        except OSError:
            continue
        kind, part, *rest = (*below, "", "")
        name = "".join(rest)
        yield Item(kind, part, name, path, blocks(found.st_size) * BLOCK, found.st_mtime)


def _walk(folder: str, below: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for entry in _inside(folder):
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(entry.path, (*below, entry.name))
        else:
            yield entry.path, (*below, entry.name)


def _sweep(folder: str) -> None:
    """Remove what killed processes left."""
    for path, _ in _walk(f"{folder}/new", ()):
        try:
            if abs(time.time() - os.lstat(path).st_mtime) > _ABANDONED:
                entries.drop(path)
        except OSError:
            continue
    for entry in _inside(folder):
        if entry.name.startswith(_GONE):
            files.discard(Path(entry.path))


def _inside(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError:  # gone meanwhile
        return []
