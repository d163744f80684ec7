"""The terminal: the one writer of standard output. A closed pipe silences it and changes no exit code."""

import contextlib
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TextIO

from eee_ci import text

_CODES = {"red": "31", "green": "32", "yellow": "33", "grey": "90", "bold": "1"}
_NARROW, _WIDEST = 20, 200


class Console:
    """Writes cleaned lines. Colour only on a terminal that wants it."""

    def __init__(self, out: TextIO | None = None, *, environ: Mapping[str, str] = os.environ) -> None:
        self._out = sys.stdout if out is None else out
        with contextlib.suppress(AttributeError, ValueError):
            self._out.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # real streams have it
        self.tty = _is_terminal(self._out)
        plain = bool(environ.get("NO_COLOR")) or environ.get("TERM", "") in ("", "dumb")
        self.colour = self.tty and not plain
        self.live = self.tty and environ.get("TERM", "") not in ("", "dumb") and "CI" not in environ
        self._runner = environ.get("GITHUB_ACTIONS") == "true"
        self._closed = False
        self._drawn = 0  # lines of the block

    @property
    def width(self) -> int:
        """Columns of the terminal; wide where there is none or it does not say."""
        if not self.tty:
            return _WIDEST
        try:
            columns = os.get_terminal_size(self._out.fileno()).columns
        except (OSError, ValueError):
            columns = 0
        return min(columns or 80, _WIDEST)

    def paint(self, words: str, *styles: str) -> str:
        """The words in colour where colour is wanted."""
        if not self.colour or not styles:
            return words
        return f"\x1b[{';'.join(_CODES[style] for style in styles)}m{words}\x1b[0m"

    def lines(self, lines: Iterable[str]) -> None:
        """Print lines; each must be cleaned already (only our own colours stand in them)."""
        for line in lines:
            self._write((text.neutral(line) if self._runner else line) + "\n")
        self._flush()

    def status(self, line: str) -> None:
        """One line that is overwritten by the next; nothing where there is no live terminal."""
        if self.live:
            self._write(f"\r\x1b[2K{line[: max(self.width - 1, 0)]}")
            self._flush()

    def block(self, lines: Sequence[str]) -> None:
        """Some lines that are overwritten by the next; nothing where there is no live terminal."""
        if self.live:
            up = f"\x1b[{self._drawn}A" if self._drawn else ""
            body = "".join(f"{line[: max(self.width - 1, 0)]}\n" for line in lines)
            self._write(f"\r{up}\x1b[J{body}")
            self._drawn = len(lines)
            self._flush()

    def raw(self, data: str) -> None:
        """Data for a program, as it is."""
        self._write(data)
        self._flush()

    def _write(self, data: str) -> None:
        if self._closed:
            return
        try:
            self._out.write(data)
        except (BrokenPipeError, ValueError):
            self._silence()

    def _flush(self) -> None:
        try:
            self._out.flush()
        except (BrokenPipeError, ValueError):
            self._silence()

    def _silence(self) -> None:
        """Nobody reads any more: send what is left nowhere, so that the interpreter's own flush is quiet."""
        self._closed = True
        with contextlib.suppress(OSError, ValueError):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, self._out.fileno())
            os.close(null)


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except (AttributeError, ValueError):
        return False
