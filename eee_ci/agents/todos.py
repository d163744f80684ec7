"""Our own list of todos: valid for TodoWrite as it stands, with keys beside those for what became of each."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import msgspec

from eee_ci import files, text
from eee_ci.agent import End, Item, Result, Todo, TodoStatus
from eee_ci.agents import journal
from eee_ci.model import Noun

FILE = "todos.json"
Phase = Literal["waiting", "execution", "gates", "done"]
Outcome = Literal["ok", "unverified", "failed", "skipped", "tampered", "conflict", "no-op"]
_OUTCOMES: dict[End, Outcome] = {
    "accepted": "ok",
    "unverified": "unverified",
    "no-op": "no-op",
    "skipped": "skipped",
    "tampered": "tampered",
    "conflict": "conflict",
    "rejected": "failed",
    "failed": "failed",
    "budget": "failed",
}
# there is no word for a failure among the legal ones: such an item waits for somebody, and `outcome` says why
_OPEN = ("failed", "tampered", "conflict")
_LOG = 2_000
_MOST_CHILDREN = 100


class Error(Noun, frozen=True, kw_only=True):
    """Why it did not work."""

    kind: End
    message: str
    log: str = ""


class Entry(Noun, frozen=True, kw_only=True, rename="camel"):
    """One todo. The first three keys are TodoWrite's."""

    content: str
    status: TodoStatus = "pending"
    active_form: str = ""
    id: str
    phase: Phase = "waiting"
    agent: str
    outcome: Outcome | None = None
    error: Error | None = None
    attempts: int = 0
    started: str | None = None
    ended: str | None = None
    children: tuple[Todo, ...] = ()  # the backend's own list


class _File(Noun, frozen=True, kw_only=True):
    todos: tuple[Entry, ...] = ()


class Todos:
    """Keeps the list; each change is on the disk when it is made."""

    def __init__(self, folder: Path, listed: Iterable[Entry]) -> None:
        self._path = folder / FILE
        self._entries = {entry.id: entry for entry in listed}
        self._save()

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(self._entries.values())

    def begin(self, item: str, *, attempt: int) -> None:
        """An agent works on it now."""
        known = self._entries[item]
        self._change(
            item,
            status="in_progress",
            phase="execution",
            attempts=attempt,
            started=known.started or journal.now(),
        )

    def mirror(self, item: str, told: tuple[Todo, ...] | None) -> None:
        """What the backend's own list says, as children."""
        children = tuple(map(_cleaned, (told or ())[:_MOST_CHILDREN]))
        if told is not None and children != self._entries[item].children:
            self._change(item, children=children)

    def verify(self, item: str) -> None:
        """Its patch is with the gates."""
        self._change(item, phase="gates")

    def again(self, item: str) -> None:
        """It waits for another attempt."""
        self._change(item, status="pending", phase="waiting")

    def end(self, result: Result) -> None:
        """What became of it."""
        outcome = _OUTCOMES[result.end]
        failed = outcome in _OPEN
        log = text.tail(result.told.message, _LOG) if result.told else ""
        error = Error(kind=result.end, message="; ".join(result.reasons), log=log) if failed else None
        self._change(
            result.item,
            status="pending" if failed else "completed",
            phase="done",
            outcome=outcome,
            error=error,
            attempts=result.attempts,
            ended=journal.now(),
        )

    def _change(self, item: str, **fields: Any) -> None:
        self._entries[item] = msgspec.structs.replace(self._entries[item], **fields)
        self._save()

    def _save(self) -> None:
        data = msgspec.json.encode(_File(todos=self.entries))
        files.publish(self._path, msgspec.json.format(data, indent=2) + b"\n")


def of(items: Iterable[Item]) -> tuple[Entry, ...]:
    """The list of a plan."""
    return tuple(
        Entry(id=item.id, agent=item.agent, content=item.title, active_form=f"Working on: {item.title}")
        for item in items
    )


def merged(planned: Iterable[Entry], saved: Iterable[Entry]) -> tuple[Entry, ...]:
    """The list of the plan, with what an earlier process saved of it; what it left half-done waits again."""
    known = {entry.id: entry for entry in saved}
    return tuple(_resumed(known.get(entry.id, entry)) for entry in planned)


def _resumed(entry: Entry) -> Entry:
    busy = entry.phase in ("execution", "gates")
    return msgspec.structs.replace(entry, status="pending", phase="waiting") if busy else entry


def load(folder: Path) -> tuple[Entry, ...]:
    """The list as it was saved; nothing when there is none that can be read."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=_File).todos
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return ()


def _cleaned(todo: Todo) -> Todo:
    shown = (text.clip(text.line(word), 500) for word in (todo.content, todo.active_form))
    content, form = shown
    return Todo(content=content, status=todo.status, active_form=form)
