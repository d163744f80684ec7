"""The keys of an agent file: as strict YAML, and where that fails line by line, as other readers would."""

import re
import textwrap
from collections.abc import Iterator
from typing import Any, NamedTuple

from eee_ci.config import nodes
from eee_ci.errors import Fault
from eee_ci.roster.rules import Desk

HEEDED = (
    "name", "description", "tools", "disallowedTools", "model", "maxTurns", "effort", "permissionMode",
    "backend", "fixers",
)  # fmt: skip  # read in rows
STARTING = ("hooks", "mcpServers")  # they start programs
UNHEEDED = ("skills", "memory", "background", "isolation", "initialPrompt")
KNOWN = (*HEEDED, *STARTING, *UNHEEDED, "color")
OF_COMMANDS = "allowed-tools"
_KEY = re.compile(r"([A-Za-z][A-Za-z0-9_-]{0,63})[ \t]*:(?:[ \t]+(.*)|[ \t]*)")
_BLOCK = re.compile(r"([|>])[-+0-9]*(?:[ \t]+#.*)?")
_ESCAPE = re.compile(r'\\(["\\/nt])')
_ESCAPED = {"n": "\n", "t": "\t"}
_LIST_KEYS = ("tools", "disallowedTools", "skills", "fixers", OF_COMMANDS)
_TEXTS = ("description", "initialPrompt")
_BEGINNING = (*KNOWN, OF_COMMANDS)  # what ends a text; others are words of it
_TWICE = "is written twice"


class Field(NamedTuple):
    """A value as it stands in a file: maps, lists and scalars; `written` is a scalar's text, else None."""

    value: Any
    written: str | None
    line: int
    column: int


Fields = dict[str, Field]


def fields(source: str, desk: Desk) -> Fields | None:
    """The keys by name, first come first served; None, and a finding, where nothing can be made of them."""
    faults: list[Fault] = []
    node, _ = nodes.parse(source, desk.path, faults)
    if node is not None and isinstance(node.value, dict):
        for fault in sorted(set(faults)):
            rule = "duplicate-key" if _TWICE in fault.message else "refused-yaml"
            desk.say(rule, fault.message.partition(", or use")[0], fault.line, fault.column)
        return {_sound(name): _field(child) for name, child in node.value.items()}
    if not source.strip():
        return {}
    why = Fault(desk.path, 0, 0, "want keys and their values") if node is not None else faults[-1]
    return _leniently(source, why, desk)


def _field(node: nodes.Node) -> Field:
    single = not isinstance(node.value, dict | list) and node.value is not None
    return Field(_plain(node), _sound(node.written) if single else None, node.key.line, node.key.column)


def _plain(node: nodes.Node) -> Any:
    match node.value:
        case dict():
            return {_sound(name): _plain(child) for name, child in node.value.items()}
        case list():
            return [_plain(child) for child in node.value]
        case str():
            return _sound(node.value)
        case _:  # nothing also for an alias: what it stands for is not known
            return node.value


def _sound(words: str) -> str:
    """An escape can spell half of a character, which no report could hold."""
    return words.encode("utf-8", "replace").decode("utf-8")


def _leniently(source: str, fault: Fault, desk: Desk) -> Fields | None:
    """A key at the margin begins a value, after a text only one that is known; all else belongs to the one
    before."""
    found: Fields = {}
    for name, line, rest in _sections(source, desk):
        value = _value(name, rest)
        found[name] = Field(value, value if isinstance(value, str) else None, line, 1)
    if found.keys().isdisjoint(KNOWN):
        desk.say(
            "unreadable-yaml",
            f"{fault.message}; no line begins with a key of agents either; it is skipped",
            fault.line or 1,
        )
        return None
    desk.say(
        "lenient-yaml", f"{fault.message}; it is read line by line", fault.line or 1, fault.column or None
    )
    return found


def _sections(source: str, desk: Desk) -> Iterator[tuple[str, int, list[str]]]:
    """Name, line and lines of each key."""
    seen: dict[str, tuple[int, list[str]]] = {}
    name, at = "", list[str]()  # whatever stands before the first key is dropped
    for number, line in enumerate(textwrap.dedent(source).split("\n"), 1):
        key = _KEY.fullmatch(line.rstrip())
        if key is None or (name in _TEXTS and (key[1] in seen or key[1] not in _BEGINNING)):
            at.append(line)
            continue
        name, at = key[1], [key[2] or ""]
        if name in seen:
            desk.say("duplicate-key", f"'{name}' {_TWICE}, first on line {seen[name][0]}", number, 1)
        seen.setdefault(name, (number, at))
    yield from ((name, line, rest) for name, (line, rest) in seen.items())


def _value(name: str, lines: list[str]) -> str | list[str] | None:
    first, rest = lines[0].strip(), "\n".join(lines[1:])
    below = textwrap.dedent(rest).strip()
    items = [line.strip() for line in below.split("\n") if line.strip()]
    if name in _LIST_KEYS and not first and items and all(item.startswith("-") for item in items):
        return [_unquoted(item[1:].strip()) for item in items]
    if name in _LIST_KEYS and first.startswith("[") and first.endswith("]"):
        return [_unquoted(word.strip()) for word in first[1:-1].split(",") if word.strip()]
    if block := _BLOCK.fullmatch(first):
        return " ".join(below.split()) if block[1] == ">" else below
    whole = f"{first}\n{below}".strip() if below else first
    return _unquoted(whole) or None


def _unquoted(words: str) -> str:
    """Without the quotes around it. Escapes that YAML does not know stay as they are."""
    if len(words) > 1 and words[0] == words[-1] and words[0] in "\"'":
        inner = words[1:-1]
        if words[0] == "'":
            return inner.replace("''", "'")
        return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), inner)
    return words
