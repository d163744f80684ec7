"""The snapshot names what is on disk, whatever git was told to overlook."""

import os
import stat
from pathlib import Path

import pytest

from eee_ci import tree
from eee_ci.errors import UsageError
from eee_ci.tree import content
from tests.tree.repositories import Repository, blob, untouched


def test_a_clean_tree_has_the_ids_of_the_index_and_no_change(repo: Repository) -> None:
    with untouched(repo.root):
        seen = tree.snapshot(repo.root)
    assert seen.files == {"a.py": blob(b"1\n"), "b.py": blob(b"2\n")}
    assert (seen.vcs, seen.branch, seen.commit) == ("git", "main", repo.git("rev-parse", "HEAD").strip())
    assert (seen.root, seen.changed, seen.notes, seen.modes) == (str(repo.root), (), (), {})


def test_dirty_and_untracked_files_have_the_ids_that_a_commit_would_give(repo: Repository) -> None:
    repo.write("a.py", "new\n")
    repo.write("folder/c.py", "c\n")
    with untouched(repo.root):
        before = tree.snapshot(repo.root)
    assert before.changed == ("a.py", "folder/c.py")
    repo.commit()
    after = tree.snapshot(repo.root)
    assert (after.files, after.id, after.changed) == (before.files, before.id, ())


def test_a_deleted_file_is_changed_and_not_there(repo: Repository) -> None:
    (repo.root / "a.py").unlink()
    seen = tree.snapshot(repo.root)
    assert (list(seen.files), seen.changed) == (["b.py"], ("a.py",))


def test_ignored_files_and_our_own_folder_stay_out(repo: Repository) -> None:
    repo.write(".gitignore", "*.log\n")
    repo.write("x.log")
    repo.write(".eee-ci/reports/report.json")
    assert sorted(tree.snapshot(repo.root).files) == [".gitignore", "a.py", "b.py"]


def test_our_own_folder_stays_out_even_when_it_is_committed(repo: Repository) -> None:
    repo.write(".eee-ci/history.json")
    repo.commit()
    repo.write(".eee-ci/history.json", "other")
    seen = tree.snapshot(repo.root)
    assert (sorted(seen.files), seen.changed) == (["a.py", "b.py"], ())


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_an_edit_that_git_was_told_to_overlook_is_seen(repo: Repository, flag: str) -> None:
    repo.git("update-index", flag, "a.py")
    repo.write("a.py", "edited\n")
    with untouched(repo.root):
        seen = tree.snapshot(repo.root)
    assert (seen.files["a.py"], seen.changed) == (blob(b"edited\n"), ("a.py",))


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_a_flag_alone_is_no_change(repo: Repository, flag: str) -> None:
    before = tree.snapshot(repo.root)
    repo.git("update-index", flag, "a.py")
    assert tree.snapshot(repo.root) == before


def test_a_file_that_is_assumed_unchanged_and_gone_is_changed(repo: Repository) -> None:
    repo.git("update-index", "--assume-unchanged", "a.py")
    (repo.root / "a.py").unlink()
    seen = tree.snapshot(repo.root)
    assert (list(seen.files), seen.changed) == (["b.py"], ("a.py",))


def test_an_intended_addition_has_its_real_content(repo: Repository) -> None:
    repo.write("c.py", "c\n")
    repo.git("add", "-N", "c.py")
    seen = tree.snapshot(repo.root)
    assert (seen.files["c.py"], seen.changed) == (blob(b"c\n"), ("c.py",))


@pytest.mark.parametrize(("setting", "value"), [("core.trustctime", "false"), ("core.checkStat", "minimal")])
def test_an_edit_of_the_same_size_with_its_time_put_back_is_seen(
    repo: Repository, setting: str, value: str
) -> None:
    file = repo.root / "a.py"
    past = 1_600_000_000 * 10**9
    os.utime(file, ns=(past, past))
    repo.git("-c", "core.trustctime=true", "update-index", "--refresh")
    repo.git("config", setting, value)
    file.write_text("7\n", encoding="utf-8")
    os.utime(file, ns=(past, past))
    assert "a.py" not in repo.status(), "git itself is blind here"
    seen = tree.snapshot(repo.root)
    assert (seen.files["a.py"], seen.changed) == (blob(b"7\n"), ("a.py",))


