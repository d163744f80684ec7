"""A folder seen: entries, what changed, and sentences on what could not be seen."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from eee_ci import git, text
from eee_ci.tree.attributes import Converted, converted
from eee_ci.tree.content import Disk, Entry
from eee_ci.tree.sentences import filtered, leaving, states, unread
from eee_ci.tree.status import CONTENT, GITLINK, MODE, Index, Status, blind, look
from eee_ci.tree.walking import files

OURS = ".eee-ci"


class View(NamedTuple):
    """Paths are relative to the folder. `whole`: nothing in it stayed unseen."""

    entries: dict[str, Entry]
    changed: frozenset[str]
    notes: tuple[str, ...]
    whole: bool
    repo: git.Repository | None = None
    commit: str | None = None
    branch: str | None = None


class Found(NamedTuple):
    """What an earlier look found out of a repository, and need not be asked again."""

    repo: git.Repository
    listed: Index


def view(root: Path, *, project: Path, found: Found | None = None) -> View:
    """The folder through git, and where git has no answer through a walk; both never miss a file."""
    try:
        repo, listed = found or (git.repository(root, project=project), Index())
        if repo.prefix and root != project:  # else it would find itself in there for ever
            return _walked(root, f"{text.path(root)} is no repository, though it has a .git")
        seen = _tracked(repo, listed)
    except git.GitError as refusal:
        if refusal.fatal:
            raise
        return _walked(root, refusal.sentence)
    if not seen.entries and repo.prefix:
        walked = _walked(root, f"git ignores {text.path(root)}, so all files on disk are judged")
        return walked if walked.entries else seen
    return seen


def _walked(root: Path, note: str) -> View:
    disk = Disk(os.path.realpath(root))
    missed: list[str] = []
    found = {path: entry for path in files(disk.root, missed) if (entry := disk.entry(path))}
    notes = (note, *unread([*disk.unreadable, *missed]), *leaving(disk.root, found))
    return View(found, frozenset(found), notes, whole=not (disk.unreadable or missed))


def _tracked(repo: git.Repository, listed: Index) -> View:
    status, notes = _asked(repo, listed)
    odd = converted(repo, [*status.entries, *status.changed])
    disk = Disk(os.fspath(repo.root), repo.algorithm)
    entries = _entries(status, odd.paths, disk)
    changed = _changed(repo, status, odd, disk, entries)
    notes += states(repo, status, entries)
    notes += filtered(odd.filtered & changed if repo.filters else ())
    whole = not (disk.unreadable or status.missed)
    for path in _repositories(status, disk):
        below = view(repo.root / path, project=repo.project)
        entries |= {f"{path}/{name}": entry for name, entry in below.entries.items()}
        changed = changed - {path} | {f"{path}/{name}" for name in _moved(status, path, changed, below)}
        notes += [f"{text.path(path)}: {note}" for note in below.notes]
        whole = whole and below.whole
    notes += [*unread(disk.unreadable), *status.missed, *leaving(disk.root, entries)]
    kept = {path: entry for path, entry in entries.items() if not _ours(path)}
    changed = {path for path in changed if not _ours(path)}
    return View(kept, frozenset(changed), tuple(notes), whole, repo, status.commit, status.branch)


def _asked(repo: git.Repository, listed: Index) -> tuple[Status, list[str]]:
    try:
        return look(repo, listed), []
    except git.GitError as refusal:
        return blind(repo, listed), [f"every file counts as changed, since {refusal.sentence}"]


def _moved(status: Status, path: str, changed: set[str], below: View) -> Iterable[str]:
    """What counts as changed of a repository inside: all of it when it is new or at another commit."""
    recorded = status.entries.get(path)
    same = recorded is not None and recorded.id == below.commit and path not in changed
    return below.changed if same else below.entries


def _entries(status: Status, odd: frozenset[str], disk: Disk) -> dict[str, Entry]:
    """What git compared and nobody touched since keeps the index's id; all else is read from disk."""
    entries = {}
    for path, item in status.entries.items():
        if item.mode == GITLINK:
            continue
        if item.hidden or path in status.changed or path in odd or disk.touched(path, item.seen):
            found = disk.entry(path)
        else:
            found = Entry(item.mode, item.id)
        if found:
            entries[path] = found
    for path in status.changed.keys() - status.entries.keys():
        if found := disk.entry(path):
            entries[path] = found
    return entries


def _changed(
    repo: git.Repository, status: Status, odd: Converted, disk: Disk, entries: dict[str, Entry]
) -> set[str]:
    """Git's opinion, corrected where it did not look, or looked without what it needs."""
    changed = set(status.changed)
    for path, item in status.entries.items():
        found, why = entries.get(path), status.changed.get(path)
        left_out = item.sparse and found is None
        converted_only = path in odd.paths and found is not None and not item.hidden
        if found != Entry(item.mode, item.id) and not (left_out or converted_only or item.mode == GITLINK):
            changed.add(path)
        # it compared without the filter, only since the file was as young as the index
        if why == CONTENT and path in odd.filtered and not disk.touched(path, item.seen):
            changed.discard(path)
        if why == MODE and found and found.id == item.id and not repo.flag("core.filemode", default=True):
            changed.discard(path)
    return changed


def _repositories(status: Status, disk: Disk) -> list[str]:
    """Folders with a repository of their own: submodules that are there, and untracked ones."""
    links = [path for path, item in status.entries.items() if item.mode == GITLINK]
    return [path for path in (*links, *status.nested) if disk.real(path) and _populated(disk, path)]


def _populated(disk: Disk, path: str) -> bool:
    return os.path.lexists(f"{disk.root}/{path}/.git")


def _ours(path: str) -> bool:
    return path == OURS or path.startswith(f"{OURS}/")
