"""What a test file leaves changed in its process: tests of other files may come to something else after it.

Looked at is what many know of by a name: the environment, settings of the interpreter and of common modules,
and what modules are made of; of those of the project what is in their lists, sets and dicts, too.
"""

from __future__ import annotations

import sys
from hashlib import blake2b
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Mapping  # noqa: UP035 - Python 3.8

from .contents import held, plain, stands
from .likeness import likeness
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
        self.foreign: dict[str, tuple[tuple[str, ...], tuple[int, ...]]] = {}  # of others, code and its names
        self.settings: dict[str, object] = {}
        self.places: dict[
            str, tuple[str, str]
        ] = {}  # of changed names of the project: the module, and the word
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
            return digits(self.settings.get(name))
        return self.held(*self.places[name]) if name in self.places else ""

    def held(self, module: str, word: str) -> str:
        """The same of what a module of the project has; in brackets where it is more than plain, which tells
        only what a cache may be filled with."""
        place = sys.modules.get(module)
        known = vars(place) if place is not None else {}
        found, left = plain(word, known)
        if found:
            return digits(left)
        found, left = stands(word, known)
        sign = likeness(left, lambda name: self.lasts(name, module)) if found else ""
        return f" [{sign}]" if sign else ""

    def lasts(self, name: str, user: str) -> bool:
        """Is what this module has under a name the same wherever the user is the same? Tests are not."""
        if name not in self.own:
            return True
        file = self.scene.ground.relative(getattr(sys.modules.get(name), "__file__", None))
        near = name.partition(".")[0] == user.partition(".")[0]
        return near and f"file:{file}" not in self.scene.scopes

    def changes(self) -> list[str]:
        now = dict(settings())
        names = different(self.settings, now)
        self.settings = now
        self.places.clear()
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
        self.places.update((f"{name}.{word}", (name, word)) for word in words)
        return [f"{name}.{word}" for word in words]

    def of_foreign(self, name: str, module: ModuleType) -> list[str]:
        words, was = self.foreign[name]
        now = tuple(map(id, map(vars(module).get, words)))
        if now == was:
            return []
        self.foreign[name] = words, now
        return [f"{name}.{word}" for at, word in enumerate(words) if now[at] != was[at]]

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
            known = list(vars(module).items())
            code = {word: id(value) for word, value in known if issubclass(type(value), CODE)}
            self.foreign[name] = tuple(code), tuple(code.values())

    def forget(self, name: str) -> None:
        del self.modules[name]
        self.own.pop(name, None)
        self.foreign.pop(name, None)
        self.names.discard(name)


def digits(left: object) -> str:
    value = repr(left).encode("utf-8", "surrogateescape")
    return f" ({blake2b(value, digest_size=4).hexdigest()})"


def different(before: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    if before == now:
        return []
    return [name for name in before.keys() | now.keys() if before.get(name) != now.get(name)]
