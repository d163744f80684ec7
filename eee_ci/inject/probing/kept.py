"""Keeps code with probes beside its byte code, where that is written aside: it takes as long as to compile.

What is kept is known by the code that it was made of, and taken only as it was written.
"""

from __future__ import annotations

import importlib.util
import marshal
import os
import sys
import types
from hashlib import blake2b
from typing import Any, NamedTuple

from . import arcs, assembly, disassembly, flow, probes
from .arcs import Again, Seen, Slots

MAKERS = (arcs, assembly, disassembly, flow, probes)  # others would make something else
SUFFIX = ".probes"
SIZE = 32  # of a digest
REFERENCES = 2  # the version of marshal that has none: they differ from process to process


class Made(NamedTuple):
    """Code with probes, and what they tell."""

    code: types.CodeType
    seen: Seen


class Keep:
    """What was made in earlier runs."""

    def __init__(self) -> None:
        self.makers = b""
        for maker in MAKERS:
            with open(maker.__file__ or "", "rb") as stream:
                self.makers += stream.read()

    def made(self, code: types.CodeType) -> Made:
        """With probes. Raises what `probed` does."""
        place = where(code.co_filename)
        if place is None:
            return fresh(code)
        key = blake2b(self.makers + marshal.dumps(code, REFERENCES), digest_size=SIZE).digest()
        try:
            with open(place, "rb") as stream:
                return unpacked(stream.read(), key)
        except (OSError, ValueError, LookupError, TypeError, EOFError):
            found = fresh(code)
            write(place, packed(found, key))
            return found


def fresh(code: types.CodeType) -> Made:
    seen = Seen()
    return Made(probes.probed(code, seen), seen)


def where(file: str) -> str | None:
    """None where no byte code is written, or not aside."""
    if sys.pycache_prefix is None or sys.dont_write_bytecode or not file.endswith(".py"):
        return None
    place = importlib.util.cache_from_source(file)[: -len(".pyc")] + SUFFIX
    return place if place.startswith(os.path.join(sys.pycache_prefix, "")) else None


def write(place: str, content: bytes) -> None:
    """Whole or not at all."""
    aside = f"{place}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(aside, "wb") as stream:
            stream.write(content)
        os.replace(aside, place)
    except OSError:
        return  # it is made again


def packed(made: Made, key: bytes) -> bytes:
    """The digest of the rest, the key, then the code without its slots, where these were, and the arcs."""
    numbers = {id(made.seen.slots): -1, **{id(one.slots): at for at, one in enumerate(made.seen.again)}}
    marks: list[list[tuple[int, int]]] = []
    code = emptied(made.code, numbers, marks)
    again = [(one.arc, sorted(one.silent)) for one in made.seen.again]
    content = key + marshal.dumps((code, marks, made.seen.arcs, again), REFERENCES)
    return blake2b(content, digest_size=SIZE).digest() + content


def unpacked(content: bytes, key: bytes) -> Made:
    """Raises ValueError for anything else than what was kept under the key."""
    if (
        blake2b(content[SIZE:], digest_size=SIZE).digest() != content[:SIZE]
        or content[SIZE : 2 * SIZE] != key
    ):
        raise ValueError(key)
    code, marks, known, again = marshal.loads(content[2 * SIZE :])  # noqa: S302  # nosec B302 - as byte code is
    seen = Seen()
    for arc in known:
        seen.number(arc)
    for arc, silent in again:
        seen.again.append(Again(arc))
        seen.again[-1].silent.update(silent)
    slots = {-1: seen.slots, **{at: one.slots for at, one in enumerate(seen.again)}}
    return Made(filled(code, slots, iter(marks)), seen)


def emptied(
    code: types.CodeType, numbers: dict[int, int], marks: list[list[tuple[int, int]]]
) -> types.CodeType:
    """The code, and all code in it, without slots; what they were is added to the marks."""
    own = [(at, numbers[id(held)]) for at, held in enumerate(code.co_consts) if type(held) is Slots]
    marks.append(own)
    consts = [
        emptied(held, numbers, marks) if type(held) is types.CodeType else held for held in code.co_consts
    ]
    for at, _ in own:
        consts[at] = None
    return code.replace(co_consts=tuple(consts))


def filled(code: types.CodeType, slots: dict[int, Slots], marks: Any) -> types.CodeType:
    """The opposite."""
    own = next(marks)
    consts = [filled(held, slots, marks) if type(held) is types.CodeType else held for held in code.co_consts]
    for at, number in own:
        consts[at] = slots[number]
    return code.replace(co_consts=tuple(consts))
