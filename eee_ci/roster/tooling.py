"""The words of `tools` and `disallowedTools`: a string with commas, or a list; doubt never allows more."""

import re
from collections.abc import Iterator
from typing import Any

from eee_ci.roster.rules import Desk

_TOOL = re.compile(r"\*|[A-Za-z][A-Za-z0-9_.*-]*(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?")
_EVERY = "*"
_OLD = re.compile(r"Task(?:\(.*\))?", re.DOTALL)


class UnclearError(Exception):
    """It cannot be told which tools are meant."""


def allowed(value: Any, desk: Desk, line: int) -> tuple[str, ...] | None:
    """The tools that it may use; None: all. What cannot be read allows nothing."""
    try:
        words = _words(value)
    except UnclearError as error:
        desk.say("bad-tool", f"tools: {error}; it gets none", line)
        return ()
    if words == [_EVERY]:
        return None
    if not words:
        desk.say("no-tools", "tools: names none, so it gets none", line)
    known = [word for word in words if _TOOL.fullmatch(word) and word != _EVERY]
    for word in words:
        if word not in known:
            desk.say("bad-tool", f"tools: {word!r} is no name of a tool; it is left out", line)
    _mention(known, "tools", desk, line)
    return tuple(dict.fromkeys(known))


def denied(value: Any, desk: Desk, line: int) -> tuple[str, ...] | None:
    """The tools that it must not use; None, and a finding, where that is not clear: then nobody runs it."""
    try:
        words = _words(value)
    except UnclearError as error:
        desk.say("bad-denial", f"disallowedTools: {error}; it is skipped", line)
        return None
    for word in words:
        if not _TOOL.fullmatch(word):
            desk.say("bad-denial", f"disallowedTools: {word!r} is no name of a tool; it is skipped", line)
            return None
    _mention(words, "disallowedTools", desk, line)
    return tuple(dict.fromkeys(words))


def _words(value: Any) -> list[str]:
    """The single words. Of a list the items are joined first: YAML parts `Agent(x,y)` in two."""
    items = value if isinstance(value, list) else [value]
    if not all(item is None or isinstance(item, str) for item in items):
        raise UnclearError("want names with commas between, or a list of names")
    said = [word for word in _split(",".join(item for item in items if item)) if word]
    if len(said) == 1 and not _TOOL.fullmatch(said[0]) and all(map(_TOOL.fullmatch, said[0].split())):
        return said[0].split()
    return said


def _split(words: str) -> Iterator[str]:
    """At commas outside of parentheses."""
    depth, begin = 0, 0
    for at, sign in enumerate(words):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth <= 0:
            yield words[begin:at].strip()
            begin = at + 1
    yield words[begin:].strip()


def _mention(words: list[str], key: str, desk: Desk, line: int) -> None:
    if any(map(_OLD.fullmatch, words)):
        desk.say("old-tool", f"{key}: Task is called Agent today", line)
