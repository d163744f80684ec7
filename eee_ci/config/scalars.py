"""The small kinds of values that config files are made of, each with the words for what is wanted.

In a `Meta`, `title` is what a message says is wanted; `check` returns what is wanted, or None when all
is well; `written` lets a number or word stand for its own text.
"""

import posixpath
import re
from typing import Annotated, Any

from msgspec import Meta

LONGEST_TIMEOUT = 30 * 24 * 3600.0
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}
_WRITTEN = {"x-written": True}  # for the JSON Schema, which reads YAML's numbers as numbers
_ABSOLUTE = re.compile(r"[/\\]|[A-Za-z]:")


def seconds(value: float | str) -> float:
    """`90`, `90s`, `10m` and `1h` in seconds."""
    if isinstance(value, str):
        return float(value[:-1]) * _UNITS[value[-1]]
    return float(value)


def _endless(value: Any) -> str | None:
    return None if 0 < seconds(value) <= LONGEST_TIMEOUT else "more than 0 and at most 30 days"


def _outside(value: Any) -> str | None:
    if _ABSOLUTE.match(value):
        return "a path relative to the project"
    return "a path inside the project" if posixpath.normpath(value).split("/")[0] == ".." else None


Id = Annotated[
    str,
    Meta(
        pattern=r"^[a-z][a-z0-9-]{0,63}$(?!\n)", title="a name of at most 64 small letters, digits and dashes"
    ),
]
Word = Annotated[str, Meta(min_length=1, title="text that is not empty")]
Argument = Annotated[
    str,
    Meta(
        min_length=1,
        title="text that is not empty",
        extra={"written": True},
        extra_json_schema=_WRITTEN,
    ),
]
Inside = Annotated[
    str,
    Meta(min_length=1, title="a path inside the project, relative to its root", extra={"check": _outside}),
]
Number = Annotated[float, Meta(ge=0)]
Duration = Annotated[
    Annotated[float, Meta(gt=0)] | Annotated[str, Meta(pattern=r"^[0-9]{1,9}(\.[0-9]{1,9})?[smh]$(?!\n)")],
    Meta(title="seconds above 0, or a time such as 90s, 10m or 1h", extra={"check": _endless}),
]
Variable = Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$(?!\n)", title="the name of a variable")]
Passed = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*\*?$(?!\n)", title="the name of a variable, or its start and a *"),
]
Text = Annotated[str, Meta(extra={"written": True}, extra_json_schema=_WRITTEN)]
Exact = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]+(\.[0-9]+)*(-?(a|b|rc|alpha|beta|\.post|\.dev)\.?[0-9]+)?$(?!\n)",
        title="one exact version, such as 1.2.3",
        extra={"written": True},
        extra_json_schema=_WRITTEN,
    ),
]
