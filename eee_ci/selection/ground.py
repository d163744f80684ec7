"""What lies on disk: sources as the tree has them, where links lead, and how things outside the tree look."""

import hashlib
import os
import stat
from pathlib import Path

from eee_ci.model import Tree
from eee_ci.tree.content import blob_id

LINK = "120000"
_MOST = 40  # links that a path may lead through, as the kernel has it
_LARGEST = 64 * 1024 * 1024
ABSENT, FOLDER, FILE = "absent", "folder", "file"
# What tools keep for themselves and what is installed: the first decides nothing, the second is in the key
TOOLING = frozenset((
    "__pycache__", ".pytest_cache", ".hypothesis", ".mypy_cache", ".ruff_cache", ".eee-ci",
    "site-packages", "dist-packages",
))  # fmt: skip  # read in rows


def source(tree: Tree, path: str) -> bytes | None:
    """The bytes of a file; None when they are not those that the tree knows."""
    if path not in tree.files or tree.modes.get(path) == LINK:
        return None
    data = _read(f"{tree.root}/{path}")
    return data if data is not None and _blob(data, len(tree.files[path])) == tree.files[path] else None


def look(root: str, path: str, *, content: bool) -> str:
    """How something outside the tree looks; its content where that counts."""
    name = f"{root}/{path}"
    try:
        mode = Path(name).stat().st_mode
    except (OSError, ValueError):
        return ABSENT
    if stat.S_ISDIR(mode):
        return FOLDER
    data = _read(name) if content and stat.S_ISREG(mode) else None
    return FILE if data is None else hashlib.sha256(data).hexdigest()


def look_again(root: str, path: str, before: str) -> str:
    """How it looks now, in as much detail as before."""
    return look(root, path, content=before not in (ABSENT, FOLDER, FILE))


def is_tooling(path: str) -> bool:
    return not TOOLING.isdisjoint(path.split("/"))


class Links:
    """The symbolic links of a tree."""

    def __init__(self, tree: Tree) -> None:
        self._root = tree.root
        self._links = {path for path, mode in tree.modes.items() if mode == LINK}

    def __bool__(self) -> bool:
        return bool(self._links)

    def follow(self, path: str) -> tuple[str | None, list[str]]:
        """Where a path really leads, None for outside the tree, and the links on its way."""
        passed: list[str] = []
        at, rest = "", path.split("/")
        while rest:
            part = rest.pop(0)
            at = f"{at}/{part}" if at else part
            if at in self._links:
                passed.append(at)
                target = self._target(at) if len(passed) < _MOST else None
                if target is None:
                    return None, passed
                at, rest = "", [*target, *rest]
        return at or ".", passed

    def _target(self, link: str) -> list[str] | None:
        try:
            pointed = os.readlink(f"{self._root}/{link}")  # noqa: PTH115 - a Path would tidy it up
        except OSError:
            return None
        whole = os.path.normpath(os.path.join(self._root, os.path.dirname(link), pointed))  # noqa: PTH118, PTH120 - pathlib costs more than the call
        if not Path(whole).is_relative_to(self._root):
            return None
        return [part for part in whole[len(self._root) :].split("/") if part]


def _read(name: str) -> bytes | None:
    try:
        handle = os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode) or found.st_size > _LARGEST:
                return None
            return file.read()
    except (OSError, ValueError):
        return None


def _blob(data: bytes, length: int) -> str:
    """git's id of the content, in the repository's own algorithm."""
    return blob_id(data, "sha256" if length == hashlib.sha256().digest_size * 2 else "sha1")
