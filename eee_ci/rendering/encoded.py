"""JSON as every report writes it."""

import re
from typing import Any

import msgspec

# printed by somebody in a workflow, `##[` would begin a command; characters without width do not save it
_OLD_COMMAND = re.compile(rb"(#[\x80-\xff]*#[\x80-\xff]*)\[")


def json(value: Any) -> bytes:
    """One line, keys of maps in order."""
    return _OLD_COMMAND.sub(rb"\1\\u005b", msgspec.json.encode(value, order="deterministic"))


def json_lines(value: Any) -> bytes:
    """A line a value, for people and for `diff`."""
    return msgspec.json.format(json(value), indent=1) + b"\n"
