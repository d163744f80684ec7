"""Which paths matter to the recorder: those below the judged project, less what tools put there."""

from __future__ import annotations

import os
from os import lstat, readlink, stat  # as they were before anything of ours replaced them
from stat import S_ISDIR

ASIDE = frozenset({".git", "__pycache__", ".eee-ci", "site-packages", "dist-packages"})
MOST = 50_000  # paths remembered


class Ground:
    """The project's folder. `relative` is None for a path that does not matter."""

    def __init__(self, root: str, scratch: str) -> None:
        self.roots = tuple({os.path.abspath(root), os.path.realpath(root)})
        passing = os.environ.get("TMPDIR") or scratch
        self.aside = tuple(
            os.path.join(folder, "")
            for made in (scratch, passing)
            for folder in {os.path.abspath(made), os.path.realpath(made)}
            if any(folder.startswith(root + os.sep) for root in self.roots)
        )
        self.known: dict[str, str | None] = {}
        self.environments: dict[str, bool] = {}

    def relative(self, path: object) -> str | None:
        """Below the root with `/`, the root itself as `.`."""
        try:
            name = os.fsdecode(path)  # type: ignore[arg-type]  # a number has no path
        except TypeError:
            return None
        if not name.startswith("/"):
            try:
                name = f"{os.getcwd()}/{name}"
            except OSError:
                return None
        if name not in self.known:
            if len(self.known) > MOST:
                self.known.clear()
            self.known[name] = self.look(name)
        return self.known[name]

    def look(self, name: str) -> str | None:
        path = os.path.normpath(name)
        for root in self.roots:
            if path == root:
                return "."
            if path.startswith(root + os.sep) and not (path + os.sep).startswith(self.aside):
                below = path[len(root) + 1 :]
                return None if self.outside(root, below.split(os.sep)) else below
        return None

    def outside(self, root: str, parts: list[str]) -> bool:
        """Is it a tool's or a virtual environment's?"""
        if not ASIDE.isdisjoint(parts):
            return True
        folder = root
        for part in parts[:-1]:
            folder = f"{folder}/{part}"
            if folder not in self.environments:
                self.environments[folder] = there(f"{folder}/pyvenv.cfg")
            if self.environments[folder]:
                return True
        return there(f"{folder}/{parts[-1]}/pyvenv.cfg")

    def absolute(self, path: str) -> str:
        return os.path.join(self.roots[0], path)

    def real(self, path: str) -> str | None:
        """Where a path leads, when that is another one that matters."""
        found = self.absolute(path)
        for _ in range(40):
            try:
                found = os.path.join(os.path.dirname(found), readlink(found))
            except OSError:
                break
        led = self.look(found)
        return led if led != path else None


def there(path: str) -> bool:
    """Is there anything, a dangling link included?"""
    try:
        lstat(path)
    except (OSError, ValueError):
        return False
    return True


def is_folder(path: str) -> bool:
    try:
        return S_ISDIR(stat(path).st_mode)
    except (OSError, ValueError):
        return False
