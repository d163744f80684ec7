"""From import statements to the project files that a file depends on."""

from __future__ import annotations

import importlib.machinery
import os
import sys
from typing import Any, Iterable  # noqa: UP035 - Python 3.8

from .bytecode import statements
from .edges import Edges
from .scene import Scene, Scope

UNKNOWN = "*"  # among names: an import of what cannot be known


class Graph:
    """Nodes are project files, and top-level names of libraries that import the project."""

    def __init__(self, scene: Scene, edges: Edges, tests: Iterable[str]) -> None:
        self.scene, self.edges, self.tests = scene, edges, set(tests)
        self.files = {name: set(files) for name, files in edges.files.items()}
        for name, module in list(sys.modules.items()):
            below = scene.ground.relative(getattr(module, "__file__", None))
            if below is not None:
                self.files.setdefault(name, set()).add(below)
        self.tops = {name.partition(".")[0] for name in self.files}
        self.resolved: dict[int, frozenset[str]] = {}
        self.libraries = self.importing_libraries()
        self.nodes: dict[str, set[str]] = {}
        self.extra: dict[str, set[str]] = {}  # edges that no import statement tells

    def names(self, places: Iterable[tuple[Any, str, str]]) -> set[str]:
        """Dotted names that these code objects import."""
        found: set[str] = set()
        for place in places:
            if id(place[0]) not in self.resolved:
                self.resolved[id(place[0])] = frozenset(self.resolve(*place))
            found |= self.resolved[id(place[0])]
        return found

    def resolve(self, code: Any, _: str, package: str) -> Iterable[str]:
        for name, level, members in statements(code):
            if level < 0:
                yield UNKNOWN
                continue
            full = name
            if level:
                base = package.rsplit(".", level - 1)[0] if level > 1 else package
                full = f"{base}.{name}" if name else base
            yield full
            module = sys.modules.get(full)
            every = map(str, getattr(module, "__all__", ())) if "*" in members else members
            for member in every:
                inner = f"{full}.{member}"
                if inner in self.files or (module is not None and not hasattr(module, member)):
                    yield inner

    def importing_libraries(self) -> dict[str, set[str]]:
        """Libraries that import the project, or import such a library."""
        direct: dict[str, set[str]] = {}
        words: dict[str, set[str]] = {}
        for code, name, package in self.edges.foreign.values():
            top = name.partition(".")[0]
            used = {word.partition(".")[0] for word in code.co_names}
            words.setdefault(top, set()).update(used)
            if not used.isdisjoint(self.tops):
                ours = {
                    full for full in self.resolve(code, name, package) if full.partition(".")[0] in self.tops
                }
                if ours and top not in self.tops:
                    direct.setdefault(top, set()).update(ours)
        grown = True
        while grown and direct:
            grown = False
            for top, used in words.items():
                through = {name for name in used & set(direct) if name != top}
                if through - direct.get(top, set()) and top not in self.tops:
                    direct.setdefault(top, set()).update(through)
                    grown = True
        return direct

    def node(self, path: str) -> set[str]:
        """The files and libraries that one project file leads to."""
        if path not in self.nodes:
            led = self.leads(self.names(self.edges.codes.get(path, {}).values()))
            # a name that one test file had it compute is no dependency of the others
            led |= self.leads(self.edges.names.get(path, set())) - self.tests
            scope = self.scene.scopes.get(f"import:{path}")
            if scope is not None:
                led |= self.of_scope(scope)
            self.nodes[path] = led | self.extra.get(path, set())
        return self.nodes[path]

    def of_scope(self, scope: Scope) -> set[str]:
        """Where the imports of one scope lead to."""
        names = self.names(scope.codes.values()) | scope.names
        return scope.modules | self.leads(names | ({UNKNOWN} if scope.everything else set()))

    def leads(self, names: Iterable[str]) -> set[str]:
        """Names with all their parents, as files; libraries as `name:`."""
        found: set[str] = set()
        for name in names:
            if name == UNKNOWN:
                found.update(*self.files.values())
                continue
            full = name
            if name[-2:] == ".*":
                full = name[:-2]
                found.update(*(files for inner, files in self.files.items() if inner.startswith(f"{full}.")))
            parts = full.split(".")
            if parts[0] in self.libraries:
                found.add(f"{parts[0]}:")
            for length in range(1, len(parts) + 1):
                found |= self.files.get(".".join(parts[:length]), set())
        return found

    def closure(self, roots: Iterable[str]) -> set[str]:
        """The project files that can be reached."""
        reached: set[str] = set()
        waiting = list(roots)
        while waiting:
            node = waiting.pop()
            if node not in reached:
                reached.add(node)
                library = node[-1:] == ":"
                waiting += self.leads(self.libraries[node[:-1]]) if library else self.node(node)
        return {node for node in reached if node[-1:] != ":"}

    def missing(self, places: Iterable[tuple[Any, str, str]], names: Iterable[str]) -> set[str]:
        """Where modules were looked for in packages of the project, and not found."""
        found: set[str] = set()
        for name in {*self.names(places), *names}:
            parent, _, last = name.rpartition(".")
            if name in sys.modules or name in self.files or not parent:
                continue
            for folder in self.folders(parent):
                below = self.scene.ground.relative(folder)
                if below is not None:
                    place = os.path.normpath(f"{below}/{last}")
                    suffixes = (".py", "/__init__.py", *importlib.machinery.EXTENSION_SUFFIXES)
                    found.update(place + suffix for suffix in suffixes)
        return found

    def folders(self, name: str) -> list[str]:
        """Where the modules of a package are looked for."""
        try:
            return list(getattr(sys.modules.get(name), "__path__", ()))
        except Exception:  # noqa: BLE001 - modules may answer as they like
            return []
