"""The executor for this machine, through its port."""

import os
import sys
import time
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from eee_ci import executors, files
from eee_ci.errors import UsageError, WriteError
from eee_ci.executors.local import Local
from eee_ci.model import Command, Outcome, Step, Tree
from eee_ci.ports import Place
from tests.faults import lab


@pytest.fixture
def local() -> Iterator[Local]:
    with lab.executor() as executor:
        yield executor


def run(local: Local, *steps: Step, at: Place | None = None, **fields: object) -> Outcome:
    command = Command(**{"steps": steps, "env": lab.ENV, "timeout": lab.PATIENCE, **fields})  # type: ignore[arg-type]  # fields of the tests
    return lab.outcome(local, command, at)


def sh(script: str, **fields: object) -> Step:
    return Step(**{"argv": ("sh", "-c", script), **fields})  # type: ignore[arg-type]  # fields of the tests


def test_it_is_in_the_table() -> None:
    with executors.TABLE["local"](None) as local:
        local.submit("job", lab.command("true"), lab.place())
        [(job, got)] = lab.outcomes(local, 1)
    assert (job, got.steps[0].exit) == ("job", 0)


def test_without_work_there_is_nothing_to_wait_for() -> None:
    with Local() as local:
        assert local.collect(None) == []
        local.stop(now=True)


def test_it_may_be_warmed_more_than_once(local: Local) -> None:
    local.warm()
    local.warm()
    assert run(local, sh("exit 0")).steps[0].exit == 0


def test_many_run_at_once_and_each_outcome_has_its_name(local: Local) -> None:
    for number in range(20):
        local.submit(f"{number:02}", lab.command("sh", "-c", f"echo {number}"), lab.place())
    got = lab.outcomes(local, 20)
    assert [(job, one.steps[0].stdout) for job, one in got] == [(f"{n:02}", b"%d\n" % n) for n in range(20)]


def test_the_four_variables_are_filled_in_once_and_other_braces_stay(local: Local, tmp_path: Path) -> None:
    at = Place(tree=Tree(root=str(tmp_path)), cache="/the/{python}/cache", python="/the/python")
    script = 'echo "$1|$2|$3|$4|$A|$PWD"'
    argv = ("sh", "-c", script, "{python}", "{root}/a", "{cache}", "{other} {{root}} {}", "{scratch}")
    got = run(local, Step(argv=argv), env={**lab.ENV, "A": "<{python}>"}, at=at)
    assert got.steps[0].argv[3:-1] == (
        "/the/python", f"{tmp_path}/a", "/the/{python}/cache", f"{{other}} {{{tmp_path}}} {{}}",
    )  # fmt: skip  # read in rows
    said = got.steps[0].stdout.decode().strip().split("|")
    assert said[4:] == ["</the/python>", str(tmp_path)]


