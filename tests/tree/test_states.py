"""Every state of a repository gives one sentence and the way out, and is left as it was."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from eee_ci import git, tree
from eee_ci.errors import UsageError
from eee_ci.model import Tree
from tests.tree.repositories import Repository, blob, untouched


def look(root: Path) -> Tree:
    with untouched(root):
        return tree.snapshot(root)


def note(seen: Tree) -> str:
    assert len(seen.notes) == 1, seen.notes
    return seen.notes[0]


def conflict(repo: Repository, verb: str) -> None:
    repo.git("checkout", "-q", "-b", "other")
    repo.commit(a="theirs\n")
    repo.git("checkout", "-q", "main")
    repo.commit(a="ours\n")
    repo.git(verb, "other", check=False)


def test_a_branch_without_commits_has_only_changes(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    repo.write("a.py")
    repo.write("b.py")
    repo.git("add", "a.py")
    seen = look(repo.root)
    assert (seen.commit, seen.branch, seen.changed) == (None, "main", ("a.py", "b.py"))
    assert note(seen) == "the branch has no commit yet, so every file counts as changed"


def test_a_repository_without_an_index_is_one_without_files(tmp_path: Path) -> None:
    seen = look(Repository(tmp_path / "repo").root)
    assert (seen.files, seen.vcs) == ({}, "git")


def test_a_detached_head_has_a_commit_and_no_branch(repo: Repository) -> None:
    repo.git("checkout", "-q", "--detach")
    seen = look(repo.root)
    assert (seen.branch, seen.commit, seen.notes) == (None, repo.git("rev-parse", "HEAD").strip(), ())


@pytest.mark.parametrize("verb", ["merge", "rebase", "cherry-pick"])
def test_an_unfinished_operation_is_named_and_conflicts_are_judged_as_they_lie(
    repo: Repository, verb: str
) -> None:
    conflict(repo, verb)
    seen = look(repo.root)
    assert seen.files["a.py"] == blob((repo.root / "a.py").read_bytes())
    assert "a.py" in seen.changed
    assert seen.notes == (
        f"a {verb} is not finished: end it with `git {verb} --continue` or `git {verb} --abort`",
        "1 file (a.py) in conflict, judged with its marks: `git add` it merged",
    )


def test_a_lock_of_the_index_is_told_and_no_hindrance(repo: Repository) -> None:
    repo.write(".git/index.lock", "")
    seen = look(repo.root)
    assert sorted(seen.files) == ["a.py", "b.py"]
    assert "index.lock exists, so a git command is at work or has died: if none runs, remove it" in note(seen)


@pytest.mark.parametrize("damage", [b"", b"DIRC", b"nonsense" * 20])
def test_a_damaged_index_means_a_walk(repo: Repository, damage: bytes) -> None:
    (repo.root / ".git/index").write_bytes(damage)
    seen = look(repo.root)
    assert seen.files == {"a.py": blob(b"1\n"), "b.py": blob(b"2\n")}
    assert (seen.vcs, seen.changed) == ("none", ("a.py", "b.py"))
    assert note(seen).endswith(
        "is damaged: rename .git/index and run `git reset`, which builds it anew and keeps your files"
    )


def test_a_flipped_byte_in_the_index_never_loses_a_file(repo: Repository) -> None:
    index = repo.root / ".git/index"
    data = index.read_bytes()
    for at in range(0, len(data), 7):
        index.write_bytes(data[:at] + bytes([data[at] ^ 0x11]) + data[at + 1 :])
        assert tree.snapshot(repo.root).files == {"a.py": blob(b"1\n"), "b.py": blob(b"2\n")}, at


def test_a_commit_that_cannot_be_read_makes_all_files_count_as_changed(repo: Repository) -> None:
    repo.write(".gitignore", "*.log\n")
    repo.write("x.log")
    shutil.rmtree(repo.root / ".git/objects")
    (repo.root / ".git/objects").mkdir()
    seen = look(repo.root)
    assert (sorted(seen.files), seen.changed) == (
        [".gitignore", "a.py", "b.py"],
        (".gitignore", "a.py", "b.py"),
    )
    assert note(seen).startswith("every file counts as changed, since objects of the git repository")
    assert "git fsck" in note(seen)


def test_damaged_config_means_a_walk(repo: Repository) -> None:
    repo.write(".git/config", "[core\n")
    seen = look(repo.root)
    assert (seen.vcs, sorted(seen.files)) == ("none", ["a.py", "b.py"])
    assert note(seen).startswith("git cannot read its configuration (fatal: bad config line 1")


def test_a_repository_of_another_user_means_a_walk_and_the_command_that_trusts_it(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(git.VARIABLES, "GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    seen = look(repo.root)
    assert (seen.vcs, sorted(seen.files)) == ("none", ["a.py", "b.py"])
    assert note(seen) == (
        f"another user owns the repository of {repo.root}:"
        f" if you trust it, run `git config --global --add safe.directory {repo.root}`"
    )


def test_a_bare_repository_has_nothing_to_judge(tmp_path: Path) -> None:
    bare = Repository(tmp_path / "bare.git", "--bare").root
    with untouched(bare), pytest.raises(UsageError, match="git's own folder or a bare repository"):
        tree.snapshot(bare)


def test_the_git_folder_has_nothing_to_judge(repo: Repository) -> None:
    for folder in (".git", ".git/hooks"):
        (repo.root / folder).mkdir(exist_ok=True)
        with pytest.raises(UsageError, match="git's own folder") as caught:
            tree.snapshot(repo.root / folder)
        assert caught.value.hint == "call eee-ci in a work tree of it"


def test_no_git_program_means_a_walk(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    seen = look(repo.root)
    assert sorted(seen.files) == ["a.py", "b.py"]
    assert note(seen) == "git was not found on PATH: install it to have ignored files left out"


@pytest.mark.parametrize(
    "script", ["#!/bin/sh\nexit 129\n", "#!/bin/sh\necho true\necho\necho --absolute-git-dir\n"]
)
def test_a_git_that_does_not_know_our_words_is_too_old(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str
) -> None:
    program = tmp_path / "bin/git"
    program.parent.mkdir()
    program.write_text(script, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    assert note(look(repo.root)) == "the git on PATH is too old: install git 2.31 or newer"


def test_a_linked_work_tree_is_a_work_tree(repo: Repository, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    (tmp_path / "side/a.py").write_bytes(b"s\n")
    with untouched(repo.root):
        seen = look(tmp_path / "side")
    assert (seen.branch, seen.changed, seen.notes) == ("side", ("a.py",), ())


def test_a_work_tree_whose_repository_is_gone_means_a_walk(repo: Repository, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", str(tmp_path / "side"))
    shutil.rmtree(repo.root)
    seen = look(tmp_path / "side")
    assert sorted(seen.files) == [".git", "a.py", "b.py"] or sorted(seen.files) == ["a.py", "b.py"]
    assert "names a repository that is not there: `git worktree repair`" in note(seen)


def test_a_work_tree_kept_elsewhere_means_a_walk(repo: Repository, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    repo.git("config", "core.worktree", str(tmp_path / "elsewhere"))
    seen = look(repo.root)
    assert (seen.vcs, sorted(seen.files)) == ("none", ["a.py", "b.py"])
    assert note(seen).endswith("keeps its work tree elsewhere")


def test_a_sparse_checkout_is_judged_as_far_as_it_goes(repo: Repository) -> None:
    repo.write("in/c.py")
    repo.write("out/d.py")
    repo.commit()
    repo.git("sparse-checkout", "set", "in")
    seen = look(repo.root)
    assert (sorted(seen.files), seen.changed) == (["a.py", "b.py", "in/c.py"], ())
    assert note(seen) == "1 file (out/d.py) left out by the sparse checkout: `git sparse-checkout disable`"


def test_a_shallow_clone_is_like_any_other(repo: Repository, tmp_path: Path) -> None:
    repo.commit(a="3\n")
    repo.git("clone", "-q", "--depth=1", f"file://{repo.root}", str(tmp_path / "shallow"))
    seen = look(tmp_path / "shallow")
    assert (seen.branch, seen.changed, seen.notes) == ("main", (), ())


def test_a_partial_clone_fetches_nothing(repo: Repository, tmp_path: Path) -> None:
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git(
        "clone", "-q", "--filter=tree:0", "--no-checkout", f"file://{repo.root}", str(tmp_path / "partial")
    )
    (tmp_path / "partial/a.py").write_bytes(b"1\n")
    seen = look(tmp_path / "partial")
    assert (seen.files, seen.changed) == ({"a.py": blob(b"1\n")}, ("a.py",))
    assert note(seen).startswith("every file counts as changed, since objects")


def test_a_folder_that_the_repository_ignores_is_walked(repo: Repository) -> None:
    repo.write(".gitignore", "scratch/\n")
    repo.write("scratch/c.py", "c\n")
    seen = look(repo.root / "scratch")
    assert (seen.files, seen.vcs) == ({"c.py": blob(b"c\n")}, "none")
    assert note(seen).startswith("git ignores ")


def test_an_empty_folder_of_a_repository_has_no_files(repo: Repository) -> None:
    (repo.root / "empty").mkdir()
    seen = look(repo.root / "empty")
    assert (seen.files, seen.vcs) == ({}, "git")


@pytest.fixture
def library(repo: Repository, tmp_path: Path) -> Repository:
    """A submodule `lib` of the repository."""
    origin = Repository(tmp_path / "origin").commit(m="m\n")
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(origin.root), "lib")
    repo.commit()
    made = Repository.__new__(Repository)
    made.root = repo.root / "lib"
    return made


def test_the_files_of_a_submodule_belong_to_the_tree(repo: Repository, library: Repository) -> None:
    seen = look(repo.root)
    assert sorted(seen.files) == [".gitmodules", "a.py", "b.py", "lib/m.py"]
    assert (seen.changed, seen.notes) == ((), ())
    library.write("m.py", "dirty\n")
    library.write("new.py")
    assert look(repo.root).changed == ("lib/m.py", "lib/new.py")


def test_a_submodule_at_another_commit_is_changed_as_a_whole(repo: Repository, library: Repository) -> None:
    library.commit(other="x\n")
    assert look(repo.root).changed == ("lib/m.py", "lib/other.py")


def test_a_submodule_that_is_not_checked_out_is_told(repo: Repository, library: Repository) -> None:
    repo.git("submodule", "deinit", "-q", "-f", "lib")
    assert library.root.is_dir()
    seen = look(repo.root)
    assert (sorted(seen.files), seen.changed) == ([".gitmodules", "a.py", "b.py"], ())
    assert note(seen) == "1 submodule (lib) not checked out: `git submodule update --init` brings them"


def test_a_repository_inside_is_looked_into(repo: Repository) -> None:
    inner = Repository(repo.root / "inner").commit(c="c\n")
    Repository(repo.root / "bare", "--bare")
    inner.write("d.py")
    seen = look(repo.root)
    assert seen.files["inner/c.py"] == blob(b"c\n")
    assert {"inner/c.py", "inner/d.py", "bare/config"} <= set(seen.changed)


def test_a_repository_inside_that_git_cannot_read_is_walked(repo: Repository) -> None:
    inner = Repository(repo.root / "inner").commit(c="c\n")
    inner.write(".git/index", "damaged")
    seen = look(repo.root)
    assert seen.files["inner/c.py"] == blob(b"c\n")
    assert note(seen).startswith("inner: git's index of ")


def test_a_repository_inside_that_is_none_ends_no_world(repo: Repository) -> None:
    inner = Repository(repo.root / "inner").commit(c="c\n")
    repo.commit()
    shutil.rmtree(inner.root / ".git")
    (inner.root / ".git").mkdir()
    assert look(repo.root).files["inner/c.py"] == blob(b"c\n")


def canary(repo: Repository, at: Path) -> Path:
    """A program that leaves a trace when anybody runs it."""
    program = repo.root.parent / "canary.sh"
    program.write_text(f"#!/bin/sh\ntouch '{at}'\ncat\n", encoding="utf-8")
    program.chmod(0o755)
    return program


def fsmonitor(repo: Repository, program: Path) -> None:
    repo.git("config", "core.fsmonitor", str(program))


def hooks(repo: Repository, program: Path) -> None:
    repo.git("config", "core.hooksPath", str(program.parent / "hooks"))
    for name in ("post-index-change", "reference-transaction", "pre-auto-gc", "fsmonitor-watchman"):
        (program.parent / "hooks").mkdir(exist_ok=True)
        shutil.copy(program, program.parent / "hooks" / name)


def clean_filter(repo: Repository, program: Path) -> None:
    repo.write(".gitattributes", "* filter=evil\n")
    repo.git("config", "filter.evil.clean", str(program))
    repo.git("config", "filter.evil.required", "true")


def odd_filter(repo: Repository, program: Path) -> None:
    repo.write(".gitattributes", "* filter=e=v=il\n")
    repo.write(
        ".git/config", (repo.root / ".git/config").read_text() + f'[filter "e=v=il"]\n\tclean = {program}\n'
    )


def process_filter(repo: Repository, program: Path) -> None:
    repo.write(".gitattributes", "* filter=evil\n")
    repo.git("config", "filter.evil.process", str(program))


def alias(repo: Repository, program: Path) -> None:
    for verb in ("status", "ls-files", "rev-parse", "config", "check-attr"):
        repo.git("config", f"alias.{verb}", f"!{program}")


def textconv(repo: Repository, program: Path) -> None:
    repo.write(".gitattributes", "* diff=evil\n")
    repo.git("config", "diff.evil.textconv", str(program))
    repo.git("config", "diff.external", str(program))
    repo.git("config", "core.pager", str(program))


def inner_filter(repo: Repository, program: Path) -> None:
    inner = Repository(repo.root / "inner").commit(c="c\n")
    clean_filter(inner, program)
    os.utime(inner.root / "c.py", (1, 1))


VECTORS: list[Callable[[Repository, Path], None]] = [
    fsmonitor,
    hooks,
    clean_filter,
    odd_filter,
    process_filter,
    alias,
    textconv,
    inner_filter,
]


@pytest.mark.parametrize("vector", VECTORS)
def test_nothing_that_a_repository_brings_is_run(
    repo: Repository, tmp_path: Path, vector: Callable[[Repository, Path], None]
) -> None:
    trace = tmp_path / "trace"
    vector(repo, canary(repo, trace))
    os.utime(repo.root / "a.py", (1, 1))  # git has to compare contents
    seen = look(repo.root)
    assert not trace.exists()
    assert seen.files["a.py"] == blob(b"1\n")
    (tmp_path / "copy").mkdir()
    tree.export(seen, tmp_path / "copy")
    assert not trace.exists()


def test_a_git_of_the_project_is_not_run(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    (repo.root / "bin").mkdir()
    shutil.copy(canary(repo, trace), repo.root / "bin/git")
    (tmp_path / "link").symlink_to(repo.root / "bin")
    monkeypatch.setenv("PATH", f"{repo.root}/bin:bin::.:{tmp_path}/link:{os.environ['PATH']}")
    monkeypatch.chdir(repo.root)
    assert look(repo.root).vcs == "git"
    Repository(repo.root / "inner").commit()
    (tmp_path / "copy").mkdir()
    tree.export(look(repo.root), tmp_path / "copy")
    assert not trace.exists()


def test_variables_of_a_calling_hook_have_no_say(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = Repository(tmp_path / "other").commit(z="z\n")
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.root))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.root / ".git/index"))
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'core.bare=true'")
    seen = look(repo.root)
    assert (sorted(seen.files), seen.vcs, seen.changed) == (["a.py", "b.py"], "git", ())


def test_a_filter_that_is_not_run_is_told(repo: Repository) -> None:
    repo.write(".gitattributes", "*.bin filter=upper\n")
    repo.git("config", "filter.upper.clean", "tr a-z A-Z")
    repo.write("x.bin", "abc")
    repo.commit()
    seen = look(repo.root)
    assert (seen.files["x.bin"], seen.changed, seen.notes) == (blob(b"abc"), (), ())
    os.utime(repo.root / "x.bin", (1, 1))
    seen = look(repo.root)
    assert (seen.files["x.bin"], seen.changed) == (blob(b"abc"), ("x.bin",))
    assert note(seen).startswith("1 file (x.bin) passed through a git filter, which is not run here")


def wrapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str, action: str) -> None:
    """A git on PATH that acts in its own way where a word is among its arguments."""
    program = tmp_path / "bin/git"
    program.parent.mkdir()
    text = (
        f'#!/bin/sh\nreal={shutil.which("git")}\nfor word; do [ "$word" = {word} ] && {{ {action}; }}; done\n'
    )
    program.write_text(f'{text}exec $real "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")


@pytest.mark.parametrize("action", ["echo new; exit 0", "echo new", '$real "$@"; echo new; exit 0'])
def test_a_git_that_prints_its_index_otherwise_is_understood(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, action: str
) -> None:
    before = tree.snapshot(repo.root)
    wrapped(tmp_path, monkeypatch, "--debug", action)
    assert tree.snapshot(repo.root) == before


def test_conflicts_are_left_to_the_disk_however_the_index_is_printed(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    conflict(repo, "merge")
    before = tree.snapshot(repo.root)
    wrapped(tmp_path, monkeypatch, "--debug", "echo new")
    assert tree.snapshot(repo.root) == before


def test_a_file_that_goes_after_git_has_looked_is_gone(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wrapped(tmp_path, monkeypatch, "status", '$real "$@"; rm a.py; exit 0')
    seen = tree.snapshot(repo.root)
    assert (list(seen.files), seen.changed) == (["b.py"], ("a.py",))


def test_a_folder_that_git_could_not_list_is_told(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = "warning: could not open directory 'x/': Permission denied"
    wrapped(tmp_path, monkeypatch, "status", f'echo "{said}" >&2')
    seen = tree.snapshot(repo.root)
    assert (seen.id, seen.notes) == (None, (said,))
