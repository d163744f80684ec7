"""A project's files as values: read from a folder, written to one, compared as a diff a person can read."""

import difflib
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

Tree = Mapping[str, bytes]  # a path relative to the root, with `/`, to its content


class Layout(NamedTuple):
    """Which folders hold the code and which the tests, as the gate config says."""

    sources: tuple[str, ...]
    tests: tuple[str, ...]

    def is_test(self, path: str) -> bool:
        name = path.rpartition("/")[2]
        named = name.startswith("test_") or name.endswith("_test.py")
        return named and name.endswith(".py") and self._below(path, self.tests)

    def is_source(self, path: str) -> bool:
        return path.endswith(".py") and self._below(path, self.sources) and not self._below(path, self.tests)

    def is_data(self, path: str) -> bool:
        return not path.endswith(".py") and self._below(path, (*self.sources, *self.tests))

    def is_below(self, path: str) -> bool:
        return self._below(path, (*self.sources, *self.tests))

    @staticmethod
    def _below(path: str, folders: tuple[str, ...]) -> bool:
        return any(path.startswith(f"{folder}/") for folder in folders)


def read(root: Path) -> dict[str, bytes]:
    """What git would take: tracked files and new ones, less what is ignored. Links stay where they are."""
    words = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    listed = subprocess.run(words, cwd=root, check=True, capture_output=True).stdout.decode()
    files = {name: root / name for name in sorted(set(listed.split("\0")) - {""})}
    return {
        name: file.read_bytes() for name, file in files.items() if file.is_file() and not file.is_symlink()
    }


def sync(root: Path, tree: Tree) -> None:
    """The folder holds the tree's files and no others; a file that is right already is not touched."""
    there = read(root)
    for path in sorted(there.keys() - tree.keys()):
        file = root / path
        file.unlink()
        _prune(file.parent, root)
    for path, content in tree.items():
        if there.get(path) != content:
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


def _prune(folder: Path, root: Path) -> None:
    while folder != root and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def changed(before: Tree, after: Tree) -> list[str]:
    paths = before.keys() | after.keys()
    return sorted(path for path in paths if before.get(path) != after.get(path))


def diff(before: Tree, after: Tree) -> Iterator[str]:
    """Lines of a unified diff of all files that differ."""
    for path in changed(before, after):
        old, new = (_lines(tree.get(path)) for tree in (before, after))
        names = (
            f"a/{path}" if path in before else "/dev/null",
            f"b/{path}" if path in after else "/dev/null",
        )
        told = False
        for line in difflib.unified_diff(old, new, *names, lineterm=""):
            told = True
            yield line
        if not told:
            yield f"{names[0]} -> {names[1]}: no line differs"


def _lines(content: bytes | None) -> list[str]:
    return (content or b"").decode(errors="backslashreplace").splitlines()
