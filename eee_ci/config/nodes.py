"""YAML, read strictly: every value knows its place, and what surprises people is refused.

It works on the parser's events, so nothing of YAML's own types, tags or merge keys can act.
"""

import math
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from eee_ci import text
from eee_ci.errors import Fault
from eee_ci.model import Noun

DEPTH = 32
VALUES = 10_000  # a config of hundreds of gates has a tenth of this; a bomb has more

# YAML 1.2's core schema without octal and hexadecimal numbers, leading zeros, .inf and .nan:
# these stay text, so that a message can show what was written
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,14})")
_BROKEN = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_LONGEST_NUMBER = 40
_PROBLEMS = {
    "mapping values are not allowed in this context": "a ':' where none can stand; is the line indented"
    " like its neighbours, or does the value need quotes?",
    "found character that cannot start any token": "a character that cannot start a value;"
    " put the value in quotes (and indent with spaces, never tabs)",
}


class Place(NamedTuple):
    """Where something stands in a file; line and column are 1-based."""

    file: str
    line: int
    column: int


class Node(Noun, frozen=True, kw_only=True):
    """A value of a file: a dict or list of nodes, or a scalar. `key` is where its key stands."""

    value: Any
    at: Place
    key: Place
    written: str = ""  # a scalar as it stands in the file, without quotes


class UnreadableError(Exception):
    """The rest of the file cannot be made sense of."""


def parse(source: str, file: str, faults: list[Fault]) -> tuple[Node | None, bool]:
    """The one document of a file, None when it is empty or unreadable; False when a part is unknown."""
    import yaml

    reader = _Reader(file, faults)
    # the C parser is ten times as fast; some systems' PyYAML comes without it
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        node = reader.document(yaml.parse(source, Loader=loader))
    except UnreadableError:
        return None, False
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 0, 0)
        faults.append(Fault(*place, f"not YAML: {_plain(error)}"))
        return None, False
    return node, reader.complete


def _plain(error: Any) -> str:
    problem = str(getattr(error, "problem", None) or error)
    begun = getattr(error, "context_mark", None)
    since = f" ({error.context}, begun on line {begun.line + 1})" if begun else ""
    return text.line(_PROBLEMS.get(problem, problem) + since)


class _Reader:
    """Turns events into nodes; keeps the faults of one file."""

    def __init__(self, file: str, faults: list[Fault]) -> None:
        self.file = file
        self.faults = faults
        self.complete = True
        self._values = 0

    def document(self, events: Iterator[Any]) -> Node | None:
        node = None
        documents = 0
        for event in events:
            if type(event).__name__ != "DocumentStartEvent":
                continue
            documents += 1
            if documents > 1:
                raise self._stop(event, "a second document; want one, so remove this '---'")
            node = self._node(next(events), events, 1, None)
        return node

    def _node(self, event: Any, events: Iterator[Any], depth: int, key: Place | None) -> Node:
        place = self._place(event)
        self._refuse_magic(event)
        self._values += 1
        if self._values > VALUES:
            raise self._stop(event, f"more than {VALUES} values; a config of that size is a mistake")
        if depth > DEPTH:
            raise self._stop(event, f"nested more than {DEPTH} deep")
        written = ""
        value: Any = None
        match type(event).__name__:
            case "MappingStartEvent":
                value = self._map(events, depth)
            case "SequenceStartEvent":
                value = self._list(events, depth)
            case "ScalarEvent":
                value, written = self._scalar(event), event.value
            case _:  # an alias: what it stands for stays unknown
                written = f"*{event.anchor}"
                self.complete = False
        return Node(value=value, at=place, key=key or place, written=written)

    def _list(self, events: Iterator[Any], depth: int) -> list[Node]:
        items = []
        while type(event := next(events)).__name__ != "SequenceEndEvent":
            items.append(self._node(event, events, depth + 1, None))
        return items

    def _map(self, events: Iterator[Any], depth: int) -> dict[str, Node]:
        members: dict[str, Node] = {}
        while type(event := next(events)).__name__ != "MappingEndEvent":
            key = self._node(event, events, depth + 1, None)
            child = self._node(next(events), events, depth + 1, key.at)
            if self._usable(key, event, members):
                members[key.written] = child
        return members

    def _usable(self, key: Node, event: Any, members: dict[str, Node]) -> bool:
        if isinstance(key.value, dict | list):
            self._fault(key.at, "a list or map as a key; want a name")
        elif key.written == "<<" and event.implicit[0]:
            self.complete = False
            self._fault(key.at, "merge keys (<<) are not read; write the values out, or use 'extends'")
        elif key.written in members:
            first = members[key.written].key.line
            self._fault(key.at, f"'{text.line(key.written)}' is written twice, first on line {first}")
        else:
            return True
        return False

    def _scalar(self, event: Any) -> str | int | float | bool | None:
        if "\x00" in event.value:
            self._fault(self._place(event), "a NUL character, which no program takes; remove it")
        if not event.implicit[0]:  # it stands in quotes, or has a tag
            return str(event.value)
        return scalar(event.value)

    def _refuse_magic(self, event: Any) -> None:
        place = self._place(event)
        if getattr(event, "anchor", None):
            kind = "aliases (*" if type(event).__name__ == "AliasEvent" else "anchors (&"
            self._fault(place, f"{kind}{text.line(event.anchor)}) are not read; write the value out")
        if getattr(event, "tag", None):
            self._fault(place, f"tags ({text.line(event.tag)}) are not read; remove it")

    def _place(self, event: Any) -> Place:
        return Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _fault(self, place: Place, message: str) -> None:
        self.faults.append(Fault(*place, message))

    def _stop(self, event: Any, message: str) -> UnreadableError:
        self._fault(self._place(event), message)
        return UnreadableError()


def scalar(written: str) -> str | int | float | bool | None:
    """What an unquoted scalar stands for."""
    if written in _WORDS:
        return _WORDS[written]
    if len(written) > _LONGEST_NUMBER:
        return written
    if _WHOLE.fullmatch(written):
        return int(written)
    if _BROKEN.fullmatch(written) and not re.fullmatch(r"[-+]?[0-9]+", written):
        number = float(written)
        return number if math.isfinite(number) else written
    return written
