"""Git is asked one way only, and every refusal is a sentence with the way out."""

import os
import subprocess
from pathlib import Path

import pytest

from eee_ci import git
from eee_ci.errors import UsageError
from eee_ci.model import Ran
from eee_ci.process import short


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one file and no commit."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    folder = tmp_path / "repo"
    plain(tmp_path, "init", "-q", "-b", "main", str(folder))
    (folder / "a.py").write_text("1\n", encoding="utf-8")
    plain(folder, "add", "a.py")
    return folder


def plain(folder: Path, *words: str) -> None:
    environ = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    subprocess.run(["git", *words], cwd=folder, env=environ, check=True, capture_output=True)


def test_a_repository_knows_its_places(root: Path) -> None:
    (root / "x/y").mkdir(parents=True)
    repo = git.repository(root / "x/y")
    assert (repo.root, repo.prefix, repo.top) == (root / "x/y", "x/y/", root)
    assert (repo.folder, repo.common) == (root / ".git", root / ".git")
    assert git.repository(root).top == root


def test_a_linked_work_tree_knows_the_shared_folder(root: Path, tmp_path: Path) -> None:
    plain(root, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "x")
    plain(root, "worktree", "add", "-q", str(tmp_path / "side"))
    repo = git.repository(tmp_path / "side")
    assert (repo.folder, repo.common) == (root / ".git/worktrees/side", root / ".git")


def test_a_repository_in_a_folder_with_line_feeds_is_understood(tmp_path: Path, root: Path) -> None:
    odd = tmp_path / "a\nb\n"
    root.rename(odd)
    (odd / "c\nd").mkdir()
    repo = git.repository(odd / "c\nd")
    assert (repo.top, repo.prefix, repo.folder) == (odd, "c\nd/", odd / ".git")


def test_the_config_is_the_user_s_and_not_what_we_say_ourselves(root: Path) -> None:
    plain(root, "config", "core.fileMode", "off")
    with (root / ".git/config").open("a", encoding="utf-8") as config:
        config.write('[filter "a.b=c"]\n\tclean = x\n[one]\n\tflag\n')
    repo = git.repository(root)
    assert repo.filters == ("a.b=c",)
    assert (repo.flag("core.filemode", default=True), repo.flag("one.flag", default=False)) == (False, True)
    assert repo.flag("not.there", default=True)
    assert "core.fsmonitor" not in repo.config


def test_a_command_is_run_without_a_shell_and_without_inherited_variables(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[tuple[str, ...], dict[str, str]]] = []
    run = short.run

    def record(argv: tuple[str, ...], *, cwd: Path, env: dict[str, str], timeout: float, feed: bytes) -> Ran:
        started.append((argv, env))
        return run(argv, cwd=cwd, env=env, timeout=timeout, feed=feed)

    monkeypatch.setattr(short, "run", record)
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_TRACE", "/nowhere/trace")
    monkeypatch.setenv("LC_MESSAGES", "de_DE")
    ran = git.run(root, "ls-files", "-z", filters=["lfs", "o=dd"])
    assert list(git.records(ran)) == ["a.py"]
    argv, env = started[0]
    assert argv[0].startswith("/")
    assert argv[-2:] == ("ls-files", "-z")
    assert {"core.fsmonitor=false", "core.hooksPath=/dev/null", "safe.bareRepository=explicit"} <= set(argv)
    assert {"filter.lfs.clean=", "filter.lfs.process=", "filter.lfs.required=false"} <= set(argv)
    assert {name: env[name] for name in ("GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_0", "GIT_CONFIG_VALUE_2")} == {
        "GIT_CONFIG_COUNT": "3",
        "GIT_CONFIG_KEY_0": "filter.o=dd.clean",
        "GIT_CONFIG_VALUE_2": "false",
    }
    assert {name: env[name] for name in git.VARIABLES} == git.VARIABLES
    assert not {"GIT_DIR", "GIT_TRACE", "LC_MESSAGES"} & env.keys()


def test_a_refusal_is_a_usage_error_with_its_way_out(tmp_path: Path) -> None:
    with pytest.raises(git.GitError) as caught:
        git.repository(tmp_path)
    assert isinstance(caught.value, UsageError)
    assert not caught.value.fatal
    assert caught.value.sentence == (
        f"{tmp_path} is in no git repository: all files are judged but the usual caches and environments"
    )


def test_a_refusal_that_is_not_known_is_told_in_git_s_own_words(root: Path) -> None:
    with pytest.raises(git.GitError) as caught:
        git.run(root, "cat-file", "-p", "HEAD:\x1b[31mx")
    assert caught.value.sentence.startswith(f"git failed in {root}: fatal: ")
    assert "\x1b" not in caught.value.message


def test_a_refusal_without_words_tells_the_exit_code(root: Path) -> None:
    with pytest.raises(git.GitError, match=f"git failed in {root}: exit 1"):
        git.run(root, "config", "no.such")


def test_a_git_that_hangs_is_ended(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin/git"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexec sleep 30\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setattr(git, "TIMEOUT", 0.1)
    with pytest.raises(git.GitError, match="git did not come to an end"):
        git.run(root, "status")


def test_a_git_that_cannot_be_started_is_told(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin/git"
    program.parent.mkdir()
    program.write_text("#!/nowhere/sh\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    with pytest.raises(git.GitError, match=f"git could not be started in {root}: No such file"):
        git.run(root, "status")


WORDS = {
    "error: bad signature 0x00000000\nfatal: index file corrupt": "index of {here} is damaged",
    "fatal: unknown repository extension found:\n\tx": "too old for the repository",
    "fatal: unable to read tree abc": "missing or damaged",
    "fatal: transport 'file' not allowed": "missing or damaged",
    "fatal: detected dubious ownership in repository at 'x'": "another user owns the repository",
    "fatal: this operation must be run in a work tree": "git's own folder or a bare repository",
    "fatal: bad numeric config value 'x' for 'core.y'": "cannot read its configuration",
}


@pytest.mark.parametrize("said", WORDS)
def test_git_s_words_become_ours(root: Path, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    def refuse(argv: tuple[str, ...], **_: object) -> Ran:
        return Ran(argv=argv, exit=128, stderr=said.encode())

    monkeypatch.setattr(short, "run", refuse)
    with pytest.raises(git.GitError) as caught:
        git.run(root, "status")
    assert WORDS[said].format(here=root) in caught.value.message
    assert caught.value.hint
    assert caught.value.fatal == ("work tree" in said)
