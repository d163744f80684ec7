"""Lists of todos in the shapes of all backends, as one list in TodoWrite's shape."""

from typing import Any

from msgspec.structs import replace

from eee_ci import text
from eee_ci.agent import Todo, TodoStatus
from eee_ci.readers.streams import lines

LONGEST = 500  # bytes of an entry
MOST = 200  # entries
_STATUS: dict[str, TodoStatus] = {
    "pending": "pending",
    "in_progress": "in_progress",
    "completed": "completed",
}
_GONE = {"cancelled", "deleted"}  # TodoWrite has no such status; nor was it done


class Board:
    """A list that is told whole, or entry by entry with ids."""

    def __init__(self) -> None:
        self.rows: dict[str, Todo] = {}
        self._calls: dict[str, str] = {}  # the id of what a call made
        self._made = 0

    def put(self, told: Any) -> None:
        """The whole list anew; what is no list changes nothing."""
        if isinstance(told, list):
            named = {_id(row) or f"#{number}": row for number, row in enumerate(lines.rows(told))}
            self.rows = {key: _todo(row) for key, row in named.items() if not _gone(row)}

    def create(self, call: str, told: lines.Event) -> None:
        """One more entry; until its answer tells the id it is the next number."""
        self._made += 1
        key = _id(told) or str(self._made)
        self._calls[call] = key
        if len(self.rows) < MOST:
            self.rows[key] = _todo(told)

    def name(self, call: str, key: str) -> None:
        """The id that the answer to a call gave to its entry."""
        old = self._calls.pop(call, None)
        if old in self.rows and key and old != key:
            self.rows = {key if each == old else each: row for each, row in self.rows.items()}

    def update(self, told: lines.Event) -> None:
        """Some fields of an entry; one that is not known stays so."""
        key = _id(told)
        if key not in self.rows:
            return
        if _gone(told):
            del self.rows[key]
            return
        old, new = self.rows[key], _todo(told)
        self.rows[key] = replace(
            old,
            content=new.content or old.content,
            active_form=new.active_form or old.active_form,
            status=new.status if lines.string(told.get("status")) in _STATUS else old.status,
        )

    def all(self) -> tuple[Todo, ...]:
        return tuple(row for row in self.rows.values() if row.content)[:MOST]


def _gone(row: lines.Event) -> bool:
    return lines.string(row.get("status")) in _GONE


def _id(row: lines.Event) -> str:
    found = next((row[key] for key in ("taskId", "task_id", "id") if row.get(key) is not None), "")
    return str(found)[:LONGEST] if isinstance(found, (str, int)) else ""


def _todo(row: lines.Event) -> Todo:
    words = (lines.string(row.get(key)) for key in ("content", "subject", "text", "description"))
    status = _STATUS.get(lines.string(row.get("status")), "pending")
    return Todo(
        content=_short(next(filter(None, words), "")),
        status="completed" if row.get("completed") is True else status,
        active_form=_short(lines.string(row.get("activeForm")) or lines.string(row.get("active_form"))),
    )


def _short(words: str) -> str:
    return text.clip(text.line(words), LONGEST)
