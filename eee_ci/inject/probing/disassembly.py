"""Takes byte code of CPython 3.11 apart, into as few steps as matter.

The formats are those of CPython's `Objects/locations.md` and `Objects/exception_handling_notes.txt`.
"""

from __future__ import annotations

import dis
import opcode
import sys
import types
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from .assembly import CACHES, EXTENDED, PLAIN, Handler, Word, settled, sized

SIZES = [2 + 2 * caches for caches in CACHES]
JUMPS = frozenset(opcode.hasjrel)
BACKWARD = frozenset(number for name, number in dis.opmap.items() if number in JUMPS and "BACKWARD" in name)
ALONE = JUMPS | {
    dis.opmap.get(name, -1)
    for name in ("RESUME", "YIELD_VALUE", "RETURN_VALUE", "RERAISE", "RAISE_VARARGS", "RETURN_GENERATOR")
}
MARKED = bytes(operation == EXTENDED or operation in ALONE for operation in range(256))
HEAD = 0x80  # the mark of the first byte of an entry in the table of places


class Parts(NamedTuple):
    """The steps of a code object: one operation that matters, or several on one line that do not."""

    words: list[Word]
    lines: list[int | None]
    handlers: list[Handler | None]


def apart(code: types.CodeType) -> Parts:
    """Where a word jumps or an exception goes is given by the number of the step."""
    raw = code.co_code
    alone = list(found_alone(raw))
    table = list(handled(code.co_exceptiontable))
    ranges = list(lined(code))
    cuts = {0, *(at for _, begin, end, _, _ in alone for at in (begin, end))}
    cuts.update(target for _, _, _, _, target in alone if target >= 0)
    cuts.update(at for begin, end, target, _ in table for at in (begin, end, target))
    cuts.update(begin for begin, _ in ranges)
    bounds = sorted({*cuts, len(raw)})
    numbers = {bound: step for step, bound in enumerate(bounds)}
    lines: list[int | None] = []
    for (_, line), (end, _) in pairwise([*ranges, (len(raw), None)]):
        lines += [line] * (numbers[end] - len(lines))
    handlers: list[Handler | None] = [None] * len(lines)
    for begin, end, target, rest in table:
        handler = Handler(numbers[target], rest >> 1, rest & 1)
        handlers[numbers[begin] : numbers[end]] = [handler] * (numbers[end] - numbers[begin])
    special = {begin: (operation, argument, target) for operation, begin, _, argument, target in alone}
    places = placed(code.co_linetable, bounds)
    words = [
        worded(raw[begin:end], special.get(begin), place, numbers)
        for (begin, end), place in zip(pairwise(bounds), places, strict=True)
    ]
    return Parts(words, lines, handlers)


def worded(raw: bytes, special: tuple[int, int, int] | None, place: bytes, numbers: dict[int, int]) -> Word:
    if special is None:
        return Word(PLAIN, place=place, raw=raw)
    operation, argument, target = special
    return Word(operation, argument, place=place, target=numbers[target] if target >= 0 else None)


def found_alone(raw: bytes) -> Iterator[tuple[int, int, int, int, int]]:
    """Operation, begin, end, argument and target of each operation that matters, in bytes."""
    at, start, extended, size = 0, 0, 0, len(raw)
    while at < size:
        operation = raw[at]
        if not MARKED[operation]:
            at += SIZES[operation]
            start, extended = at, 0
            continue
        argument = raw[at + 1] | extended
        if operation == EXTENDED:
            at, extended = at + 2, argument << 8
            continue
        at += SIZES[operation]
        shift = -2 * argument if operation in BACKWARD else 2 * argument
        yield operation, start, at, argument, at + shift if operation in JUMPS else -1
        start, extended = at, 0


def lined(code: types.CodeType) -> Iterator[tuple[int, int | None]]:
    """Where a line begins, and which."""
    before: int | None = -1
    for begin, _, line in code.co_lines():
        if line != before:
            yield begin, line
        before = line


def handled(table: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Begin, end and target of each entry, in bytes; then depth and lasti in one."""
    numbers: list[int] = []
    number = 0
    for byte in table:
        number = number << 6 | byte & 63
        if not byte & 64:
            numbers.append(number)
            number = 0
    for at in range(0, len(numbers), 4):
        begin, size, target, rest = numbers[at : at + 4]
        yield 2 * begin, 2 * (begin + size), 2 * target, rest


def placed(table: bytes, cuts: list[int]) -> Iterator[bytes]:
    """The entries of the table of places, cut at these offsets."""
    begin = offset = done = 0
    nexts = iter(cuts[1:])
    cut, found, size = next(nexts), b"", len(table)
    while begin < size:
        end = begin + 1
        while end < size and table[end] < HEAD:
            end += 1
        stop = offset + 2 * ((table[begin] & 7) + 1)
        if stop >= cut:
            found += table[done:begin]
            entry, done = table[begin:end], end
            while stop >= cut:
                if cut > offset:
                    found += sized(entry, (cut - offset) // 2)
                    entry = settled(entry)
                yield found
                found, offset, cut = b"", cut, next(nexts, sys.maxsize)
            if stop > offset:
                found = sized(entry, (stop - offset) // 2)
        offset, begin = stop, end
