"""Puts byte code of CPython 3.11 together.

The formats are those of CPython's `Objects/locations.md` and `Objects/exception_handling_notes.txt`.
"""

from __future__ import annotations

import dis
import functools
import opcode
from collections.abc import Iterable
from itertools import accumulate, groupby
from operator import attrgetter
from typing import NamedTuple

CACHES: list[int] = getattr(opcode, "_inline_cache_entries", [0] * 256)
EXTENDED = dis.opmap["EXTENDED_ARG"]
NOWHERE = b"\xf8"  # an entry without any place
ONE_LINE, DIFFERENCE, LONG = 10, 13, 14  # codes of entries, by how they give the line
MOST = 8  # units of an entry
BYTE = 255  # the most that an operation has room for
HANDLER = attrgetter("handler")
PLAIN = 0  # in the place of an operation: several that only follow each other


class Handler(NamedTuple):
    """Where an exception goes: a step, or a label in what is written; the height of the stack there, and
    whether the place it came from lies below it."""

    target: int
    depth: int
    tells: int


class Word:
    """What is written: an operation with its argument, its place, where exceptions go and whither it jumps;
    or `raw`, ready to be copied. `label` is its own name, `target` that of another."""

    __slots__ = ("argument", "handler", "label", "operation", "place", "raw", "target")

    def __init__(
        self,
        operation: int,
        argument: int = 0,
        *,
        place: bytes = NOWHERE,
        target: int | None = None,
        label: int | None = None,
        raw: bytes = b"",
    ) -> None:
        self.operation, self.argument, self.place, self.raw = operation, argument, place, raw
        self.target, self.label = target, label
        self.handler: Handler | None = None

    def size(self, argument: int) -> int:
        """In units, of two bytes."""
        if self.raw:
            return len(self.raw) // 2
        return 1 + CACHES[self.operation] + (surplus(argument) if argument > BYTE else 0)


def sized(entry: bytes, units: int) -> bytes:
    return bytes((entry[0] & 0xF8 | units - 1,)) + entry[1:]


def settled(entry: bytes) -> bytes:
    """The same place for what follows it on its line."""
    kind = entry[0] >> 3 & 15
    if ONE_LINE <= kind < DIFFERENCE:
        return bytes((0x80 | ONE_LINE << 3 | entry[0] & 7,)) + entry[1:]
    if kind == DIFFERENCE:
        return entry[:1] + b"\0"
    if kind == LONG:
        end = 1
        while entry[end] & 0x40:
            end += 1
        return entry[:1] + b"\0" + entry[end + 1 :]
    return entry


def together(words: list[Word]) -> tuple[bytes, bytes, bytes]:
    """Byte code, table of places and table of exceptions. A target is the label of a word."""
    labels = {word.label: at for at, word in enumerate(words) if word.label is not None}
    arguments = [word.argument for word in words]
    sizes = [word.size(word.argument) for word in words]
    jumps = [(at, labels[word.target]) for at, word in enumerate(words) if word.target is not None]
    grown = True
    while grown:
        offsets, grown = [0, *accumulate(sizes)], False
        for at, target in jumps:
            arguments[at] = abs(offsets[target] - offsets[at + 1])
            size = words[at].size(arguments[at])
            if size > sizes[at]:
                sizes[at], grown = size, True
    raw, places = bytearray(), bytearray()
    for word, argument, size in zip(words, arguments, sizes, strict=True):
        if word.raw:
            raw += word.raw
            places += word.place
        else:
            raw += written(word.operation, argument, size)
            places += located(word.place, size)
    return bytes(raw), bytes(places), exceptions(words, offsets, labels)


@functools.cache
def written(operation: int, argument: int, size: int = 0) -> bytes:
    """An operation of this size in units, or as small as can be."""
    caches = CACHES[operation]
    longer = 8 * max(size - caches - 1, surplus(argument))
    found = b"".join(bytes((EXTENDED, argument >> shift & 255)) for shift in range(longer, 0, -8))
    return found + bytes((operation, argument & 255)) + bytes(2 * caches)


def surplus(argument: int) -> int:
    """How many operations more an argument needs: one for each byte behind the first."""
    return (max(argument, 1).bit_length() - 1) // 8


def located(entry: bytes, size: int) -> bytes:
    """A place, for so many units."""
    if size <= MOST:
        return sized(entry, size)
    return sized(entry, MOST) + located(settled(entry), size - MOST)


def exceptions(words: Iterable[Word], offsets: list[int], labels: dict[int, int]) -> bytes:
    found = bytearray()
    begin = 0
    for handler, run in groupby(words, HANDLER):
        end = begin + len(list(run))
        if handler is not None:
            target, size = offsets[labels[handler.target]], offsets[end] - offsets[begin]
            first = len(found)
            for number in (offsets[begin], size, target, handler.depth << 1 | handler.tells):
                found += varint(number)
            found[first] |= 0x80
        begin = end
    return bytes(found)


@functools.cache
def varint(number: int) -> bytes:
    groups = [number & 63]
    while number := number >> 6:
        groups.append(number & 63 | 64)
    return bytes(reversed(groups))
