"""Blobs, trees and commits of a private repository; contents go in as they are, and come out so."""

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from eee_ci import files, git
from eee_ci.git import private
from eee_ci.git.private import Store
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
    found = {}
    for record in git.records(private.ask(store, "ls-tree", "-r", "-l", "-z", "--full-tree", treeish)):
        told, _, path = record.partition("\t")
        mode, _, blob, size = told.split()
        found[path] = Known(mode, blob, int(size) if size.isdecimal() else 0)
    return found


def contents(store: Store, ids: Iterable[str]) -> dict[str, bytes]:
    """The contents of blobs by their ids; a GitError when one is missing."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    said = private.ask(store, "cat-file", "--batch", feed="".join(f"{blob}\n" for blob in wanted).encode())
    found, at = {}, 0
    for blob in wanted:
        end = said.stdout.find(b"\n", at)
        words = said.stdout[at:end].split()
        if len(words) != 3 or words[1] != b"blob":  # noqa: PLR2004 - id, kind and size
            raise git.GitError(f"the private repository lacks the object {blob}")
        start, size = end + 1, int(words[2])
        found[blob] = said.stdout[start : start + size]
        at = start + size + 1
    return found


def rewrite(store: Store, start: str, changed: Mapping[str, tuple[str, bytes] | None], prefix: str) -> str:
    """The tree of `start` with other contents below a prefix."""
    algorithm = "sha256" if len(start) == _SHA256 else "sha1"
    entries: dict[str, tuple[str, str] | None] = {}
    for path, entry in changed.items():
        named = None if entry is None else (entry[0], name(entry[1], algorithm))
        entries[f"{prefix}{path}"] = named
    blobs(store, [entry[1] for entry in changed.values() if entry is not None])
    return tree(store, entries, start=start)


def name(content: bytes, algorithm: str) -> str:
    """The id of a blob."""
    return hashlib.new(algorithm, b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
