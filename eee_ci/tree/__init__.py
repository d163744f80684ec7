"""The files under judgement: what they are, which of them changed, and a clean copy of them."""

import os
from pathlib import Path

from eee_ci.errors import UsageError
from eee_ci.model import Tree
from eee_ci.tree import comparing, copying, ignoring, places, viewing
from eee_ci.tree.looking import Looking as Looking  # many looks at one tree
from eee_ci.tree.places import Layout as Layout  # the noun of this door


def snapshot(root: Path) -> Tree:
    """The tree below a folder as it is now. A UsageError where there are no files to judge."""
    if not root.is_dir():
        raise UsageError(f"{root} is not a folder", "name the project's folder")
    real = Path(os.path.realpath(root))
    return comparing.tree(real, viewing.view(real, project=real))


def ignored(found: Tree) -> dict[str, str]:
    """Content ids of the files that git ignores and that tools read all the same: generated modules."""
    return ignoring.files(found)


def changed_since(before: Tree) -> tuple[str, ...]:
    """The files that differ now from the snapshot, in content or mode, new and missing ones included."""
    return comparing.difference(before, snapshot(Path(before.root)))


def export(tree: Tree, target: Path) -> Path:
    """A clean copy of exactly the tree's files in an empty folder, in git enough for tags and `git describe`.
    Returns the root's place in there: deeper when the project lies below the top of its repository."""
    return copying.export(tree, target)


def layout(root: Path, tree: Tree) -> Layout:
    """Where the code and the tests are, by the common habits, and why these."""
    return places.layout(root, tree)
