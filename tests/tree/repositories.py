"""Real git repositories in every state that a user can bring, each made in milliseconds."""

import hashlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_AUTHOR_DATE": "2024-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2024-01-01T00:00:00Z",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_ALLOW_PROTOCOL": "file",
    "LC_ALL": "C",
}


class Repository:
    """A repository and the verbs that tests need."""

    def __init__(self, root: Path, *options: str) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main", *options)

    def git(self, *words: str, check: bool = True, feed: str = "") -> str:
        done = subprocess.run(
            ["git", *words],
            cwd=self.root,
            env=ENVIRONMENT,
            input=os.fsencode(feed),
            capture_output=True,
            check=False,
        )
        assert not check or done.returncode == 0, done.stderr
        return os.fsdecode(done.stdout)

    def write(self, path: str, text: str = "x\n", *, mode: int = 0o644) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(os.fsencode(text))
        file.chmod(mode)
        return file

    def commit(self, **files: str) -> "Repository":
        """Commit all; the keyword `a` stands for a file `a.py`."""
        for name, text in files.items():
            self.write(f"{name}.py", text)
        self.git("add", "-A", ".")
        self.git("commit", "-q", "--allow-empty", "-m", "x")
        return self

    def status(self) -> str:
        return self.git("status", "--porcelain=v2", "--branch", "-z", check=False)


def blob(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


@contextmanager
def untouched(root: Path) -> Iterator[None]:
    """What is done inside leaves every file as it was: work tree, index, config, hooks, refs."""
    before = _pictured(root)
    yield
    assert _pictured(root) == before


def _pictured(root: Path) -> dict[str, object]:
    pictures: dict[str, object] = {}
    for folder, folders, names in os.walk(root):
        for name in (*folders, *names):
            path = Path(folder, name)
            found = path.lstat()
            content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
            inside = ".git" in path.parts  # git itself renews the times of what it has read there
            pictures[str(path)] = (found.st_mode, 0 if inside else found.st_mtime_ns, content)
    return pictures
