"""A private repository has the user's files as they lie there, and leaves everything of the user's alone."""

import os
from pathlib import Path

import pytest

from eee_ci import tree, workspace
from eee_ci.errors import UsageError
from eee_ci.model import Tree
from tests.workspace.work import Site, git, names, repository, shape, write


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return repository(tmp_path / "project")


def files(private: workspace.Private) -> dict[str, str]:
    return {path: known.mode for path, known in private.listing(private.base).items()}


def test_the_base_has_committed_dirty_and_untracked_files_and_no_ignored_ones(
    project: Path, tmp_path: Path
) -> None:
    write(project, {"a.py": "dirty\n", "new.py": "new\n", "build/x": "ignored", "t.log": "ignored"})
    (project / "pkg/c.py").unlink()
    private = workspace.open(project, tmp_path / "place")
    plain = "100644"
    assert files(private) == {
        ".gitignore": plain,
        "a.py": plain,
        "link": "120000",
        "new.py": plain,
        "pkg/b.py": plain,
        "run.sh": "100755",
    }
    known = private.listing(private.base)
    assert private.contents([known["a.py"].id]) == {known["a.py"].id: b"dirty\n"}


def test_nothing_of_the_user_s_changes_until_a_patch_is_applied(project: Path, tmp_path: Path) -> None:
    write(project, {"a.py": "dirty\n", "new.py": "new\n"})
    git(project, "add", "new.py")
    (project / "a.py").write_text("dirtier\n", encoding="utf-8")
    before = shape(project)
    site = Site(tmp_path, project)
    write(site.root, {"a.py": "agent\n", "more.py": "more\n"})
    site.private.guard(site.clone)
    taken = site.take()
    site.private.diff(taken.patch)
    site.private.merge(site.base, taken.patch)
    site.private.checkout(taken.patch.tree, tmp_path / "checkout")
    assert shape(project) == before


def test_the_same_files_give_the_same_base(project: Path, tmp_path: Path) -> None:
    first = workspace.open(project, tmp_path / "one")
    second = workspace.open(project, tmp_path / "two")
    assert first.base == second.base


def test_it_shares_nothing_with_the_user_s_repository(project: Path, tmp_path: Path) -> None:
    private = workspace.open(project, tmp_path / "place")
    store = private.place.store.folder
    config = (store / "config").read_text(encoding="utf-8")
    assert "remote" not in config
    assert str(project) not in config
    assert not (store / "objects/info/alternates").exists()
    assert not (store / "hooks").exists()
    assert {path.stat().st_nlink for path in store.rglob("*") if path.is_file()} == {1}


def test_a_project_below_the_top_brings_what_lies_above_it(tmp_path: Path) -> None:
    top = repository(tmp_path / "top", {"pyproject.toml": "", "part/in/x.py": "x\n", "other/y.py": "y\n"})
    private = workspace.open(top / "part/in", tmp_path / "place")
    assert list(private.listing(private.base)) == ["x.py"]
    root = private.clone(private.base, tmp_path / "clone")
    assert root == tmp_path / "clone/part/in"
    assert names(tmp_path / "clone") == ["link", "other/y.py", "part/in/x.py", "pyproject.toml"]


def test_a_linked_work_tree_is_as_good(project: Path, tmp_path: Path) -> None:
    git(project, "worktree", "add", "-q", str(tmp_path / "side"))
    before = shape(project)
    write(tmp_path / "side", {"a.py": "side\n"})
    site = Site(tmp_path, tmp_path / "side")
    assert (site.root / "a.py").read_text(encoding="utf-8") == "side\n"
    assert shape(project) == before


def test_a_project_without_git_gets_one_of_its_own(tmp_path: Path) -> None:
    write(tmp_path / "plain", {"a.py": "a\n", "pkg/b.py": "b\n", "node_modules/x.js": ""})
    private = workspace.open(tmp_path / "plain", tmp_path / "place")
    assert (list(private.listing(private.base)), private.user) == (["a.py", "pkg/b.py"], None)
    assert names(tmp_path / "plain") == ["a.py", "node_modules/x.js", "pkg/b.py"]


def test_files_are_the_bytes_on_disk_whatever_attributes_say(tmp_path: Path) -> None:
    project = repository(tmp_path / "project", {".gitattributes": "*.txt text eol=crlf\n*.id ident\n"})
    (project / "x.txt").write_bytes(b"a\r\nb\n")
    (project / "x.id").write_bytes(b"$Id: mine $\n")
    git(project, "add", "-A")
    site = Site(tmp_path, project)
    assert (site.root / "x.txt").read_bytes() == b"a\r\nb\n"
    assert (site.root / "x.id").read_bytes() == b"$Id: mine $\n"
    assert site.changed() == []


