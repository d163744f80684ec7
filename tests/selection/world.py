"""Projects as values, and what a run of their tests really does: an oracle that knows nothing of selection.

A function returns a value made of all that it depends on; a test's result is made of those. Two trees whose
results differ for a test have broken, or mended, that test.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field

from eee_ci.selection import Record, Recorded
from eee_ci.selection.leftovers import LEFT
from tests.selection.lab import record, recorded

Value = tuple[object, ...]


@dataclass(frozen=True)
class Function:
    salt: int = 0
    const: bool = False  # uses its module's constant
    calls: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    memo: bool = False
    stores: bool = False  # leaves its value in a variable of the module
    takes: bool = False  # uses what is in that variable
    fills: bool = False  # keeps its value in a variable of its own, and returns that from then on
    comment: bool = False


@dataclass(frozen=True)
class Module:
    functions: dict[str, Function]
    imports: tuple[str, ...] = ()  # besides those that its functions need
    const: int = 0
    early: str = ""  # a function that is called when the module is imported
    comment: bool = False


@dataclass(frozen=True)
class Test:
    __test__ = False

    salt: int = 0
    calls: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    lists: bool = False
    looks: str = ""


@dataclass(frozen=True)
class World:
    modules: dict[str, Module]
    tests: dict[str, Test]
    data: dict[str, int]

    def files(self) -> dict[str, str]:
        modules = {f"p/{name}.py": self._module(module) for name, module in self.modules.items()}
        tests = {f"tests/{name}.py": f"# {test}\n" for name, test in self.tests.items()}
        data = {f"data/{name}": str(value) for name, value in self.data.items()}
        return {"p/__init__.py": "", "data/any": "", **modules, **tests, **data}

    def needs(self, module: Module) -> list[str]:
        calls = [call for function in module.functions.values() for call in function.calls]
        return sorted({*module.imports, *map(owner, calls), *([owner(module.early)] if module.early else [])})

    def _module(self, module: Module) -> str:
        rows = ["# a comment"] * module.comment
        rows += ["from functools import lru_cache", "from p import reading"]
        rows += [f"from p import {name}" for name in self.needs(module)]
        rows += [f"CONST = {module.const}", "left = None"]
        rows += [f"kept_{name} = None" for name, function in module.functions.items() if function.fills]
        for name, function in module.functions.items():
            rows += _function(name, function)
        if module.early:
            rows.append(f"EARLY = {owner(module.early)}.{module.early}()")
        return "\n".join(rows) + "\n"


def owner(function: str) -> str:
    return function.partition("_")[0]


def _function(name: str, function: Function) -> list[str]:
    parts = [str(function.salt), *["CONST"] * function.const, *["left"] * function.takes]
    parts += [f"{owner(call)}.{call}()" for call in function.calls]
    parts += [f"reading.read({data!r})" for data in function.reads]
    value = f"({', '.join(parts)},)"
    kept = f"kept_{name}"
    if function.stores:
        body = ["    global left", f"    left = {value}", "    return left"]
    elif function.fills:
        body = [
            f"    global {kept}",
            f"    if {kept} is None:",
            f"        {kept} = {value}",
            f"    return {kept}",
        ]
    else:
        body = [f"    return {value}"]
    return ["@lru_cache"] * function.memo + [f"def {name}():"] + ["    # a comment"] * function.comment + body


@dataclass
class Trace:
    """What was done on behalf of one test file, or while one module was imported."""

    modules: set[str] = field(default_factory=set)
    executed: dict[str, set[str]] = field(default_factory=dict)
    data: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    listings: set[str] = field(default_factory=set)


class Process:
    """One run of the tests in one interpreter."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.memo: dict[str, Value] = {}
        self.left: dict[str, Value] = {}
        self.kept: dict[str, Value] = {}
        self.early: dict[str, Value] = {}
        self.imports: dict[str, Trace] = {}
        self.import_executed: dict[str, set[str]] = {f"p/{name}.py": set() for name in world.modules}
        self.at: list[Trace] = []
        self.importing = 0

    def load(self, name: str) -> None:
        """Import a module; what that does counts for all who have the module."""
        if name not in self.imports:
            trace = self.imports[name] = Trace({f"p/{name}.py", "p/__init__.py"})
            self.at.append(trace)
            self.importing += 1
            module = self.world.modules[name]
            for need in self.world.needs(module):
                self.load(need)
            self.early[name] = self.call(module.early) if module.early else ()
            self.importing -= 1
            self.at.pop()
        inner, outer = self.imports[name], self.at[-1]
        outer.modules |= inner.modules
        outer.data |= inner.data
        outer.absent |= inner.absent

    def call(self, name: str) -> Value:
        if name in self.memo:
            return self.memo[name]
        module = self.world.modules[owner(name)]
        function = module.functions[name]
        path = f"p/{owner(name)}.py"
        self.at[-1].executed.setdefault(path, set()).add(name)
        if self.importing:
            self.import_executed[path].add(name)
        if name in self.kept:
            return self.kept[name]
        value: Value = (
            function.salt,
            module.const if function.const else None,
            self.early[owner(name)] if function.const else None,
            self.left.get(owner(name)) if function.takes else None,
            *(self.call(call) for call in function.calls),
            *(self.read(data) for data in function.reads),
        )
        if function.stores:
            self.left[owner(name)] = value
        if function.memo:
            self.memo[name] = value
        if function.fills:
            self.kept[name] = value
        return value

    def read(self, name: str) -> Value:
        if name in self.world.data:
            self.at[-1].data.add(f"data/{name}")
            return (self.world.data[name],)
        self.at[-1].absent.add(f"data/{name}")
        return ("missing",)

    def test(self, name: str) -> tuple[Value, Recorded]:
        test = self.world.tests[name]
        trace, before, kept = Trace({f"tests/{name}.py"}), dict(self.left), set(self.kept)
        self.at.append(trace)
        for module in sorted({*test.imports, *map(owner, test.calls)}):
            self.load(module)
        value: Value = (test.salt, *(self.early[module] for module in test.imports))
        value += tuple(self.call(call) for call in test.calls)
        value += tuple(self.read(data) for data in test.reads)
        if test.lists:
            trace.listings.add("data")
            value += tuple(sorted(self.world.data))
        if test.looks:
            value += (self.read(test.looks) != ("missing",),)
        self.at.pop()
        changed = [f"{module}.left" for module, left in self.left.items() if before.get(module) != left]
        changed += [f"{owner(one)}.kept_{one} [{_sign(self.kept[one])}]" for one in self.kept.keys() - kept]
        return value, _recorded(name, trace, tuple(f"{LEFT}p.{one}" for one in sorted(changed)))


def _sign(value: Value) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:8]


def _recorded(name: str, trace: Trace, untrusted: tuple[str, ...]) -> Recorded:
    return recorded(
        untrusted=untrusted,
        cases=((f"tests.{name}", "test"),),
        modules=tuple(sorted(trace.modules)),
        executed={path: tuple(sorted(names)) for path, names in sorted(trace.executed.items())},
        data=tuple(sorted(trace.data)),
        absent=tuple(sorted(trace.absent)),
        listings=tuple(sorted(trace.listings)),
        imports=("p",),
    )


def run(world: World, names: Collection[str] | None = None) -> tuple[dict[str, Value], Record]:
    """The results of the named tests, all of them without names, and the record of that run."""
    process, results, records = Process(world), {}, {}
    for name in sorted(world.tests if names is None else names):
        results[name], records[f"tests/{name}.py"] = process.test(name)
    early = {path: tuple(sorted(found)) for path, found in process.import_executed.items()}
    return results, record(records, early=early)
