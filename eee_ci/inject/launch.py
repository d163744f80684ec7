"""Starts a module as `python -m` does, but no file of this or of the working folder can shadow a library.

    python launch.py [--cwd-on-path] [--root=DIR] [--lend=NAME:DIR]
                     [--cover=DATA [--source=S] [--omit=O] [--workers] [--traced]]
                     [--record=SELECT] [--shard=WISH] -m MODULE ARGS...

With PYTHONPYCACHEPREFIX set, Python would compile all libraries anew into that folder, its own first. Here a
byte-code file that a library already has beside it is used; whatever is written goes below the prefix, which
EEE_CI_PYCACHE names for this process alone. Runs on Python 3.8.
"""

from __future__ import annotations

import gc
import importlib.util
import os
import runpy
import sys
import types
from importlib import _bootstrap_external as system
from typing import Any, Callable  # noqa: UP035 - Python 3.8

HERE = os.path.dirname(os.path.realpath(__file__))
# They run code of the project again and again in further processes, which is worth to be compiled once.
PREFIXED = ("pytest", "nox")
# They read much, keep it and end: to look through it again and again for circles is a tenth of their time.
KEEPING = ("mypy", "bandit")
SELDOM = 2_000_000  # objects made since the last look
COVER = ("--cover", "--source", "--omit", "--workers", "--traced")
FLAGS = ("--cwd-on-path", "--root", "--lend", *COVER, "--record", "--shard")


def main(argv: list[str]) -> None:
    """Set the path, then become the module."""
    options, module, arguments = parse(argv)
    if sys.path and os.path.realpath(sys.path[0]) == HERE:
        del sys.path[0]
    if "--cwd-on-path" in options:
        sys.path.insert(0, os.getcwd())
    settle(options.get("--root", [os.getcwd()])[0], module)
    if module in KEEPING:
        collect_seldom()
    for wish in options.get("--lend", ()):
        lend(wish)
    ends = watched(options, module, arguments)
    sys.argv[1:] = arguments
    sys.modules["__main__"] = types.ModuleType("__main__")  # our names are not the module's
    try:
        runpy._run_module_as_main(module)  # type: ignore[attr-defined]  # what `python -m` itself calls
    finally:
        for end in ends:
            end()


def watched(options: dict[str, list[str]], module: str, arguments: list[str]) -> list[Callable[[], None]]:
    """Start what is to watch the module; what comes back is to be called in turn when it has ended."""
    finish: list[Callable[[], None]] = []
    if "--cover" in options:
        finish.append(runpy.run_path(os.path.join(HERE, "cover.py"))["start"](options))
    if module != "pytest":
        return finish
    if finish:
        rest = start("resting", "traced" if "--traced" in options else "", arguments)
        finish[:0] = [rest.finish] if rest is not None else []
    if "--shard" in options:
        start("shard", options["--shard"][0], arguments)
    if "--record" in options:
        record = start("session", options["--record"][0], arguments)
        return [record.stop, *finish, record.close]
    return finish


def start(module: str, wish: str, arguments: list[str]) -> Any:
    """Start a module of ours that watches from inside, importable as `eee_ci_inject.*` without an entry in
    sys.path. Its code bears made-up file names, so that it is no part of a project that brings this folder
    along."""
    name = "eee_ci_inject"
    package = sys.modules[name] = types.ModuleType(name)
    package.__path__ = []

    class Loader(system.SourceFileLoader):
        def get_code(self, fullname: str) -> types.CodeType | None:
            code = super().get_code(fullname)
            measured = "EEE_CI_RECORDER_MEASURED" in os.environ  # by the tests of the recorder itself
            return code if code is None or measured else renamed(code, f"<{fullname}>")

    class Finder:
        @staticmethod
        def find_spec(fullname: str, *_: object) -> object:
            top, *parts = fullname.split(".")
            if top != name:
                return None
            place = os.path.join(HERE, *parts)
            packaged = os.path.isdir(place)
            file = os.path.join(place, "__init__.py") if packaged else f"{place}.py"
            inside = [place] if packaged else None
            return importlib.util.spec_from_file_location(
                fullname, file, loader=Loader(fullname, file), submodule_search_locations=inside
            )

    sys.meta_path.insert(0, Finder)  # type: ignore[arg-type]  # a class with what a finder needs
    try:
        return importlib.import_module(f"{name}.{module}").start(wish, arguments)
    finally:
        sys.meta_path.remove(Finder)  # type: ignore[arg-type]  # a class with what a finder needs


def renamed(code: types.CodeType, file: str) -> types.CodeType:
    """The same code under another file name, inner code too."""
    inner = (renamed(held, file) if isinstance(held, types.CodeType) else held for held in code.co_consts)
    return code.replace(co_filename=file, co_consts=tuple(inner))


