"""A copy holds exactly the tree's files, and git finds the same version in it."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from eee_ci import tree
from eee_ci.errors import UsageError
from tests.tree.repositories import ENVIRONMENT, Repository, untouched


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "repo").commit(a="1\n", b="2\n")
    made.write("sub/c.py", "c\n")
    made.commit()
    made.git("tag", "-a", "-m", "x", "v1.0")
    return made.commit(a="3\n")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    folder.mkdir()
    return folder


def version(folder: Path) -> str:
    """What packaging tools ask git."""
    words = ["git", "describe", "--tags", "--long", "--dirty", "--always"]
    done = subprocess.run(words, cwd=folder, env=ENVIRONMENT, capture_output=True, check=False)
    return (done.stdout or done.stderr).decode()


def status(folder: Path) -> str:
    words = ["git", "status", "--porcelain=v2", "--branch", "--ignored=no", "--untracked-files=all"]
    return subprocess.run(words, cwd=folder, env=ENVIRONMENT, capture_output=True, check=True).stdout.decode()


def copied(root: Path, target: Path) -> Path:
    with untouched(root):
        return tree.export(tree.snapshot(root), target)


def unchanged(_: Repository) -> None:
    """A clean tree."""


def dirty(repo: Repository) -> None:
    repo.write("a.py", "dirty\n")


def staged(repo: Repository) -> None:
    repo.write("a.py", "staged\n")
    repo.git("add", "a.py")


def staged_new(repo: Repository) -> None:
    repo.write("sub/new.py")
    repo.git("add", "-A")


def intended(repo: Repository) -> None:
    repo.write("sub/new.py")
    repo.git("add", "-N", "sub/new.py")


def untracked(repo: Repository) -> None:
    repo.write("sub/new.py")


def deleted(repo: Repository) -> None:
    (repo.root / "sub/c.py").unlink()


def removed(repo: Repository) -> None:
    repo.git("rm", "-q", "a.py")


def executable(repo: Repository) -> None:
    (repo.root / "a.py").chmod(0o755)


def mode_ignored(repo: Repository) -> None:
    repo.git("config", "core.fileMode", "false")
    (repo.root / "a.py").chmod(0o755)


def detached(repo: Repository) -> None:
    repo.git("checkout", "-q", "--detach", "v1.0")


def packed(repo: Repository) -> None:
    repo.git("gc", "-q")


def split(repo: Repository) -> None:
    repo.git("update-index", "--split-index")


def untagged(repo: Repository) -> None:
    repo.git("tag", "-d", "v1.0")


def line_ends(repo: Repository) -> None:
    repo.git("config", "core.autocrlf", "true")
    repo.write("t.txt", "1\r\n")
    repo.commit()


def own_attributes(repo: Repository) -> None:
    repo.write(".git/info/attributes", "*.txt text eol=crlf\n")
    repo.write("t.txt", "1\r\n")
    repo.commit()


def excluded(repo: Repository) -> None:
    repo.write(".git/info/exclude", "*.log\n")
    repo.write("x.log")


def filtered(repo: Repository) -> None:
    repo.write(".gitattributes", "*.bin filter=upper\n")
    repo.git("config", "filter.upper.clean", "tr a-z A-Z")
    repo.write("x.bin", "abc")
    repo.commit()


def sparse(repo: Repository) -> None:
    repo.git("sparse-checkout", "set", "sub")


def hidden(repo: Repository) -> None:
    repo.git("update-index", "--assume-unchanged", "a.py")
    repo.write("a.py", "hidden\n")


def conflict(repo: Repository) -> None:
    repo.git("checkout", "-q", "-b", "other")
    repo.commit(a="theirs\n")
    repo.git("checkout", "-q", "main")
    repo.commit(a="ours\n")
    repo.git("merge", "other", check=False)


def ignored(repo: Repository) -> None:
    repo.write(".gitignore", "*.log\n")
    repo.commit()
    repo.write("x.log")


STATES: list[Callable[[Repository], None]] = [
    *(unchanged, dirty, staged, staged_new, intended, untracked, deleted, removed, executable, mode_ignored),
    *(
        detached,
        packed,
        split,
        untagged,
        line_ends,
        own_attributes,
        excluded,
        filtered,
        sparse,
        hidden,
        conflict,
    ),
    *(ignored,),
]


@pytest.mark.parametrize("state", STATES)
def test_git_says_of_the_copy_what_it_says_of_the_project(
    repo: Repository, target: Path, state: Callable[[Repository], None]
) -> None:
    state(repo)
    root = copied(repo.root, target)
    assert root == target
    assert version(root) == version(repo.root)
    if state is not filtered:  # the copy has no filters: git is told to look away there
        assert status(root) == status(repo.root)
    before, after = tree.snapshot(repo.root), tree.snapshot(root)
    assert (after.files, after.modes, after.commit, after.branch) == (
        before.files,
        before.modes,
        before.commit,
        before.branch,
    )


@pytest.mark.parametrize("state", STATES)
def test_a_project_below_the_top_is_copied_to_its_place(
    repo: Repository, target: Path, state: Callable[[Repository], None]
) -> None:
    state(repo)
    root = copied(repo.root / "sub", target)
    assert root == target / "sub"
    assert version(root) == version(repo.root / "sub")
    assert tree.snapshot(root).files == tree.snapshot(repo.root / "sub").files


def test_only_the_files_of_the_tree_are_copied(repo: Repository, target: Path) -> None:
    repo.write(".gitignore", "*.log\n")
    repo.write("x.log")
    repo.write(".eee-ci/history.json")
    (repo.root / "empty").mkdir()
    copied(repo.root, target)
    found = sorted(
        os.path.relpath(Path(at, name), target) for at, _, names in os.walk(target) for name in names
    )
    assert [name for name in found if not name.startswith(".git/")] == [
        ".gitignore",
        "a.py",
        "b.py",
        "sub/c.py",
    ]


def test_modes_times_and_links_are_kept(repo: Repository, target: Path) -> None:
    os.utime(repo.root / "a.py", ns=(1, 1_234_567_890_123_456_789))
    (repo.root / "b.py").chmod(0o700)
    (repo.root / "link").symlink_to("./nowhere/./x")
    copied(repo.root, target)
    assert (target / "a.py").stat().st_mtime_ns == 1_234_567_890_123_456_789
    assert [(target / name).stat().st_mode & 0o777 for name in ("a.py", "b.py")] == [0o644, 0o755]
    assert os.readlink(target / "link") == "./nowhere/./x"  # noqa: PTH115 - the text itself


def test_an_edit_in_the_copy_leaves_the_project_alone(repo: Repository, target: Path) -> None:
    with untouched(repo.root):
        root = copied(repo.root, target)
        with (root / "a.py").open("ab") as file:
            file.write(b"more\n")
        subprocess.run(
            ["git", "commit", "-qam", "x"],
            cwd=root,
            env={**ENVIRONMENT, "GIT_OPTIONAL_LOCKS": "1"},
            check=True,
        )


def test_a_copy_of_a_linked_work_tree_is_one_of_its_own_branch(
    repo: Repository, target: Path, tmp_path: Path
) -> None:
    repo.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    copied(tmp_path / "side", target)
    assert (version(target), status(target)) == (version(tmp_path / "side"), status(tmp_path / "side"))


def test_a_shallow_clone_stays_one(repo: Repository, target: Path, tmp_path: Path) -> None:
    repo.git("clone", "-q", "--depth=1", f"file://{repo.root}", str(tmp_path / "shallow"))
    copied(tmp_path / "shallow", target)
    assert version(target) == version(tmp_path / "shallow")


def test_a_repository_without_commits_is_copied(tmp_path: Path, target: Path) -> None:
    repo = Repository(tmp_path / "new")
    repo.write("a.py")
    copied(repo.root, target)
    assert status(target) == status(repo.root)


def test_sha256_ids_are_understood_in_the_copy(tmp_path: Path, target: Path) -> None:
    repo = Repository(tmp_path / "new", "--object-format=sha256").commit(a="1\n")
    repo.git("tag", "v1")
    copied(repo.root, target)
    assert (version(target), status(target)) == (version(repo.root), status(repo.root))


@pytest.mark.parametrize("name", ["new\nline", 'quo"te', "#hash", "back\\slash", "n\udcff", " "])
def test_any_name_can_be_copied_and_be_the_project_s(tmp_path: Path, name: str) -> None:
    repo = Repository(tmp_path / name).commit(a="1\n")
    repo.write(name, "2\n")
    repo.commit()
    repo.git("tag", "v1")
    target = tmp_path / f"copy {name}"
    target.mkdir()
    copied(repo.root, target)
    assert (target / name).read_bytes() == b"2\n"
    assert (version(target), status(target)) == (version(repo.root), status(repo.root))


def test_submodules_are_copied_and_change_the_version_when_they_changed(
    repo: Repository, target: Path, tmp_path: Path
) -> None:
    origin = Repository(tmp_path / "origin").commit(m="m\n")
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(origin.root), "lib")
    repo.commit()
    copied(repo.root, target)
    assert (target / "lib/m.py").read_bytes() == b"m\n"
    assert version(target) == version(repo.root)
    repo.write("lib/m.py", "dirty\n")
    second = tmp_path / "second"
    second.mkdir()
    copied(repo.root, second)
    assert version(second) == version(repo.root)
    assert version(second).endswith("-dirty\n")


def test_a_tree_without_git_is_copied_without_git(tmp_path: Path, target: Path) -> None:
    (tmp_path / "plain/pkg").mkdir(parents=True)
    (tmp_path / "plain/pkg/a.py").write_bytes(b"a\n")
    assert copied(tmp_path / "plain", target) == target
    assert [path.name for path in target.iterdir()] == ["pkg"]
    assert (target / "pkg/a.py").read_bytes() == b"a\n"


def test_a_file_that_vanished_is_told(repo: Repository, target: Path) -> None:
    seen = tree.snapshot(repo.root)
    (repo.root / "b.py").unlink()
    with pytest.raises(UsageError, match=r"b\.py could not be copied: No such file") as caught:
        tree.export(seen, target)
    assert caught.value.hint == "run again when nothing else changes the project"


def test_a_file_that_became_a_pipe_is_told_and_not_opened(repo: Repository, target: Path) -> None:
    seen = tree.snapshot(repo.root)
    (repo.root / "b.py").unlink()
    os.mkfifo(repo.root / "b.py")
    with pytest.raises(UsageError, match=r"b\.py could not be copied"):
        tree.export(seen, target)


def test_a_repository_that_went_away_is_told(repo: Repository, target: Path) -> None:
    seen = tree.snapshot(repo.root)
    shutil.rmtree(repo.root / ".git")
    with pytest.raises(UsageError, match="is in no git repository"):
        tree.export(seen, target)
