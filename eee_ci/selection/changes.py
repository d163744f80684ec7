"""What differs between two trees, in the terms of what tests depend on."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property

MODULES = (".py", ".pyc", ".so", ".pyd", ".pth")


class Changes:
    """Added, deleted and edited files, and the folders that this made, ended or filled."""

    def __init__(self, old: Mapping[str, str], new: Mapping[str, str]) -> None:
        self.old, self.new = old, new
        self.added = new.keys() - old.keys()
        self.deleted = old.keys() - new.keys()
        self.edited = {path for path, content in old.items() if new.get(path, content) != content}

    def verb(self, path: str) -> str:
        if path in self.edited:
            return "changed"
        if path in self.appeared:
            return "is of another kind now" if path in self.gone else "is new"
        return "is gone"

    @cached_property
    def _folders(self) -> tuple[frozenset[str], frozenset[str]]:
        return (folders(self.old), folders(self.new)) if self.added or self.deleted else (frozenset(),) * 2

    @cached_property
    def made(self) -> AbstractSet[str]:
        """The folders that were none before."""
        return self._folders[1] - self._folders[0]

    @cached_property
    def appeared(self) -> AbstractSet[str]:
        return self.added | self.made

    @cached_property
    def gone(self) -> AbstractSet[str]:
        """Files and folders that are not there any more, or as something else."""
        return self.deleted | (self._folders[0] - self._folders[1])

    @cached_property
    def listed(self) -> AbstractSet[str]:
        """The folders with another list of names in them."""
        return frozenset(path.rpartition("/")[0] or "." for path in self.appeared | self.gone)


def folders(paths: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return frozenset(found)


def stem(path: str) -> str:
    """Where a module is imported from: `a/b` for `a/b.py`, `a/b.cpython-311.so` and `a/b/__init__.py`."""
    folder, _, name = path.rpartition("/")
    module = name.partition(".")[0]
    if module == "__init__":
        return folder
    return f"{folder}/{module}" if folder else module


def base(path: str) -> str:
    return path.rpartition("/")[2]


def suffix(path: str) -> str:
    name = base(path)
    return name[name.rfind(".") :] if "." in name else ""
