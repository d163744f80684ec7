"""What could not be seen of a tree, and the way out: a sentence for each."""

import os
from collections.abc import Iterable, Mapping

from eee_ci import git, text
from eee_ci.tree.content import LINK, Entry
from eee_ci.tree.status import GITLINK, Status, in_progress

_NAMED = 5  # as many paths a sentence names


def states(repo: git.Repository, status: Status, entries: Mapping[str, Entry]) -> list[str]:
    """The states of a repository that limit what git can say of it."""
    begun, lock = in_progress(repo), repo.folder / "index.lock"
    links = {path for path, item in status.entries.items() if item.mode == GITLINK}
    empty = [path for path in links if not os.path.lexists(repo.root / path / ".git")]
    sparse = [path for path, item in status.entries.items() if item.sparse and path not in entries]
    torn = status.unmerged
    told = {
        "the branch has no commit yet, so every file counts as changed": status.commit is None,
        f"a {begun} is not finished: end it with `git {begun} --continue` or `git {begun} --abort`": begun,
        f"{some(torn, 'file')} in conflict, judged with its marks: `git add` it merged": torn,
        f"{some(sparse, 'file')} left out by the sparse checkout: `git sparse-checkout disable`": sparse,
        f"{some(empty, 'submodule')} not checked out: `git submodule update --init` brings them": empty,
        f"{text.path(lock)} exists, so a git command is at work or has died: if none runs, remove it": (
            os.path.lexists(lock)
        ),
    }
    return [sentence for sentence, holds in told.items() if holds]


def filtered(paths: Iterable[str]) -> list[str]:
    """Git compares these only through a program of its config."""
    why = "passed through a git filter, which is not run here: they count as changed"
    return _about(paths, "file", why)


def unread(paths: Iterable[str]) -> list[str]:
    """Paths that the disk or the system refused."""
    return _about(paths, "path", "could not be read: check the permissions")


def leaving(root: str, entries: Mapping[str, Entry]) -> list[str]:
    """What a link outside of the root names is no part of the tree."""
    links = [path for path, entry in entries.items() if entry.mode == LINK]
    out = [path for path in links if not f"{os.path.realpath(f'{root}/{path}')}/".startswith(f"{root}/")]
    return _about(out, "symbolic link", "pointing out of the project: what lies there is not seen")


def some(paths: Iterable[str], noun: str) -> str:
    """`2 files (a.py, b.py)`, the names cut after a few."""
    known = sorted(paths)
    named = ", ".join(text.path(path) for path in known[:_NAMED]) + (", ..." if len(known) > _NAMED else "")
    return f"{text.count(len(known), noun)} ({named})"


def _about(paths: Iterable[str], noun: str, told: str) -> list[str]:
    known = list(paths)
    return [f"{some(known, noun)} {told}"] if known else []
