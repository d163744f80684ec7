"""What git says of objects, as nouns."""

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from eee_ci.model import Ran


class Entry(NamedTuple):
    """A file of a tree. Size in bytes, 0 where there is no content."""

    path: str
    mode: str
    object: str
    size: int


def entries(listed: Ran) -> Iterator[Entry]:
    """The records of `ls-tree -r -l -z`."""
    for record in listed.stdout.split(b"\0"):
        if record:
            about, _, path = os.fsdecode(record).partition("\t")
            mode, _, name, size = about.split()
            yield Entry(path, mode, name, int(size) if size.isdecimal() else 0)


def contents(names: Sequence[str], told: Ran) -> dict[str, bytes]:
    """The answer of `cat-file --batch` to these object ids; one that git does not have is absent."""
    said, found, at = told.stdout, dict[str, bytes](), 0
    for name in names:
        end = said.index(b"\n", at)
        words = said[at:end].split()
        at = end + 1
        if words[-1] != b"missing":
            size = int(words[2])
            found[name] = said[at : at + size]
            at += size + 1
    return found
