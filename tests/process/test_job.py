"""A command on its way through the guardian, where the moment matters."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from eee_ci.process.ears import Ears
from eee_ci.process.job import GIVE_UP, STOP_GRACE, STRAGGLE, Job

ENV = {b"PATH": b"/usr/bin:/bin"}
NOBODY: tuple[list[int], list[int]] = ([], [])


def job(*scripts: bytes, timeout: float = 60.0, stdout: bytes = b"") -> Job:
    rest = {"cwd": b"/", "stdin": b"", "stdout": stdout, "skip_if": b"", "go_on": (0,), "log": 0}
    steps = [{"argv": [b"sh", b"-c", script], **rest} for script in scripts]
    order = {"job": "job", "steps": steps, "timeout": timeout, "grace": 5.0, "largest": 100}
    made = Job(order, ENV, Ears(65536))
    made.advance()
    return made


def end(running: Job) -> float:
    """Wait for the step and tell the job; the moment it ended."""
    assert running.step is not None
    _, status, usage = os.wait4(running.step.pid, 0)
    running.step.end(status, usage)
    return running.step.ended


def fault(over: Job) -> dict[str, Any]:
    assert over.over
    found = over.facts()["fault"]
    assert isinstance(found, dict)
    return found


def test_a_stop_between_two_steps_is_no_whole_outcome() -> None:
    stopped = job(b"exit 0", b"echo never")
    now = end(stopped)
    stopped.stop(now=False)
    stopped.tick(now, lambda: NOBODY)
    assert fault(stopped) == {"why": "cancelled", "killed": False}
    assert len(stopped.facts()["steps"]) == 1


def test_a_stop_after_the_last_step_changes_nothing() -> None:
    stopped = job(b"exit 0")
    now = end(stopped)
    stopped.stop(now=True)
    stopped.tick(now, lambda: NOBODY)
    assert stopped.over
    assert stopped.facts()["fault"] is None


def test_a_stop_after_the_deadline_keeps_the_reason() -> None:
    stopped = job(b"sleep 300", timeout=0.0)
    assert fault(stopped)["why"] == "timeout"
    late = job(b"trap '' TERM; sleep 300", timeout=60.0)
    now = time.monotonic() + 61
    late.tick(now, lambda: NOBODY)
    late.stop(now=False)
    late.tick(time.monotonic() + STOP_GRACE + 0.1, lambda: NOBODY)
    end(late)
    late.tick(now, lambda: NOBODY)
    assert fault(late)["why"] == "timeout"


def test_a_process_that_does_not_even_die_of_kill_is_left_after_some_seconds() -> None:
    stuck = job(b"exit 0")
    now = end(stuck)
    gone = os.posix_spawn("/bin/true", ["true"], {})
    os.waitpid(gone, 0)
    for moment in (now, now + STRAGGLE, now + STRAGGLE + GIVE_UP - 0.1):
        stuck.tick(moment, lambda: ([gone], []))
        assert not stuck.over
    stuck.tick(now + STRAGGLE + GIVE_UP, lambda: ([gone], []))
    assert stuck.over
    assert stuck.facts()["swept"] == []


def test_a_helper_that_ends_by_itself_is_neither_a_leak_nor_killed() -> None:
    helped = job(b"exit 0")
    now = end(helped)
    helper = os.posix_spawn("/bin/sleep", ["sleep", "300"], {})
    helped.tick(now + STRAGGLE - 0.01, lambda: ([helper], []))
    assert os.waitpid(helper, os.WNOHANG) == (0, 0)
    helped.tick(now + STRAGGLE, lambda: NOBODY)
    assert helped.over
    assert helped.facts()["swept"] == []
    os.kill(helper, signal.SIGTERM)
    assert os.WTERMSIG(os.waitpid(helper, 0)[1]) == signal.SIGTERM


def test_no_step_is_started_when_the_time_is_over() -> None:
    late = job(b"exit 0", b"echo never")
    now = end(late)
    late._deadline = now
    late.tick(now, lambda: NOBODY)
    assert fault(late)["why"] == "timeout"
    assert len(late.facts()["steps"]) == 1


@pytest.mark.parametrize("over_already", [True, False])
def test_a_job_that_is_over_has_nothing_due(over_already: bool) -> None:
    done = job(b"exit 0") if not over_already else job()
    if over_already:
        done.tick(time.monotonic(), lambda: NOBODY)
        assert done.over
    else:
        now = end(done)
        assert done.pause(now) > 0
        done.tick(now, lambda: NOBODY)
        done.tick(now, lambda: NOBODY)
        assert done.over


def test_a_file_that_is_too_large_at_the_end_is_no_whole_outcome(tmp_path: Path) -> None:
    large = job(b"head -c 101 /dev/zero", b"echo never", stdout=os.fsencode(tmp_path / "out"))
    large.tick(end(large), lambda: NOBODY)
    assert fault(large)["why"] == "large"


def test_what_a_pipe_still_holds_at_the_end_is_taken() -> None:
    quick = job(b"echo last words")
    quick.tick(end(quick), lambda: NOBODY)
    assert quick.facts()["steps"][0]["stdout"] == b"last words\n"
