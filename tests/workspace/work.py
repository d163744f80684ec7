"""What the tests of the work place share: a user's repository, and everything in it as one value."""

import os
import stat
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from eee_ci import workspace
from eee_ci.inject.confining import limits

T = TypeVar("T")
Shape = dict[str, tuple[int, int, bytes]]
FILES = {
    "a.py": "one\ntwo\nthree\n",
    "pkg/b.py": "b\n",
    "pkg/c.py": "c\n",
    ".gitignore": "build/\n*.log\n",
    "run.sh": "echo\n",
}


def git(folder: Path, *words: str) -> str:
    """With nobody's settings: fixtures of a module come before those that clear the environment."""
    nobody = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "HOME": "/nowhere"}
    argv = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"]
    env = {"PATH": os.environ["PATH"], **nobody}
    done = subprocess.run([*argv, *words], cwd=folder, env=env, capture_output=True, text=True, check=True)
    return done.stdout


def write(folder: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def repository(folder: Path, files: dict[str, str] | None = None) -> Path:
    """Committed, with a program and a link."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q")
    write(folder, FILES if files is None else files)
    (folder / "link").symlink_to("a.py")
    if files is None:
        (folder / "run.sh").chmod(0o755)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "files")
    return folder


class Site:
    """A project, its private repository, and a clone at the base."""

    def __init__(self, top: Path, project: Path | None = None) -> None:
        self.project = project or repository(top / "project")
        self.private = workspace.open(self.project, top / "place")
        self.base = self.private.base
        self.clone = top / "clone"
        self.root = self.private.clone(self.base, self.clone)

    def take(self) -> workspace.Taken:
        return self.private.take(self.clone, self.base)

    def changed(self) -> list[str]:
        taken = self.take()
        assert taken.odd == ()
        return [change.path for change in taken.patch.changes]

    def odd(self) -> list[str]:
        return [str(odd) for odd in self.take().odd]


def shape(folder: Path) -> Shape:
    """Everything below a folder, git's own included: mode, time of change, bytes."""
    found = {}
    for path in sorted(folder.rglob("*")):
        told = path.lstat()
        if stat.S_ISREG(told.st_mode):
            data = path.read_bytes()
        else:
            data = os.fsencode(path.readlink()) if path.is_symlink() else b""
        found[os.fspath(path.relative_to(folder))] = (told.st_mode, told.st_mtime_ns, data)
    return found


def names(folder: Path) -> list[str]:
    """The files below a folder, without git's."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if ".git" not in path.relative_to(folder).parts and not (path.is_dir() and not path.is_symlink())
    )


def unprivileged(function: Callable[[], T]) -> T:
    """What a function says in a thread that has no privilege of root's: modes hold for it."""
    said: list[T] = []

    def run() -> None:
        limits.forgo()
        said.append(function())

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return said[0]
