"""The guardian alone, with a test in the place of the engine."""

import contextlib
import errno
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eee_ci.process import frames, spawn
from tests.faults import lab

RUN, PROBE = "cafe", "beef"


class Guardian:
    """Its process, and our ends of its pipes."""

    def __init__(self) -> None:
        reader, self.orders = os.pipe()
        self.answers, writer = os.pipe()
        words = [os.fsencode(word) for word in (*lab.guardian(), RUN, PROBE)]
        self.pid = spawn.start(words, env={}, cwd=b"/", streams=(reader, writer, 2))
        os.close(reader)
        os.close(writer)
        self._inbox = frames.Inbox(self.answers)
        self._got: list[dict[str, Any]] = []

    def ask(self, *argv: str, scratch: str = "/no/scratch", job: str = "job") -> None:
        step = {
            "argv": [os.fsencode(word) for word in argv],
            "cwd": b"/",
            "stdout": b"",
            "stdin": b"",
            "log": 0,
        }
        steps = [{**step, "skip_if": b"", "go_on": (0,), "log": 0}]
        order = {"ask": "run", "job": job, "steps": steps, "scratch": scratch.encode()}
        limits = {"timeout": 60.0, "grace": 5.0, "largest": 1 << 20}
        os.write(self.orders, frames.pack({**order, **limits, "env": {b"PATH": b"/usr/bin:/bin"}}))

    def answer(self) -> dict[str, Any]:
        while not self._got:
            assert lab.readable(self.answers)
            self._got += self._inbox.read()
        return self._got.pop(0)

    def close(self) -> None:
        for number in (self.orders, self.answers):
            with contextlib.suppress(OSError):
                os.close(number)


@pytest.fixture
def guardian() -> Iterator[Guardian]:
    started = Guardian()
    yield started
    started.close()
    assert os.waitpid(started.pid, 0)[1] == 0
    lab.merge()


def ft(*words: str) -> tuple[str, ...]:
    return (sys.executable, "-I", "-S", lab.FT, *words)


def test_when_the_orders_end_nothing_is_left(guardian: Guardian, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    (scratch / "tmp").mkdir(parents=True)
    ready = lab.Ready(tmp_path)
    words = ("--daemonise", "2", "--ignore", "TERM", "--ready-file", ready.path, "--sleep", "inf")
    guardian.ask(*ft(*words), scratch=str(scratch))
    pids = ready.wait()
    os.close(guardian.orders)  # as it happens when the engine is killed
    assert lab.alive([*pids, guardian.pid]) == []
    assert not scratch.exists()


def test_when_the_orders_end_our_short_processes_end_too(guardian: Guardian, tmp_path: Path) -> None:
    ready = lab.Ready(tmp_path)
    probe = os.posix_spawn(
        sys.executable,
        ft("--ready-file", ready.path, "--sleep", "inf"),
        {"EEE_RUN_ID": PROBE},
    )
    assert ready.wait() == [probe]
    os.close(guardian.orders)
    assert lab.alive([probe, guardian.pid]) == []
    assert os.WTERMSIG(os.waitpid(probe, 0)[1]) == signal.SIGKILL


def test_a_guardian_without_files_to_spare_tidies_up_too(tmp_path: Path) -> None:
    with lab.few_files() as most:
        starved = Guardian()
    for number in range(most):
        (tmp_path / f"{number}" / "tmp").mkdir(parents=True)
        starved.ask("sleep", "300", scratch=str(tmp_path / f"{number}"), job=f"{number}")
    assert starved.answer()["fault"]["errno"] == errno.EMFILE
    starved.close()
    assert os.waitpid(starved.pid, 0)[1] == 0
    assert list(tmp_path.iterdir()) == []


def test_when_nobody_reads_the_answers_it_ends(guardian: Guardian) -> None:
    os.close(guardian.answers)
    guardian.ask("true")
    assert lab.alive([guardian.pid]) == []


def test_when_nobody_reads_on_it_ends(guardian: Guardian) -> None:
    guardian.ask("head", "-c", "400000", "/dev/zero")
    assert lab.readable(guardian.answers)  # more than the pipe holds
    os.close(guardian.answers)
    assert lab.alive([guardian.pid]) == []


def test_an_answer_larger_than_the_pipe_arrives_while_others_are_heard(guardian: Guardian) -> None:
    guardian.ask("head", "-c", "400000", "/dev/zero", job="large")
    assert lab.readable(guardian.answers)
    guardian.ask("true", job="small")
    assert [guardian.answer()["job"] for _ in range(2)] == ["large", "small"]


@pytest.mark.parametrize("name", ["INT", "TERM", "HUP", "QUIT", "URG", "CHLD"])
def test_signals_do_not_end_it(guardian: Guardian, name: str) -> None:
    guardian.ask("true")
    guardian.answer()
    os.kill(guardian.pid, signal.Signals["SIG" + name])
    guardian.ask("true")
    assert guardian.answer()["steps"][0]["exit"] == 0


def test_it_has_its_own_session_and_none_of_our_files(guardian: Guardian) -> None:
    guardian.ask("true")
    guardian.answer()
    assert os.getsid(guardian.pid) == guardian.pid
    if os.geteuid() == 0 and not lab.measuring():
        opened = {str(path.readlink()) for path in Path(f"/proc/{guardian.pid}/fd").iterdir()}
        others = {file for file in opened if not file.startswith("pipe:")}
        assert others <= {str(Path("/proc/self/fd/2").readlink())}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_its_environment_is_closed_to_other_processes(guardian: Guardian) -> None:
    guardian.ask("true")
    guardian.answer()
    with pytest.raises(PermissionError):
        Path(f"/proc/{guardian.pid}/environ").read_bytes()
