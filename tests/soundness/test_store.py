"""Whatever happens to the folder of remembered results, no verdict changes."""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.soundness import compare
from tests.soundness.judged import Judge, green, python

__all__ = ["green", "python"]  # fixtures
pytestmark = [pytest.mark.network, pytest.mark.slow]

SEEDS = range(4)
BROKEN = {"p/limits.py": "MOST = 11\n\n\ndef most() -> int:\n    return MOST\n"}


def entries(folder: Path) -> list[Path]:
    """The files of a store, those of one kind beside each other."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def flipped(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.chmod(0o600)
    path.write_bytes(data)


def truncated(path: Path, chance: random.Random) -> None:
    data = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(data[: chance.randrange(len(data))] if data else data)


DAMAGE = {"a flipped bit": flipped, "a cut end": truncated}


class Scratch:
    """What a check says that remembers nothing: of the green tree, and of the broken one."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.whole = judge.scratch()
        judge.project.write(BROKEN)
        self.broken = judge.scratch()
        judge.project.git("checkout", "-q", "--", ".")
        assert self.whole["tests", "status"] == '"passed"'
        assert self.broken["tests", "status"] == '"failed"'

    def differences(self) -> list[compare.Difference]:
        """Of checks that remember, first with nothing changed, then with the broken file."""
        found = compare.differences(self.judge.warm(), self.whole)
        self.judge.project.write(BROKEN)
        found += compare.differences(self.judge.warm(), self.broken)
        self.judge.project.git("checkout", "-q", "--", ".")
        return found


@pytest.fixture
def scratch(green: Judge) -> Scratch:
    return Scratch(green)


def turns(judge: Judge) -> Iterator[int]:
    """Each begins with the store as the green check left it."""
    kept = judge.memory.with_name("kept")
    shutil.copytree(judge.memory, kept)
    for seed in SEEDS:
        shutil.rmtree(judge.memory)
        shutil.copytree(kept, judge.memory)
        yield seed


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_to_one_entry_changes_no_verdict(scratch: Scratch, kind: str) -> None:
    for seed in turns(scratch.judge):
        chance = random.Random(f"{kind} {seed}")
        files = entries(scratch.judge.memory)
        at = seed * len(files) // len(SEEDS)  # so that each kind has its turn
        chosen = files[at + chance.randrange(max(1, len(files) // len(SEEDS)))]
        DAMAGE[kind](chosen, chance)
        assert scratch.differences() == [], f"{kind} of {chosen.relative_to(scratch.judge.memory)}"


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_to_all_entries_changes_no_verdict(scratch: Scratch, kind: str) -> None:
    for seed in turns(scratch.judge):
        chance = random.Random(f"{kind} {seed}")
        for path in entries(scratch.judge.memory):
            DAMAGE[kind](path, chance)
        assert scratch.differences() == [], f"{kind}, seed {seed}"
