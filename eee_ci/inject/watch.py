"""Sees which files are read, listed or looked for, and what makes a test depend on more than files."""

from __future__ import annotations

import functools
import linecache
import os
import sys
from types import FrameType
from typing import Any, Callable  # noqa: UP035 - Python 3.8

from . import resting, signs
from .edges import SEEN, Edges, precede
from .scene import Scene
from .signs import callers, calling, put

MOST = 64  # codes of one file: what is compiled again and again is not kept
PATHS = ("stat", "lstat", "access", "readlink")
IN_THREAD = "_installation_trace"  # of coverage.py: it gives way to the tracer of the thread
LOOKED = "eee_ci.looks"  # an audit event of our own, as SEEN is


class Watch:
    """An audit hook, and functions in the place of those that raise no event."""

    def __init__(self, scene: Scene, edges: Edges) -> None:
        self.scene = scene
        self.handlers: dict[str, Callable[[Any], None]] = {
            SEEN: lambda arguments: edges.seen(*arguments),
            LOOKED: lambda arguments: self.looked(*arguments),
            "open": self.opened,
            "os.listdir": self.listed,
            "os.scandir": self.listed,
            "sqlite3.connect": self.connected,
            "subprocess.Popen": self.started,
            "ctypes.dlopen": self.loaded,
            "import": self.imported,
            "pickle.find_class": self.unpickled,
            "exec": self.executed,
            "sys.settrace": self.traced,
            "sys.setprofile": self.traced,
            **{event: functools.partial(self.changed, places) for event, places in signs.CHANGES.items()},
        }
        self.sentences = {**signs.STARTS, **signs.TALKS}

    def start(self) -> None:
        handlers, sentences, heard = self.handlers, self.sentences, self.heard

        def hook(event: str, arguments: Any) -> None:
            if event in handlers or event in sentences:
                heard(event, arguments)

        hook.__cantrace__ = signs.MEASURED  # type: ignore[attr-defined]  # what the interpreter looks for
        sys.addaudithook(hook)
        for name in PATHS:
            self.replace(name)
        self.replace_fork()
        precede(linecache.getlines, self.quoted)

    def heard(self, event: str, arguments: Any) -> None:
        scene = self.scene
        if not scene.listening or os.getpid() != scene.pid:
            return
        try:
            if event in self.handlers:
                self.handlers[event](arguments)
            else:
                scene.current.distrust(event, self.sentences[event])
        except Exception as error:  # noqa: BLE001 - an audit hook that raises stops the program
            scene.fail(error)

    def quoted(self, file: Any, *_: Any) -> None:
        """Sources are kept: only the first to read one opens the file."""
        scene = self.scene
        try:
            below = self.below(file) if scene.listening and file[:1] != "<" else None
            if below is None or below in scene.current.data or self.is_machinery(below, reading=True):
                return
            scene.note(below, "data", [])
        except Exception as error:  # noqa: BLE001 - the tests must not notice
            scene.fail(error)

    def replace(self, name: str) -> None:
        """Put a function of the same signature in the place of one of `os`."""
        original, scene, audit = getattr(os, name), self.scene, sys.audit

        def stat(path: Any, *, dir_fd: Any = None, follow_symlinks: bool = True) -> Any:
            if scene.listening:
                audit(LOOKED, path, dir_fd)
            return original(path, dir_fd=dir_fd, follow_symlinks=follow_symlinks)

        def lstat(path: Any, *, dir_fd: Any = None) -> Any:
            if scene.listening:
                audit(LOOKED, path, dir_fd)
            return original(path, dir_fd=dir_fd)

        def access(
            path: Any,
            mode: int,
            *,
            dir_fd: Any = None,
            effective_ids: bool = False,
            follow_symlinks: bool = True,
        ) -> Any:
            if scene.listening:
                audit(LOOKED, path, dir_fd)
            return original(
                path, mode, dir_fd=dir_fd, effective_ids=effective_ids, follow_symlinks=follow_symlinks
            )

        put(name, {"stat": stat, "lstat": lstat, "access": access, "readlink": lstat}[name])

    def replace_fork(self) -> None:
        """What `multiprocessing` starts its children with raises no event."""
        try:
            import _posixsubprocess
        except ImportError:
            return
        original, scene = _posixsubprocess.fork_exec, self.scene

        def fork_exec(*arguments: Any) -> Any:
            if scene.listening and not sys._getframe(1).f_code.co_filename.endswith("/subprocess.py"):
                scene.current.distrust("os.posix_spawn", signs.STARTS["os.posix_spawn"])
            return original(*arguments)

        _posixsubprocess.fork_exec = fork_exec

    def looked(self, path: Any, folder: Any) -> None:
        """Somebody asks what a path is."""
        below, scope = None if type(path) is int else self.below(path, folder), self.scene.current
        if below is None or below in scope.stats or below in scope.absent or self.is_machinery(below):
            return
        self.scene.note(below, "stats", self.modules())

    def below(self, path: Any, folder: Any = None) -> str | None:
        if folder is not None:
            path = os.path.join(os.fsencode(f"/proc/self/fd/{folder}"), os.fsencode(path))
        return self.scene.ground.relative(path)

    def opened(self, arguments: Any) -> None:
        path, mode, flags = arguments
        below = self.below(path)
        if below is None:
            return
        scope = self.scene.current
        if any(letter in mode for letter in "wax+") if mode is not None else flags & signs.WRITING:
            scope.distrust("writes", f"writes below the project ({below})")
        elif below not in scope.data and not self.is_machinery(below, reading=True):
            self.scene.note(below, "data", [] if below.endswith(".py") else self.modules())

    def listed(self, arguments: Any) -> None:
        path = arguments[0]
        if isinstance(path, int):
            path = os.path.realpath(f"/proc/self/fd/{path}")
        below = self.below("." if path is None else path)
        if below is not None and below not in self.scene.current.listings and not self.is_machinery(below):
            self.scene.note(below, "listings", self.modules())

    def connected(self, arguments: Any) -> None:
        """A data base is read by C code that tells nothing, and written as well."""
        name = os.fsdecode(arguments[0])
        below = self.below(name[5:].partition("?")[0] if name.startswith("file:") else name)
        if below is not None and name not in ("", ":memory:", "file::memory:"):
            self.scene.current.distrust("sqlite", f"opens a data base below the project ({below})")

    def changed(self, places: dict[int, int | None], arguments: Any) -> None:
        for at, folder in places.items():
            relative_to = arguments[folder] if folder is not None else -1
            below = self.below(arguments[at], relative_to if relative_to != -1 else None)
            if below is not None:
                self.scene.current.distrust("writes", f"writes below the project ({below})")

    def started(self, arguments: Any) -> None:
        if not any(file.endswith(signs.PROBES) for file in callers()):
            words = arguments[1] if isinstance(arguments[1], (list, tuple)) else [arguments[1]]
            name = os.path.basename(os.fsdecode(arguments[0] or words[0] or ""))
            self.scene.current.distrust("subprocess", f"starts the process {name}")

    def loaded(self, arguments: Any) -> None:
        name = os.fsdecode(arguments[0] or "")  # without a folder it is looked for in the system's
        below = self.below(name) if "/" in name else None
        if below is not None:
            self.scene.current.distrust("library", f"loads the library {below}")

    def imported(self, arguments: Any) -> None:
        """The first import of a name; with a file when it is an extension module."""
        self.scene.current.imports.add(arguments[0].partition(".")[0])
        below = self.below(arguments[1]) if arguments[1] else None
        if below is not None:
            self.scene.current.distrust("library", f"loads the library {below}")

    def unpickled(self, arguments: Any) -> None:
        self.scene.current.names.add(str(arguments[0]))

    def executed(self, arguments: Any) -> None:
        """The body of a module, however it was loaded."""
        code = arguments[0]
        if getattr(code, "co_name", None) == "<module>":
            below = self.below(code.co_filename) if code.co_filename[:1] == "/" else None
            if below is not None:
                self.scene.current.modules.add(below)
                known = self.scene.bodies.setdefault(below, [])
                if known is not None and not any(code is body for body in known):
                    known.append(code)
                    if len(known) > MOST:
                        self.scene.bodies[below] = None

    def traced(self, _: Any) -> None:
        """Whoever traces takes the measurement's place. Threads and doctest put back what was there, and in a
        thread coverage.py begins with the first function, which may be anybody's."""
        if resting.Rest.changing:
            return
        for code in calling():
            file = code.co_filename
            if file.endswith(("/threading.py", "/doctest.py")):
                return
            if not file.endswith(("/coverage/collector.py", "/coverage/pytracer.py")):
                break
            if code.co_name == IN_THREAD:
                return
        self.scene.current.distrust("trace", "sets a trace function")

    def is_machinery(self, below: str, *, reading: bool = False) -> bool:
        """Is it not the project's code, but what runs it, that looks?"""
        source = below.endswith((".py", ".pyi"))
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            kind = signs.kind(frame.f_code.co_filename)
            frame = frame.f_back
            if kind == signs.IMPORT:
                return source or not reading
            if source and kind == signs.QUOTER:
                return True
            if source and kind == signs.READER:
                if not reading:
                    return True
            elif kind not in (signs.OURS_OWN, signs.PASSER):
                return kind == signs.MACHINE or (source and kind == signs.CURIOSITY)
        return False

    def modules(self) -> list[str]:
        """The project's files that take part, but the current one's own."""
        own = self.scene.current.label.partition(":")[2]
        below = (self.below(name) for name in set(callers()) if name[:1] == "/")
        return sorted(name for name in below if name is not None and name != own)
