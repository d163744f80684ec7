"""What git's index and `git status` say of a folder, put into our words."""

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from eee_ci import git, text
from eee_ci.model import Ran

GITLINK = "160000"
_IN_PROGRESS = {
    "MERGE_HEAD": "merge",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
}
_INDEX = ("ls-files", "-s", "-v", "-z")
_STATUS = ("status", "--porcelain=v2", "--branch", "-z", "--no-renames", "--ignore-submodules=dirty")


class Indexed(NamedTuple):
    """An entry of the index. `hidden`: git was told not to look at the file; `sparse`: nor to have it."""

    mode: str
    id: str
    hidden: bool
    sparse: bool


class Status(NamedTuple):
    """Paths relative to the folder asked about; `entries` lack files in conflict. `changed` maps a path that
    differs from the commit to whether only its mode may differ."""

    entries: dict[str, Indexed]
    changed: dict[str, bool]
    commit: str | None = None
    branch: str | None = None
    unmerged: tuple[str, ...] = ()
    nested: tuple[str, ...] = ()  # untracked repositories
    missed: tuple[str, ...] = ()  # what git said it could not look at


def look(repo: git.Repository) -> Status:
    """Index and status of the repository's judged folder."""
    listed = git.ask(repo, *_INDEX)
    told = git.ask(repo, *_STATUS, "--untracked-files=all", "--", ".")
    missed = [row for row in text.decode(told.stderr).splitlines() if row.startswith("warning: could not")]
    return _status(_index(listed), git.records(told), repo.prefix, missed)


def blind(repo: git.Repository) -> Status:
    """The same without a commit to compare with: all files count as changed."""
    entries = _index(git.ask(repo, *_INDEX))
    untracked = list(git.records(git.ask(repo, "ls-files", "-o", "--exclude-standard", "-z")))
    nested = tuple(path.rstrip("/") for path in untracked if path.endswith("/"))
    return Status(entries, dict.fromkeys([*entries, *_plain(untracked)], False), nested=nested)


def elsewhere(repo: git.Repository) -> list[str]:
    """Changed tracked files outside of the judged folder, relative to the repository's top."""
    told = git.run(repo.top, *_STATUS, "--untracked-files=no", filters=repo.filters, project=repo.project)
    return [
        path for path in _status({}, git.records(told), "", []).changed if not path.startswith(repo.prefix)
    ]


def in_progress(repo: git.Repository) -> str | None:
    """What was begun and not finished, in git's word for it."""
    return next((word for name, word in _IN_PROGRESS.items() if os.path.lexists(repo.folder / name)), None)


def _index(listed: Ran) -> dict[str, Indexed]:
    """Records are `H 100644 id stage<TAB>path`; a lower-case tag stands for assume-unchanged."""
    entries = {}
    for record in git.records(listed):
        told, _, path = record.partition("\t")
        tag, mode, blob, stage = told.split(" ")
        if stage == "0":
            entries[path] = Indexed(mode, blob, tag != "H", tag in "Ss")
    return entries


def _status(entries: dict[str, Indexed], rows: Iterator[str], prefix: str, missed: list[str]) -> Status:
    changed: dict[str, bool] = {}
    heads: dict[str, str] = {}
    unmerged, untracked = [], []
    for row in rows:
        kind, _, rest = row.partition(" ")
        if kind == "#":
            name, _, value = rest.partition(" ")
            heads[name] = value
        elif kind == "1":
            states, _, _, in_index, on_disk, _, _, path = rest.split(" ", 7)
            changed[path.removeprefix(prefix)] = states == ".M" and in_index != on_disk
        elif kind == "u":
            unmerged.append(rest.split(" ", 9)[-1].removeprefix(prefix))
        elif kind == "?":
            untracked.append(rest.removeprefix(prefix))
    changed |= dict.fromkeys([*unmerged, *_plain(untracked)], False)
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
