"""Who descends from whom."""

import os
import subprocess
from pathlib import Path

import pytest

from eee_ci.process import kin


def test_a_kernel_without_lists_of_children_is_searched(tmp_path: Path) -> None:
    for pid, name, parent in ((1, "init", 0), (7, "a) S 1 (", 1), (8, "b", 7), (9, "c", 7)):
        (tmp_path / f"{pid}").mkdir()
        (tmp_path / f"{pid}" / "stat").write_text(f"{pid} ({name}) S {parent} 1 1 0 -1")
    (tmp_path / "10").mkdir()  # gone while we looked
    (tmp_path / "self").mkdir()
    assert kin.children(7, proc=str(tmp_path)) == [8, 9]
    assert kin.children(1, proc=str(tmp_path)) == [7]
    assert kin.available(str(tmp_path)) is False


def test_a_kernel_that_lists_threads_but_no_children_is_searched_too(tmp_path: Path) -> None:
    (tmp_path / "7" / "task" / "7").mkdir(parents=True)
    (tmp_path / "8").mkdir()
    (tmp_path / "8" / "stat").write_text("8 (b) S 7 1 1 0 -1")
    assert kin.children(7, proc=str(tmp_path)) == [8]


def test_the_children_of_all_threads_count(tmp_path: Path) -> None:
    for thread, children in (("7", "12 9 "), ("8", ""), ("9", "10 ")):
        (tmp_path / "7" / "task" / thread).mkdir(parents=True)
        (tmp_path / "7" / "task" / thread / "children").write_text(children)
    (tmp_path / "7" / "task" / "11").mkdir()  # a thread that ends while we look
    assert kin.children(7, proc=str(tmp_path)) == [9, 10, 12]


def test_without_proc_nobody_is_known(tmp_path: Path) -> None:
    nowhere = str(tmp_path / "proc")
    assert kin.processes(nowhere) == []
    assert kin.children(1, proc=nowhere) == []


def test_of_a_process_that_is_gone_nothing_is_known() -> None:
    pid = os.posix_spawn("/bin/true", ["true"], {})
    os.waitpid(pid, 0)
    assert kin.mark(pid) == b""
    assert kin.name(pid) == b""
    assert kin.memory(pid) == 0
    assert kin.session(pid) is None
    kin.kill([pid])


def test_a_process_is_named_by_its_words() -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen(["/bin/cat", "-"], env={"EEE_RUN_ID": "run.job"}, stdin=pipe, stdout=pipe) as cat:
        assert cat.stdin is not None
        assert cat.stdout is not None
        cat.stdin.write(b"\n")
        cat.stdin.flush()
        cat.stdout.readline()  # it has started: before, it shows neither words nor environment
        assert kin.name(cat.pid) == b"cat - (pid %d)" % cat.pid
        assert kin.mark(cat.pid) == b"run.job"
        assert cat.pid in kin.marked(b"nobody", b"run.")
        assert cat.pid in kin.children(os.getpid())
        assert kin.memory(cat.pid) > 0


def test_an_ended_process_that_nobody_waited_for_has_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kin, "_read", lambda _path: b"")
    assert kin.name(1) == b""
    assert kin.mark(1) == b""
    assert kin.memory(1) == 0
