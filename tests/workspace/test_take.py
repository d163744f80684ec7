"""What is taken back of a clone: files by their bytes. What no patch may carry is named and left behind."""

import os
import socket
import unicodedata
from pathlib import Path

import pytest

from eee_ci.workspace import gathering
from tests.workspace.work import Site, git, repository, unprivileged, write


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def raw(folder: Path, name: bytes) -> Path:
    return Path(os.fsdecode(os.fsencode(folder) + b"/" + name))


def test_a_clone_that_nobody_touched_is_an_empty_patch(site: Site) -> None:
    taken = site.take()
    assert (taken.patch.changes, taken.patch.size, taken.odd) == ((), 0, ())


def test_edits_new_files_removals_and_modes_are_taken(site: Site) -> None:
    write(site.root, {"a.py": "agent\n", "new/deep/x.py": "x\n"})
    (site.root / "pkg/b.py").unlink()
    (site.root / "pkg/c.py").chmod(0o755)
    taken = site.take()
    said = [(change.path, change.mode_before, change.mode_after) for change in taken.patch.changes]
    assert said == [
        ("a.py", "100644", "100644"),
        ("new/deep/x.py", None, "100644"),
        ("pkg/b.py", "100644", None),
        ("pkg/c.py", "100644", "100755"),
    ]
    assert taken.odd == ()


def test_the_diff_is_one_that_git_applies(site: Site) -> None:
    write(site.root, {"a.py": "agent\n", "new.py": "x\n", "bin": "\0\1"})
    (site.root / "pkg/b.py").unlink()
    diff = site.private.diff(site.take().patch)
    other = site.project.parent / "patch"
    other.write_bytes(diff)
    git(site.project, "apply", str(other))
    assert git(site.project, "status", "--porcelain", "-uall").splitlines() == [
        " M a.py",
        " D pkg/b.py",
        "?? bin",
        "?? new.py",
    ]


def test_a_file_in_the_place_of_a_folder_and_a_folder_in_that_of_a_file(site: Site) -> None:
    for name in ("b.py", "c.py"):
        (site.root / "pkg" / name).unlink()
    (site.root / "pkg").rmdir()
    (site.root / "a.py").unlink()
    write(site.root, {"pkg": "now a file\n", "a.py/x": "now a folder\n"})
    assert site.changed() == ["a.py", "a.py/x", "pkg", "pkg/b.py", "pkg/c.py"]


def test_what_the_base_ignores_is_left_behind_whatever_the_agent_says(site: Site) -> None:
    write(
        site.root,
        {".gitignore": "seen.txt\n", "build/deep/x": "", "y.log": "", "seen.txt": "", "n/z.log": ""},
    )
    assert site.changed() == [".gitignore", "seen.txt"]


def test_the_clone_s_own_excludes_say_nothing(site: Site) -> None:
    write(site.root, {".git/info/exclude": "*\n", "new.py": ""})
    assert site.changed() == ["new.py"]


def test_a_tracked_file_is_taken_though_it_is_ignored(tmp_path: Path) -> None:
    project = repository(tmp_path / "project", {"build/x": "x\n"})
    write(project, {".gitignore": "build/\n"})
    site = Site(tmp_path, project)
    write(site.root, {"build/x": "y\n", "build/z": "z\n"})
    assert site.changed() == ["build/x"]


def test_caches_and_environments_are_left_behind(site: Site) -> None:
    write(
        site.root, {"__pycache__/a.pyc": "", "node_modules/x.js": "", "env/pyvenv.cfg": "", "env/bin/x": ""}
    )
    write(site.root, {"pkg/.mypy_cache/x": ""})
    assert site.changed() == []


def test_contents_are_bytes_whatever_the_agent_s_attributes_say(site: Site) -> None:
    write(
        site.root, {".gitattributes": "* text eol=crlf filter=evil diff=evil working-tree-encoding=UTF-16\n"}
    )
    (site.root / "a.py").write_bytes(b"one\r\ntwo\n")
    [attributes, edited] = site.take().patch.changes
    assert attributes.path == ".gitattributes"
    assert edited.after is not None
    assert site.private.contents([edited.after]) == {edited.after: b"one\r\ntwo\n"}
    assert b"+one\r\n" in site.private.diff(site.take().patch)


