"""Which functions a remembering function may call: what one test left there, another one may find.

Names decide, as they are written: who refers to `make` may call any `make`. That is too much rather than too
little, and it needs no types.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from eee_ci.selection.record import Recorded
from eee_ci.selection.shape import Function, Shape

_BUILDING = frozenset(
    ("__init__", "__new__", "__post_init__", "__init_subclass__", "__set_name__", "__del__")
)
Place = tuple[str, str]  # file and qualified name


class Project:
    """The functions and classes of all modules, by the last part of their names."""

    def __init__(self, shapes: Mapping[str, Shape]) -> None:
        self.shapes = shapes
        self.functions: dict[str, list[Place]] = {}
        self.classes: dict[str, list[Place]] = {}
        for path, shape in shapes.items():
            for name in shape.functions:
                self.functions.setdefault(_last(name), []).append((path, name))
            for name in shape.classes:
                self.classes.setdefault(_last(name), []).append((path, name))

    def function(self, place: Place) -> Function:
        return self.shapes[place[0]].functions[place[1]]

    def every(self) -> Iterator[tuple[Place, Function]]:
        for path, shape in self.shapes.items():
            for name, function in shape.functions.items():
                yield (path, name), function


class Memory(NamedTuple):
    """By file: the functions that remember, and with them those that they may reach."""

    remembering: dict[str, tuple[str, ...]]
    lasting: dict[str, tuple[str, ...]]


def memory(shapes: Mapping[str, Shape], private: Collection[str] = ()) -> Memory:
    """What remembers in a private file is seen by that file alone, and left out, unless it is a variable of
    another one that it may change."""
    project = Project(shapes)
    common = {name for path, shape in shapes.items() if path not in private for name in shape.variables}
    found = {
        (path, name)
        for path, name in _remembering(project)
        if path not in private or not common.isdisjoint(project.function((path, name)).touches)
    }
    remembering = _grouped(found)
    if found:  # operators are called without a name
        found.update(
            place for name, places in project.functions.items() if _operator(name) for place in places
        )
    _reach(project, found)
    return Memory(remembering, _grouped(found))


def met(records: Sequence[Recorded], held: Memory, measured: Collection[str]) -> dict[str, tuple[str, ...]]:
    """What ran in a test file in which one of those that remember ran as well; `records` begins with what
    ran for all."""
    if any(one.executed is None for one in records):
        return held.lasting
    for_all = ran(records[0], held.remembering, measured)
    found = {
        (path, name)
        for one in records
        if for_all or ran(one, held.remembering, measured)
        for path, names in (one.executed or {}).items()
        for name in names
    }
    return _grouped(found)


def ran(
    recorded: Recorded, remembering: Mapping[str, Collection[str]], measured: Collection[str]
) -> frozenset[Place]:
    """Which of those that remember were entered: all of modules that are not measured, such as tests, and
    wherever it was not seen what ran."""
    unseen = recorded.executed is None
    entered = {
        **{path: remembering.get(path, ()) for path in recorded.modules if unseen or path not in measured},
        **(recorded.executed or {}),
    }
    return frozenset(
        (path, name) for path, names in entered.items() for name in names if name in remembering.get(path, ())
    )


def _grouped(found: Iterable[Place]) -> dict[str, tuple[str, ...]]:
    grouped: dict[str, list[str]] = {}
    for path, name in sorted(found):
        grouped.setdefault(path, []).append(name)
    return {path: tuple(names) for path, names in grouped.items()}


def importers(shapes: Mapping[str, Shape]) -> dict[str, tuple[str, ...]]:
    """The files whose import statements, anywhere in them, have a word."""
    found: dict[str, list[str]] = {}
    for path, shape in sorted(shapes.items()):
        for word in shape.imports:
            found.setdefault(word, []).append(path)
    return {word: tuple(paths) for word, paths in found.items()}


def _remembering(project: Project) -> Iterator[Place]:
    shapes = project.shapes.values()
    variables = {name for shape in shapes for name in shape.variables}
    memoised = {name for shape in shapes for name in shape.memoised}
    keepers = {part for (_, name), function in project.every() if function.keeps for part in _parts(name)}
    for place, function in project.every():
        if (
            function.remembers
            or _last(place[1]) in memoised
            or not variables.isdisjoint(function.touches)
            or not keepers.isdisjoint(function.decorators)
        ):
            yield place


def _reach(project: Project, found: set[Place]) -> None:
    todo = list(found)
    seen: set[str] = set()
    while todo:
        function = project.function(todo.pop())
        for place in _called(project, function.names, seen):
            if place not in found:
                found.add(place)
                todo.append(place)


def _called(project: Project, names: Iterable[str], seen: set[str]) -> Iterator[Place]:
    """What the names may mean: functions, and what runs when a class is called, up to its bases."""
    fresh = [name for name in names if name not in seen]
    while fresh:
        name = fresh.pop()
        if name in seen:
            continue
        seen.add(name)
        yield from project.functions.get(name, ())
        for path, owner in project.classes.get(name, ()):
            shape = project.shapes[path]
            yield from (
                (path, f"{owner}.{made}") for made in _BUILDING if f"{owner}.{made}" in shape.functions
            )
            fresh.extend(shape.classes[owner])


def _operator(name: str) -> bool:
    return name.startswith("__") and name.endswith("__") and name not in _BUILDING


def _parts(name: str) -> list[str]:
    return name.replace(".<locals>", "").split(".")


def _last(name: str) -> str:
    return name.rpartition(".")[2]
