"""Makes the record: who depends on what, by the names that the JUnit report uses."""

from __future__ import annotations

import os
import platform
from typing import TYPE_CHECKING, Any, Iterable  # noqa: UP035 - Python 3.8

from . import regions
from .graph import Graph
from .ground import there
from .scene import KINDS, SHARED, Scope

if TYPE_CHECKING:
    from typing import Callable, Protocol  # noqa: UP035 - Python 3.8

    from .edges import Edges
    from .monitor import Calls
    from .scene import Scene

    class Recorded(Protocol):
        """What was watched; no `hooks` where pytest loaded no plugin, `data` names coverage.py's file."""

        scene: Scene
        edges: Edges
        hooks: Any
        calls: Calls | None
        data: Callable[[], str] | None


VERSION = 1


def nothing(recorder: Recorded) -> dict[str, Any]:
    """A record of a run of which nothing is known but why."""
    empty: dict[str, Any] = {kind: [] for kind in ("modules", *KINDS, "imports", "untrusted", "fixtures")}
    return {
        "v": VERSION,
        "python": platform.python_version(),
        "complete": False,
        "untracked": recorder.scene.trouble,
        "skipped": sorted(recorder.hooks.skipped) if recorder.hooks is not None else [],
        "files": {},
        "shared": {**empty, "executed": None},
        "import_executed": {},
    }


def record(recorder: Recorded) -> dict[str, Any]:
    """All that was seen."""
    hooks, scene = recorder.hooks, recorder.scene
    if hooks is None or not hooks.configured:
        scene.fail("pytest did not load the recorder")
        return nothing(recorder)
    entered = executed(recorder)
    files = {label[5:] for label in scene.scopes if label[:5] == "file:"} | hooks.cases.keys()
    writer = Writer(recorder, entered, files)
    made = {
        **nothing(recorder),
        "complete": hooks.complete,
        "files": {path: writer.file(path) for path in sorted(files) if path},
        "shared": writer.shared(),
        "import_executed": {}
        if entered is None
        else regions.told(entered, [k for k in entered if k[:7] == "import:"]),
    }
    return {**made, "untracked": scene.trouble}


def executed(recorder: Recorded) -> dict[str, dict[str, set[str]]] | None:
    """Functions entered, by label and path; None where nobody watched."""
    if recorder.calls is not None:
        return recorder.calls.entered if recorder.calls.tool is not None else None
    if recorder.data is None:
        return None
    file = recorder.data()
    if not os.path.exists(file):
        recorder.scene.fail("coverage.py saved no data")
        return None
    scene = recorder.scene
    return regions.entered(regions.lines(file), scene.ground.roots[0], scene.bodies)


class Writer:
    """Closes every scope over what it leads to."""

    def __init__(
        self, recorder: Recorded, entered: dict[str, dict[str, set[str]]] | None, tests: Iterable[str]
    ) -> None:
        self.scene, self.hooks, self.entered = recorder.scene, recorder.hooks, entered
        self.graph = Graph(recorder.scene, recorder.edges, tests)
        for label, paths in (entered or {}).items():
            kind, _, path = label.partition(":")
            if kind == "import":
                self.graph.extra.setdefault(path, set()).update(paths)

    def file(self, path: str) -> dict[str, Any]:
        labels = self.labels(f"file:{path}")
        roots, absent = self.ancestors(path)
        own = self.scene.scope(f"file:{path}")
        source = path.endswith(".py")
        if source:
            roots.add(path)
        else:
            own.data.add(path)
        made = self.close(labels, roots, kept=True)
        made["absent"] = sorted({*made["absent"], *absent})
        cases = list(dict.fromkeys(map(tuple, self.hooks.cases.get(path, []))))
        return {**made, "cases": cases, "seconds": round(self.hooks.seconds.get(path, 0.0), 6)}

    def shared(self) -> dict[str, Any]:
        return self.close(self.labels(SHARED), set(), kept=False)

    def labels(self, label: str) -> list[str]:
        """With the fixtures that it used, and those that they used."""
        found = [label]
        for known in found:
            scope = self.scene.scopes.get(known)
            found += sorted(scope.fixtures - set(found)) if scope is not None else []
        return found

    def ancestors(self, path: str) -> tuple[set[str], set[str]]:
        """The conftests and packages around a test file, and those that could be there."""
        here: set[str] = set()
        missing: set[str] = set()
        folder = os.path.dirname(path)
        while True:
            for name in ("conftest.py", "__init__.py"):
                place = f"{folder}/{name}" if folder else name
                (here if os.path.exists(self.scene.ground.absolute(place)) else missing).add(place)
            if not folder:
                return here, missing
            folder = os.path.dirname(folder)

    def close(self, labels: list[str], roots: set[str], *, kept: bool) -> dict[str, Any]:
        scopes = [self.scene.scopes[label] for label in labels if label in self.scene.scopes]
        ran = None if self.entered is None else regions.told(self.entered, labels)
        roots = roots | set(ran or {})
        for scope in scopes:
            roots |= self.graph.of_scope(scope)
        modules = self.graph.closure(roots)
        kinds = ("import", "kept") if kept else ("import",)
        through = (f"{kind}:{path}" for path in sorted(modules) for kind in kinds)
        scopes += [self.scene.scopes[label] for label in through if label in self.scene.scopes]
        made: dict[str, Any] = {
            kind: sorted(set().union(*(getattr(scope, kind) for scope in scopes))) for kind in KINDS
        }
        missing = self.missing(scopes, modules)
        made["absent"] = sorted({*made["absent"], *missing} - modules)
        # not tried, as on another platform; or it came later: that shows in the list of files of the start
        modules |= {path for path in missing if there(self.scene.ground.absolute(path))}
        made["imports"] = sorted(set().union(*(self.imports(scope) for scope in scopes)))
        untrusted = {sentence for scope in scopes for sentence in scope.untrusted.values()}
        return {
            **made,
            "modules": sorted(modules),
            "executed": ran,
            "untrusted": sorted(untrusted),
            "fixtures": labels[1:],
        }

    def imports(self, scope: Scope) -> set[str]:
        """Top-level names."""
        names = self.graph.names(scope.codes.values()) | scope.names
        kind, _, path = scope.label.partition(":")
        if kind == "import":
            names |= self.graph.names(self.scene_codes(path))
        return scope.imports | {name.partition(".")[0] for name in names | scope.sought} - {"", "*"}

    def scene_codes(self, path: str) -> Iterable[tuple[Any, str, str]]:
        return self.graph.edges.codes.get(path, {}).values()

    def missing(self, scopes: Iterable[Scope], modules: Iterable[str]) -> set[str]:
        found: set[str] = set()
        for scope in scopes:
            found |= self.graph.missing(scope.codes.values(), scope.names | scope.sought)
        for path in modules:
            found |= self.graph.missing(self.scene_codes(path), self.graph.edges.names.get(path, ()))
        return found