def parse(argv: list[str]) -> tuple[dict[str, list[str]], str, list[str]]:
    """The options, each with its values, then the module and its own arguments."""
    options: dict[str, list[str]] = {}
    rest = list(argv)
    while rest and rest[0] != "-m":
        flag, _, value = rest.pop(0).partition("=")
        if flag not in FLAGS:
            sys.exit(f"launch.py: unknown option {flag}")
        options.setdefault(flag, []).append(value)
    if len(rest) < 2:  # noqa: PLR2004 - `-m` and its module
        sys.exit("launch.py: want `-m MODULE` after the options")
    return options, rest[1], rest[2:]


def settle(root: str, module: str) -> None:
    """Set where byte code is read and written, here and in the processes that the module starts."""
    prefix = os.environ.pop("EEE_CI_PYCACHE", None)
    if prefix is not None:
        sys.pycache_prefix, sys.dont_write_bytecode = prefix, False
        if module in PREFIXED or not compiled(module):
            os.environ["PYTHONPYCACHEPREFIX"] = prefix
            os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if sys.pycache_prefix is not None:
        reuse_bytecode(root)


def lend(wish: str) -> None:
    """Import one package from a folder that is not in sys.path: nothing else of it can be imported."""
    name, _, folder = wish.partition(":")

    class Finder:
        @staticmethod
        def find_spec(fullname: str, *_: object) -> object:
            return system.PathFinder.find_spec(fullname, [folder]) if fullname == name else None

    sys.meta_path.append(Finder)  # type: ignore[arg-type]  # a class with what a finder needs
    try:
        importlib.import_module(name)
    finally:
        sys.meta_path.remove(Finder)  # type: ignore[arg-type]  # a class with what a finder needs


def collect_seldom() -> None:
    """Have garbage looked for seldom, and no more often when a module wishes it: mypy does, for each 200,000
    objects."""
    wish = gc.set_threshold

    def set_threshold(first: int, *others: int) -> None:
        wish(max(first, SELDOM) if first else 0, *others)

    gc.set_threshold = set_threshold
    set_threshold(SELDOM)


def compiled(module: str) -> bool:
    """Does the module have byte code beside it? Then so do the others of its environment."""
    spec = importlib.util.find_spec(module.partition(".")[0])
    place = os.path.dirname(spec.origin or "") if spec is not None and spec.has_location else ""
    return bool(place) and os.path.isdir(os.path.join(place, "__pycache__"))


def reuse_bytecode(root: str) -> None:
    """Read the byte code of libraries where it lies; write below the prefix only."""
    loader = system.SourceFileLoader
    # a process that was started like this may do it again, in the tests of eee-ci itself: no layer on a layer
    prefixed = getattr(system.cache_from_source, "__wrapped__", system.cache_from_source)
    write = loader._cache_bytecode  # type: ignore[attr-defined]  # no public door leads there
    write = getattr(write, "__wrapped__", write)
    own = os.path.join(os.path.realpath(root), "")
    venv = os.path.join(os.path.realpath(sys.prefix), "")
    passing = os.path.join(os.path.realpath(os.environ.get("TMPDIR", "/tmp")), "")  # noqa: S108  # nosec B108 - where Python itself would look
    if not venv.startswith(own) or venv == own:
        venv = ""

    def is_own(path: str) -> bool:
        return path.startswith(own) and not (venv and path.startswith(venv))

    def cache_from_source(path: str, *args: object, **kwargs: object) -> str:
        aside: str = prefixed(path, *args, **kwargs)  # type: ignore[call-overload]  # whatever it is given is handed on
        path = os.fspath(path)
        if is_own(path) or os.path.exists(aside):
            return aside
        beside = os.path.join(os.path.dirname(path), "__pycache__", os.path.basename(aside))
        return beside if os.path.exists(beside) else aside

    def cache_bytecode(self: object, source_path: str, _: str, data: bytes) -> object:
        if source_path.startswith(passing) and not is_own(source_path):
            return None  # modules that tests write: every run has new ones
        # stale byte code beside its source stays: the new one goes below the prefix, and is found first
        return write(self, source_path, prefixed(source_path), data)

    cache_from_source.__wrapped__ = prefixed  # type: ignore[attr-defined]  # no public door leads there
    cache_bytecode.__wrapped__ = write  # type: ignore[attr-defined]  # no public door leads there
    system.cache_from_source = cache_from_source  # type: ignore[assignment]  # the same words
    loader._cache_bytecode = cache_bytecode  # type: ignore[attr-defined]  # no public door leads there


if __name__ == "__main__":
    main(sys.argv[1:])
