"""A verified patch reaches the user's work tree whole or not at all."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from eee_ci import tree, workspace
from eee_ci.agent import Change, Patch
from eee_ci.errors import UsageError, WriteError
from eee_ci.model import Tree
from tests.workspace.work import Site, git, repository, shape, write


@pytest.fixture
def site(tmp_path: Path) -> Site:
    project = repository(tmp_path / "project")
    write(project, {"a.py": "dirty\n", "untracked.py": "mine\n"})
    return Site(tmp_path, project)


@pytest.fixture
def before(site: Site) -> Tree:
    return tree.snapshot(site.project)


@pytest.fixture
def patch(site: Site) -> Patch:
    write(site.root, {"a.py": "agent\n", "new/deep/x.py": "x\n", "untracked.py": "agent\n"})
    (site.root / "pkg/b.py").unlink()
    (site.root / "pkg/c.py").chmod(0o755)
    return site.take().patch


def refused(site: Site, before: Tree, patch: Patch, match: str) -> None:
    """Refused, with everything as it was."""
    was = shape(site.project)
    with pytest.raises(UsageError, match=match) as refusal:
        workspace.apply(site.project, before, patch, site.private)
    assert "nothing was written" in refusal.value.hint
    assert shape(site.project) == was


def test_all_of_it_is_written_and_git_s_folder_is_not_touched(site: Site, before: Tree, patch: Patch) -> None:
    was = shape(site.project / ".git")
    workspace.apply(site.project, before, patch, site.private)
    assert git(site.project, "--no-optional-locks", "status", "--porcelain", "-uall").splitlines() == [
        " M a.py",
        " D pkg/b.py",
        " M pkg/c.py",
        "?? new/deep/x.py",
        "?? untracked.py",
    ]
    assert (site.project / "a.py").read_text(encoding="utf-8") == "agent\n"
    assert os.access(site.project / "pkg/c.py", os.X_OK)
    assert shape(site.project / ".git") == was


def test_the_tree_afterwards_is_the_one_that_was_judged(site: Site, before: Tree, patch: Patch) -> None:
    workspace.apply(site.project, before, patch, site.private)
    after = tree.snapshot(site.project)
    judged = site.private.listing(patch.tree)
    assert after.files == {path: known.id for path, known in judged.items()}


def test_nothing_is_left_beside_the_files(site: Site, before: Tree, patch: Patch) -> None:
    workspace.apply(site.project, before, patch, site.private)
    assert list(site.project.rglob(".eee-ci-*")) == []


def test_folders_that_lost_their_last_file_go(site: Site, before: Tree) -> None:
    for name in ("b.py", "c.py"):
        (site.root / "pkg" / name).unlink()
    workspace.apply(site.project, before, site.take().patch, site.private)
    assert not (site.project / "pkg").exists()


def test_other_permissions_of_a_file_stay(site: Site, before: Tree) -> None:
    (site.project / "a.py").chmod(0o640)
    write(site.root, {"a.py": "agent\n"})
    (site.root / "a.py").chmod(0o755)
    workspace.apply(site.project, before, site.take().patch, site.private)
    assert (site.project / "a.py").stat().st_mode & 0o777 == 0o750


def test_it_works_below_the_top_and_without_git(tmp_path: Path) -> None:
    top = repository(tmp_path / "top", {"part/x.py": "x\n"})
    write(tmp_path / "plain", {"x.py": "x\n"})
    for project in (top / "part", tmp_path / "plain"):
        before = tree.snapshot(project)
        (tmp_path / project.name).mkdir(exist_ok=True)
        site = Site(tmp_path / f"{project.name}-site", project)
        write(site.root, {"x.py": "agent\n"})
        workspace.apply(project, before, site.take().patch, site.private)
        assert (project / "x.py").read_text(encoding="utf-8") == "agent\n"


def edited(site: Site) -> None:
    write(site.project, {"a.py": "the user went on\n"})


def removed(site: Site) -> None:
    (site.project / "a.py").unlink()


def made_executable(site: Site) -> None:
    (site.project / "a.py").chmod(0o755)


def came(site: Site) -> None:
    write(site.project, {"new/deep/x.py": "the user's\n"})


def linked(site: Site) -> None:
    (site.project / "a.py").rename(site.project.parent / "a.py")
    (site.project / "a.py").symlink_to(site.project.parent / "a.py")


def linked_folder(site: Site) -> None:
    (site.project / "pkg").rename(site.project.parent / "pkg")
    (site.project / "pkg").symlink_to(site.project.parent / "pkg")


def folder(site: Site) -> None:
    (site.project / "new/deep/x.py").mkdir(parents=True)


def in_the_way(site: Site) -> None:
    write(site.project, {"new": "a file\n"})


def pipe(site: Site) -> None:
    (site.project / "a.py").unlink()
    os.mkfifo(site.project / "a.py")


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (edited, r"a\.py was changed"),
        (removed, r"a\.py is gone"),
        (made_executable, r"a\.py was changed"),
        (came, r"new/deep/x\.py is there by now"),
        (linked, r"a\.py: Too many levels"),
        (linked_folder, r"pkg/b\.py: Not a directory"),
        (folder, r"new/deep/x\.py: it is no regular file"),
        (in_the_way, r"new/deep/x\.py: Not a directory"),
        (pipe, r"a\.py: it is no regular file"),
    ],
)
def test_a_file_that_is_another_by_now_stops_all_of_it(
    site: Site, before: Tree, patch: Patch, change: Callable[[Site], None], match: str
) -> None:
    change(site)
    refused(site, before, patch, match)


def test_every_file_that_stands_in_the_way_is_named(site: Site, before: Tree, patch: Patch) -> None:
    edited(site)
    came(site)
    refused(site, before, patch, r"a\.py was changed; new/deep/x\.py is there by now")


def change(site: Site, path: str, **fields: Any) -> Patch:
    """A patch that says something no clone would give."""
    made = site.private.write(site.base, {"new.py": ("100644", b"new\n")})
    [known] = site.private.patch(site.base, made).changes
    forged = Change(**{"path": path, "after": known.after, "mode_after": "100644", **fields})
    return Patch(base=site.base, tree=made, sha256="", size=0, changes=(forged,))


@pytest.mark.parametrize(
    ("path", "match"),
    [
        (".git/hooks/pre-commit", "is named like git's own folder"),
        (".GIT/config", "is named like git's own folder"),
        ("pkg/.git/config", "is named like git's own folder"),
        ("git~1/config", "is named like git's own folder"),
        ("../outside", "leads out of the project"),
        ("/etc/cron.d/x", "leads out of the project"),
        ("pkg/../../x", "leads out of the project"),
        ("./x", "leads out of the project"),
        ("", "leads out of the project"),
        ("x\ny", "has invisible or control characters"),
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(site: Site, before: Tree, path: str, match: str) -> None:
    refused(site, before, change(site, path), match)


@pytest.mark.parametrize("mode", ["120000", "160000", "040000", "100664"])
def test_only_regular_files_are_written(site: Site, before: Tree, mode: str) -> None:
    refused(site, before, change(site, "x", mode_after=mode), "x is no regular file")


def test_a_patch_of_other_files_than_the_run_began_with_is_refused(site: Site, patch: Patch) -> None:
    write(site.project, {"a.py": "other\n"})
    refused(site, tree.snapshot(site.project), patch, r"a\.py is another one than when the run began")


def failing(monkeypatch: pytest.MonkeyPatch, name: str, after: int) -> None:
    """A call of the operating system that fails from its nth time on, once."""
    real, calls = getattr(os, name), [0]

    def fail(*words: Any, **named: Any) -> Any:
        calls[0] += 1
        if calls[0] == after:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*words, **named)

    monkeypatch.setattr(os, name, fail)


@pytest.mark.parametrize(
    ("name", "after"),
    [
        *[("replace", 1), ("replace", 2), ("replace", 3), ("fsync", 1), ("fsync", 3), ("unlink", 1)],
        *[("fchmod", 1), ("fchmod", 2), ("mkdir", 1), ("mkdir", 2)],
    ],
)
def test_when_writing_fails_what_was_done_is_undone(
    site: Site, before: Tree, patch: Patch, monkeypatch: pytest.MonkeyPatch, name: str, after: int
) -> None:
    was = {path: (told[0], told[2]) for path, told in shape(site.project).items()}
    with monkeypatch.context() as context:
        failing(context, name, after)
        with pytest.raises(WriteError, match="No space left"):
            workspace.apply(site.project, before, patch, site.private)
    assert {path: (told[0], told[2]) for path, told in shape(site.project).items()} == was


def test_a_file_that_changes_while_others_are_written_stops_all_of_it(
    site: Site, before: Tree, patch: Patch, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync

    def meanwhile(handle: int) -> None:
        real(handle)
        (site.project / "untracked.py").write_text("the user's\n", encoding="utf-8")

    monkeypatch.setattr(os, "fsync", meanwhile)
    with pytest.raises(WriteError, match=r"untracked\.py was changed meanwhile"):
        workspace.apply(site.project, before, patch, site.private)
    monkeypatch.undo()
    assert (site.project / "a.py").read_text(encoding="utf-8") == "dirty\n"
    assert (site.project / "untracked.py").read_text(encoding="utf-8") == "the user's\n"
    assert not (site.project / "new").exists()
    assert (site.project / "pkg/b.py").exists()


def test_a_project_that_is_gone_is_told(site: Site, before: Tree, patch: Patch) -> None:
    with pytest.raises(WriteError, match="cannot change files in"):
        workspace.apply(site.project / "nowhere", before, patch, site.private)


def test_a_patch_that_the_private_repository_does_not_hold_is_refused(
    site: Site, before: Tree, patch: Patch
) -> None:
    refused_as = "is not the one that the private repository holds"
    was = shape(site.project)
    for forged in (replace(patch, sha256="0" * 64), replace(patch, changes=patch.changes[:1])):
        with pytest.raises(UsageError, match=refused_as):
            workspace.apply(site.project, before, forged, site.private)
    assert shape(site.project) == was
