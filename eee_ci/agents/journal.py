"""The journal of a run: a line of JSON for each change of state, on the disk before the next one happens."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from eee_ci.errors import WriteError
from eee_ci.files import entries
from eee_ci.model import Noun

FILE = "journal.jsonl"
LARGEST = 256 << 20
_END = 4096  # bytes, more than the line that ends a run has


class Line(Noun, frozen=True, kw_only=True):
    """One change of state. `facts` depend on the event."""

    n: int
    at: str  # UTC
    event: str
    facts: dict[str, Any] = {}


class Read(Noun, frozen=True, kw_only=True):
    """What a journal says; `damaged` lines could not be read."""

    lines: tuple[Line, ...] = ()
    damaged: int = 0

    def of(self, *events: str) -> Iterator[Line]:
        """The lines of some events, in their order."""
        return (line for line in self.lines if line.event in events)

    def count(self, event: str) -> int:
        return sum(1 for _ in self.of(event))


class Journal:
    """Keeps the number of the last line. What it cannot write ends the run: a state that nobody noted
    could not be found again."""

    def __init__(self, add: Callable[[bytes], None], path: Path, number: int) -> None:
        self._add, self.path, self._number = add, path, number

    def note(self, event: str, **facts: Any) -> None:
        """Add a line; nouns stand as maps."""
        self._number += 1
        line = Line(n=self._number, at=now(), event=event, facts=msgspec.to_builtins(facts))
        try:
            self._add(msgspec.json.encode(line))
        except OSError as error:
            raise WriteError(f"cannot write {self.path}: {error.strerror}", "free some space") from None

    def read(self) -> Read:
        """All that was noted so far."""
        return read(self.path)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Journal]:
    """The journal for more lines, after those that it has."""
    before = read(path)
    try:
        with entries.growing(str(path)) as add:
            yield Journal(add, path, before.lines[-1].n if before.lines else 0)
    except OSError as error:
        raise WriteError(f"cannot write {path}: {error.strerror}", "choose a place to write to") from None


def read(path: Path) -> Read:
    """The lines of a journal. One that a crash has torn is left out: what it was to say did not happen."""
    try:
        if path.stat().st_size > LARGEST:
            return Read(damaged=1)
        data = path.read_bytes()
    except OSError:
        return Read()
    lines, damaged = [], 0
    for row in data.split(b"\n"):
        try:
            lines += [msgspec.json.decode(row, type=Line)] if row else []
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            damaged += 1
    return Read(lines=tuple(lines), damaged=damaged)


def ends_with(path: Path, event: str) -> bool:
    """Is this the last line? Of a long journal only the end is read."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _END))
            last = file.read().rstrip(b"\n").rpartition(b"\n")[2]
        return msgspec.json.decode(last, type=Line).event == event
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def now() -> str:
    """The time in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
