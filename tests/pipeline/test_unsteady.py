"""Lines that are run or not by chance: once that is known, they do not make all test files run."""

from collections.abc import Callable
from pathlib import Path

import pytest

from eee_ci.model import Verdict
from tests.conftest import Files, Project
from tests.pipeline.test_selecting import Site, told

LUCK = """\
import os


def luck(path):
    found = 0
    if os.path.exists(path):
        found = (
            1
        )
    return found
"""
# it starts a process, and so it always runs; the dice lie outside of the project, where nobody follows
THROWS = """\
import os
from p import luck, sums

def test_luck():
    os.system("true")
    assert luck.luck({dice!r}) in (0, 1)
"""
FIRST = """\
    if luck.luck({dice!r}):
        assert sums.slow(2) == 6
"""
WIDER = "then all of them: they cover less of p/{} than before"


class Thrown(Site):
    """A project with a test that does more when the dice lie."""

    def __init__(self, make: Callable[[Files], Project], dice: Path) -> None:
        super().__init__(make)
        self.dice = dice
        self.edits = 0
        dice.touch()
        self.project.write({"p/luck.py": LUCK, "tests/test_a_luck.py": THROWS.format(dice=str(dice))})
        self.check()

    def after_an_edit(self, *, lucky: bool) -> Verdict:
        """What comes of it when something else is edited."""
        self.dice.touch() if lucky else self.dice.unlink()
        self.edits += 1
        self.project.write({"tests/test_words.py": f"def test_shout():\n    assert {self.edits}\n"})
        ran = self.check()
        assert told(ran) == self.scratch()
        return ran


@pytest.fixture
def thrown(project: Callable[[Files], Project], tmp_path: Path) -> Thrown:
    return Thrown(project, tmp_path / "dice")


def test_what_nobody_stood_in_for_was_chance(thrown: Thrown) -> None:
    ran = thrown.after_an_edit(lucky=False)
    assert ran.because[-1] == WIDER.format("luck.py")
    assert thrown.after_an_edit(lucky=True).because[-1] == "2 of 5 test files run"
    assert thrown.after_an_edit(lucky=False).because[-1] == "2 of 5 test files run"


def test_what_somebody_stood_in_for_was_not(thrown: Thrown) -> None:
    """The second user of a cached function runs it when the first does not."""
    body = (THROWS + FIRST).format(dice=str(thrown.dice))
    thrown.project.write({"tests/test_a_luck.py": body})
    thrown.check()
    thrown.after_an_edit(lucky=False)
    thrown.after_an_edit(lucky=True)
    for name in ("a_luck", "a_slow", "b_slow"):  # the first does it for all again
        path = thrown.project.root / f"tests/test_{name}.py"
        thrown.project.write({f"tests/{path.name}": f"{path.read_text(encoding='utf-8')}\nAGAIN = 1\n"})
    thrown.check()
    assert thrown.after_an_edit(lucky=False).because[-1] == WIDER.format("sums.py")


def test_it_is_forgotten_when_the_file_changes(thrown: Thrown) -> None:
    thrown.after_an_edit(lucky=False)
    thrown.edit("p/luck.py", "found = 0", "found = 2 - 2")
    thrown.after_an_edit(lucky=True)
    assert thrown.after_an_edit(lucky=False).because[-1] == WIDER.format("luck.py")


def test_it_is_forgotten_with_the_environment(thrown: Thrown) -> None:
    thrown.after_an_edit(lucky=False)
    thrown.gate["probes"] = False
    thrown.project.write({"eee-ci.yaml": thrown.config})
    thrown.after_an_edit(lucky=True)
    assert thrown.after_an_edit(lucky=False).because[-1] == WIDER.format("luck.py")
