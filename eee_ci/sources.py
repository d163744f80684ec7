"""The lines of the judged files: their text, their hashes, and columns of any unit as code points."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from eee_ci import linehash

Unit = Literal["points", "utf8", "utf16"]
LARGEST = 64 * 1024 * 1024  # a larger file keeps its findings, without line text


class Sources:
    """The lines and line hashes of the files that findings point at, each read once."""

    def __init__(self, root: str) -> None:
        self.root = Path(root)
        self._data: dict[str, bytes] = {}
        self._lines: dict[str, list[str]] = {}
        self._hashes: dict[str, Sequence[str]] = {}

    def _bytes(self, path: str) -> bytes:
        if path not in self._data:
            file = self.root / path
            try:
                readable = file.is_file() and file.stat().st_size <= LARGEST
                self._data[path] = file.read_bytes() if readable else b""
            except (OSError, ValueError):
                self._data[path] = b""
        return self._data[path]

    def line(self, path: str, number: int) -> str | None:
        """The text of a line, 1-based and without its end; None where it is not known."""
        if path not in self._lines:
            decoded = self._bytes(path).decode("utf-8", "replace").removeprefix("\ufeff")
            self._lines[path] = decoded.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        lines = self._lines[path]
        return lines[number - 1] if 0 < number <= len(lines) and self._bytes(path) else None

    def line_hash(self, path: str, number: int) -> str | None:
        if path not in self._hashes:
            self._hashes[path] = linehash.hashes(self._bytes(path)) if self._bytes(path) else []
        known = self._hashes[path]
        return known[number - 1] if 0 < number <= len(known) else None


def points(row: str | None, column: int, unit: Unit) -> int:
    """A 1-based column in code points, kept inside the line where the line is known."""
    column = max(column, 1)
    if row is None:
        return column
    if unit == "utf8":
        column = len(row.encode()[: column - 1].decode("utf-8", "ignore")) + 1
    elif unit == "utf16":
        column = len(row.encode("utf-16-le")[: 2 * (column - 1)].decode("utf-16-le", "ignore")) + 1
    return min(column, len(row) + 1)