def test_git_attributes_hide_nothing_from_the_diff(site: Site) -> None:
    write(site.root, {".gitattributes": "*.py -diff binary\n", "a.py": "agent\n"})
    assert b"+agent\n" in site.private.diff(site.take().patch)


def test_nothing_that_the_clone_s_git_would_run_is_run(site: Site, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    evil = f"touch {canary}"
    for name in (
        "core.fsmonitor",
        "filter.evil.clean",
        "filter.evil.smudge",
        "diff.evil.textconv",
        "alias.add",
    ):
        git(site.clone, "config", name, evil)
    git(site.clone, "config", "diff.external", evil)
    git(site.clone, "config", "core.hooksPath", str(tmp_path))
    write(site.clone, {".gitattributes": "* filter=evil diff=evil\n", "a.py": "agent\n"})
    for hook in ("post-checkout", "pre-commit", "post-index-change", "fsmonitor-watchman"):
        write(site.clone, {f".git/hooks/{hook}": f"#!/bin/sh\n{evil}\n"})
        (site.clone / ".git/hooks" / hook).chmod(0o755)
    taken = site.take()
    site.private.diff(taken.patch)
    site.private.merge(site.base, taken.patch)
    site.private.checkout(taken.patch.tree, tmp_path / "checkout")
    commit = site.private.commit(taken.patch.tree, [site.base], "x")
    site.private.clone(commit, tmp_path / "second")
    assert not canary.exists()


def test_a_clone_without_a_git_folder_or_with_a_broken_one_is_read_all_the_same(site: Site) -> None:
    (site.clone / ".git").rename(site.clone.parent / "gone")
    (site.clone / ".git").write_text("gitdir: /nowhere\n", encoding="utf-8")
    write(site.root, {"a.py": "agent\n"})
    assert site.changed() == ["a.py"]


@pytest.mark.parametrize("target", ["/etc/passwd", "../../outside", "a.py", "nowhere"])
def test_a_new_link_is_odd_and_never_followed(site: Site, target: str) -> None:
    (site.root / "new").symlink_to(target)
    assert site.odd() == [f"new is a new symbolic link to {target}"]
    assert site.take().patch.changes == ()


def test_a_changed_link_is_odd(site: Site) -> None:
    (site.root / "link").unlink()
    (site.root / "link").symlink_to("/etc/passwd")
    assert site.odd() == ["link is a changed symbolic link to /etc/passwd"]


def test_a_file_in_the_place_of_a_link_is_odd(site: Site) -> None:
    (site.root / "link").unlink()
    (site.root / "link").write_text("x", encoding="utf-8")
    assert site.odd() == ["link was a symbolic link"]


def test_a_link_in_the_place_of_a_folder_is_odd_and_what_lies_behind_it_is_not_read(
    site: Site, tmp_path: Path
) -> None:
    write(tmp_path / "outside", {"b.py": "secret\n", "c.py": "secret\n"})
    (site.root / "pkg").rename(tmp_path / "away")
    (site.root / "pkg").symlink_to(tmp_path / "outside")
    taken = site.take()
    assert [odd.path for odd in taken.odd] == ["pkg"]
    assert taken.patch.changes == ()


def test_a_second_name_of_a_file_outside_is_odd(site: Site, tmp_path: Path) -> None:
    write(tmp_path, {"secret": "secret\n"})
    os.link(tmp_path / "secret", site.root / "stolen")
    assert site.odd() == ["stolen is a hard link: the file has a second name"]


def test_pipes_sockets_and_devices_are_odd_and_not_opened(site: Site) -> None:
    os.mkfifo(site.root / "pipe")
    (site.root / "a.py").unlink()
    os.mkfifo(site.root / "a.py")
    os.chdir(site.root)
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind("socket")
    assert site.odd() == [
        "a.py is a pipe, a socket or a device",
        "pipe is a pipe, a socket or a device",
        "socket is a pipe, a socket or a device",
    ]


@pytest.mark.parametrize(
    "name",
    [
        ".GIT",
        ".Git",
        ".git ",
        ".git.",
        ".gi\u200ct",
        "git~1",
        "GIT~2",
        ".git:stream",
        "\ufeff.git",
        "x\\.git",
    ],
)
def test_a_twin_of_git_s_folder_is_odd_and_not_entered(site: Site, name: str) -> None:
    write(site.root, {f"{name}/config": "x", f"pkg/{name}": "x"})
    assert [odd.what for odd in site.take().odd] == ["is named like git's own folder"] * 2
    assert site.take().patch.changes == ()


def test_a_repository_inside_is_odd_and_its_files_are_taken_as_files(site: Site) -> None:
    write(site.root, {"sub/.git/hooks/post-checkout": "evil", "sub/x.py": "x\n"})
    taken = site.take()
    assert [str(odd) for odd in taken.odd] == ["sub/.git is named like git's own folder"]
    assert [change.path for change in taken.patch.changes] == ["sub/x.py"]


def test_a_submodule_of_the_agent_s_is_never_more_than_its_files(site: Site) -> None:
    write(site.root, {".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = ext::sh -c evil\n', "x/y.py": ""})
    write(site.root, {"x/.git": "gitdir: ../.git/modules/x\n"})
    taken = site.take()
    assert [str(odd) for odd in taken.odd] == ["x/.git is named like git's own folder"]
    assert {change.mode_after for change in taken.patch.changes} == {"100644"}


@pytest.mark.parametrize(
    ("name", "what"),
    [
        (b"line\nfeed.py", "has invisible or control characters in its name"),
        (b"esc\x1b[2J", "has invisible or control characters in its name"),
        ("bidi\u202etxt".encode(), "has invisible or control characters in its name"),
        (b"\xff\xfe.py", "has a name that is not UTF-8"),
        (b"back\\slash", "has a backslash in its name"),
    ],
)
def test_names_that_do_not_show_as_they_are_are_odd(site: Site, name: bytes, what: str) -> None:
    raw(site.root, name).write_bytes(b"x")
    assert [odd.what for odd in site.take().odd] == [what]
    assert site.take().patch.changes == ()


def test_an_odd_name_of_the_base_is_odd_only_when_it_changes(tmp_path: Path) -> None:
    project = repository(tmp_path / "project", {"plain": ""})
    raw(project, b"line\nfeed").write_bytes(b"x")
    site = Site(tmp_path, project)
    assert site.odd() == []
    raw(site.root, b"line\nfeed").write_bytes(b"y")
    assert [odd.what for odd in site.take().odd] == ["has invisible or control characters in its name"]


def test_names_that_a_glob_or_pathspec_could_mean_are_plain_names(site: Site) -> None:
    names = [":(top)x", "*.py", "-rf", "a b", "'quote\"", "$(x)"]
    write(site.root, dict.fromkeys(names, "x"))
    assert site.changed() == sorted(names)


@pytest.mark.parametrize("twin", ["A.py", "PKG/B.py", unicodedata.normalize("NFD", "\u00e9.py"), "\u00c9.py"])
def test_twins_that_some_file_systems_take_for_one_file_are_odd(tmp_path: Path, twin: str) -> None:
    site = Site(tmp_path, repository(tmp_path / "project", {"a.py": "", "pkg/b.py": "", "\u00e9.py": ""}))
    write(site.root, {twin: "x"})
    [odd] = site.take().odd
    assert odd.path == twin
    assert "in case or accents only" in odd.what
    assert site.take().patch.changes == ()


@pytest.mark.parametrize("mode", [0o4755, 0o2755, 0o1644])
def test_special_mode_bits_are_odd(site: Site, mode: int) -> None:
    (site.root / "a.py").write_text("x\n", encoding="utf-8")
    (site.root / "a.py").chmod(mode)
    assert site.odd() == ["a.py has special mode bits"]


def test_a_file_that_cannot_be_read_is_odd_and_stays_as_it_was(site: Site) -> None:
    (site.root / "a.py").chmod(0)
    taken = unprivileged(site.take)
    assert [str(odd) for odd in taken.odd] == ["a.py cannot be read: Permission denied"]
    assert taken.patch.changes == ()


def test_a_folder_that_cannot_be_entered_is_odd_and_its_files_stay(site: Site) -> None:
    (site.root / "pkg").chmod(0)
    taken = unprivileged(site.take)
    (site.root / "pkg").chmod(0o755)
    assert [str(odd) for odd in taken.odd] == ["pkg/ cannot be entered: Permission denied"]
    assert taken.patch.changes == ()


def test_a_folder_that_may_be_listed_and_not_looked_into_is_odd(site: Site) -> None:
    (site.root / "pkg").chmod(0o400)
    taken = unprivileged(site.take)
    (site.root / "pkg").chmod(0o755)
    assert [odd.path for odd in taken.odd] == ["pkg/"]
    assert taken.patch.changes == ()


def test_a_huge_file_is_odd_and_not_read(site: Site) -> None:
    for name in ("sparse", "a.py"):
        with (site.root / name).open("wb") as file:
            file.truncate(10 * 1024**3)
    assert site.odd() == ["a.py is 10737418240 bytes large", "sparse is 10737418240 bytes large"]


def test_a_large_file_of_the_base_is_fine_until_it_changes(tmp_path: Path) -> None:
    project = repository(tmp_path / "project", {"a.py": ""})
    (project / "large").write_bytes(b"x" * (gathering.LARGEST + 1))
    site = Site(tmp_path, project)
    assert site.odd() == []
    with (site.root / "large").open("r+b") as file:
        file.write(b"y")
    assert site.odd() == [f"large is {gathering.LARGEST + 1} bytes large"]


def test_too_much_to_look_at_is_odd_and_gives_no_patch(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    write(site.root, {f"new/{number}.txt": f"{number}" for number in range(6)})
    monkeypatch.setattr(gathering, "MOST", 5)
    assert site.odd() == [". has more than 5 new files"]
    assert site.take().patch.changes == ()
    monkeypatch.setattr(gathering, "MOST", 100)
    monkeypatch.setattr(gathering, "TOTAL", 5)
    assert site.odd() == [". has more than 5 bytes of changes"]
    monkeypatch.setattr(gathering, "MOST_ENTRIES", 5)
    assert site.odd() == [". holds more than 5 files"]


def test_folders_nested_without_end_are_odd(site: Site) -> None:
    write(site.root, {"/".join(["d"] * (gathering.DEEPEST + 5)) + "/x": ""})
    [odd] = site.take().odd
    assert odd.what == "is nested too deeply"


def test_ignored_folders_are_not_even_looked_into(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MOST_ENTRIES", 20)
    write(site.root, {f"build/{number}": "" for number in range(100)})
    assert site.changed() == []


def test_files_above_the_project_may_not_change(tmp_path: Path) -> None:
    top = repository(tmp_path / "top", {"pyproject.toml": "", "part/x.py": "x\n"})
    site = Site(tmp_path, top / "part")
    write(site.clone, {"pyproject.toml": "evil", "part/x.py": "y\n", "new.py": ""})
    taken = site.take()
    assert [str(odd) for odd in taken.odd] == [
        "new.py lies outside the project",
        "pyproject.toml lies outside the project",
    ]
    assert [change.path for change in taken.patch.changes] == ["x.py"]
    assert b"pyproject.toml" not in site.private.diff(taken.patch)


def test_a_clone_of_a_later_commit_is_compared_with_that(site: Site, tmp_path: Path) -> None:
    tree = site.private.write(site.base, {"a.py": ("100644", b"later\n")})
    later = site.private.commit(tree, [site.base], "later")
    root = site.private.clone(later, tmp_path / "second")
    write(root, {"b.py": "b\n"})
    taken = site.private.take(root, later)
    assert [change.path for change in taken.patch.changes] == ["b.py"]
    assert taken.patch.base == later
