"""One look after another sees what a fresh snapshot sees, and asks git for less."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from eee_ci import signature, tree
from tests.tree.repositories import Repository

Act = Callable[[Repository], object]


def _same_size_and_time(repo: Repository) -> None:
    before = (repo.root / "a.py").stat()
    repo.write("a.py", "3\n")
    os.utime(repo.root / "a.py", ns=(before.st_atime_ns, before.st_mtime_ns))


def _replaced(repo: Repository) -> None:
    (repo.root / ".git").rename(repo.root.parent / "old")
    repo.git("init", "-q")
    repo.write("a.py", "3\n")


CHANGES: dict[str, tuple[Act, tuple[str, ...]]] = {
    "content": (lambda repo: repo.write("a.py", "3\n"), ("a.py",)),
    "content of the same size, its time put back": (_same_size_and_time, ("a.py",)),
    "a new file": (lambda repo: repo.write("c/d.py"), ("c/d.py",)),
    "a mode": (lambda repo: (repo.root / "b.py").chmod(0o755), ("b.py",)),
    "a missing file": (lambda repo: (repo.root / "a.py").unlink(), ("a.py",)),
    "a removed entry": (lambda repo: repo.git("rm", "-q", "b.py"), ("b.py",)),
    "no repository any more": (
        lambda repo: [(repo.root / ".git").rename(repo.root.parent / "old"), repo.write("a.py", "3\n")],
        ("a.py",),
    ),
    "another repository": (_replaced, ("a.py",)),
    "a flag that hides": (
        lambda repo: [repo.git("update-index", "--assume-unchanged", "a.py"), repo.write("a.py", "3\n")],
        ("a.py",),
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_between_two_looks_is_seen(repo: Repository, name: str) -> None:
    act, changed = CHANGES[name]
    looking = tree.Looking(tree.snapshot(repo.root))
    assert looking.changed() == ()
    act(repo)
    looking.forget()
    assert looking.changed() == changed


def test_what_was_put_back_is_no_change_any_more(repo: Repository) -> None:
    looking = tree.Looking(tree.snapshot(repo.root))
    repo.write("a.py", "3\n")
    assert looking.changed() == ("a.py",)
    repo.write("a.py", "1\n")
    looking.forget()
    assert looking.changed() == ()


def test_the_last_look_stands_until_it_is_forgotten(repo: Repository) -> None:
    looking = tree.Looking(tree.snapshot(repo.root))
    assert looking.changed() == ()
    repo.write("a.py", "3\n")
    assert looking.changed() == ()


def test_a_filter_that_is_configured_between_two_looks_is_not_run(repo: Repository) -> None:
    looking = tree.Looking(tree.snapshot(repo.root))
    assert looking.changed() == ()
    mark = repo.root.parent / "ran"
    repo.git("config", "filter.odd.clean", f"touch {mark}; cat")
    (repo.root / ".git/info/attributes").write_text("*.py filter=odd\n", encoding="utf-8")
    repo.write("a.py", "3\n")
    looking.forget()
    assert looking.changed() == ("a.py",)
    assert not mark.exists()


def test_a_folder_below_the_top_that_becomes_a_repository_is_looked_at_as_one(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    repo.write("sub/a.py", "1\n")
    repo.commit()
    looking = tree.Looking(tree.snapshot(repo.root / "sub"))
    assert looking.changed() == ()
    inner = Repository(repo.root / "sub")
    inner.write("b.py")
    looking.forget()
    assert looking.changed() == ("b.py",)


def test_a_folder_without_git_is_walked_each_time(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1\n", encoding="utf-8")
    looking = tree.Looking(tree.snapshot(tmp_path))
    (tmp_path / "b.py").write_text("", encoding="utf-8")
    assert looking.changed() == ("b.py",)


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """The commands that git was asked since the last call."""
    log, folder = tmp_path / "log", tmp_path / "bin"
    folder.mkdir()
    program = folder / "git"
    program.write_text(
        f"""#!/bin/sh
for word in "$@"; do case $word in rev-parse|config|ls-files|status) echo "$word" >>{log};; esac; done
PATH=/usr/bin:/bin exec git "$@"
""",
        encoding="utf-8",
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

    def since() -> list[str]:
        rows = log.read_text(encoding="utf-8").split() if log.exists() else []
        log.unlink(missing_ok=True)
        return rows

    return since


def test_git_tells_once_what_stays(repo: Repository, asked: Callable[[], list[str]]) -> None:
    time.sleep(2 * signature.TICK / 1e9)  # an index as young as that is not trusted
    looking = tree.Looking(tree.snapshot(repo.root))
    assert asked() == ["rev-parse", "config", "ls-files", "status"]
    later = []
    for _ in range(3):
        looking.forget()
        looking.changed()
        later.append(asked())
    assert later == [["ls-files", "status"], ["status"], ["status"]]


def test_no_password_of_the_config_is_kept(repo: Repository) -> None:
    repo.git("config", "http.extraheader", "Authorization: secret")
    repo.git("config", "core.eol", "lf")
    settings = tree.snapshot(repo.root).settings
    assert settings["core.eol"] == "lf"
    assert "secret" not in str(settings)
