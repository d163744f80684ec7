"""The bench on which candidates are judged: files of a tree in a folder of their own, and the gates there."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from eee_ci import files, tamper
from eee_ci.agent import Item, Limits
from eee_ci.agents.work import Beat, Judge, Pulse
from eee_ci.files import plain
from eee_ci.model import Run
from eee_ci.workspace import Private

_SEED = "seed"  # the tools' caches of the base
_WARMTH = 256 << 20  # bytes of them
_LARGEST = 16 << 20  # of a file that git ignores and that tools read


class Bench(NamedTuple):
    """What all verifications of a run share. `ignored` are files of the user that git ignores and that tools
    read all the same; `accept` is the gate made of the command that a task is accepted by."""

    private: Private
    place: Path
    root: Path
    judge: Judge
    gates: tuple[str, ...]
    rules: tamper.Rules
    ignored: tuple[str, ...] = ()
    accept: str | None = None
    proofs: tuple[str, ...] = ()
    beat: Beat = Pulse()


class Candidate(NamedTuple):
    """A tree that is to follow `tip`, whose own run is `before`."""

    item: Item
    limits: Limits
    tip: str
    before: Run
    tree: str


def judged(bench: Bench, treeish: str, gates: tuple[str, ...] | None = None) -> Run:
    """The gates on exactly the files of a tree, in a folder of its own."""
    with placed(bench, treeish) as root:
        seed = bench.place / _SEED
        _warm(root, seed if seed.is_dir() else bench.root / ".eee-ci" / "cache")
        judged = bench.judge(root, bench.gates if gates is None else gates, beat=bench.beat)
        if not seed.is_dir() and treeish == bench.private.base:
            plain.copy_below(root / ".eee-ci" / "cache", files.folder(seed), _WARMTH)
        return judged


@contextlib.contextmanager
def placed(bench: Bench, treeish: str) -> Iterator[Path]:
    """The files of a tree in a folder that is gone afterwards, beside them what tools find that git does not
    know."""
    folder = bench.place / "verified" / bench.private.tree(treeish)[:12]
    files.discard(folder)
    try:
        root = bench.private.checkout(treeish, folder)
        _ignored(bench, root)
        yield root
    finally:
        files.discard(folder)


def _ignored(bench: Bench, root: Path) -> None:
    for path in bench.ignored:
        source, target = bench.root / path, root / path
        if not target.exists() and source.is_file() and source.stat().st_size <= _LARGEST:
            files.folder(target.parent)
            mode = 0o755 if source.stat().st_mode & 0o100 else 0o644
            plain.copy(str(source), str(target), mode=mode)


def _warm(root: Path, seed: Path) -> None:
    """What tools kept of the user's own files: a candidate gets a copy, and nothing of it comes back."""
    plain.copy_below(seed, files.home(root) / "cache", _WARMTH)


def test_gates(run: Run) -> tuple[str, ...]:
    """The gates that run tests, by what they reported or are."""
    return tuple(
        verdict.gate
        for verdict in run.verdicts
        if verdict.asked and (verdict.reading.cases or verdict.tool in ("pytest", "nox"))
    )
