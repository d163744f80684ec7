"""Views become trees, and trees are compared."""

import os
from pathlib import Path

from eee_ci import digests
from eee_ci.model import Tree
from eee_ci.tree import known
from eee_ci.tree.content import PLAIN, Entry
from eee_ci.tree.viewing import View


def tree(root: Path, seen: View) -> Tree:
    """The noun of what was seen in a real folder."""
    repo = seen.repo
    return Tree(
        root=os.fspath(root),
        files={path: entry.id for path, entry in sorted(seen.entries.items())},
        modes={path: entry.mode for path, entry in sorted(seen.entries.items()) if entry.mode != PLAIN},
        id=_id(seen.entries) if seen.whole else None,
        vcs="git" if repo else "none",
        commit=seen.commit,
        branch=seen.branch,
        git=str(repo.folder) if repo else None,
        home=str(repo.common) if repo else None,
        prefix=repo.prefix if repo else "",
        settings=known.settings(repo) if repo else {},
        changed=tuple(sorted(seen.changed)),
        notes=seen.notes,
    )


def difference(before: Tree, after: Tree) -> tuple[str, ...]:
    """The files that differ, in content or mode, new and missing ones included."""
    if after.id is not None and after.id == before.id:
        return ()
    paths = before.files.keys() | after.files.keys()
    return tuple(sorted(path for path in paths if _entry(before, path) != _entry(after, path)))


def _entry(tree: Tree, path: str) -> Entry | None:
    return Entry(tree.modes.get(path, PLAIN), tree.files[path]) if path in tree.files else None


def _id(entries: dict[str, Entry]) -> str:
    digest = digests.sha256()
    for path in sorted(entries):
        digest.update(os.fsencode(f"{path}\0{entries[path].mode}\0{entries[path].id}\0"))
    return digest.hexdigest()