def test_a_repository_with_longer_ids_keeps_them(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    git(project, "init", "-q", "--object-format=sha256")
    write(project, {"a.py": "a\n", "b.py": "b\n"})
    git(project, "add", "-A")
    git(project, "commit", "-qm", "x")
    site = Site(tmp_path, project)
    write(site.root, {"a.py": "A\n"})
    (site.root / "b.py").unlink()
    assert site.changed() == ["a.py", "b.py"]
    assert len(site.base) == 64


def test_names_and_contents_of_any_kind_come_along(tmp_path: Path) -> None:
    project = repository(tmp_path / "project", {"plain": ""})
    for name in (b"line\nfeed", b"\xff\xfe", b":(top)x", b'quote"', b"-dash", "e\u0301".encode()):
        Path(os.fsdecode(os.fsencode(project) + b"/" + name)).write_bytes(b"\x00\xff" + name)
    site = Site(tmp_path, project)
    assert names(site.clone) == names(project)
    assert site.changed() == []


def test_a_large_file_comes_along(project: Path, tmp_path: Path) -> None:
    with (project / "large").open("wb") as file:
        file.truncate(33 * 1024 * 1024)
    private = workspace.open(project, tmp_path / "place")
    assert private.listing(private.base)["large"].size == 33 * 1024 * 1024


def test_many_contents_come_along_in_more_than_one_batch(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eee_ci.workspace.objects.BATCH", 100)
    write(project, {f"{number}.txt": f"{number}\n" * 30 for number in range(20)})
    site = Site(tmp_path, project)
    assert names(site.clone) == names(project)


def test_files_that_changed_after_the_snapshot_are_an_error(project: Path, tmp_path: Path) -> None:
    before = tree.snapshot(project)
    write(project, {"a.py": "later\n"})
    with pytest.raises(UsageError, match="changed while they were copied"):
        workspace.open(project, tmp_path / "place", before=before)


def test_files_that_went_after_the_snapshot_are_an_error(project: Path, tmp_path: Path) -> None:
    before = tree.snapshot(project)
    (project / "a.py").unlink()
    with pytest.raises(UsageError, match=r"a\.py could not be copied"):
        workspace.open(project, tmp_path / "place", before=before)


def test_another_commit_than_the_caller_goes_by_is_an_error(project: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="by now, not at"):
        workspace.open(project, tmp_path / "place", "0" * 40)


def test_a_file_that_cannot_be_read_is_an_error(project: Path, tmp_path: Path) -> None:
    before = tree.snapshot(project)
    unread = Tree(root=before.root, files={**before.files, "a.py": ""}, vcs="git", commit=before.commit)
    with pytest.raises(UsageError, match=r"a\.py cannot be read"):
        workspace.open(project, tmp_path / "place", before=unread)


def test_a_name_like_git_s_own_folder_is_an_error(project: Path, tmp_path: Path) -> None:
    write(project, {".GIT/config": "x"})
    with pytest.raises(UsageError, match=r"\.GIT/config is named like git's own folder"):
        workspace.open(project, tmp_path / "place")


def test_it_is_opened_again(project: Path, tmp_path: Path) -> None:
    private = workspace.open(project, tmp_path / "place")
    again = workspace.again(tmp_path / "place")
    assert again.place == private.place
    assert (again.root, again.user) == (project, git(project, "rev-parse", "HEAD").strip())


def test_what_is_no_private_repository_is_not_opened_again(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no private repository"):
        workspace.again(tmp_path)


def test_what_the_user_has_ignored_by_other_files_is_ignored_in_clones(project: Path, tmp_path: Path) -> None:
    (project / ".git/info").mkdir(exist_ok=True)
    write(project, {".git/info/exclude": "secret*\n"})
    write(tmp_path, {"mine": "*.own\n"})
    git(project, "config", "core.excludesFile", str(tmp_path / "mine"))
    site = Site(tmp_path, project)
    write(site.root, {"secret.txt": "x", "b.own": "x", "seen.txt": "x"})
    assert site.changed() == ["seen.txt"]
    assert git(site.root, "status", "--porcelain") == "?? seen.txt\n"
