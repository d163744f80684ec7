"""Blobs, trees and commits of a private repository; contents go in as they are, and come out so."""

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from eee_ci import files, git
from eee_ci.git import answers, private
from eee_ci.git.private import Store
from eee_ci.tree.content import blob_id
from eee_ci.workspace.nouns import Known

BATCH = 64 * 1024 * 1024  # bytes that are handed to git at once
_SHA256 = 64  # letters of an id


def blobs(store: Store, contents: Iterable[bytes]) -> None:
    """Keep contents. Their ids are what `content.Disk` says; a tree with a missing one cannot be written."""
    batch: list[bytes] = []
    size = 0
    for content in contents:
        batch += (b"blob\ndata %d\n" % len(content), content, b"\n")
        size += len(content)
        if size >= BATCH:
            _import(store, batch)
            batch, size = [], 0
    if batch:
        _import(store, batch)


def _import(store: Store, batch: list[bytes]) -> None:
    private.ask(store, "fast-import", "--quiet", "--depth=0", feed=b"".join(batch))


def large(store: Store, path: Path) -> None:
    """Keep the contents of a file without having it in memory."""
    private.ask(store, "hash-object", "-w", "--no-filters", "--", str(path))


def tree(store: Store, entries: Mapping[str, tuple[str, str] | None], *, start: str | None = None) -> str:
    """The id of a tree: that of `start` with these entries (mode and blob id) instead, None for a file that
    is to go. A GitError when an object is missing or a path could be git's own."""
    nothing = ("0", "0" * len(start or ""))
    gone = {path: nothing for path, entry in entries.items() if entry is None}
    there = {path: entry for path, entry in entries.items() if entry is not None}
    # the removals come first: a folder may take the place of a file
    rows = [os.fsencode(f"{mode} {blob}\t{path}\0") for path, (mode, blob) in [*gone.items(), *there.items()]]
    with index(store) as ours:
        if start is not None:
            private.ask(ours, "read-tree", start)
        private.ask(ours, "update-index", "-z", "--index-info", feed=b"".join(rows))
        return private.word(ours, "write-tree")


@contextlib.contextmanager
def index(store: Store) -> Iterator[Store]:
    """The store with an index of its own, which is gone afterwards."""
    file = store.folder / f"index-{os.urandom(6).hex()}"
    try:
        yield store._replace(staged=file)
    finally:
        files.discard(file)


def commit(store: Store, tree_id: str, parents: Iterable[str], message: str) -> str:
    """The id of a commit; the same parts give the same id."""
    words = [word for parent in parents for word in ("-p", parent)]
    return private.word(store, "commit-tree", *words, "-F", "-", tree_id, feed=message.encode())


def listing(store: Store, treeish: str) -> dict[str, Known]:
    """All files of a tree or commit, with their sizes."""
    listed = private.ask(store, "ls-tree", "-r", "-l", "-z", "--full-tree", treeish)
    return {one.path: Known(one.mode, one.object, one.size) for one in answers.entries(listed)}


def contents(store: Store, ids: Iterable[str]) -> dict[str, bytes]:
    """The contents of blobs by their ids; a GitError when one is missing."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    told = private.ask(store, "cat-file", "--batch", feed="".join(f"{name}\n" for name in wanted).encode())
    found = answers.contents(wanted, told)
    if lacking := [name for name in wanted if name not in found]:
        raise git.GitError(f"the private repository lacks the object {lacking[0]}")
    return found


def rewrite(store: Store, start: str, changed: Mapping[str, tuple[str, bytes] | None], prefix: str) -> str:
    """The tree of `start` with other contents below a prefix."""
    algorithm = "sha256" if len(start) == _SHA256 else "sha1"
    entries: dict[str, tuple[str, str] | None] = {}
    for path, entry in changed.items():
        named = None if entry is None else (entry[0], blob_id(entry[1], algorithm))
        entries[f"{prefix}{path}"] = named
    blobs(store, [entry[1] for entry in changed.values() if entry is not None])
    return tree(store, entries, start=start)
