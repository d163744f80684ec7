"""Numbers of foreign reports, kept inside of what a line, a column or a count of lines can be."""

from typing import Any

LARGEST = 2**31 - 1


def line(value: Any) -> int | None:
    """A line or column, also one written as text; None for what is none."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= len(str(LARGEST)):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST:
        return value
    return None


def count(value: Any) -> int:
    """A number of things; a ValueError for what is none."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST:
        return value
    raise ValueError(f"{str(value)[:40]!r} is no count")
