"""What goes wrong with processes, row by row of the fault catalogue, through the executor."""

import contextlib
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from eee_ci.executors.local import Local
from eee_ci.model import Command, Outcome, Step
from tests.faults import lab

ENGINE = str(Path(__file__).with_name("engine.py"))
ROOT = str(Path(__file__).parent.parent.parent)


@pytest.fixture
def local() -> Iterator[Local]:
    with lab.executor() as executor:
        yield executor


class Engine:
    """An engine in a process of its own, with the first line it said."""

    def __init__(self, *words: str, prefix: tuple[str, ...] = ()) -> None:
        path = os.pathsep.join([ROOT, str(Path(ENGINE).parent), os.environ.get("PYTHONPATH", "")])
        env = {**os.environ, "PYTHONPATH": path}
        self.process = subprocess.Popen(
            [*prefix, sys.executable, ENGINE, *words],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.stdout: IO[str] = self.process.stdout
        engine, guardian, self.run = self.stdout.readline().split()
        self.pid, self.guardian = int(engine), int(guardian)

    def end(self) -> str:
        """The last line; the exit code is in `process`."""
        said = self.stdout.read().strip()
        self.process.wait(lab.PATIENCE)
        return said


@contextlib.contextmanager
def engine(*words: str, prefix: tuple[str, ...] = ()) -> Iterator[Engine]:
    started = Engine(*words, prefix=prefix)
    try:
        yield started
    finally:
        started.process.kill()
        started.process.wait(lab.PATIENCE)
        for stream in (started.process.stdin, started.stdout):
            assert stream is not None
            stream.close()


# F01, F02: hanging


def test_a_tool_that_hangs_is_timed_out_by_name_and_its_output_is_kept(local: Local) -> None:
    got = lab.outcome(local, lab.tool("--say", "so far", "--sleep", "inf", timeout=1.0))
    assert got.problem is not None
    assert got.problem.startswith("timed out after 1 s (TERM); running then: ")
    assert "ft.py --say so far" in got.problem
    assert got.steps[0].stdout == b"so far"
    assert (got.steps[0].exit, got.steps[0].signal) == (None, signal.SIGTERM)


def test_a_tool_that_ignores_term_is_killed_after_the_grace(tmp_path: Path) -> None:
    ready = lab.Ready(tmp_path)
    with lab.executor(grace=0.1) as local:
        words = ("--ignore", "TERM,INT", "--ready-file", ready.path, "--sleep", "inf")
        got = lab.outcome(local, lab.tool(*words, timeout=1.0))
    assert got.problem is not None
    assert got.problem.startswith("timed out after 1 s (TERM, 0.1 s, KILL)")
    assert got.steps[0].signal == signal.SIGKILL
    assert lab.alive(ready.wait()) == []


def test_a_tool_that_heeds_term_is_not_waited_for_any_longer() -> None:
    with lab.executor(grace=1000.0) as local:  # more than the patience of the test
        got = lab.outcome(local, lab.tool("--on-term", "exit:0", "--sleep", "inf", timeout=1.0))
    assert got.problem is not None
    assert got.steps[0].exit == 0, "it ended well, but too late: there is a problem all the same"


def test_a_stopped_tool_gets_to_see_term(local: Local) -> None:
    words = ("--on-term", "exit:7", "--kill-self", "STOP", "--sleep", "0")
    got = lab.outcome(local, lab.tool(*words, timeout=1.0))
    assert got.steps[0].exit == 7


def test_others_go_on_while_one_hangs(local: Local) -> None:
    local.submit("hangs", lab.tool("--sleep", "inf", timeout=0.6), lab.place())
    local.submit("works", lab.tool("--exit", "1"), lab.place())
    (_, hung), (_, worked) = lab.outcomes(local, 2)
    assert hung.problem is not None
    assert (worked.problem, worked.steps[0].exit) == (None, 1)


# F03, F04: what outlives the tool


def test_daemons_in_their_own_session_are_swept_and_named(local: Local, tmp_path: Path) -> None:
    ready = lab.Ready(tmp_path)
    got = lab.outcome(local, lab.tool("--daemonise", "3", "--ready-file", ready.path))
    _, *daemons = ready.wait()
    assert lab.alive(daemons, within=0) == []
    assert got.leaky == tuple(f"sleep 300 (pid {pid})" for pid in sorted(daemons))
    assert (got.problem, got.steps[0].exit) == (None, 0)


def test_daemons_that_hide_their_environment_are_swept_too(local: Local, tmp_path: Path) -> None:
    ready = lab.Ready(tmp_path)
    got = lab.outcome(local, lab.tool("--daemonise", "1", "--clean-env", "--ready-file", ready.path))
    _, *daemons = ready.wait()
    assert lab.alive(daemons, within=0) == []
    assert got.leaky == tuple(f"sleep 300 (pid {pid})" for pid in daemons)


def test_daemons_of_a_tool_that_timed_out_are_swept(local: Local, tmp_path: Path) -> None:
    ready = lab.Ready(tmp_path)
    words = ("--daemonise", "2", "--ready-file", ready.path, "--sleep", "inf")
    got = lab.outcome(local, lab.tool(*words, timeout=1.0))
    assert lab.alive(ready.wait(), within=0) == []
    assert len(got.leaky) == 2


@pytest.mark.parametrize("hides", [(), ("--clean-env",)], ids=["marked", "hidden"])
def test_a_daemon_of_one_job_survives_the_end_of_another(
    local: Local, tmp_path: Path, hides: tuple[str, ...]
) -> None:
    ready = lab.Ready(tmp_path)
    words = ("--daemonise", "1", *hides, "--ready-file", ready.path, "--on-term", "exit:3", "--sleep", "inf")
    local.submit("long", lab.tool(*words), lab.place())
    _, daemon = ready.wait()
    local.submit("short", lab.tool("--daemonise", "1"), lab.place())
    [(name, short)] = lab.outcomes(local, 1)
    assert name == "short"
    assert len(short.leaky) == 1
    assert lab.alive([daemon], within=0) == [daemon]
    local.stop(now=False)
    [(_, long)] = lab.outcomes(local, 1)
    assert long.problem == "cancelled"
    assert lab.alive([daemon], within=0) == []


def test_a_child_that_holds_the_pipe_does_not_hold_us(local: Local) -> None:
    got = lab.outcome(local, lab.tool("--leak-stdout", "300", "--say", "done"))
    assert got.steps[0].stdout == b"done"
    assert got.steps[0].exit == 0
    assert len(got.leaky) == 1


# F07, F08: the engine or the guardian killed


def test_nothing_lives_on_when_the_engine_is_killed(tmp_path: Path) -> None:
    ready = lab.Ready(tmp_path)
    with engine("--daemonise", "3", "--ready-file", ready.path, "--sleep", "inf") as started:
        pids = ready.wait()
        assert set(pids) <= set(lab.marked(started.run))
        os.kill(started.pid, signal.SIGKILL)
        assert lab.alive([*pids, started.guardian]) == []
        assert lab.marked(started.run) == []


def test_daemons_that_hide_do_not_live_on_either_when_the_engine_is_killed(tmp_path: Path) -> None:
    ready = lab.Ready(tmp_path)
    words = ("--daemonise", "2", "--clean-env", "--ignore", "TERM,INT,HUP", "--ready-file", ready.path)
    with engine(*words, "--sleep", "inf") as started:
        pids = ready.wait()
        os.kill(started.pid, signal.SIGKILL)
        assert lab.alive([*pids, started.guardian]) == []


def test_a_killed_engine_leaves_no_scratch_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "t"
    place.mkdir()
    monkeypatch.setenv("RUNNER_TEMP", str(place))
    monkeypatch.setattr("eee_ci.files.straight._LONGEST", 1000)
    ready = lab.Ready(tmp_path)
    with engine("--ready-file", ready.path, "--sleep", "inf") as started:
        ready.wait()
        os.kill(started.pid, signal.SIGKILL)
        assert lab.alive([started.guardian]) == []
    assert list(place.iterdir()) == []


def test_when_the_guardian_is_killed_jobs_are_broken_and_nothing_lives_on(
    local: Local, tmp_path: Path
) -> None:
    ready = lab.Ready(tmp_path)
    words = ("--daemonise", "3", "--clean-env", "--ready-file", ready.path, "--sleep", "inf")
    local.submit("job", lab.tool(*words), lab.place())
    pids = ready.wait()
    os.kill(_guardian(local), signal.SIGKILL)
    [(_, got)] = lab.outcomes(local, 1)
    assert got.problem is not None
    assert got.problem.startswith("the supervisor died")
    assert lab.alive(pids, within=0) == []


def test_a_new_guardian_takes_the_next_command(local: Local) -> None:
    local.warm()
    os.kill(_guardian(local), signal.SIGKILL)
    lab.alive([_guardian(local)])
    got = lab.outcome(local, lab.tool("--exit", "4"))
    assert (got.problem, got.steps[0].exit) == (None, 4)


def test_leaving_ends_what_still_runs(tmp_path: Path) -> None:
    ready = lab.Ready(tmp_path)
    words = ("--daemonise", "1", "--ready-file", ready.path, "--sleep", "inf")
    with lab.executor() as local:
        local.submit("job", lab.tool(*words), lab.place())
        pids = ready.wait()
    assert lab.alive(pids, within=0) == []


# F05, F06: signals to the engine


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_one_signal_stops_politely(tmp_path: Path, number: signal.Signals) -> None:
    ready = lab.Ready(tmp_path)
    with engine("--ready-file", ready.path, "--sleep", "inf") as started:
        ready.wait()
        os.kill(started.pid, number)
        assert started.end() == "cancelled"
        assert started.process.returncode == 128 + number


TERMINAL = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"


def test_a_terminals_interrupt_reaches_the_engine_alone(tmp_path: Path) -> None:
    ready = lab.Ready(tmp_path)
    words = ("--on-term", "exit:0", "--ready-file", ready.path, "--sleep", "inf")
    with engine(*words, prefix=(sys.executable, "-c", TERMINAL)) as started:
        ready.wait()
        assert started.process.stdin is not None
        started.process.stdin.write("\x03")
        started.process.stdin.flush()
        assert started.end().endswith("cancelled")  # after the echo of the key
        assert started.process.returncode == 130


def test_a_second_signal_kills_at_once(tmp_path: Path) -> None:
    ready, stopping = lab.Ready(tmp_path), lab.Ready(tmp_path, "stopping")
    words = ("--on-term", f"say:{stopping.path}", "--ready-file", ready.path, "--sleep", "inf")
    with engine(*words) as started:
        ready.wait()
        os.kill(started.pid, signal.SIGINT)
        stopping.wait()  # it has seen TERM and stays
        os.kill(started.pid, signal.SIGINT)
        assert started.end() == "cancelled (KILL)"
        assert started.process.returncode == 130


# F10, F11: killed from elsewhere, crashed


def test_a_kill_from_elsewhere_is_told_from_ours(local: Local) -> None:
    got = lab.outcome(local, lab.tool("--kill-self", "KILL"))
    assert got.problem is not None
    assert got.problem.startswith("killed (SIGKILL), not by eee-ci; possibly out of memory (peak ")
    assert got.steps[0].signal == signal.SIGKILL


def memory_group(limit: int) -> Path:
    """A control group with little memory, where we may make one."""
    rows = Path("/proc/self/cgroup").read_text().splitlines()
    groups = {row.split(":")[1]: row.split(":")[2] for row in rows}
    version, most = ("memory", "memory.limit_in_bytes") if "memory" in groups else ("", "memory.max")
    group = Path(f"/sys/fs/cgroup/{version}/{groups.get(version, '')}", f"eee-ci-{os.getpid()}")
    try:
        group.mkdir()
        (group / most).write_text(f"{limit}")
    except OSError as error:
        pytest.skip(f"a control group for memory cannot be made here: {error}")
    return group


def test_a_kill_for_want_of_memory_is_told() -> None:
    group = memory_group(96 << 20)
    join = ("sh", "-c", 'echo $$ > "$0" && exec "$@"', str(group / "cgroup.procs"))
    try:
        with engine("--alloc", "200M", prefix=join) as started:
            said = started.end()
    finally:
        group.rmdir()
    assert said.startswith("killed (out of memory, peak ")
    assert said.endswith(" MiB, limit 96 MiB)")


@pytest.mark.parametrize("name", ["SEGV", "ABRT", "BUS"])
def test_a_crash_is_named_and_leaves_no_core(local: Local, name: str, tmp_path: Path) -> None:
    got = lab.outcome(local, lab.tool("--kill-self", name), lab.place(tmp_path))
    assert got.problem == f"crashed (SIG{name})"
    assert list(tmp_path.iterdir()) == []


def test_a_term_from_elsewhere_is_a_problem_too(local: Local) -> None:
    got = lab.outcome(local, lab.tool("--kill-self", "TERM"))
    assert got.problem == "ended by a signal (SIGTERM) that eee-ci did not send"


# F13: the report is the reader's, the bytes must be there


def test_a_truncated_report_comes_back_as_it_is(local: Local) -> None:
    got = lab.outcome(local, lab.tool("--json", "truncated"))
    assert got.problem is None
    assert got.steps[0].stdout.startswith(b'{"findings"')
    assert not got.steps[0].stdout.endswith(b"}")


# F14: it cannot start


def refused(local: Local, *argv: str, cwd: str = "{root}") -> Outcome:
    return lab.outcome(local, Command(steps=(Step(argv=argv, cwd=cwd),), env=lab.ENV))


def test_a_missing_program_is_named(local: Local) -> None:
    got = refused(local, "no-such-tool")
    assert got.problem == (
        "cannot start no-such-tool: No such file or directory (ENOENT); "
        "install it, or name it by its full path"
    )
    assert got.steps == ()


def test_a_missing_interpreter_is_told_from_a_missing_program(local: Local, tmp_path: Path) -> None:
    script = tmp_path / "tool"
    script.write_text("#!/no/such/python\n")
    script.chmod(0o755)
    got = refused(local, str(script))
    assert got.problem is not None
    assert "the program named in its first line is missing" in got.problem


def test_a_program_without_the_right_to_run_is_named(local: Local, tmp_path: Path) -> None:
    script = tmp_path / "tool"
    script.write_text("#!/bin/sh\n")
    got = refused(local, str(script))
    assert got.problem is not None
    assert "Permission denied (EACCES); make it executable" in got.problem


def test_a_file_that_is_no_program_is_named(local: Local, tmp_path: Path) -> None:
    script = tmp_path / "tool"
    script.write_text("no program\n")
    script.chmod(0o755)
    got = refused(local, str(script))
    assert got.problem is not None
    assert "(ENOEXEC); it needs a first line like" in got.problem


def test_too_many_words_are_named(local: Local) -> None:
    got = refused(local, "true", *(["a" * 100_000] * 40))
    assert got.problem is not None
    assert "(E2BIG); the command line and environment are too long" in got.problem


def test_a_missing_folder_is_named(local: Local) -> None:
    got = refused(local, "true", cwd="/no/such/folder")
    assert got.problem == "cannot run in /no/such/folder: No such file or directory (ENOENT)"


def test_a_null_byte_is_refused(local: Local) -> None:
    got = refused(local, "true", "a\0b")
    assert got.problem == "cannot start true: embedded null byte"


def test_a_command_without_words_is_refused(local: Local) -> None:
    got = refused(local)
    assert got.problem is not None
    assert got.problem.startswith("cannot start a program without a name")


@pytest.mark.skipif(os.geteuid() == 0, reason="root has no limit of processes")
def test_too_many_processes_are_named() -> None:
    limits = resource.getrlimit(resource.RLIMIT_NPROC)
    with lab.executor() as local:
        local.warm()
        assert local._supervisor._pid is not None
        resource.prlimit(local._supervisor._pid, resource.RLIMIT_NPROC, (1, limits[1]))
        got = lab.outcome(local, lab.command("true"))
    assert got.problem is not None
    assert "(EAGAIN); the limit of processes is reached (ulimit -u)" in got.problem


def test_too_many_open_files_are_named() -> None:
    with lab.executor() as local:
        with lab.few_files() as most:
            local.warm()
        for number in range(most):
            local.submit(f"{number}", lab.command("sleep", "300"), lab.place())
        got = local.collect(lab.PATIENCE)
        local.stop(now=True)
        got += lab.outcomes(local, most - len(got))
    refusal = "Too many open files (EMFILE); too many files are open (ulimit -n); use fewer jobs"
    assert {outcome.problem for _, outcome in got} == {
        f"cannot start sleep: {refusal}",
        "cancelled (KILL)",  # those that had started could still be looked after
    }


# F42: much output


def test_much_output_costs_no_memory_and_the_middle_is_counted(local: Local) -> None:
    lab.outcome(local, lab.tool())
    before = _rss(_guardian(local))
    got = lab.outcome(local, lab.tool("--out-bytes", "300M", "--err-bytes", "1M"))
    step = got.steps[0]
    assert _rss(_guardian(local)) - before < 32 << 20
    assert step.omitted == (300 << 20) - (512 << 10) + (1 << 20) - (512 << 10)
    for stream in (step.stdout, step.stderr):
        assert stream[:16] == stream[-16:] == b"0123456789abcdef"
        assert len(stream) < (512 << 10) + 100
    assert b"[eee-ci left out 314048512 bytes here]" in step.stdout


def test_of_a_log_more_is_kept_and_still_not_all(local: Local) -> None:
    lab.outcome(local, lab.tool())
    before = _rss(_guardian(local))
    step = Step(argv=(*lab.tool().steps[0].argv, "--err-bytes", "300M"), log=4 << 20)
    (got,) = lab.outcome(local, Command(steps=(step,), env=lab.ENV)).steps
    assert _rss(_guardian(local)) - before < 32 << 20
    assert got.omitted == (300 << 20) - (4 << 20)
    assert (4 << 20) < len(got.stderr) < (4 << 20) + 100


def test_standard_output_goes_whole_into_a_file(local: Local) -> None:
    step = Step(argv=(*lab.tool().steps[0].argv, "--out-bytes", "3M"), stdout="report.json")
    got = lab.outcome(local, Command(steps=(step,), env=lab.ENV))
    assert len(got.files["report.json"]) == 3 << 20
    assert (got.steps[0].stdout, got.steps[0].omitted, got.problem) == (b"", 0, None)


@pytest.mark.parametrize("sleep", ["0", "inf"])
def test_a_file_that_grows_too_large_ends_the_step(sleep: str) -> None:
    argv = (*lab.tool().steps[0].argv, "--out-bytes", "3M", "--sleep", sleep)
    with lab.executor(largest_file=2 << 20) as local:
        got = lab.outcome(local, Command(steps=(Step(argv=argv, stdout="x"),), env=lab.ENV))
    assert got.problem == "killed: its standard output went over 2 MiB"


# F43: a question


def test_a_tool_that_asks_gets_the_end_of_the_file(local: Local) -> None:
    got = lab.outcome(local, lab.tool("--read-stdin"))
    assert got.steps[0].stdout == b"stdin: 0\n"


# what is measured


def test_the_memory_of_a_tree_counts(local: Local, tmp_path: Path) -> None:
    ready = lab.Ready(tmp_path)
    words = ("--children", "3", "--alloc", "64M", "--ready-file", ready.path, "--sleep", "1.2")
    got = lab.outcome(local, lab.tool(*words))
    assert got.peak is not None
    assert got.peak > 192 << 20
    assert got.cpu > 0


def test_the_memory_of_a_single_process_counts(local: Local) -> None:
    got = lab.outcome(local, lab.tool("--alloc", "100M"))
    assert got.peak is not None
    assert 100 << 20 < got.peak < 150 << 20


def _guardian(local: Local) -> int:
    pid = local._supervisor._pid
    assert pid is not None
    return pid


def _rss(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
