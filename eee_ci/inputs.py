"""What a tool reads besides the files it judges: config files, wherever they are, and names of modules."""

import os
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from eee_ci import reading
from eee_ci.model import Gate
from eee_ci.ports import Inputs, Site

PYTHON = (".py", ".pyi", ".so", ".pyd")
_EXCLUDES = re.compile(r"^\s*excludes?file\s*=\s*(.+?)\s*$", re.IGNORECASE | re.MULTILINE)
_NEVER = {"__pycache__", "node_modules"}


def of(gate: Gate, site: Site, names: Collection[str], also: Iterable[str] = ()) -> Inputs | None:
    """All files of the tree that are called like this, and what the gate's arguments and `also` name. None
    where that is a folder: anything in it may count."""
    inside = {file for file in site.files if file.rpartition("/")[2] in names}
    named = frozenset(also)
    known, outside = set(site.files), set[str]()
    for word in (*(word.rpartition("=")[2] for word in gate.args), *named):
        path = os.path.normpath(os.path.join(site.root, os.path.expanduser(word)))  # noqa: PTH118, PTH111 - pathlib costs more than the call
        relative = reading.relative(path, site.root)
        if relative in known:
            inside.add(str(relative))
        elif os.path.isdir(path):  # noqa: PTH112 - a word may be anything
            return None
        elif word in named or os.path.exists(path):  # noqa: PTH110 - pathlib costs more than the call
            outside.add(path)
    return Inputs(files=tuple(sorted(inside)), outside=tuple(sorted(outside)))


def above(root: str, names: Iterable[str]) -> Iterator[str]:
    """Where a tool that looks upward would find files of these names outside of the project."""
    wanted = tuple(names)
    for folder in Path(root).parents:
        yield from (str(folder / name) for name in wanted)


def settings() -> Path:
    """The folder of the user's settings."""
    named = os.environ.get("XDG_CONFIG_HOME", "")
    return Path(named) if named.startswith("/") else Path.home() / ".config"


def ignores(root: str) -> Iterator[str]:
    """The files outside of the tree that say what git ignores."""
    yield from above(root, (".gitignore", ".ignore"))
    yield from (str(folder / ".git/info/exclude") for folder in (Path(root), *Path(root).parents))
    configs = (Path.home() / ".gitconfig", settings() / "git/config")
    yield from (str(settings() / "git/ignore"), *map(str, configs))
    for config in configs:
        yield from _EXCLUDES.findall(_words(config))


def _words(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def modules(site: Site) -> tuple[str, ...]:
    """What could be imported from the tree's folders, on disk also where git ignores it: whether an import
    is the project's own depends on these names."""
    return tuple(sorted(_modules(site)))


def strays(site: Site) -> tuple[str, ...]:
    """Absolute paths of the modules among them that are not in the tree, those of new folders included."""
    known, found = set(site.files), set[str]()
    inside = {folder for file in site.files for folder in _above(file)}
    for name in _modules(site):
        if not name.endswith("/"):
            found.add(name)
        elif name not in inside and not _is_venv(Path(site.root, name)):
            for folder, folders, files in os.walk(Path(site.root, name)):
                folders[:] = [one for one in folders if one.isidentifier() and one not in _NEVER]
                found |= {
                    os.path.relpath(f"{folder}/{file}", site.root) for file in files if file.endswith(PYTHON)
                }
    return tuple(sorted(f"{site.root}/{name}" for name in found - known))


def _modules(site: Site) -> Iterator[str]:
    for at in {""}.union(*(_above(file) for file in site.files)):
        try:
            entries = list(os.scandir(f"{site.root}/{at}"))
        except OSError:
            continue
        for entry in entries:
            if entry.name.endswith(PYTHON):
                yield f"{at}{entry.name}"
            elif entry.name.isidentifier() and entry.name not in _NEVER and entry.is_dir():
                yield f"{at}{entry.name}/"


def _above(file: str) -> Iterator[str]:
    """The folders of a file, each with its last `/`."""
    at = file.rfind("/")
    while at > 0:
        yield file[: at + 1]
        at = file.rfind("/", 0, at)


def _is_venv(folder: Path) -> bool:
    return (folder / "pyvenv.cfg").exists()
