"""Test files that leave nothing behind but filled caches: another one fills them the same."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property

import msgspec

from eee_ci import text
from eee_ci.model import Tree
from eee_ci.selection import filling, ground, leftovers
from eee_ci.selection.changes import Changes, stem
from eee_ci.selection.state import Known, State

Place = tuple[str, str]  # the file of a module, and what it has: `X` or `C.X`


class Caches:
    """The caches of a tree, out of these modules. What was one before is one where nothing that changed says
    its name."""

    def __init__(self, tree: Tree, now: State, modules: Collection[str], before: State) -> None:
        self._tree, self._now, self._then = tree, now, before
        self._modules = sorted(path for path in modules if path.endswith(".py"))
        self._known: dict[str, Place | None] = {}
        self._sources: dict[str, bytes | None] = {}

    @cached_property
    def _before(self) -> set[Place]:
        return {*of(self._then.known.values(), self._then.imported).values()}

    @cached_property
    def _changed(self) -> list[str]:
        old, new, imported = self._then.files, self._now.files, self._then.imported
        return [path for path in self._modules if path not in imported or old.get(path) != new.get(path)]

    def settled(self) -> dict[str, Known]:
        """What is known now, each with what it leaves in caches set apart from its doubts."""
        return {path: self._settled(one) for path, one in self._now.known.items()}

    def _settled(self, one: Known) -> Known:
        left = leftovers.left((*one.doubts, *one.fills))
        names = leftovers.names(left)
        fills = tuple(sorted(line for line in left if self._fills(line, names)))
        doubts = tuple(line for line in (*one.doubts, *one.fills) if line not in fills)
        if (doubts, fills) == (one.doubts, one.fills):
            return one
        return msgspec.structs.replace(one, doubts=doubts, fills=fills)

    def _fills(self, line: str, names: Collection[str]) -> bool:
        name = leftovers.bound(line)
        return leftovers.is_signed(line) and name in names and self._place(name) is not None

    def _place(self, name: str) -> Place | None:
        """Where a cache is, by what is said of it; None where it is none, or may be of several modules."""
        if name not in self._known:
            place = found(name.removeprefix(leftovers.LEFT), self._modules)
            self._known[name] = place if place and self._is_cache(place) else None
        return self._known[name]

    def _is_cache(self, place: Place) -> bool:
        path, name = place
        source = self._source(path)
        if source is None or not filling.is_filled(source, name):
            return False
        word = name.rpartition(".")[2]
        others = self._changed if place in self._before else self._modules
        sources = (self._source(other) for other in others if other != path and other in self._tree.files)
        return not any(data is None or filling.is_said(data, word) for data in sources)

    def _source(self, path: str) -> bytes | None:
        if path not in self._sources:
            self._sources[path] = ground.source(self._tree, path)
        return self._sources[path]


def found(dotted: str, modules: Iterable[str]) -> Place | None:
    """The one module of which a dotted name is, and the rest of it."""
    words = dotted.split(".")
    for size in range(len(words) - 1, 0, -1):
        module = "/".join(words[:size])
        fits = [path for path in modules if f"/{_module(path)}".endswith(f"/{module}")]
        if fits:
            return (fits[0], ".".join(words[size:])) if len(fits) == 1 else None
    return None


def _module(path: str) -> str:
    return stem(path).removesuffix("/__init__")


def of(known: Iterable[Known], modules: Collection[str]) -> dict[str, Place]:
    """What is said of each cache that these fill, and where it is."""
    names = leftovers.names(line for one in known for line in one.fills)
    places = {name: found(name.removeprefix(leftovers.LEFT), modules) for name in map(leftovers.bound, names)}
    return {name: place for name, place in places.items() if place is not None}


def moved(state: State, tree: Tree, changes: Changes) -> Iterator[tuple[str, str]]:
    """The test files that fill a cache of which something changed, and what."""
    filling_it = {path: one for path, one in state.known.items() if one.fills}
    if not filling_it or not (changes.edited or changes.added):
        return
    places = of(filling_it.values(), state.imported)
    sources = {
        path: ground.source(tree, path)
        for path in sorted(changes.edited | changes.added)
        if path.endswith(".py")
    }
    for path, one in filling_it.items():
        for line in one.fills:
            place = places.get(leftovers.bound(line))
            if reason := _moved(place, sources, changes):
                yield path, reason
                break


def _moved(place: Place | None, sources: Mapping[str, bytes | None], changes: Changes) -> str:
    if place is None:
        return "what it leaves behind is not found"
    path, name = place
    word = name.rpartition(".")[2]
    for other, source in sources.items():
        good = filling.is_filled(source, name) if source and other == path else False
        if source is None or (not good and filling.is_said(source, word)):
            return f"{text.path(other)} {changes.verb(other)}, and may use {text.line(word)}, which it fills"
    return ""
