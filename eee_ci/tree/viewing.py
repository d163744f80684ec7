"""A folder seen: entries, what changed, and sentences on what could not be seen."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from eee_ci import git, text
from eee_ci.tree.attributes import converted
from eee_ci.tree.content import LINK, Disk, Entry
from eee_ci.tree.status import GITLINK, Status, blind, in_progress, look
from eee_ci.tree.walking import files

OURS = ".eee-ci"
_NAMED = 5  # as many paths a sentence names


class View(NamedTuple):
    """Paths are relative to the folder. `whole`: nothing in it stayed unseen."""

    entries: dict[str, Entry]
    changed: frozenset[str]
    notes: tuple[str, ...]
    whole: bool
    repo: git.Repository | None = None
    commit: str | None = None
    branch: str | None = None


def view(root: Path, *, project: Path) -> View:
    """The folder through git, and where git has no answer through a walk; both never miss a file."""
    try:
        repo = git.repository(root, project=project)
        seen = _tracked(repo)
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
    notes = (note, *_unread([*disk.unreadable, *missed]), *_leaving(disk.root, found))
    return View(found, frozenset(found), notes, whole=not (disk.unreadable or missed))


def _tracked(repo: git.Repository) -> View:
    status, notes = _asked(repo)
    odd = converted(repo, [*status.entries, *status.changed])
    disk = Disk(os.fspath(repo.root), repo.algorithm)
    entries = _entries(status, odd.paths, disk)
    changed = _changed(repo, status, entries)
    notes += _states(repo, status, entries)
    if repo.filters and odd.filtered & changed:
        notes.append(
            f"{_some(odd.filtered & changed, 'file')} passed through a git filter, which is not run here:"
            " they count as changed"
        )
    whole = not (disk.unreadable or status.missed)
    for path in _repositories(status, disk):
        below = view(repo.root / path, project=repo.project)
        mine = {f"{path}/{name}": entry for name, entry in below.entries.items()}
        entries |= mine
        moved = path not in status.entries or path in changed or below.commit != status.entries[path].id
        changed = changed - {path} | (mine.keys() if moved else {f"{path}/{name}" for name in below.changed})
        notes += [f"{text.path(path)}: {note}" for note in below.notes]
        whole = whole and below.whole
    notes += [*_unread(disk.unreadable), *status.missed, *_leaving(disk.root, entries)]
    kept = {path: entry for path, entry in entries.items() if not _ours(path)}
    changed = {path for path in changed if not _ours(path)}
    return View(kept, frozenset(changed), tuple(notes), whole, repo, status.commit, status.branch)


def _asked(repo: git.Repository) -> tuple[Status, list[str]]:
    try:
        return look(repo), []
    except git.GitError as refusal:
        return blind(repo), [f"every file counts as changed, since {refusal.sentence}"]


def _entries(status: Status, odd: frozenset[str], disk: Disk) -> dict[str, Entry]:
    """What git compared keeps the index's id; all else is read from disk."""
    entries = {}
    for path, item in status.entries.items():
        if item.mode == GITLINK:
            continue
        if not item.hidden and path not in status.changed and path not in odd:
            entries[path] = Entry(item.mode, item.id)
        elif found := disk.entry(path):
            entries[path] = found
    for path in status.changed.keys() - status.entries.keys():
        if found := disk.entry(path):
            entries[path] = found
    return entries


def _changed(repo: git.Repository, status: Status, entries: dict[str, Entry]) -> set[str]:
    """Git's opinion, corrected where it was told not to look or where modes mean nothing on this disk."""
    changed = set(status.changed)
    for path, item in status.entries.items():
        found = entries.get(path)
        if item.hidden and not (found is None and item.sparse) and found != Entry(item.mode, item.id):
            changed.add(path)
    if not repo.flag("core.filemode", default=True):
        modes = {path for path, only in status.changed.items() if only and path in entries}
        changed -= {path for path in modes if entries[path].id == status.entries[path].id}
    return changed


def _repositories(status: Status, disk: Disk) -> list[str]:
    """Folders with a repository of their own: submodules that are there, and untracked ones."""
    links = [path for path, item in status.entries.items() if item.mode == GITLINK]
    return [path for path in (*links, *status.nested) if disk.real(path) and _populated(disk, path)]


def _populated(disk: Disk, path: str) -> bool:
    return os.path.lexists(f"{disk.root}/{path}/.git")


def _states(repo: git.Repository, status: Status, entries: dict[str, Entry]) -> list[str]:
    """A sentence for each state of the repository that limits what can be seen."""
    links = {path for path, item in status.entries.items() if item.mode == GITLINK}
    empty = sorted(path for path in links if not os.path.lexists(repo.root / path / ".git"))
    sparse = [path for path, item in status.entries.items() if item.sparse and path not in entries]
    begun = in_progress(repo)
    told = [
        (status.commit is None and "the branch has no commit yet, so every file counts as changed"),
        (
            begun
            and f"a {begun} is not finished: end it with `git {begun} --continue` or `git {begun} --abort`"
        ),
        (
            status.unmerged
            and f"{_some(status.unmerged, 'file')} in conflict, judged with its marks: merge, then `git add`"
        ),
        (
            sparse
            and f"{_some(sparse, 'file')} left out by the sparse checkout: `git sparse-checkout disable`"
        ),
        (empty and f"{_some(empty, 'submodule')} not checked out: `git submodule update --init` brings them"),
        (
            os.path.lexists(repo.folder / "index.lock")
            and f"{text.path(repo.folder / 'index.lock')} exists, so a git command is at work or has died:"
            " if none runs, remove it"
        ),
    ]
    return [sentence for sentence in told if sentence]


def _leaving(root: str, entries: dict[str, Entry]) -> list[str]:
    """What a link outside of the root names is no part of the tree."""
    links = [path for path, entry in entries.items() if entry.mode == LINK]
    out = [path for path in links if not f"{os.path.realpath(f'{root}/{path}')}/".startswith(f"{root}/")]
    return (
        [f"{_some(out, 'symbolic link')} pointing out of the project: what lies there is not seen"]
        if out
        else []
    )


def _unread(paths: list[str]) -> list[str]:
    return [f"{_some(paths, 'path')} could not be read: check the permissions"] if paths else []


def _ours(path: str) -> bool:
    return path == OURS or path.startswith(f"{OURS}/")


def _some(paths: Iterable[str], noun: str) -> str:
    """`2 files (a.py, b.py)`, the names cut after a few."""
    known = sorted(paths)
    named = ", ".join(text.path(path) for path in known[:_NAMED]) + (", ..." if len(known) > _NAMED else "")
    return f"{text.count(len(known), noun)} ({named})"
