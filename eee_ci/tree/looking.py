"""One look after another at a tree that was seen before, each as sharp as the first and cheaper."""

import contextlib
import os
from pathlib import Path

from eee_ci import git, signature
from eee_ci.model import Tree
from eee_ci.tree import comparing, known, viewing
from eee_ci.tree.status import Index

_USERS = (".gitconfig", ".config/git/config")


class Looking:
    """Where the repository is and what its config says stays known while the files of it do, and what its
    index says as well; what is on disk is looked at each time."""

    def __init__(self, before: Tree) -> None:
        self._before = before
        self._settings = self._signatures()
        self._index = Index()
        self._asked = False
        self._also: tuple[str, ...] = ()
        self._last: tuple[str, ...] | None = None

    def ready(self) -> None:
        """Ask beforehand what stays known, while there is time."""
        if not self._asked and self._before.git is not None:
            self._asked = True
            with contextlib.suppress(git.GitError):  # the look will tell
                self._index.entries(known.repository(self._before))

    def changed(self) -> tuple[str, ...]:
        """The files that differ from the tree, by the last look; a new one after `forget`."""
        if self._last is None:
            new = comparing.difference(self._before, self._now())
            self._last = tuple(dict.fromkeys((*self._also, *new)))
        return self._last

    def saw(self, paths: tuple[str, ...]) -> None:
        """These had changed before the tree was seen, while gates ran already."""
        self._also = paths

    def forget(self) -> None:
        """Something may have happened since the last look."""
        self._last = None

    def _now(self) -> Tree:
        root = Path(self._before.root)
        if self._before.git is None or self._signatures() != self._settings:
            return comparing.tree(root, viewing.view(root, project=root))
        found = viewing.Found(known.repository(self._before), self._index)
        return comparing.tree(root, viewing.view(root, project=root, found=found))

    def _signatures(self) -> list[tuple[int, ...] | None]:
        before, user = self._before, os.environ.get("HOME", "")
        files = (f"{before.home}/config", f"{before.git}/config.worktree", *(f"{user}/{n}" for n in _USERS))
        root = Path(before.root)
        folders = (root, *root.parents)[: before.prefix.count("/") + 1]  # a repository may be made in one
        marks = (signature.of(f"{folder}/.git") for folder in folders)
        return [*map(signature.of, files), *(mark and signature.place(mark) for mark in marks)]
