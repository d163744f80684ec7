"""The shape of a Python file: what its module level is, what its functions are, and on which lines.

A unit is the module level, or one function without those nested in it. Its digest covers the syntax and how
it is laid out over lines, but not which lines: comments and blank lines change nothing, and equal digests map
line by line.
"""

import ast
import hashlib
import warnings

import msgspec

from eee_ci.selection import walking
from eee_ci.selection.units import Unit

SCHEMA = 2
LARGEST = 4 * 1024 * 1024  # beyond this a file is data, and compared as a whole


class Function(msgspec.Struct, frozen=True, array_like=True):
    """One function, or all that share a qualified name. `lines` are those of its body that hold code;
    `names` is what it refers to, `touches` what it may change in place."""

    digest: bytes
    lines: tuple[int, ...]
    names: tuple[str, ...] = ()
    touches: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()
    remembers: bool = False  # beyond its call: a cache, a `global`, a write to what is not its own
    keeps: bool = False  # in its object, or in the function around it

    @property
    def first(self) -> int:
        return self.lines[0] if self.lines else 0

    @property
    def last(self) -> int:
        return self.lines[-1] if self.lines else 0


class Shape(msgspec.Struct, frozen=True, array_like=True):
    """`functions` by qualified name; lambdas and comprehensions belong to the unit around them. `classes`
    has their bases, `variables` the names at module or class level that may hold something mutable."""

    schema: int
    digest: bytes
    lines: tuple[int, ...]
    functions: dict[str, Function]
    classes: dict[str, tuple[str, ...]]
    variables: tuple[str, ...]
    imports: tuple[str, ...]
    memoised: tuple[str, ...]  # functions handed to a cache by name


def shape(source: bytes) -> Shape | None:
    """The shape of a source; None where our Python cannot parse it."""
    if len(source) > LARGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # doubtful escapes are the linter's matter
            tree = ast.parse(source)
        return _shape(walking.walk(tree))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def linemap(old: Shape, new: Shape) -> dict[int, int] | None:
    """Old line to new line for all code that is unchanged; None where the module level has changed, or where
    units share a line, as in `def f(): ...`, and not in both."""
    if old.digest != new.digest:
        return None
    mapped = dict(zip(old.lines, new.lines, strict=True))
    for name, function in old.functions.items():
        if name in new.functions and new.functions[name].digest == function.digest:
            for line, target in zip(function.lines, new.functions[name].lines, strict=True):
                if mapped.setdefault(line, target) != target:
                    return None
    return mapped if len(set(mapped.values())) == len(mapped) else None


def changed(old: Shape, new: Shape) -> frozenset[str]:
    """The functions whose bodies differ, of two shapes with the same module level."""
    names = old.functions.keys() | new.functions.keys()
    return frozenset(name for name in names if _digest(old, name) != _digest(new, name))


def pack(made: Shape | None) -> bytes:
    """For the state: most shapes are never looked at again, so they are kept unopened. Empty: no shape."""
    return b"" if made is None else msgspec.msgpack.encode(made)


def unpack(data: bytes | None) -> Shape | None:
    if not data:
        return None
    try:
        made = msgspec.msgpack.decode(data, type=Shape)
    except msgspec.DecodeError:
        return None
    return made if made.schema == SCHEMA else None


def _digest(made: Shape, name: str) -> bytes | None:
    return made.functions[name].digest if name in made.functions else None


def _shape(walked: walking.Walk) -> Shape:
    module, *rest = walked.units
    grouped: dict[str, list[Unit]] = {}
    for unit in rest:
        grouped.setdefault(unit.name, []).append(unit)
    return Shape(
        schema=SCHEMA,
        digest=_hashed([module]),
        lines=_lines([module]),
        functions={name: _function(units) for name, units in grouped.items()},
        classes=walked.classes,
        variables=tuple(sorted(walked.variables)),
        imports=tuple(sorted(walked.imports)),
        memoised=tuple(sorted(walked.memoised)),
    )


def _function(units: list[Unit]) -> Function:
    return Function(
        digest=_hashed(units),
        lines=_lines(units),
        names=tuple(sorted(set().union(*(unit.names for unit in units)))),
        touches=tuple(sorted(set().union(*(unit.touched for unit in units)))),
        decorators=tuple(sorted(set().union(*(unit.decorators for unit in units)))),
        remembers=any(unit.remembers for unit in units),
        keeps=any(unit.keeps for unit in units),
    )


def _lines(units: list[Unit]) -> tuple[int, ...]:
    return tuple(sorted({line for unit in units for line in unit.lines}))


def _hashed(units: list[Unit]) -> bytes:
    """Of the words, and of the lines as ranks among those in use."""
    rank = {line: str(place) for place, line in enumerate(_lines(units))}
    digest = hashlib.blake2b(digest_size=16)
    for unit in units:
        words = "\x1f".join(unit.words)
        places = ",".join([rank[line] for line in unit.lines])
        digest.update(f"{words}\x1e{places}\x1d".encode("utf-8", "surrogatepass"))
    return digest.digest()
