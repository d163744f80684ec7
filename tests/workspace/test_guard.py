"""The guard's digest stays while a clone is used as usual, and changes with whatever could run a program."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workspace.work import Site, git, write


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def guard(site: Site) -> str:
    return site.private.guard(site.clone)


def test_ordinary_work_does_not_change_it(site: Site) -> None:
    before = guard(site)
    write(site.clone, {"a.py": "agent\n", "new.py": ""})
    git(site.clone, "add", "-A")
    git(site.clone, "commit", "-qm", "mine")
    git(site.clone, "checkout", "-q", "-b", "other")
    git(site.clone, "reset", "-q", "--hard", "main")
    git(site.clone, "stash", "list")
    assert guard(site) == before


def hook(clone: Path) -> None:
    write(clone, {".git/hooks/post-checkout": "#!/bin/sh\n"})


def linked_hooks(clone: Path) -> None:
    (clone / ".git/hooks").symlink_to("/tmp")


def alternates(clone: Path) -> None:
    write(clone, {".git/objects/info/alternates": "/somewhere\n"})


def moved(clone: Path) -> None:
    (clone / ".git").rename(clone / "elsewhere")
    (clone / ".git").symlink_to("elsewhere")


def as_file(clone: Path) -> None:
    (clone / ".git").rename(clone.parent / "elsewhere")
    (clone / ".git").write_text("gitdir: ../elsewhere\n", encoding="utf-8")


def gone(clone: Path) -> None:
    (clone / ".git").rename(clone.parent / "elsewhere")


def deep(clone: Path) -> None:
    write(clone, {".git/info/a/b/c/d": ""})


@pytest.mark.parametrize(
    "change",
    [
        lambda clone: git(clone, "config", "core.fsmonitor", "evil"),
        lambda clone: git(clone, "config", "filter.evil.clean", "evil"),
        lambda clone: git(clone, "config", "core.hooksPath", "evil"),
        lambda clone: git(clone, "config", "alias.status", "!evil"),
        lambda clone: git(clone, "remote", "add", "origin", "ext::evil"),
        lambda clone: write(clone, {".git/config.worktree": ""}),
        lambda clone: write(clone, {".git/info/attributes": "* filter=evil\n"}),
        lambda clone: write(clone, {".git/commondir": "../other\n"}),
        lambda clone: write(clone, {".git/modules/x/config": ""}),
        lambda clone: os.mkfifo(clone / ".git/hooks"),
        lambda clone: (clone / ".git/config").chmod(0o755),
        hook,
        linked_hooks,
        alternates,
        moved,
        as_file,
        gone,
        deep,
    ],
)
def test_it_changes_with_what_could_run_a_program_or_lead_elsewhere(
    site: Site, change: Callable[[Path], object]
) -> None:
    before = guard(site)
    assert before == guard(site)
    change(site.clone)
    assert guard(site) != before


def large(clone: Path) -> None:
    with (clone / ".git/info/x").open("wb") as file:
        file.truncate(10 * 1024**3)


def many(clone: Path) -> None:
    (clone / ".git/hooks").mkdir()
    for number in range(2001):
        (clone / f".git/hooks/{number}").touch()


def spread(clone: Path) -> None:
    for number in range(2001):
        folder = clone / f".git/hooks/{number % 3}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / str(number)).touch()


def nested(clone: Path) -> None:
    here = os.open(clone / ".git/info", os.O_RDONLY)
    for _ in range(400):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)


@pytest.mark.parametrize("change", [large, many, spread, nested, gone])
def test_what_cannot_be_read_whole_equals_nothing_not_even_itself(
    site: Site, change: Callable[[Path], object]
) -> None:
    change(site.clone)
    assert guard(site) != guard(site)
