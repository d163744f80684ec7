"""What modules of the project are made of: names, what classes hold, and what is in plain containers."""

from __future__ import annotations

from types import ModuleType
from typing import Any, Mapping  # noqa: UP035 - Python 3.8

CONTENT = "[...]"
LAZY = frozenset((
    "__dict__", "__weakref__", "__abstractmethods__", "_abc_impl", "__annotations__", "__doc__",
    "__slotnames__",
))  # fmt: skip  # read in rows
VALUES = (str, bytes, int, float, bool, type(None))  # equal where they look the same
CONTAINERS = (list, set, dict)
LARGEST = 1000  # of what holds more only the number counts


def held(module: ModuleType) -> dict[str, int]:
    """What a module is made of, its classes too; other modules in it come by imports. No value is asked for
    its class: some do much then."""
    found: dict[str, int] = {}
    for name, value in list(vars(module).items()):
        if name[:2] == "__" or type(value) is ModuleType:
            continue
        note(found, name, value)
        if issubclass(type(value), type) and vars(value).get("__module__") == module.__name__:
            for word, part in list(vars(value).items()):
                if word not in LAZY:
                    note(found, f"{name}.{word}", part)
    return found


def note(found: dict[str, int], name: str, value: Any) -> None:
    found[name] = id(value)
    if type(value) in CONTAINERS:
        parts = inside(value)
        found[f"{name}{CONTENT}"] = len(value) if parts is None else hash(tuple(map(told, parts)))


def inside(value: Any) -> list[object] | None:
    """What is in a container, keys before values; None where that is too much, or nothing of the kind."""
    if type(value) not in CONTAINERS or len(value) > LARGEST:
        return None
    return [*value, *value.values()] if type(value) is dict else list(value)


def told(part: object) -> object:
    """It itself where it is equal to what looks the same, else which one it is."""
    return (type(part), part) if type(part) in VALUES else id(part)


def plain(word: str, known: Mapping[str, object]) -> tuple[bool, object]:
    """Whether another process can tell that what this word stands for is the same, and by what."""
    found, value = stands(word, known)
    if not found:
        return False, None
    parts = inside(value) if word.endswith(CONTENT) else [value]
    if parts is None or not all(type(part) in VALUES for part in parts):
        return False, None
    return True, sorted(map(repr, parts)) if type(value) is set else parts


def stands(word: str, known: Mapping[str, object]) -> tuple[bool, Any]:
    """Whether a module has what this word stands for, in a class or not, and what it is."""
    name = word.replace(CONTENT, "")
    owner, _, part = name.rpartition(".")
    held: Mapping[str, object] = known
    if owner:
        of = known.get(owner)
        held = vars(of) if issubclass(type(of), type) else {}
    return part in held, held.get(part)
