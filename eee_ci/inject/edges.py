"""Sees who imports whom, modules that are loaded already included.

A function in the place of `__import__` would stand in every traceback of an import, and code exists that
counts those frames. So what is put there only looks at the importing code, then hands out the original.
"""

from __future__ import annotations

import builtins
import functools
import importlib
import importlib._bootstrap_external as external
import importlib.util
import sys
import threading
import types
from typing import Any, Callable  # noqa: UP035 - Python 3.8

from .bytecode import IMPORT, argument, calls_import
from .scene import Scene, Scope

# An audit event of our own: what answers it runs without being traced, at a third of the cost.
SEEN = "eee_ci.imports"
HIDDEN = "<frozen importlib._bootstrap>"  # warnings and tracebacks leave frames of this file out


class Edges:
    """Imports by project file, and the files that modules were loaded from."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.codes: dict[str, dict[int, tuple[Any, str, str]]] = {}  # of every importing project file
        self.names: dict[str, set[str]] = {}  # names that a project file computed
        self.foreign: dict[int, tuple[Any, str, str]] = {}  # importing code of everyone else
        self.plain: set[int] = set()  # those of them that import by statements only
        self.files: dict[str, set[str]] = {}  # module name -> project files
        self.everything: set[str] = set()  # project files that import what cannot be known

    def start(self) -> None:
        """Modules of the project that are there already count for everyone."""
        for name, module in list(sys.modules.items()):
            below = self.scene.ground.relative(getattr(module, "__file__", None))
            if below is not None:
                self.files.setdefault(name, set()).add(below)
                self.scene.shared.modules.add(below)
                self.scene.bodies[below] = None
        original, scene = builtins.__import__, self.scene

        class Call:
            def __get__(self, *_: object) -> Any:
                if scene.listening:
                    sys.audit(SEEN, sys._getframe(1))
                return original

        builtins.__import__ = type("Import", (), {"__call__": Call()})()
        precede(importlib.import_module, self.computed)
        precede(importlib.util.find_spec, self.sought)
        surround(external._LoaderBasics, self.body)  # type: ignore[attr-defined]  # no public door leads there

    def seen(self, frame: types.FrameType) -> None:
        """Code that runs an import statement, or calls `__import__`."""
        code = frame.f_code
        scope, key = self.scene.current, id(code)  # to ask for it is an audit event
        if key in scope.codes or key in self.plain:
            return
        known = frame.f_globals
        place = (code, str(known.get("__name__")), package(known))
        below = self.scene.ground.relative(code.co_filename) if code.co_filename[:1] == "/" else None
        if code.co_code[frame.f_lasti] == IMPORT:
            if below is None:
                self.foreign[key] = place
                if not calls_import(code):
                    self.plain.add(key)
            else:
                self.codes.setdefault(below, {})[key] = place
                scope.codes[key] = place
            return
        if not calls_import(code):
            return  # C code that imports by its own; of pickle's there is an event
        name = argument(frame)
        if name is None:
            scope.everything = True
        else:
            self.note(name, below)

    def sought(self, name: Any, _: Any = None) -> None:
        """`importlib.util.find_spec` is called: whether there is such a module, not what is in it."""
        if self.scene.listening and isinstance(name, str):
            self.scene.current.sought.add(name)

    def computed(self, name: Any, package: Any = None) -> None:
        """`importlib.import_module` is called."""
        if not self.scene.listening:
            return
        try:
            if name[:1] == ".":
                name = importlib.util.resolve_name(name, package)
            frame = sys._getframe(3)
            file = frame.f_code.co_filename
            self.note(name, self.scene.ground.relative(file) if file[:1] == "/" else None)
        except Exception:  # noqa: BLE001 - what is no name is about to fail by itself
            return

    def note(self, name: str, below: str | None) -> None:
        self.scene.current.names.add(name)
        if below is not None:
            self.names.setdefault(below, set()).add(name)

    def body(self, module: types.ModuleType) -> Callable[[], object] | None:
        """A module's body is about to run; what comes back is to be called after it."""
        scene = self.scene
        if not scene.listening:
            return None
        try:
            file = getattr(module.__spec__, "origin", None) or module.__file__
            below = scene.ground.relative(file)
            if below is None:
                return lambda: scene.loaded(module)
            self.files.setdefault(module.__name__, set()).add(below)
            scene.current.modules.add(below)
            scope = scene.scope(f"import:{below}")
            if threading.get_ident() != scene.thread:
                scope.distrust("thread", "is imported in a thread")
                return None
            before = scene.turn(scope)
            return functools.partial(self.over, module, before)
        except Exception as error:  # noqa: BLE001 - the tests must not notice
            scene.fail(error)
            return None

    def over(self, module: types.ModuleType, before: Scope) -> None:
        """The body of a module has run."""
        self.scene.turn(before)
        self.scene.loaded(module)


def package(known: dict[str, Any]) -> str:
    """What relative imports of a module with these globals start from."""
    named = known.get("__package__")
    if named is not None:
        return str(named)
    name = str(known.get("__name__", ""))
    return name if "__path__" in known else name.rpartition(".")[0]


def precede(function: Any, note: Callable[..., None]) -> None:
    """Have a function tell its arguments first, for those too who hold it already."""
    copy = types.FunctionType(
        function.__code__,
        function.__globals__,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    key = f"_eee_ci_{function.__name__}"
    function.__globals__[key] = (note, copy)
    lines = f"def {function.__name__}(*a, **k):\n    {key}[0](*a, **k)\n    return {key}[1](*a, **k)\n"
    made: dict[str, Any] = {}
    exec(compile(lines, HIDDEN, "exec"), made)  # noqa: S102  # nosec B102 - our own words
    function.__code__ = made[function.__name__].__code__
    function.__defaults__ = None


def surround(loader: Any, begin: Callable[[Any], Callable[[], object] | None]) -> None:
    """Have a loader tell before and after it runs the body of a module."""
    original = loader.exec_module
    lines = (
        "def exec_module(self, module):\n"
        "    end = begin(module)\n"
        "    try:\n        return original(self, module)\n"
        "    finally:\n        end is None or end()\n"
    )
    made: dict[str, Any] = {"begin": begin, "original": original}
    exec(compile(lines, HIDDEN, "exec"), made)  # noqa: S102  # nosec B102 - our own words
    loader.exec_module = made["exec_module"]
