"""`short.run` and what stands at the door of the room."""

import errno
import itertools
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from eee_ci import process
from eee_ci.model import Ran
from eee_ci.process import short, spawn
from eee_ci.process.ears import Ears
from tests.faults import lab

ROOT = str(Path(__file__).parent.parent.parent)


def sh(script: str, *, feed: bytes = b"", timeout: float = lab.PATIENCE, cwd: Path | str = "/") -> Ran:
    return short.run(["sh", "-c", script], cwd=cwd, env=lab.ENV, timeout=timeout, feed=feed)


def test_both_streams_and_the_exit_come_back() -> None:
    got = sh("echo out; echo err >&2; exit 3")
    assert (got.exit, got.signal, got.stdout, got.stderr) == (3, None, b"out\n", b"err\n")
    assert got.argv == ("sh", "-c", "echo out; echo err >&2; exit 3")


def test_more_than_a_pipe_holds_goes_in_and_comes_out() -> None:
    data = bytes(range(256)) * 20_000
    assert short.run(["cat"], cwd="/", env=lab.ENV, timeout=lab.PATIENCE, feed=data).stdout == data


def test_who_does_not_read_what_it_is_fed_is_left_alone() -> None:
    assert sh("exit 0", feed=b"x" * 1_000_000).exit == 0
    assert sh("exec <&-; echo closed", feed=b"x" * 1_000_000).stdout == b"closed\n"


def test_who_is_fed_nothing_reads_the_end_of_the_file() -> None:
    assert sh("cat; echo end").stdout == b"end\n"


def test_it_runs_in_the_folder_and_we_stay_in_ours(tmp_path: Path) -> None:
    here = Path.cwd()
    assert sh("pwd -P", cwd=tmp_path).stdout == os.fsencode(tmp_path.resolve()) + b"\n"
    assert Path.cwd() == here


def test_it_gets_the_given_environment_and_the_mark_only() -> None:
    got = short.run(["/usr/bin/env"], cwd="/", env={"A": "1", "B": "ä\udcff"}, timeout=lab.PATIENCE)
    assert sorted(got.stdout.splitlines()) == sorted(
        [b"A=1", "B=ä".encode() + b"\xff", b"EEE_RUN_ID=" + process.PROBE.encode()]
    )


def test_it_has_a_session_of_its_own_and_default_signals() -> None:
    script = "import os, signal; print(os.getsid(0) == os.getpid(), signal.getsignal(1))"
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        got = short.run([sys.executable, "-S", "-c", script], cwd="/", env=lab.ENV, timeout=lab.PATIENCE)
    finally:
        signal.signal(signal.SIGHUP, before)
    assert got.stdout == b"True 0\n"


def test_files_that_we_inherited_do_not_get_into_it() -> None:
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    try:
        got = short.run(["/bin/ls", "/proc/self/fd"], cwd="/", env=lab.ENV, timeout=lab.PATIENCE)
    finally:
        os.close(reader)
        os.close(writer)
    assert got.stdout.split() == [b"0", b"1", b"2", b"3"]  # the last is the list itself


@pytest.mark.parametrize("name", ["no-such-program", "/no/such/program"])
def test_a_missing_program_is_an_error(name: str) -> None:
    with pytest.raises(FileNotFoundError):
        short.run([name], cwd="/", env=lab.ENV, timeout=1)


def test_a_missing_folder_is_told_from_a_missing_program() -> None:
    with pytest.raises(spawn.FolderError) as caught:
        short.run(["true"], cwd="/no/such/folder", env=lab.ENV, timeout=1)
    assert caught.value.errno == errno.ENOENT


def test_a_program_that_may_not_run_is_an_error_unless_another_is_found(tmp_path: Path) -> None:
    (tmp_path / "true").write_text("#!/bin/sh\n")
    with pytest.raises(PermissionError):
        short.run(["true"], cwd="/", env={"PATH": str(tmp_path)}, timeout=1)
    got = short.run(["true"], cwd="/", env={"PATH": f"{tmp_path}:/bin:/usr/bin"}, timeout=lab.PATIENCE)
    assert got.exit == 0


def test_programs_are_not_looked_for_along_relative_folders(tmp_path: Path) -> None:
    tool = tmp_path / "bin" / "tool"
    tool.parent.mkdir()
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    for path in (".:bin", "", "bin"):
        with pytest.raises(FileNotFoundError):
            short.run(["tool"], cwd=tmp_path, env={"PATH": path}, timeout=1)
    assert short.run(["bin/tool"], cwd=tmp_path, env={"PATH": ""}, timeout=lab.PATIENCE).exit == 0


def test_at_the_deadline_the_whole_tree_is_killed(tmp_path: Path) -> None:
    ready = lab.Ready(tmp_path)
    words = ("--daemonise", "2", "--ready-file", ready.path, "--say", "so far", "--sleep", "inf")
    got = short.run([sys.executable, "-S", lab.FT, *words], cwd="/", env=lab.ENV, timeout=1.0)
    assert (got.exit, got.signal, got.stdout) == (None, signal.SIGKILL, b"so far")
    assert lab.alive(ready.wait()) == []


