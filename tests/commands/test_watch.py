"""`eee-ci watch` as a real process: an edit judges anew, Ctrl-C ends it and all that it started."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from eee_ci import arguments, cli
from eee_ci.commands import watch as watch_verb
from tests.conftest import CHECKOUT, Files, Project
from tests.faults import lab

Make = Callable[[Files], Project]
WATCHING = "watching for changes"
CONFIG = """\
version: 1
gates:
  content: {tool: command, run: [python3, -c, "raise SystemExit(open('a.txt').read() != 'good')"]}
"""
LONG = """\
import os, pathlib, sys, time
def content(): return pathlib.Path("a.txt").read_text()
if content() != "good":
    os.write(os.open(pathlib.Path(sys.argv[1], content()), os.O_WRONLY), b"ready %d\\n" % os.getpid())
while content() != "good":
    time.sleep(0.02)
"""
_LONGEST = 60.0


class Watch:
    """A running `eee-ci watch` and what it says."""

    def __init__(self, made: Project, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "eee_ci", "watch", *words],
            cwd=made.root,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def until(self, words: str) -> str:
        """What it says up to these words and the end of their line."""
        assert self.process.stdout is not None
        said, deadline = b"", time.monotonic() + _LONGEST
        while not (words in said.decode() and said.endswith(b"\n")):
            ready, _, _ = select.select([self.process.stdout], [], [], max(deadline - time.monotonic(), 0))
            assert ready, f"it said only: {said.decode()}"
            piece = os.read(self.process.stdout.fileno(), 65536)
            assert piece, f"it ended, saying: {said.decode()}"
            said += piece
        return said.decode()

    def end(self, number: int = signal.SIGINT) -> tuple[int, str]:
        self.process.send_signal(number)
        out, _ = self.process.communicate(timeout=_LONGEST)
        return self.process.returncode, out.decode()


@pytest.fixture
def watch() -> Iterator[Callable[..., Watch]]:
    made: list[Watch] = []

    def start(project: Project, *words: str) -> Watch:
        made.append(Watch(project, *words))
        return made[-1]

    yield start
    for one in made:
        one.process.kill()
        one.process.communicate()


@pytest.fixture
def ready(tmp_path: Path) -> lab.Ready:
    return lab.Ready(tmp_path, "bad")


def long(place: Path) -> Files:
    """A project whose gate tells its pid to the FIFO that `a.txt` names, and ends only when that is good."""
    config = f"version: 1\ngates:\n  long: {{tool: command, run: [python3, long.py, '{place}']}}\n"
    return {"eee-ci.yaml": config, "long.py": LONG, "a.txt": "bad"}


def test_an_edit_gives_the_next_verdict_and_ctrl_c_ends_it(
    project: Make, watch: Callable[..., Watch]
) -> None:
    made = project({"eee-ci.yaml": CONFIG, "a.txt": "good"})
    running = watch(made)
    assert "eee-ci: GREEN" in running.until(WATCHING)
    made.write({"a.txt": "bad"})
    said = running.until(WATCHING)
    assert "eee-ci: a.txt changed: judging anew" in said
    assert "eee-ci: RED" in said
    assert running.end() == (130, "")


def test_what_git_ignores_and_our_own_folder_begin_no_round(
    project: Make, watch: Callable[..., Watch]
) -> None:
    made = project({"eee-ci.yaml": CONFIG, "a.txt": "good", ".gitignore": "out/\n"})
    running = watch(made, "--quiet")
    running.until(WATCHING)
    made.write({"out/x.txt": "x", ".eee-ci/x.txt": "x"})
    made.write({"b.txt": "x"})
    said = running.until(WATCHING)
    assert said.count("judging anew") == 1
    assert "b.txt changed" in said


def test_an_edit_during_a_round_stops_it_and_judges_what_is_there_now(
    project: Make, watch: Callable[..., Watch], ready: lab.Ready, tmp_path: Path
) -> None:
    made = project(long(tmp_path))
    running = watch(made)
    first = ready.wait()
    second = lab.Ready(tmp_path, "worse")
    made.write({"a.txt": "worse"})
    said = running.until("stopped by SIGTERM")
    assert "a.txt changed: judging anew" in said
    assert second.wait() != first
    assert lab.alive(first) == []
    made.write({"a.txt": "good"})
    assert "eee-ci: GREEN" in running.until(WATCHING)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_during_a_round_ends_all_of_it(
    project: Make, watch: Callable[..., Watch], ready: lab.Ready, tmp_path: Path, number: int, code: int
) -> None:
    made = project(long(tmp_path))
    running = watch(made)
    gate = ready.wait()
    ended, said = running.end(number)
    assert ended == code
    assert f"stopped by {signal.Signals(number).name}" in said
    assert lab.alive(gate) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of the parent's end")
def test_a_killed_watch_leaves_no_round_behind(
    project: Make, watch: Callable[..., Watch], ready: lab.Ready, tmp_path: Path
) -> None:
    made = project(long(tmp_path))
    running = watch(made)
    gate = ready.wait()
    running.process.kill()
    assert lab.alive(gate) == []


def test_without_its_library_it_says_how_to_get_it(
    project: Make, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project({"eee-ci.yaml": CONFIG}).root)
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    assert cli.main(["watch"]) == 2
    assert capsys.readouterr().err == (
        "eee-ci: watch needs the package watchfiles, which is not installed\n"
        f"  hint: {sys.executable} -m pip install watchfiles\n"
    )
    assert not Path(".eee-ci").exists()


def test_what_cannot_be_watched_is_a_sentence(
    project: Make, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import watchfiles

    def refuse(*_: object, **__: object) -> Iterator[set[object]]:
        raise OSError("OS file watch limit reached.")

    monkeypatch.chdir(project({"eee-ci.yaml": CONFIG}).root)
    monkeypatch.setattr(watchfiles, "watch", refuse)
    assert cli.main(["watch"]) == 2
    said = capsys.readouterr().err
    assert "cannot be watched: OS file watch limit reached." in said
    assert "fs.inotify.max_user_watches" in said


def test_git_s_and_our_own_folder_are_no_edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import watchfiles

    def looks(*_: object, **__: object) -> Iterator[set[tuple[int, str]]]:
        yield set()
        yield {(1, str(tmp_path / "sub/.git/index")), (1, str(tmp_path / ".eee-ci/x"))}
        yield {(1, str(tmp_path / ".git/index")), (1, str(tmp_path / "a.txt"))}

    monkeypatch.setattr(watchfiles, "watch", looks)
    assert list(watch_verb._edits(tmp_path)) == [False, False, True]


def test_a_signal_between_two_looks_ends_the_round_and_is_the_exit_code(
    project: Make, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import watchfiles

    made = project({"eee-ci.yaml": CONFIG, "a.txt": "good"})

    def looks(*_: object, **__: object) -> Iterator[set[tuple[int, str]]]:
        yield set()
        yield {(1, str(made.root / ".git/index")), (1, str(made.root / ".eee-ci/x"))}
        signal.raise_signal(signal.SIGTERM)
        yield {(1, str(made.root / "a.txt"))}
        raise AssertionError("it looked on")

    monkeypatch.chdir(made.root)
    monkeypatch.setattr(watchfiles, "watch", looks)
    assert cli.main(["watch"]) == 143
    assert "GREEN" not in capfd.readouterr().out


def test_its_options_reach_each_round() -> None:
    words = ["watch", "--fail-fast", "--no-cache", "--quiet", "--config", "x.yaml", "--jobs", "2", "a", "b"]
    assert watch_verb.command(arguments.parser(words).parse_args(words))[3:] == [
        *("eee_ci", "check", "--no-agents", "--failing-first", "--fail-fast", "--no-cache", "--quiet"),
        *("--config=x.yaml", "--jobs=2", "a", "b"),
    ]
