"""What an earlier run left among the reports of this one."""

from collections.abc import Collection, Iterable
from pathlib import PurePosixPath


def stale(files: Collection[str], present: Iterable[str]) -> list[str]:
    """Of the files present, those that an earlier run with more parts left: `eee-ci-3.sarif` where now
    there are two. An upload of the whole folder would take them for today's."""
    ours = {(PurePosixPath(name).stem, PurePosixPath(name).suffix) for name in files}
    return sorted(
        name
        for name in set(present) - set(files)
        for stem, dash, number in [PurePosixPath(name).stem.rpartition("-")]
        if dash and number.isdecimal() and (stem, PurePosixPath(name).suffix) in ours
    )
