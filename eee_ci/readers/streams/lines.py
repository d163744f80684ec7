"""Lines of foreign JSON, and its values taken for what they should be: nothing here raises for any bytes."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

LONGEST = 1 << 20  # bytes of a line; a longer one is damaged
MOST = 1_000_000  # lines that are looked at: more in a stream of bounded size are no events
_LARGEST = 1 << 53  # beyond it JSON of other languages loses digits
_LINE = re.compile(rb"[^\n]+")

Event = Mapping[str, Any]


def events(said: bytes, *, ended: bool) -> Iterator[Event | None]:
    """Each line as an object; None for one that is damaged. The last one may be cut while it is written."""
    for number, found in enumerate(_LINE.finditer(said)):
        if number == MOST:
            yield None
            return
        whole = ended or found.end() < len(said)
        if not (line := found[0] if found.end() - found.start() <= LONGEST else b"?").strip():
            continue
        event = document(line)
        if event is not None or whole:
            yield event


def document(data: bytes) -> Event | None:
    """One JSON object; bytes that are no UTF-8 and lone surrogates are replaced or kept, not refused."""
    if not data.lstrip().startswith(b"{"):
        return None
    try:
        found = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        try:
            found = json.loads(data.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            return None
    return found if isinstance(found, dict) else None


def at(value: Any, *keys: str) -> Any:
    """What lies there; None where there is nothing."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def count(value: Any) -> int | None:
    """A number of things; None for what cannot be one."""
    return value if type(value) is int and 0 <= value < _LARGEST else None


def amount(value: Any) -> float | None:
    """A sum of money; None for what cannot be one."""
    if type(value) not in (int, float) or not 0 <= value < _LARGEST or not math.isfinite(value):
        return None
    return float(value)


def rows(value: Any) -> list[Event]:
    """The objects of a list."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def added(one: int | None, other: int | None) -> int | None:
    """The sum of what is known."""
    return other if one is None else one + (other or 0)