def test_a_grandchild_that_holds_the_pipe_is_neither_waited_for_nor_left() -> None:
    got = sh("sleep 300 & echo $!")
    assert got.exit == 0
    assert lab.alive([int(got.stdout)]) == []


def test_the_signal_that_ended_it_is_told() -> None:
    got = sh("kill -SEGV $$")
    assert (got.exit, got.signal) == (None, signal.SIGSEGV)


def test_too_much_output_is_counted_and_leaves_no_exit() -> None:
    got = short.run(
        ["head", "-c", "3000000", "/dev/zero"], cwd="/", env=lab.ENV, timeout=lab.PATIENCE, largest=1_000_000
    )
    assert (got.exit, got.signal) == (None, None)
    assert got.omitted == 3_000_000 - 1_000_000 - (256 << 10)


def test_it_works_where_no_file_tells_of_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("os.pidfd_open")
    assert sh("exec >&- 2>&-; exit 5").exit == 5


def test_an_interrupt_does_not_leave_it_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ready = lab.Ready(tmp_path)
    pids: list[int] = []

    def interrupt(_ears: Ears, _seconds: float) -> None:
        pids.extend(ready.wait())
        raise KeyboardInterrupt

    monkeypatch.setattr(Ears, "listen", interrupt)
    words = ("--daemonise", "1", "--ready-file", ready.path, "--sleep", "inf")
    with pytest.raises(KeyboardInterrupt):
        short.run([sys.executable, "-S", lab.FT, *words], cwd="/", env=lab.ENV, timeout=lab.PATIENCE)
    assert len(pids) == 2
    assert lab.alive(pids) == []


def test_nothing_stays_open() -> None:
    before = sorted(Path("/proc/self/fd").iterdir())
    sh("echo a", feed=b"b")
    with pytest.raises(FileNotFoundError):
        short.run(["no-such-program"], cwd="/", env=lab.ENV, timeout=1, feed=b"x")
    assert sorted(Path("/proc/self/fd").iterdir()) == before


CLOSED = """
import os, sys
sys.path.insert(0, sys.argv[1])
from eee_ci import process
from eee_ci.process import short
process.ensure_standard_streams()
file = os.open(sys.argv[2], os.O_WRONLY)
sys.stdout.write("")
sys.stderr.write("")
got = short.run(["cat"], cwd="/", env={"PATH": "/bin:/usr/bin"}, timeout=20, feed=b"fed")
os.write(file, b"%d %r %d" % (file, got.stdout, len(sys.stdin.read())))
"""


@pytest.mark.parametrize("closed", list(itertools.product([0, 1], repeat=3)), ids=str)
def test_closed_standard_streams_become_the_null_device(closed: tuple[int, ...], tmp_path: Path) -> None:
    said = tmp_path / "said"
    said.touch()
    ends = " ".join(f"{number}>&-" for number in range(3) if closed[number])
    command = [sys.executable, "-c", CLOSED, ROOT, str(said)]
    subprocess.run(
        ["sh", "-c", f'exec "$@" {ends}', "sh", *command],
        stdin=subprocess.DEVNULL,
        timeout=lab.PATIENCE,
        check=True,
    )
    number, rest = said.read_text().split(" ", 1)
    assert int(number) > 2
    assert rest == "b'fed' 0"


def test_streams_that_python_gave_up_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[int] = []

    def closed(number: int) -> os.stat_result:
        if number == 2:
            raise OSError(errno.EBADF, "closed")
        return Path("/dev/null").stat()

    def take(name: str, _flags: int) -> int:
        opened.append(os.dup(2))
        assert name == "/dev/null"
        return opened[-1]

    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    with monkeypatch.context() as faked:
        faked.setattr(os, "fstat", closed)
        faked.setattr(os, "open", take)
        process.ensure_standard_streams()
    [number] = opened
    assert os.get_inheritable(number)
    os.close(number)
    assert [stream.fileno() for stream in (sys.stdin, sys.stdout, sys.stderr)] == [0, 1, 2]


def test_all_layers_are_active_on_linux() -> None:
    layers = process.layers()
    assert layers[:2] == ("guardian process", "own session for each job")
    if sys.platform == "linux":
        assert "sub-reaper for orphans" in layers
        assert "process tree and environment from /proc" in layers


def test_a_c_library_without_sessions_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_words: object, **_options: object) -> int:
        raise NotImplementedError

    monkeypatch.setattr(os, "posix_spawn", refuse)
    assert "own session for each job" not in process.layers()


def children() -> set[str]:
    """Of this process: other tests may have left some."""
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split())


def test_a_command_is_ended_once_its_caller_wants_no_more(tmp_path: Path) -> None:
    before = children()
    reader, writer = os.pipe()
    os.write(writer, b".")
    try:
        with pytest.raises(short.StoppedError):
            short.run(("sleep", "300"), cwd=tmp_path, env=dict(os.environ), timeout=60, stop=reader)
    finally:
        os.close(reader)
        os.close(writer)
    assert children() <= before