def test_an_executable_file_has_its_mode_and_another_id_of_the_tree(repo: Repository) -> None:
    before = tree.snapshot(repo.root)
    (repo.root / "a.py").chmod(0o755)
    seen = tree.snapshot(repo.root)
    assert (seen.modes, seen.changed, seen.files) == ({"a.py": "100755"}, ("a.py",), before.files)
    assert seen.id != before.id


def test_a_mode_counts_in_the_id_but_is_no_change_where_the_config_says_so(repo: Repository) -> None:
    repo.git("config", "core.fileMode", "false")
    (repo.root / "a.py").chmod(0o755)
    seen = tree.snapshot(repo.root)
    assert (seen.modes, seen.changed) == ({"a.py": "100755"}, ())
    repo.write("a.py", "other\n", mode=0o755)
    assert tree.snapshot(repo.root).changed == ("a.py",)


def test_a_link_is_its_target_and_is_never_followed(repo: Repository, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s", encoding="utf-8")
    (repo.root / "in").symlink_to("./a.py")
    (repo.root / "out").symlink_to("../secret")
    (repo.root / "lost").symlink_to("nowhere")
    (repo.root / "loop").symlink_to("loop")
    seen = tree.snapshot(repo.root)
    assert {name: seen.files[name] for name in ("in", "out", "lost", "loop")} == {
        "in": blob(b"./a.py"),
        "out": blob(b"../secret"),
        "lost": blob(b"nowhere"),
        "loop": blob(b"loop"),
    }
    assert set(seen.modes.values()) == {"120000"}
    assert seen.notes == ("1 symbolic link (out) pointing out of the project: what lies there is not seen",)
    repo.commit()
    assert tree.snapshot(repo.root).id == seen.id


def test_a_hidden_file_below_a_linked_folder_is_not_read_through_the_link(
    repo: Repository, tmp_path: Path
) -> None:
    repo.write("folder/c.py")
    repo.commit()
    repo.git("update-index", "--assume-unchanged", "folder/c.py")
    (repo.root / "folder").rename(tmp_path / "elsewhere")
    (repo.root / "folder").symlink_to(tmp_path / "elsewhere")
    seen = tree.snapshot(repo.root)
    assert "folder/c.py" not in seen.files
    assert "folder/c.py" in seen.changed


def test_what_is_neither_file_nor_link_is_never_opened(repo: Repository) -> None:
    (repo.root / "a.py").unlink()
    os.mkfifo(repo.root / "a.py")
    os.mkfifo(repo.root / "pipe")
    repo.git("update-index", "--assume-unchanged", "b.py")
    (repo.root / "b.py").unlink()
    os.mkfifo(repo.root / "b.py")
    seen = tree.snapshot(repo.root)
    assert (seen.files, seen.changed) == ({}, ("a.py", "b.py"))


NAMES = [
    "new\nline",
    'quo"te',
    "back\\slash",
    "-rf",
    "$(touch x)",
    "tab\t",
    " ",
    "umlaut-ä",
    "n\udcff",
    "x" * 255,
    "a'b",
]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_survives_tracked_and_untracked_dirty_and_clean(repo: Repository, name: str) -> None:
    repo.write(name, "1\n")
    untracked = tree.snapshot(repo.root)
    repo.commit()
    clean = tree.snapshot(repo.root)
    repo.write(name, "2\n")
    dirty = tree.snapshot(repo.root)
    assert [seen.files[name] for seen in (untracked, clean, dirty)] == [
        blob(b"1\n"),
        blob(b"1\n"),
        blob(b"2\n"),
    ]
    assert [seen.changed for seen in (untracked, clean, dirty)] == [(name,), (), (name,)]
    assert untracked.id == clean.id


def test_a_name_that_is_not_utf8_is_told_readably(repo: Repository) -> None:
    (repo.root / "n\udcff\x1b[31m").symlink_to("/etc")
    assert tree.snapshot(repo.root).notes[0].startswith("1 symbolic link (n\\xff)")


def test_a_project_below_the_top_has_its_own_paths(repo: Repository) -> None:
    repo.write("sub/c.py", "c\n")
    repo.commit()
    repo.write("sub/c.py", "d\n")
    repo.write("sub/new.py", "n\n")
    repo.write("above.py")
    with untouched(repo.root):
        seen = tree.snapshot(repo.root / "sub")
    assert seen.files == {"c.py": blob(b"d\n"), "new.py": blob(b"n\n")}
    assert (seen.changed, seen.branch) == (("c.py", "new.py"), "main")


def test_a_project_reached_through_a_link_is_the_same_one(repo: Repository, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(repo.root)
    assert tree.snapshot(tmp_path / "link") == tree.snapshot(repo.root)


def test_line_ends_that_git_converts_are_taken_as_they_lie_on_disk(repo: Repository) -> None:
    repo.write(".gitattributes", "*.txt text eol=crlf\n")
    repo.write("t.txt", "1\r\n")
    repo.commit()
    assert repo.git("ls-files", "-s", "t.txt").split()[1] == blob(b"1\n")
    seen = tree.snapshot(repo.root)
    assert (seen.files["t.txt"], seen.changed) == (blob(b"1\r\n"), ())


def test_automatic_line_ends_are_taken_as_they_lie_on_disk(repo: Repository) -> None:
    repo.git("config", "core.autocrlf", "true")
    repo.write("t.txt", "1\r\n")
    repo.commit()
    seen = tree.snapshot(repo.root)
    assert (seen.files["t.txt"], seen.changed) == (blob(b"1\r\n"), ())


@pytest.mark.parametrize("place", ["info/attributes", "home", "above"])
def test_attributes_from_anywhere_count(repo: Repository, tmp_path: Path, place: str) -> None:
    rule = b"*.txt text eol=crlf\n"
    files = {
        "info/attributes": repo.root / ".git/info/attributes",
        "home": tmp_path / "home/.config/git/attributes",
        "above": repo.root / ".gitattributes",
    }
    files[place].parent.mkdir(parents=True, exist_ok=True)
    files[place].write_bytes(rule)
    repo.write("sub/t.txt", "1\r\n")
    repo.git("-c", f"core.attributesFile={files['home']}", "add", "-A")
    repo.git("commit", "-qm", "x")
    assert tree.snapshot(repo.root / "sub").files == {"t.txt": blob(b"1\r\n")}


def test_a_large_file_is_hashed_in_pieces(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    data = "0123456789" * 1000
    repo.write("large", data)
    monkeypatch.setattr(content, "WHOLE", 100)
    assert tree.snapshot(repo.root).files["large"] == blob(data.encode())


def test_a_file_that_cannot_be_read_has_no_id_and_neither_has_the_tree(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.write("c.py")
    opened = os.open

    def refuse(path: str, *words: int) -> int:
        if str(path).endswith("c.py"):
            raise PermissionError(13, "Permission denied")
        return opened(path, *words)

    monkeypatch.setattr(os, "open", refuse)
    seen = tree.snapshot(repo.root)
    assert (seen.files["c.py"], seen.id) == ("", None)
    assert seen.notes == ("1 path (c.py) could not be read: check the permissions",)


def test_a_file_that_shrinks_while_it_is_read_has_no_id(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = repo.write("large", "x" * 1000)
    read = os.read

    def cut(handle: int, size: int) -> bytes:
        at_file = os.path.realpath(f"/proc/self/fd/{handle}") == str(file)
        return b"" if at_file else read(handle, size)

    monkeypatch.setattr(content, "WHOLE", 100)
    monkeypatch.setattr(os, "read", cut)
    assert tree.snapshot(repo.root).files["large"] == ""


def test_a_file_that_becomes_a_pipe_before_it_is_opened_hangs_nobody(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = repo.write("c.py")
    opened = os.open

    def swap(path: str, *words: int) -> int:
        if str(path) == str(file):
            file.unlink()
            os.mkfifo(file)
        return opened(path, *words)

    monkeypatch.setattr(os, "open", swap)
    assert "c.py" not in tree.snapshot(repo.root).files


def test_a_repository_with_sha256_ids_gets_such(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo", "--object-format=sha256").commit(a="1\n")
    clean = tree.snapshot(repo.root).files["a.py"]
    repo.git("update-index", "--assume-unchanged", "a.py")
    assert tree.snapshot(repo.root).files["a.py"] == clean
    assert len(clean) == 64


def test_nothing_changed_since_is_nothing(repo: Repository) -> None:
    repo.write("a.py", "dirty already\n")
    before = tree.snapshot(repo.root)
    (repo.root / "a.py").touch()
    with untouched(repo.root):
        assert tree.changed_since(before) == ()


def test_what_changed_since_is_named_whatever_git_says_of_it(repo: Repository) -> None:
    repo.write("gone.py")
    before = tree.snapshot(repo.root)
    repo.git("update-index", "--assume-unchanged", "a.py")
    repo.write("a.py", "edited\n")
    (repo.root / "b.py").chmod(0o700)
    (repo.root / "gone.py").unlink()
    repo.write("new.py")
    assert tree.changed_since(before) == ("a.py", "b.py", "gone.py", "new.py")


def test_an_unreadable_tree_is_compared_file_by_file(repo: Repository) -> None:
    before = tree.snapshot(repo.root)
    repo.write("a.py", "edited\n")
    unknown = type(before)(root=before.root, files=before.files, vcs="git", id=None)
    assert tree.changed_since(unknown) == ("a.py",)


def test_a_root_that_is_no_folder_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a folder"):
        tree.snapshot(tmp_path / "nowhere")


def test_without_git_all_files_count_but_caches_and_environments(tmp_path: Path) -> None:
    root = tmp_path / "plain"
    for name in ("a.py", "pkg/b.py", "my.egg-info/PKG-INFO", "env/c.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x", encoding="utf-8")
    for name in (
        ".venv/x",
        "node_modules/x",
        "pkg/__pycache__/x",
        ".eee-ci/x",
        ".hg/x",
        "odd/pyvenv.cfg",
        "odd/x",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x", encoding="utf-8")
    os.mkfifo(root / "pipe")
    (root / "link").symlink_to("pkg")
    (root / "run").write_text("x", encoding="utf-8")
    (root / "run").chmod(0o755)
    with untouched(root):
        seen = tree.snapshot(root)
    assert sorted(seen.files) == ["a.py", "env/c.py", "link", "my.egg-info/PKG-INFO", "pkg/b.py", "run"]
    assert (seen.vcs, seen.commit, seen.branch, seen.changed) == (
        "none",
        None,
        None,
        tuple(sorted(seen.files)),
    )
    assert seen.modes == {"link": "120000", "run": "100755"}
    assert "is in no git repository" in seen.notes[0]


def test_a_folder_that_cannot_be_listed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plain/closed").mkdir(parents=True)
    listed = os.scandir

    def refuse(path: str) -> "os._ScandirIterator[str]":
        if path.endswith("closed/"):
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(os, "scandir", refuse)
    seen = tree.snapshot(tmp_path / "plain")
    assert (seen.id, seen.notes[1]) == (None, "1 path (closed/) could not be read: check the permissions")


def test_the_same_files_have_the_same_tree_id_with_and_without_git(repo: Repository, tmp_path: Path) -> None:
    seen = tree.snapshot(repo.root)
    repo.root.joinpath(".git").rename(tmp_path / "away")
    assert stat.S_ISDIR(repo.root.stat().st_mode)
    assert tree.snapshot(repo.root).id == seen.id
