"""Reports in several files: how their parts are named, and which of them an earlier run left."""

import re
from collections.abc import Collection, Iterable

_NUMBER = re.compile(r"-\d+(?=(?:\.[^.]*)?$)", re.ASCII)  # behind the name, before its ending


def name(file: str, number: int) -> str:
    """The first part bears the file's own name."""
    stem, dot, ending = file.rpartition(".")
    return file if number == 1 else f"{stem}-{number}{dot}{ending}"


def stale(files: Collection[str], present: Iterable[str]) -> list[str]:
    """Of the files present, those that an earlier run with more parts left: `eee-ci-3.sarif` where now
    there are two. An upload of the whole folder would take them for today's."""
    return sorted(name for name in set(present) - set(files) if _NUMBER.sub("", name) in files)
