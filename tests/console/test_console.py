"""The writer of standard output: colour, width, status lines and readers that go away."""

import io
import os
import pty
from collections.abc import Iterator
from typing import TextIO

import pytest

from eee_ci.console import Console

TERM = {"TERM": "xterm"}


class Terminal(io.StringIO):
    """A stream that calls itself a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal() -> Iterator[TextIO]:
    """A real one, of which nobody reads."""
    ours, theirs = pty.openpty()
    with open(theirs, "w", encoding="utf-8") as stream:  # noqa: PTH123 - a descriptor
        yield stream
    os.close(ours)


def test_a_terminal_gets_colours_unless_it_wants_none() -> None:
    assert Console(Terminal(), environ=TERM).paint("x", "red", "bold") == "\x1b[31;1mx\x1b[0m"
    for environ in ({"TERM": "dumb"}, {}, {**TERM, "NO_COLOR": "1"}):
        assert Console(Terminal(), environ=environ).paint("x", "red") == "x"
    assert Console(Terminal(), environ=TERM).paint("x") == "x"


def test_a_file_gets_none() -> None:
    console = Console(io.StringIO(), environ=TERM)
    assert (console.tty, console.paint("x", "red"), console.width) == (False, "x", 200)


def test_a_terminal_that_does_not_say_has_eighty_columns(terminal: TextIO) -> None:
    assert Console(terminal, environ=TERM).width == 80
    assert Console(Terminal(), environ=TERM).width == 80


def test_a_status_line_is_cut_to_the_terminal_and_stays_out_of_logs() -> None:
    out = Terminal()
    Console(out, environ=TERM).status("x" * 100)
    assert out.getvalue() == "\r\x1b[2K" + "x" * 79
    for environ in ({**TERM, "CI": "true"}, {"TERM": "dumb"}):
        out = Terminal()
        Console(out, environ=environ).status("x")
        assert out.getvalue() == ""


def test_a_runner_sees_no_command_in_a_line() -> None:
    out = io.StringIO()
    Console(out, environ={"GITHUB_ACTIONS": "true"}).lines(["::error::x"])
    assert not out.getvalue().startswith("::")


class Gone(io.StringIO):
    """A pipe whose reader went away; `fails` names what notices."""

    def __init__(self, fails: str) -> None:
        super().__init__()
        self.fails = fails

    def write(self, data: str) -> int:
        if self.fails == "write":
            raise BrokenPipeError
        return super().write(data)

    def flush(self) -> None:
        if self.fails == "flush":
            raise BrokenPipeError


@pytest.mark.parametrize("fails", ["write", "flush"])
def test_a_reader_that_goes_away_silences_it(fails: str) -> None:
    out = Gone(fails)
    console = Console(out, environ={})
    console.lines(["a"])
    console.raw("b")
    assert out.getvalue() == ("" if fails == "write" else "a\n")


def test_what_is_left_goes_nowhere() -> None:
    read, write = os.pipe()
    os.close(read)
    with open(write, "w", encoding="utf-8") as stream:  # noqa: PTH123 - a descriptor
        console = Console(stream, environ={})
        console.raw("x" * 100_000)
        console.lines(["a"])
        stream.write("b")  # the interpreter's own flush at its end finds somebody


def test_a_stream_that_was_closed_is_no_terminal() -> None:
    out = Terminal()
    out.close()
    console = Console(io.StringIO(), environ=TERM)
    assert console.tty is False
    closed = io.StringIO()
    closed.close()
    Console(closed, environ={}).lines(["a"])
