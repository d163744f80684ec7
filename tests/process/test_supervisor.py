"""Facts of the guardian as an outcome, and what the engine does when the guardian cannot be had."""

import errno
import functools
import os
import signal
from pathlib import Path

import pytest

from eee_ci.model import Outcome, Ran
from eee_ci.process import guarded, pipes, spawn, supervisor
from eee_ci.process.ears import Ears
from eee_ci.process.supervisor import Supervisor
from tests.faults import lab

STEP = {
    "argv": [b"tool", b"\xff"], "exit": 0, "signal": None, "stdout": b"o", "stderr": b"e",
    "omitted": 0, "seconds": 1.5, "cpu": 0.5, "peak": 7,
}  # fmt: skip  # read in rows


def test_facts_become_the_noun() -> None:
    facts = {"job": "a", "steps": [STEP, {**STEP, "peak": 0}], "fault": None, "swept": [b"x\x1b[1m (pid 1)"]}
    ran = Ran(argv=("tool", "\udcff"), exit=0, stdout=b"o", stderr=b"e", seconds=1.5, cpu=0.5, peak=7)
    unknown = Ran(argv=ran.argv, exit=0, stdout=b"o", stderr=b"e", seconds=1.5, cpu=0.5, peak=None)
    assert supervisor.outcome(facts) == Outcome(
        steps=(ran, unknown), leaky=("x (pid 1)",), seconds=3.0, cpu=1.0, peak=7
    )


def test_of_very_many_left_processes_some_are_named_and_the_rest_counted() -> None:
    facts = {"job": "a", "steps": [], "fault": None, "swept": [b"p%d" % number for number in range(25)]}
    leaky = supervisor.outcome(facts).leaky
    assert len(leaky) == 21
    assert leaky[-2:] == ("p19", "and 5 more")


def test_without_a_guardian_each_job_has_that_problem() -> None:
    refused = Supervisor(command=("/no/such/python",))
    refused.submit("job", lab.command("true"), "/")
    [(job, got)] = refused.collect(None)
    assert job == "job"
    assert got.problem == "cannot start the supervisor: No such file or directory"
    refused.close()


def test_a_guardian_that_breaks_at_once_is_no_end_without_words() -> None:
    broken = Supervisor(command=("/bin/false",))
    broken.submit("job", lab.command("true"), "/")
    [(_, got)] = broken.collect(lab.PATIENCE) or broken.collect(lab.PATIENCE)
    assert got.problem is not None
    assert "supervisor" in got.problem
    broken.close()


def test_a_guardian_that_died_unseen_may_be_told_to_stop_and_to_leave() -> None:
    dead = Supervisor(command=lab.guardian())
    dead.warm()
    assert dead._pid is not None
    os.kill(dead._pid, signal.SIGKILL)
    assert lab.alive([dead._pid]) == []
    dead.stop(now=True)
    dead.close()
    dead.close()


def test_answers_that_nobody_waits_for_are_dropped_on_leaving() -> None:
    left = Supervisor(command=lab.guardian())
    left.submit("job", lab.command("true"), "/")
    assert lab.readable(left._inbox.reader)
    left.close()
    assert left.collect(None) == []
    lab.merge()


def test_somebody_elses_child_is_left_alone_when_the_guardian_dies(tmp_path: Path) -> None:
    ready = lab.Ready(tmp_path)
    child = spawn.start(
        [b"sh", b"-c", b'echo "ready $$" > "$0"; exec sleep 300', os.fsencode(ready.path)],
        env={b"PATH": b"/bin:/usr/bin"}, cwd=b"/", streams=(None, None, None),
    )  # fmt: skip  # read in rows
    assert ready.wait() == [child]
    with lab.executor() as local:
        local.submit("job", lab.command("sleep", "300"), lab.place())
        assert local._supervisor._pid is not None
        os.kill(local._supervisor._pid, signal.SIGKILL)
        lab.outcomes(local, 1)
        assert lab.alive([child], within=0) == [child]
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def test_a_file_that_was_dropped_by_another_handler_is_not_called() -> None:
    ears = Ears(1)
    called: list[str] = []
    pipes = [os.pipe() for _ in range(2)]

    def take(other: int) -> None:
        called.append("x")
        ears.drop(other)

    for number, (reader, writer) in enumerate(pipes):
        ears.add(reader, functools.partial(take, pipes[1 - number][0]))
        os.write(writer, b"x")
    ears.listen(lab.PATIENCE)
    assert called == ["x"]
    for reader, writer in pipes:
        os.close(reader)
        os.close(writer)


def test_an_error_of_the_guardian_itself_leaves_nothing(tmp_path: Path) -> None:
    ready = lab.Ready(tmp_path)
    with lab.executor() as local:
        words = ("--daemonise", "1", "--ready-file", ready.path, "--sleep", "inf")
        local.submit("job", lab.tool(*words), lab.place())
        pids = ready.wait()
        os.write(local._supervisor._requests, (3).to_bytes(8, "little") + b"???")
        [(_, got)] = lab.outcomes(local, 1)
    assert got.problem is not None
    assert got.problem.startswith("the supervisor died")
    assert lab.alive(pids, within=0) == []


@pytest.mark.parametrize("reaped", [True, False])
def test_a_sweep_ends_also_when_somebody_else_waits(reaped: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    child = os.posix_spawn("/bin/sleep", ["sleep", "300"], {})
    seen = iter([[child], []])
    monkeypatch.setattr("eee_ci.process.kin.children", lambda _pid: next(seen))
    if reaped:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    guarded.sweep(set(), b"nobody")
    if not reaped:
        monkeypatch.undo()
        guarded.sweep(set(), b"nobody")
        with pytest.raises(ChildProcessError):
            os.waitpid(child, 0)


def test_without_a_second_pipe_the_first_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    pair, calls = pipes.pair, iter((True, False))

    def rationed(size: int = 0) -> tuple[int, int]:
        if not next(calls):
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return pair(size)

    before = len(list(Path("/proc/self/fd").iterdir()))
    monkeypatch.setattr(pipes, "pair", rationed)
    with pytest.raises(OSError, match="Too many open files"):
        guarded.Guarded().warm()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_size_that_nobody_measured_is_unknown() -> None:
    step = {**STEP, "peak": 0}
    facts = {"job": "a", "steps": [step, step], "fault": None, "swept": []}
    assert supervisor.outcome(facts).peak is None
    assert supervisor.outcome({**facts, "steps": [step, {**step, "peak": 7}]}).peak == 7
