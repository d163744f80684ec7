"""From an agent's clone to a patch: a tree of the private repository, and what it changes."""

import hashlib
from collections.abc import Collection, Iterator
from pathlib import Path

from eee_ci import files, git
from eee_ci.agent import Change, Patch
from eee_ci.files import plain
from eee_ci.git import private
from eee_ci.tree.content import LINK
from eee_ci.workspace import objects
from eee_ci.workspace.gathering import Found, gather
from eee_ci.workspace.nouns import Known, Odd, Place, Taken

_ABSENT = "000000"
_PLAIN = ("diff-tree", "-r", "-z", "--no-renames", "--no-abbrev", "--no-ext-diff", "--no-textconv")
_WORDS = (
    *("diff-tree", "-r", "-p", "--binary", "--full-index", "--no-renames", "--no-color", "--no-ext-diff"),
    *("--no-textconv", "--src-prefix=a/", "--dst-prefix=b/", "--unified=3", "--diff-algorithm=myers"),
    *("--submodule=short", "--no-indent-heuristic", "--inter-hunk-context=0"),
)


def take(place: Place, clone: Path, base: str) -> Taken:
    """What the clone changes of a commit. Nothing in it is run, and its `.git` is not read."""
    known = objects.listing(place.store, base)
    with files.scratch() as scratch:
        rules = _Rules(place, known, scratch)
        found = gather(clone, known, algorithm=place.algorithm, ignored=rules.ignored)
    outside = sorted(path for path in _changed(found, known) if not path.startswith(place.prefix))
    odd = (*found.odd, *(Odd(path, "lies outside the project") for path in outside))
    objects.blobs(place.store, found.data.values())
    changes = {path: entry for path, entry in _changed(found, known).items() if path not in outside}
    patch = describe(place, base, objects.tree(place.store, changes, start=base))
    return Taken(patch, tuple(odd))


def describe(place: Place, base: str, tree: str) -> Patch:
    """A tree of the private repository against a commit, file by file."""
    said = diff(place, base, tree)
    return Patch(
        base=base,
        tree=tree,
        sha256=hashlib.sha256(said).hexdigest(),
        size=len(said),
        changes=tuple(_changes(place, base, tree)),
    )


def diff(place: Place, base: str, tree: str) -> bytes:
    """As `git apply` takes it; paths begin at the top of the user's repository."""
    return private.ask(place.store, *_WORDS, base, tree).stdout


class _Rules:
    """What git ignores, by the `.gitignore` files of the base: the agent's own say nothing here."""

    def __init__(self, place: Place, known: dict[str, Known], scratch: Path) -> None:
        self._store = place.store._replace(work=scratch)
        rules = [entry.id for path, entry in known.items() if _is_rule(path, entry)]
        texts = objects.contents(place.store, rules)
        for path, entry in known.items():
            if _is_rule(path, entry):
                plain.put(scratch / path, texts[entry.id])

    def ignored(self, paths: list[str]) -> Collection[str]:
        feed = private.listed(f"./{path}" for path in paths)  # else a leading `:` would mean something
        words = ("check-ignore", "--no-index", "--stdin", "-z")
        env = {"GIT_LITERAL_PATHSPECS": "0"}  # a word that this command does not know
        told = private.ask(self._store, *words, feed=feed, good=(0, 1), env=env)
        return {path.removeprefix("./") for path in git.records(told)}


def _is_rule(path: str, entry: Known) -> bool:
    return path.rpartition("/")[2] == ".gitignore" and entry.mode != LINK


def _changed(found: Found, known: dict[str, Known]) -> dict[str, tuple[str, str] | None]:
    """Entries that differ, None where a file is gone. What is odd, or lies below it, stays as it was."""
    odd = {odd.path.rstrip("/") for odd in found.odd}
    if "." in odd:  # it was not even looked at whole
        return {}
    changed: dict[str, tuple[str, str] | None] = {
        path: entry
        for path, entry in found.entries.items()
        if (before := known.get(path)) is None or entry != before[:2]
    }
    gone = [path for path in known if path not in found.entries and odd.isdisjoint(_above(path))]
    return changed | dict.fromkeys(gone)


def _above(path: str) -> Iterator[str]:
    """The path and the folders that it lies in."""
    yield path
    yield from (path[:at] for at, sign in enumerate(path) if sign == "/")


def _changes(place: Place, base: str, tree: str) -> Iterator[Change]:
    """In the order of paths, relative to the project."""
    rows = list(_rows(place, base, tree))
    lines = dict(_lines(place, base, tree))
    texts = objects.contents(place.store, [after for _, _, _, after, _ in rows if after is not None])
    for mode_before, mode_after, before, after, path in rows:
        data = None if after is None else texts[after]
        added, removed = lines.get(path, (None, None))
        yield Change(
            path=path.removeprefix(place.prefix),
            before=before,
            after=after,
            mode_before=mode_before,
            mode_after=mode_after,
            size=None if data is None else len(data),
            added=added,
            removed=removed,
            sha256=None if data is None else hashlib.sha256(data).hexdigest(),
        )


_Row = tuple[str | None, str | None, str | None, str | None, str]


def _rows(place: Place, base: str, tree: str) -> Iterator[_Row]:
    records = git.records(private.ask(place.store, *_PLAIN, "--raw", base, tree))
    for told, path in zip(records, records, strict=True):
        old_mode, new_mode, old, new, _ = told.removeprefix(":").split(" ")
        there, stays = old_mode != _ABSENT, new_mode != _ABSENT
        yield (
            old_mode if there else None,
            new_mode if stays else None,
            old if there else None,
            new if stays else None,
            path,
        )


def _lines(place: Place, base: str, tree: str) -> Iterator[tuple[str, tuple[int | None, int | None]]]:
    for record in git.records(private.ask(place.store, *_PLAIN, "--numstat", base, tree)):
        added, removed, path = record.split("\t", 2)
        yield path, (_number(added), _number(removed))


def _number(word: str) -> int | None:
    return int(word) if word.isdecimal() else None  # `-` for a binary file
