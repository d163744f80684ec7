"""What a test file leaves changed in its process: tests of other files may come to something else after it.

Looked at is what many know of by a name: the environment, settings of the interpreter and of common modules,
and what modules are made of. Containers are compared by identity: what is in them is not looked at.
"""

from __future__ import annotations

import sys
from hashlib import blake2b
from operator import is_
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, Iterator, Mapping  # noqa: UP035 - Python 3.8

from .scene import Scene, Scope
from .surroundings import PATH, PLAIN, VARIABLE, settings

LEFT = "leaves behind a change of "
MOST = 8  # told of one file
# Of these the machinery itself changes what others can see.
MACHINERY = (
    *("_pytest", "pytest", "pluggy", "coverage", "eee_ci_inject", "__main__"),
    *("sys", "builtins", "warnings", "_warnings"),
)
LAZY = frozenset((
    "__dict__", "__weakref__", "__abstractmethods__", "_abc_impl", "__annotations__", "__doc__",
    "__slotnames__",
))  # fmt: skip  # read in rows
VALUES = (str, bytes, int, float, bool, type(None))  # equal where they look the same
MISSING = object()
CODE = (FunctionType, BuiltinFunctionType, type)


class Leftovers:
    """What was there at the last look."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.names: set[str] = set()  # of modules that were looked at
        self.fresh: set[str] = set()  # those that came since the last look
        self.own: dict[str, tuple[ModuleType, dict[str, int]]] = {}  # those of the project
        # code of others: the names of a module, those of code, and what that is
        self.foreign: dict[str, tuple[dict[str, Any], tuple[str, ...], tuple[Any, ...]]] = {}
        self.settings: dict[str, object] = {}
        self.values: dict[str, object] = {}  # of names of the project's modules that were changed
        scene.meetings.append(lambda module: self.meet(module.__name__, module))

    def settle(self) -> None:
        """What is changed since the last time is nobody's doing."""
        self.changes()

    def tell(self, scope: Scope, *, imported: bool = False) -> None:
        """What is changed since the last time is the scope's doing; but pytest puts the folder of what it
        imports on the path."""
        names = sorted(name for name in self.changes() if not (imported and name == PATH))
        for name in names[:MOST]:
            scope.distrust(f"left {name}", f"{LEFT}{name}{self.sign(name)}")

    def sign(self, name: str) -> str:
        """A few digits of what is left, where another run can tell whether it is the same."""
        left = self.values.get(name, MISSING)
        if name in PLAIN or name.startswith(VARIABLE):
            left = self.settings.get(name)
        elif type(left) not in VALUES:
            return ""
        value = repr(left).encode("utf-8", "surrogateescape")
        return f" ({blake2b(value, digest_size=4).hexdigest()})"

    def changes(self) -> list[str]:
        now = dict(settings())
        names = [*different(self.settings, now), *self.of_own(), *self.of_foreign()]
        self.settings = now
        for name in set(sys.modules) - self.names:
            self.meet(name, sys.modules.get(name))
        self.fresh.clear()
        return names

    def of_own(self) -> Iterator[str]:
        for name, (module, was) in list(self.own.items()):
            if sys.modules.get(name) is not module:
                if name not in self.fresh:  # else it came and went
                    yield f"sys.modules[{name!r}]"
                del self.own[name]
                self.names.discard(name)
                continue
            now = held(module)
            if now != was:
                for word in different(was, now):
                    self.values[f"{name}.{word}"] = vars(module).get(word, MISSING)
                    yield f"{name}.{word}"
                self.own[name] = module, now

    def of_foreign(self) -> Iterator[str]:
        for name, (names, words, values) in list(self.foreign.items()):
            now = tuple(map(names.get, words))
            if not all(map(is_, now, values)):
                yield from (f"{name}.{word}" for at, word in enumerate(words) if now[at] is not values[at])
                self.foreign[name] = names, words, now

    def meet(self, name: str, module: object) -> None:
        """A module that is new, as it is: when its body has run, or at the next look."""
        if name in self.names:
            return
        self.names.add(name)
        self.fresh.add(name)
        if type(module) is not ModuleType or name.partition(".")[0] in MACHINERY:
            return
        names = vars(module)
        if self.scene.ground.relative(getattr(module, "__file__", None)) is not None:
            self.own[name] = module, held(module)
        else:
            code = {word: value for word, value in list(names.items()) if isinstance(value, CODE)}
            self.foreign[name] = names, tuple(code), tuple(code.values())


def different(before: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    if before == now:
        return []
    return [name for name in before.keys() | now.keys() if before.get(name) != now.get(name)]


def held(module: ModuleType) -> dict[str, int]:
    """What a module of the project is made of, its classes too; other modules in it come by imports."""
    found: dict[str, int] = {}
    for name, value in list(vars(module).items()):
        if name[:2] == "__" or type(value) is ModuleType:
            continue
        found[name] = id(value)
        if isinstance(value, type) and value.__module__ == module.__name__:
            parts = list(vars(value).items())
            found.update((f"{name}.{word}", id(part)) for word, part in parts if word not in LAZY)
    return found