def test_the_folder_may_be_another_one(local: Local, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    got = run(local, sh("pwd -P", cwd="{root}/sub"), sh("pwd -P", cwd="sub"), at=lab.place(tmp_path))
    assert {step.stdout.decode().strip() for step in got.steps} == {str((tmp_path / "sub").resolve())}


def test_the_environment_is_the_given_one_with_a_place_for_temporary_files(local: Local) -> None:
    got = run(local, Step(argv=("/usr/bin/env",)), env={"A": "1"})
    env = dict(row.split("=", 1) for row in got.steps[0].stdout.decode().splitlines())
    assert set(env) == {"A", "TMPDIR", "EEE_RUN_ID"}
    assert env["EEE_RUN_ID"].endswith(".job")
    assert env["TMPDIR"].endswith("/tmp")
    assert not Path(env["TMPDIR"]).exists()


def test_the_given_place_for_temporary_files_wins(local: Local) -> None:
    got = run(local, sh("echo $TMPDIR"), env={**lab.ENV, "TMPDIR": "{cache}/t"})
    assert got.steps[0].stdout == b"/nowhere/t\n"


def test_what_it_starts_gets_a_mask_and_no_core(local: Local) -> None:
    got = run(local, sh("umask; ulimit -c; ls /proc/self/fd"))
    assert got.steps[0].stdout.split()[:6] == [b"0022", b"0", b"0", b"1", b"2", b"3"]


def test_each_job_has_a_fresh_scratch_folder_that_goes(local: Local) -> None:
    step = sh("pwd; ls -A; test -w {scratch}/tmp && echo x > {scratch}/file", cwd="{scratch}")
    first, second = run(local, step), run(local, step)
    folders = [one.steps[0].stdout.decode().split() for one in (first, second)]
    assert folders[0][0] != folders[1][0]
    assert folders[0][1:] == folders[1][1:] == ["tmp"]
    assert not any(Path(folder).exists() for folder, _ in folders)


def test_leaving_removes_the_scratch_of_what_ran(tmp_path: Path) -> None:
    ready = lab.Ready(tmp_path)
    with lab.executor() as local:
        local.submit("job", lab.tool("--ready-file", ready.path, "--sleep", "inf"), lab.place())
        ready.wait()
        [(folder, _)] = local._jobs.values()
        assert folder.exists()
    assert not folder.exists()


def test_kept_files_come_back(local: Local) -> None:
    step = sh("mkdir dist; echo a > dist/a; echo b > dist/b; echo r > report", cwd="{scratch}")
    got = run(local, step, keep=("report", "dist/*", "missing"))
    assert got.files == {"report": b"r\n", "dist/a": b"a\n", "dist/b": b"b\n"}


def test_files_of_a_tool_that_timed_out_come_back_too(local: Local) -> None:
    got = run(local, sh("echo half > {scratch}/report; sleep 300"), keep=("report",), timeout=1.0)
    assert got.problem is not None
    assert got.files == {"report": b"half\n"}


def test_steps_run_in_order_until_an_exit_that_does_not_go_on(local: Local) -> None:
    got = run(local, sh("exit 5", go_on=(0, 5)), sh("echo second; exit 1"), sh("echo never"))
    assert [step.exit for step in got.steps] == [5, 1]
    assert got.problem is None
    assert got.seconds == sum(step.seconds for step in got.steps)
    assert got.cpu == sum(step.cpu for step in got.steps)
    assert got.peak == max(step.peak or 0 for step in got.steps)


def test_a_step_whose_file_is_there_is_skipped(local: Local) -> None:
    first = sh("echo x > {scratch}/done; exit 3", go_on=(3,))
    got = run(local, first, sh("echo skipped", skip_if="done"), sh("echo ran", skip_if="other"))
    assert [step.stdout for step in got.steps] == [b"", b"ran\n"]


def test_when_all_steps_are_skipped_nothing_ran(local: Local) -> None:
    got = run(local, sh("echo never", skip_if="tmp"))
    assert got == Outcome()


def test_all_steps_share_one_timeout(local: Local) -> None:
    got = run(local, sh("echo first"), sh("sleep 300"), sh("echo never"), timeout=1.0)
    assert got.problem is not None
    assert got.problem.startswith("timed out after 1 s (TERM)")
    assert [step.exit for step in got.steps] == [0, None]


def test_a_crash_ends_the_steps(local: Local) -> None:
    got = run(local, sh("kill -SEGV $$", go_on=(0, 139)), sh("echo never"))
    assert got.problem == "crashed (SIGSEGV)"
    assert len(got.steps) == 1


def test_standard_output_may_go_to_a_file_in_a_folder(local: Local) -> None:
    got = run(local, sh("echo whole; echo err >&2", stdout="out/report.json"))
    assert got.files == {"out/report.json": b"whole\n"}
    assert (got.steps[0].stdout, got.steps[0].stderr) == (b"", b"err\n")


def test_what_has_ended_stays_whole_when_the_rest_is_stopped(local: Local, tmp_path: Path) -> None:
    ready = lab.Ready(tmp_path)
    local.submit("done", lab.command("true"), lab.place())
    local.submit("runs", lab.tool("--ready-file", ready.path, "--sleep", "inf"), lab.place())
    [first] = lab.outcomes(local, 1)
    assert (first[0], first[1].problem) == ("done", None)
    ready.wait()
    local.stop(now=True)
    [(_, got)] = lab.outcomes(local, 1)
    assert got.problem == "cancelled (KILL)"


def test_a_tree_that_is_asked_for_as_a_copy_is_one(
    local: Local, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.py").write_text("original")
    monkeypatch.setitem(sys.modules, "eee_ci.tree", _tree_module(tmp_path))
    got = run(local, sh("cat a.py; echo changed > a.py; pwd"), copy=True, at=lab.place(tmp_path))
    assert got.steps[0].stdout.startswith(b"original/")
    assert os.fsencode(tmp_path) not in got.steps[0].stdout
    assert (tmp_path / "a.py").read_text() == "original"


def _tree_module(source: Path) -> types.ModuleType:
    def export(tree: Tree, target: Path) -> Path:
        assert tree.root == str(source)
        target.mkdir()
        (target / "a.py").write_bytes((source / "a.py").read_bytes())
        return target

    module = types.ModuleType("eee_ci.tree")
    module.export = export  # type: ignore[attr-defined]  # no public door leads there
    return module


def test_a_copy_that_cannot_be_made_is_the_problem(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    def export(_tree: Tree, _target: Path) -> None:
        raise UsageError("the tree is gone")

    module = types.ModuleType("eee_ci.tree")
    module.export = export  # type: ignore[attr-defined]  # no public door leads there
    monkeypatch.setitem(sys.modules, "eee_ci.tree", module)
    got = run(local, sh("echo never"), copy=True)
    assert got == Outcome(problem="cannot prepare its folder: the tree is gone")


def test_without_room_for_a_scratch_folder_there_is_a_problem(
    local: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> Path:
        raise WriteError("cannot write /tmp/x: No space left on device")

    monkeypatch.setattr(files, "scratch_folder", refuse)
    got = run(local, sh("echo never"))
    assert got.problem == "cannot prepare its folder: cannot write /tmp/x: No space left on device"


def test_words_that_are_no_text_are_the_problem(local: Local) -> None:
    got = run(local, sh("echo \ud800"))
    assert got.problem is not None
    assert "surrogates not allowed" in got.problem


def seen(local: Local, job: str, name: str, wanted: bytes) -> bytes:
    """What is in a file of a running job, once it is the wanted or patience ends."""
    until = time.monotonic() + lab.PATIENCE
    while (found := local.peek(job, name, 100)) != wanted and time.monotonic() < until:
        time.sleep(0.01)
    return found


def test_a_file_of_a_running_job_can_be_looked_at(local: Local) -> None:
    step = sh("echo one; sleep 60", stdout="stream")
    local.submit("job", Command(steps=(step,), env=lab.ENV, timeout=lab.PATIENCE), lab.place())
    assert seen(local, "job", "stream", b"one\n") == b"one\n"
    assert local.peek("job", "stream", 2) == b"on"
    assert local.peek("job", "other", 9) == local.peek("nobody", "stream", 9) == b""


def test_one_job_ends_and_the_other_runs_on(local: Local) -> None:
    for name in ("first", "second"):
        local.submit(name, lab.command("sh", "-c", "sleep 60"), lab.place())
    local.end("first", now=True)
    [(job, got)] = lab.outcomes(local, 1)
    assert (job, got.steps[0].signal) == ("first", 9)
    assert local.usage("first") is None
    assert local.usage("second") is not None


def test_the_whole_tree_of_a_job_is_counted(local: Local) -> None:
    step = sh("sh -c 'sleep 60' & echo on; wait", stdout="stream")
    local.submit("job", Command(steps=(step,), env=lab.ENV, timeout=lab.PATIENCE), lab.place())
    seen(local, "job", "stream", b"on\n")
    until = time.monotonic() + lab.PATIENCE
    while ((found := local.usage("job")) is None or found.processes < 2) and time.monotonic() < until:
        time.sleep(0.01)
    assert found is not None
    assert found.processes >= 2
    assert found.memory > 0
    assert found.cpu >= 0


def test_a_given_file_may_be_its_standard_input(local: Local) -> None:
    got = run(local, sh("cat; echo end", stdin="in/words"), give={"in/words": b"{root} \xff\n"})
    assert got.steps[0].stdout == b"{root} \xff\nend\n"


def test_without_a_given_file_there_is_nothing_to_read(local: Local) -> None:
    assert run(local, sh("cat; echo end")).steps[0].stdout == b"end\n"


@pytest.mark.parametrize(
    ("before", "why"),
    [
        ("true", "No such file or directory (ENOENT)"),
        ("ln -s /etc/passwd {scratch}/words", "Too many levels of symbolic links (ELOOP)"),
        ("mkfifo {scratch}/words", "Invalid argument (EINVAL)"),
        ("mkdir {scratch}/words", "Invalid argument (EINVAL)"),
    ],
)
def test_standard_input_is_a_plain_file_or_nothing_starts(local: Local, before: str, why: str) -> None:
    got = run(local, sh(before), sh("cat", stdin="words"))
    assert got.problem == f"cannot read its standard input: {why}"
    assert len(got.steps) == 1
