"""What an object is made of, so that another process can tell whether its own is the same.

Plain values, containers of them, compiled patterns, what has a name in a module, and objects of classes that
hold nothing else. Nothing of the object's own code is run.
"""

from __future__ import annotations

import re
import sys
from abc import ABCMeta
from hashlib import blake2b
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, Callable  # noqa: UP035 - Python 3.8

from .contents import VALUES

MOST = 5000  # parts; of what has more nothing is told
CODE = (FunctionType, type, ABCMeta)
METHODS = (BuiltinFunctionType, MethodType)


class UnlikeError(Exception):
    """Nobody can tell."""


def likeness(value: object, known: Callable[[str], bool]) -> str:
    """A few digits, or nothing. `known` says of a module's name whether what it holds may be told by name."""
    try:
        told = repr(Look(known).of(value))
    except Exception:  # noqa: BLE001 - UnlikeError, or a fault of ours: nobody can tell
        return ""
    return blake2b(told.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


class Look:
    """One look at an object and all that it holds."""

    def __init__(self, known: Callable[[str], bool]) -> None:
        self.known = known
        self.seen: dict[int, int] = {}  # what was met, and as which; it may hold itself
        self.count = 0

    def of(self, value: Any) -> object:
        """Nested tuples of text. Raises UnlikeError, or what an object without `__dict__` raises."""
        kind = type(value)
        self.count += 1
        if self.count > MOST:
            raise UnlikeError
        if kind in VALUES:
            return repr(value)
        if id(value) in self.seen:
            return "again", self.seen[id(value)]
        self.seen[id(value)] = len(self.seen)
        if kind in CODE:
            return self.named(value.__module__, value.__qualname__, value)
        if kind is ModuleType:
            return self.named(value.__name__, "", value)
        return self.made(value, kind)

    def made(self, value: Any, kind: Any) -> object:
        if kind in (list, tuple):
            return kind.__name__, tuple(map(self.of, value))
        if kind is dict:
            return "dict", tuple((self.of(key), self.of(part)) for key, part in value.items())
        if kind in (set, frozenset) and all(type(part) in VALUES for part in value):
            return kind.__name__, tuple(sorted(map(repr, value)))
        if kind is re.Pattern:
            return "pattern", self.of(value.pattern), value.flags
        return self.method(value, kind) if issubclass(kind, METHODS) else self.thing(value, kind)

    def method(self, value: Any, kind: type) -> object:
        if kind is MethodType:
            return "method", self.of(value.__func__), self.of(value.__self__)
        if type(value.__self__) is ModuleType:
            return self.named(value.__self__.__name__, value.__qualname__, value)
        return "method", value.__name__, self.of(value.__self__)

    def thing(self, value: object, kind: Any) -> object:
        """An object of a class that is written in Python and keeps all in `__dict__`."""
        if type(kind) not in CODE:
            raise UnlikeError
        for base in kind.__mro__[:-1]:
            if not base.__flags__ & HEAP or base.__basicsize__ > PLAIN:
                raise UnlikeError
        held = object.__getattribute__(value, "__dict__")
        return "object", self.of(kind), tuple((name, self.of(part)) for name, part in held.items())

    def named(self, module: object, name: str, value: object) -> object:
        """What a module has under this name, if it is that."""
        place = sys.modules.get(module) if isinstance(module, str) else None
        if type(place) is not ModuleType or not self.known(str(module)):
            raise UnlikeError
        found: Any = place
        for word in filter(None, name.split(".")):
            found = vars(found).get(word) if type(found) in (ModuleType, *CODE) else None
        if found is not value:
            raise UnlikeError
        return "named", module, name


class Empty:
    """An object of this size keeps nothing but its `__dict__`."""


HEAP = 1 << 9  # the flag of a class that is made by a statement
PLAIN = Empty.__basicsize__
