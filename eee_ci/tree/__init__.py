"""The files under judgement: what they are, which of them changed, and a clean copy of them."""

import hashlib
import os
from pathlib import Path

from eee_ci.errors import UsageError
from eee_ci.model import Tree
from eee_ci.tree import copying, ignoring, places, viewing
from eee_ci.tree.content import PLAIN, Entry
from eee_ci.tree.places import Layout as Layout  # the noun of this door


def snapshot(root: Path) -> Tree:
    """The tree below a folder as it is now. A UsageError where there are no files to judge."""
    if not root.is_dir():
        raise UsageError(f"{root} is not a folder", "name the project's folder")
    real = Path(os.path.realpath(root))
    seen = viewing.view(real, project=real)
    return Tree(
        root=os.fspath(real),
        files={path: entry.id for path, entry in sorted(seen.entries.items())},
        modes={path: entry.mode for path, entry in sorted(seen.entries.items()) if entry.mode != PLAIN},
        id=_id(seen.entries) if seen.whole else None,
        vcs="git" if seen.repo else "none",
        commit=seen.commit,
        branch=seen.branch,
        git=str(seen.repo.folder) if seen.repo else None,
        home=str(seen.repo.common) if seen.repo else None,
        changed=tuple(sorted(seen.changed)),
        notes=seen.notes,
    )


def ignored(found: Tree) -> dict[str, str]:
    """Content ids of the files that git ignores and that tools read all the same: generated modules."""
    return ignoring.files(found)


def changed_since(before: Tree) -> tuple[str, ...]:
    """The files that differ now from the snapshot, in content or mode, new and missing ones included."""
    after = snapshot(Path(before.root))
    if after.id is not None and after.id == before.id:
        return ()
    paths = before.files.keys() | after.files.keys()
    return tuple(sorted(path for path in paths if _entry(before, path) != _entry(after, path)))


def export(tree: Tree, target: Path) -> Path:
    """A clean copy of exactly the tree's files in an empty folder, in git enough for tags and `git describe`.
    Returns the root's place in there: deeper when the project lies below the top of its repository."""
    return copying.export(tree, target)


def layout(root: Path, tree: Tree) -> Layout:
    """Where the code and the tests are, by the common habits, and why these."""
    return places.layout(root, tree)


def _entry(tree: Tree, path: str) -> Entry | None:
    return Entry(tree.modes.get(path, PLAIN), tree.files[path]) if path in tree.files else None


def _id(entries: dict[str, Entry]) -> str:
    digest = hashlib.sha256()
    for path in sorted(entries):
        digest.update(os.fsencode(f"{path}\0{entries[path].mode}\0{entries[path].id}\0"))
    return digest.hexdigest()
