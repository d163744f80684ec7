"""What adapters share when they read: exit codes, reports, and findings made comparable.

A finding leaves here with a path relative to the root, a full 1-based region in code points, a
fingerprint that survives moved code, and its place in one fixed order.
"""

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import msgspec

from eee_ci import linehash, text
from eee_ci.errors import ReportError
from eee_ci.model import SEVERITIES, Finding, Outcome, Ran

Unit = Literal["points", "utf8", "utf16"]
LARGEST_REPORT = 64 * 1024 * 1024
FOUND = "findings"  # the word of an exit code that promises findings


def last(outcome: Outcome) -> Ran:
    """The step that ended the command; a ReportError when nothing ran to its end."""
    if outcome.problem:
        raise ReportError(outcome.problem)
    if not outcome.steps:
        raise ReportError("no process was started")
    return outcome.steps[-1]


def exits(ran: Ran, table: Mapping[int, str]) -> str:
    """The word for the exit code in the adapter's table; a ReportError for a code outside of it."""
    word = table.get(ran.exit) if ran.exit is not None else None
    if word is None:
        raise ReportError(f"{name(ran)} ended with exit {ran.exit}, which it does not define{said(ran)}")
    if word.startswith("error"):
        raise ReportError(f"{name(ran)} ended with exit {ran.exit}{word.removeprefix('error')}{said(ran)}")
    return word


def name(ran: Ran) -> str:
    """The program of a step, in a word."""
    words = [word for word in ran.argv if not word.startswith("-")]
    if "-m" in ran.argv[:-1]:
        return ran.argv[ran.argv.index("-m") + 1]
    return PurePosixPath(words[0]).name if words else "the program"


def said(ran: Ran, lines: int = 3) -> str:
    """`: ` and the last words on standard error, else on standard output; empty when it was silent."""
    for stream in (ran.stderr, ran.stdout):
        tail = [text.line(row) for row in text.decode(stream[-8192:]).splitlines() if row.strip()][-lines:]
        if tail:
            return ": " + " | ".join(tail)
    return ""


def report(outcome: Outcome, file: str) -> bytes:
    """The bytes of a kept file; a ReportError when it is missing, empty or over 64 MiB."""
    data = outcome.files.get(file)
    if data is None:
        raise ReportError(f"{name(last(outcome))} wrote no report{said(last(outcome))}")
    if len(data) > LARGEST_REPORT:
        raise ReportError(f"the report of {name(last(outcome))} is over {LARGEST_REPORT >> 20} MiB")
    return data


def json(data: bytes, what: str) -> Any:
    """Parsed JSON; a ReportError that says where it breaks."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ReportError(f"{what} is not readable JSON: {error}") from None


def expect(findings: Iterable[object], word: str, ran: Ran) -> None:
    """A ReportError when the exit code promises findings and none was read."""
    if word == FOUND and not any(True for _ in findings):
        raise ReportError(f"{name(ran)} ended with exit {ran.exit} but reported nothing{said(ran)}")


def relative(path: str, root: str) -> str | None:
    """The path relative to the root with `/`; None when it lies outside or cannot be a file of ours."""
    if not path or "\x00" in path or "://" in path:
        return None
    inside = os.path.relpath(Path(root, path), root)
    if inside == ".." or inside.startswith("../"):
        inside = os.path.relpath(os.path.realpath(Path(root, path)), os.path.realpath(root))
    return None if inside.startswith("..") or inside == "." else inside


def finish(root: str, findings: Iterable[Finding], unit: Unit = "points") -> tuple[Finding, ...]:
    """Findings made comparable, worst-sorted by place. Columns come in `unit`s, 1-based."""
    sources = _Sources(root)
    placed = [_place(finding, root, sources, unit) for finding in findings]
    placed.sort(key=_order)
    seen: Counter[tuple[str, str, str, str]] = Counter()
    return tuple(_mark(finding, sources, seen) for finding in placed)


def _order(finding: Finding) -> tuple[str, int, int, str, str, str]:
    return (
        finding.path or "",
        finding.line or 0,
        finding.column or 0,
        finding.rule,
        finding.message,
        str(SEVERITIES.index(finding.severity)),
    )


class _Sources:
    """The lines and line hashes of the files that findings point at, each read once."""

    def __init__(self, root: str) -> None:
        self.root = Path(root)
        self._data: dict[str, bytes] = {}
        self._lines: dict[str, list[str]] = {}
        self._hashes: dict[str, list[str]] = {}

    def _bytes(self, path: str) -> bytes:
        if path not in self._data:
            file = self.root / path
            try:
                self._data[path] = file.read_bytes() if file.is_file() else b""
            except OSError:
                self._data[path] = b""
        return self._data[path]

    def line(self, path: str, number: int) -> str | None:
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


def _place(finding: Finding, root: str, sources: _Sources, unit: Unit) -> Finding:
    path = relative(finding.path, root) if finding.path else None
    message = text.clean(finding.message).strip() or finding.rule
    if finding.path and path is None:
        message = f"{message} (in {text.line(finding.path)}, outside of the project)"
    if path is None or not finding.line or finding.line < 1:
        return msgspec.structs.replace(
            finding, path=path, message=message, line=None, column=None, end_line=None, end_column=None
        )
    return msgspec.structs.replace(
        finding, path=path, message=message, **_region(finding, path, sources, unit)
    )


def _region(finding: Finding, path: str, sources: _Sources, unit: Unit) -> dict[str, int]:
    """All four numbers; what the tool does not say becomes the rest of the line."""
    line = finding.line or 1
    end_line = max(finding.end_line or line, line)
    column = _points(sources.line(path, line), finding.column or 1, unit)
    row = sources.line(path, end_line)
    if finding.end_column:
        end_column = _points(row, finding.end_column, unit)
    else:
        end_column = len(row) + 1 if row is not None else column + 1
    if end_line == line:
        end_column = max(end_column, column)
    return {"line": line, "column": column, "end_line": end_line, "end_column": max(end_column, 1)}


def _points(row: str | None, column: int, unit: Unit) -> int:
    """A 1-based column in code points, kept inside the line where the line is known."""
    column = max(column, 1)
    if row is None:
        return column
    if unit == "utf8":
        column = len(row.encode()[: column - 1].decode("utf-8", "ignore")) + 1
    elif unit == "utf16":
        column = len(row.encode("utf-16-le")[: 2 * (column - 1)].decode("utf-16-le", "ignore")) + 1
    return min(column, len(row) + 1)


def _mark(finding: Finding, sources: _Sources, seen: Counter[tuple[str, str, str, str]]) -> Finding:
    """Fingerprint from the line's own words and their occurrence, never from the line number."""
    row = sources.line(finding.path, finding.line) if finding.path and finding.line else None
    words = " ".join(row.split()) if row is not None else finding.message
    key = (finding.tool, finding.rule, finding.path or "", words)
    seen[key] += 1
    digest = hashlib.sha256("\x00".join((*key, str(seen[key]))).encode("utf-8", "surrogatepass"))
    line_hash = sources.line_hash(finding.path, finding.line) if finding.path and finding.line else None
    return msgspec.structs.replace(finding, fingerprint=digest.hexdigest()[:32], line_hash=line_hash)
