"""The rounds of `eee-ci watch`, told with children that end when the test says so."""

import io
import os
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from eee_ci.commands.rounds import Rounds
from eee_ci.console import Console

WATCHING = "eee-ci: watching for changes; Ctrl-C ends it"


class Child:
    def __init__(self) -> None:
        self.code: int | None = None
        self.asked: list[int] = []
        self.ending: list[int] = []

    def ended(self) -> int | None:
        return self.code

    def ask(self, number: int) -> None:
        self.asked.append(number)

    def end(self, number: int) -> None:
        self.ending.append(number)


class Room:
    """A project, rounds over it, and the children that were started."""

    def __init__(self, root: Path) -> None:
        self.root, self.now, self.out = root, 0.0, io.StringIO()
        self.children: list[Child] = []
        self.write("a.py", "1")
        console = Console(self.out, environ={})
        self.rounds = Rounds(console, root, ["check"], start=self.start, clock=lambda: self.now)
        self.rounds.step(edited=False)

    def start(self, words: Sequence[str]) -> Child:
        assert words == ["check"]
        self.children.append(Child())
        return self.children[-1]

    def write(self, name: str, content: str) -> None:
        (self.root / name).write_text(content, encoding="utf-8")

    def edit(self, name: str, content: str) -> None:
        self.write(name, content)
        self.rounds.step(edited=True)

    def over(self, code: int = 0) -> None:
        self.children[-1].code = code
        self.rounds.step(edited=False)

    def said(self) -> list[str]:
        lines = [line for line in self.out.getvalue().splitlines() if line]
        self.out.truncate(self.out.seek(0))
        return lines


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def test_the_first_round_begins_at_once_and_its_end_is_told(room: Room) -> None:
    assert (len(room.children), room.said()) == (1, [])
    room.over(1)
    room.rounds.step(edited=False)
    assert (len(room.children), room.said()) == (1, [WATCHING])


def test_an_edit_after_a_round_begins_the_next(room: Room) -> None:
    room.over()
    room.edit("a.py", "2")
    assert len(room.children) == 2
    assert room.said() == [WATCHING, "eee-ci: a.py changed: judging anew"]


def test_an_edit_during_a_round_stops_it_and_begins_the_next_when_it_is_over(room: Room) -> None:
    room.edit("a.py", "2")
    assert ([child.asked for child in room.children]) == [[signal.SIGTERM]]
    room.over(143)
    assert len(room.children) == 2
    assert room.said() == ["eee-ci: a.py changed: judging anew"]


def test_a_round_that_does_not_stop_is_asked_again_after_a_second(room: Room) -> None:
    for room.now in (5.0, 5.5, 6.1):
        room.edit("a.py", str(room.now))
    assert room.children[0].asked == [signal.SIGTERM] * 2
    assert len(room.children) == 1


def test_a_file_that_only_was_touched_is_no_edit(room: Room) -> None:
    room.over()
    room.edit("a.py", "1")
    assert len(room.children) == 1


def test_an_edit_that_nobody_told_of_is_found_when_the_round_is_over(room: Room) -> None:
    room.write("a.py", "2")
    room.over()
    assert len(room.children) == 2


def test_what_a_gate_writes_anew_in_each_round_does_not_go_on_for_ever(room: Room) -> None:
    for number in range(9):
        room.write("log.txt", str(number))
        room.over()
    assert len(room.children) == 4  # three that changed it, and one more to be sure
    assert room.said().count("note: log.txt changed in each round: heeded only between rounds now") == 1


def test_what_a_gate_writes_does_not_stop_a_round_once_that_is_known(room: Room) -> None:
    for number in range(4):
        room.write("log.txt", str(number))
        room.over()
    room.edit("a.py", "2")
    room.said()
    room.edit("log.txt", "by the gate")
    assert room.children[-1].asked == []
    room.over()
    assert room.said() == [WATCHING]


def test_an_edit_beside_what_a_gate_writes_stops_the_round(room: Room) -> None:
    for number in range(4):
        room.write("log.txt", str(number))
        room.over()
    room.edit("a.py", "2")
    room.write("log.txt", "by the gate")
    room.edit("a.py", "3")
    assert room.children[-1].asked == [signal.SIGTERM]
    assert room.said()[-1] == "eee-ci: a.py changed: judging anew"


def test_a_file_that_is_edited_between_rounds_is_heeded_in_them_again(room: Room) -> None:
    for number in range(4):
        room.write("a.py", f"by hand {number}")
        room.over()
    room.edit("a.py", "between rounds")
    room.edit("a.py", "during the round")
    assert room.children[-1].asked == [signal.SIGTERM]


def test_a_file_that_is_gone_is_an_edit(room: Room) -> None:
    room.write("b.py", "1")
    room.over()
    room.over()
    (room.root / "b.py").unlink()
    room.rounds.step(edited=True)
    assert len(room.children) == 3
    assert room.said()[-1] == "eee-ci: b.py changed: judging anew"


def test_the_file_that_we_speak_to_is_no_edit(room: Room) -> None:
    room.over()
    before = os.dup(1)
    with (room.root / "log.txt").open("wb") as log:
        os.dup2(log.fileno(), 1)
        try:
            room.edit("log.txt", "our words")
        finally:
            os.dup2(before, 1)
            os.close(before)
    assert len(room.children) == 1
    room.edit("log.txt", "somebody else's")
    assert len(room.children) == 2


def test_the_end_of_watching_is_the_end_of_the_round(room: Room) -> None:
    with room.rounds as rounds:
        rounds.end(signal.SIGINT)
    assert room.children[0].ending == [signal.SIGINT]


def test_no_round_outlives_an_error(room: Room) -> None:
    with pytest.raises(ValueError, match="odd"), room.rounds:
        raise ValueError("odd")
    assert room.children[0].ending == [signal.SIGTERM]
