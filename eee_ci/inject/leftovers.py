"""What a test file leaves changed in its process: tests of other files may come to something else after it.

Looked at is what many know of by a name: the environment, settings of the interpreter and of common modules,
and what modules are made of; of those of the project what is in their lists, sets and dicts, too.
"""

from __future__ import annotations

import sys
from hashlib import blake2b
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Mapping  # noqa: UP035 - Python 3.8

from .contents import VALUES, held, plain
from .scene import Scene, Scope
from .surroundings import PATH, PLAIN, VARIABLE, settings

LEFT = "leaves behind a change of "
MOST = 8  # told of one file
# Of these the machinery itself changes what others can see.
MACHINERY = (
    *("_pytest", "pytest", "pluggy", "coverage", "eee_ci_inject", "__main__"),
    *("sys", "builtins", "warnings", "_warnings"),
)
CODE = (FunctionType, BuiltinFunctionType, type)


class Leftovers:
    """What was there at the last look, by identity: to hold it would keep it from ending."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.names: set[str] = set()  # of modules that were looked at
        self.fresh: set[str] = set()  # those that came since the last look
        self.modules: dict[str, int] = {}
        self.own: dict[str, dict[str, int]] = {}  # what those of the project are made of
        self.foreign: dict[str, Foreign] = {}
        self.settings: dict[str, object] = {}
        self.values: dict[str, object] = {}  # plain ones, of names of the project that were changed
        scene.meetings.append(lambda module: self.meet(module.__name__, module))

    def settle(self) -> None:
        """What is changed since the last time is nobody's doing."""
        self.look()

    def tell(self, scope: Scope, *, imported: bool = False) -> None:
        """What is changed since the last time is the scope's doing; but pytest puts the folder of what it
        imports on the path."""
        names = [name for name in self.look() if not (imported and name == PATH)]
        for name in names[:MOST]:
            scope.distrust(f"left {name}", f"{LEFT}{name}{self.sign(name)}")
        if len(names) > MOST:
            scope.distrust("left more", f"{LEFT}more than is told")

    def look(self) -> list[str]:
        """The sorted names of what is changed. A fault of ours makes the record worthless, and no more."""
        try:
            return sorted(self.changes())
        except Exception as error:  # noqa: BLE001 - the tests must not notice
            self.scene.fail(error)
            return []

    def sign(self, name: str) -> str:
        """A few digits of what is left, where another run can tell whether it is the same."""
        if name in PLAIN or name.startswith(VARIABLE):
            left = self.settings.get(name)
        elif name in self.values:
            left = self.values[name]
        else:
            return ""
        value = repr(left).encode("utf-8", "surrogateescape")
        return f" ({blake2b(value, digest_size=4).hexdigest()})"

    def changes(self) -> list[str]:
        now = dict(settings())
        names = different(self.settings, now)
        self.settings = now
        self.values.clear()
        for name, was in list(self.modules.items()):
            module = sys.modules.get(name)
            if module is not None and id(module) == was:
                names += self.of_own(name, module) if name in self.own else self.of_foreign(name, module)
                continue
            if name in self.own and name not in self.fresh:  # else it came and went
                names.append(f"sys.modules[{name!r}]")
            self.forget(name)
        for name in set(sys.modules) - self.names:
            self.meet(name, sys.modules.get(name))
        self.fresh.clear()
        return names

    def of_own(self, name: str, module: ModuleType) -> list[str]:
        now = held(module)
        words = different(self.own[name], now)
        self.own[name] = now
        return self.named(name, words, vars(module))

    def of_foreign(self, name: str, module: ModuleType) -> list[str]:
        return self.named(name, self.foreign[name].changes(vars(module)), vars(module))

    def named(self, name: str, words: list[str], known: Mapping[str, object]) -> list[str]:
        """The whole names of what is changed; what is plain is kept to be signed."""
        for word in words:
            found, value = plain(word, known)
            if found:
                self.values[f"{name}.{word}"] = value
        return [f"{name}.{word}" for word in words]

    def meet(self, name: str, module: object) -> None:
        """A module that is new, as it is: when its body has run, or at the next look."""
        if name in self.names:
            return
        self.names.add(name)
        if type(module) is not ModuleType or name.partition(".")[0] in MACHINERY:
            return
        self.fresh.add(name)
        self.modules[name] = id(module)
        if self.scene.ground.relative(getattr(module, "__file__", None)) is not None:
            self.own[name] = held(module)
        else:
            self.foreign[name] = Foreign(vars(module))

    def forget(self, name: str) -> None:
        del self.modules[name]
        self.own.pop(name, None)
        self.foreign.pop(name, None)
        self.names.discard(name)


class Foreign:
    """What a module of others is made of: code, and plain values. That one is filled which was empty is the
    module's own way to do things late; so are new names for anything that is not plain."""

    def __init__(self, known: Mapping[str, object]) -> None:
        self.see(known)

    def see(self, known: Mapping[str, object]) -> None:
        there = list(known.items())
        self.names = {word for word, _ in there}
        self.plain = {word: value for word, value in there if is_set(word, value)}
        self.words = [word for word, value in there if word in self.plain or issubclass(type(value), CODE)]
        self.was = self.identities(known)

    def identities(self, known: Mapping[str, object]) -> list[int]:
        return list(map(id, map(known.get, self.words)))

    def changes(self, known: Mapping[str, object]) -> list[str]:
        """The names of what is another thing than at the last look."""
        now = self.identities(known)
        if now == self.was and len(known) == len(self.names):
            return []
        words = [word for at, word in enumerate(self.words) if now[at] != self.was[at]]
        found = [word for word in words if not same(self.plain.get(word, self), known.get(word))]
        found += [word for word in set(known) - self.names if is_set(word, known.get(word))]
        self.see(known)
        return found


def is_set(word: str, value: object) -> bool:
    """Is it a plain value that says something?"""
    return type(value) in VALUES and value is not None and value is not False and word[:2] != "__"


def same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other


def different(before: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    if before == now:
        return []
    return [name for name in before.keys() | now.keys() if before.get(name) != now.get(name)]
