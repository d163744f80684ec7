"""What git's index and `git status` say of a folder, put into our words."""

import os
import re
import time
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from eee_ci import git, signature, text

GITLINK = "160000"
CONTENT, MODE = "content", "mode"
_IN_PROGRESS = {
    "MERGE_HEAD": "merge",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
}
_DEBUG = re.compile(
    r"(\S) (\d+) ([0-9a-f]+) (\d)\t([^\0]+)\0"  # a lower-case tag stands for assume-unchanged
    r"  ctime: (\d+):(\d+)\n  mtime: .*\n  dev: .*\n  uid: .*\n  size: .*\n"
)
_INDEX = ("ls-files", "-s", "-v", "-z")
_STATUS = (
    "status",
    "--porcelain=v2",
    "--branch",
    "-z",
    "--no-renames",
    "--ignore-submodules=dirty",
    "--untracked-files=all",
    "--",
    ".",
)


class Indexed(NamedTuple):
    """An entry of the index. `hidden`: git was told not to look at the file; `sparse`: nor to have it.
    `seen` is the file's change time in nanoseconds when git looked last, -1 when git does not say."""

    mode: str
    id: str
    hidden: bool
    sparse: bool
    seen: int = -1


class Status(NamedTuple):
    """Paths relative to the folder asked about; `entries` lack files in conflict. `changed` maps a path that
    differs from the commit to what made git say so, where only the file on disk did: CONTENT or MODE."""

    entries: dict[str, Indexed]
    changed: dict[str, str]
    commit: str | None = None
    branch: str | None = None
    unmerged: tuple[str, ...] = ()
    nested: tuple[str, ...] = ()  # untracked repositories
    missed: tuple[str, ...] = ()  # what git said it could not look at


class Index:
    """The entries of a repository's index; git is asked again once the file is another one."""

    def __init__(self) -> None:
        self._file: tuple[int, ...] | None = None
        self._known: dict[str, Indexed] = {}

    def entries(self, repo: git.Repository) -> dict[str, Indexed]:
        file, now = signature.of(f"{repo.folder}/index"), time.time_ns()
        if file is None or file != self._file:
            self._known = _index(repo)
            self._file = None if file is None or signature.young(file, now) else file
        return self._known


def look(repo: git.Repository, index: Index) -> Status:
    """Index and status of the repository's judged folder."""
    entries = index.entries(repo)
    told = git.ask(repo, *_STATUS)
    missed = [row for row in text.decode(told.stderr).splitlines() if row.startswith("warning: could not")]
    return _status(entries, git.records(told), repo.prefix, missed)


def blind(repo: git.Repository, index: Index) -> Status:
    """The same without a commit to compare with: all files count as changed."""
    entries = index.entries(repo)
    untracked = list(git.records(git.ask(repo, "ls-files", "-o", "--exclude-standard", "-z")))
    nested = tuple(path.rstrip("/") for path in untracked if path.endswith("/"))
    commit = git.ask(repo, "rev-parse", "--verify", "HEAD").stdout
    changed = dict.fromkeys([*entries, *_plain(untracked)], "")
    return Status(entries, changed, commit=text.decode(commit).strip(), nested=nested)


def in_progress(repo: git.Repository) -> str | None:
    """What was begun and not finished, in git's word for it."""
    return next((word for name, word in _IN_PROGRESS.items() if os.path.lexists(repo.folder / name)), None)


def _index(repo: git.Repository) -> dict[str, Indexed]:
    """The entries but those in conflict, with the times that git keeps to tell what changed. It compares
    whole seconds of them only, so an edit in the second of the last look, its time put back, escapes it."""
    told = os.fsdecode(git.ask(repo, *_INDEX, "--debug").stdout)
    entries, end = {}, 0
    for match in _DEBUG.finditer(told):
        if match.start() != end:
            break
        end = match.end()
        tag, mode, blob, stage, path, seconds, rest = match.groups()
        if stage == "0":
            entries[path] = Indexed(mode, blob, tag != "H", tag in "Ss", int(seconds) * 10**9 + int(rest))
    return entries if end == len(told) else _plain_index(repo)


def _plain_index(repo: git.Repository) -> dict[str, Indexed]:
    """The same without times. Git keeps the right to print these differently."""
    entries = {}
    for record in git.records(git.ask(repo, *_INDEX)):
        told, _, path = record.partition("\t")
        tag, mode, blob, stage = told.split(" ")
        if stage == "0":
            entries[path] = Indexed(mode, blob, tag != "H", tag in "Ss")
    return entries


def _status(entries: dict[str, Indexed], rows: Iterator[str], prefix: str, missed: list[str]) -> Status:
    changed: dict[str, str] = {}
    heads: dict[str, str] = {}
    unmerged, untracked = [], []
    for row in rows:
        kind, _, rest = row.partition(" ")
        if kind == "#":
            name, _, value = rest.partition(" ")
            heads[name] = value
        elif kind == "1":
            states, _, _, in_index, on_disk, _, _, path = rest.split(" ", 7)
            why = CONTENT if in_index == on_disk else MODE
            changed[path.removeprefix(prefix)] = why if states == ".M" else ""
        elif kind == "u":
            unmerged.append(rest.split(" ", 9)[-1].removeprefix(prefix))
        elif kind == "?":
            untracked.append(rest.removeprefix(prefix))
    changed |= dict.fromkeys([*unmerged, *_plain(untracked)], "")
    commit, branch = heads.get("branch.oid"), heads.get("branch.head")
    return Status(
        entries,
        changed,
        commit=None if commit == "(initial)" else commit,
        branch=None if branch == "(detached)" else branch,
        unmerged=tuple(unmerged),
        nested=tuple(path.rstrip("/") for path in untracked if path.endswith("/")),
        missed=tuple(missed),
    )


def _plain(paths: Iterable[str]) -> list[str]:
    return [path for path in paths if not path.endswith("/")]
