"""The signals that ask eee-ci to end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from eee_ci.process.signals import ASKING, PARENT, Signals
from tests.faults import lab

ROOT = str(Path(__file__).parent.parent.parent)


@pytest.mark.parametrize("number", ASKING)
def test_the_first_is_remembered_and_all_are_counted(number: signal.Signals) -> None:
    with Signals(ci=False) as signals:
        assert (signals.first, signals.count) == (None, 0)
        signal.raise_signal(number)
        signal.raise_signal(signal.SIGTERM)
        assert (signals.first, signals.count) == (number, 2)


def test_fifty_of_them_are_fifty() -> None:
    with Signals(ci=False) as signals:
        for _ in range(50):
            signal.raise_signal(signal.SIGINT)
        assert (signals.first, signals.count) == (signal.SIGINT, 50)


def test_each_one_makes_the_file_readable_until_it_is_drained() -> None:
    with Signals(ci=False) as signals:
        signals.drain()  # nothing there: nothing is waited for
        for _ in range(2):
            assert not lab.readable(signals.fileno(), 0)
            signal.raise_signal(signal.SIGHUP)
            assert lab.readable(signals.fileno(), 0)
            signals.drain()


def test_a_signal_wakes_who_waits_for_outcomes(tmp_path: Path) -> None:
    ready = lab.Ready(tmp_path)
    with Signals(ci=False) as signals, lab.executor(signals=signals) as local:
        local.submit("job", lab.tool("--ready-file", ready.path, "--sleep", "inf"), lab.place())
        ready.wait()
        signal.raise_signal(signal.SIGTERM)
        assert local.collect(None) == []
        local.stop(now=True)
        [(_, got)] = lab.outcomes(local, 1)
    assert got.problem == "cancelled (KILL)"


def test_what_was_before_is_restored() -> None:
    before = [signal.getsignal(number) for number in (*ASKING, signal.SIGURG)]
    with Signals(ci=True):
        pass
    assert [signal.getsignal(number) for number in (*ASKING, signal.SIGURG)] == before
    assert signal.set_wakeup_fd(-1) == -1


def test_an_ignored_signal_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Signals(ci=False) as signals:
            signal.raise_signal(signal.SIGHUP)
            assert signals.count == 0
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_the_environment_says_whether_this_is_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.getsignal(signal.SIGURG)
    for value, caught in (("true", True), ("", False)):
        monkeypatch.setenv("CI", value)
        with Signals():
            assert (signal.getsignal(signal.SIGURG) != before) is caught


def test_a_false_alarm_of_the_parents_end_is_no_signal() -> None:
    with Signals(ci=True) as signals:
        signal.raise_signal(signal.SIGURG)
        assert signals.count == 0
        assert lab.readable(signals.fileno(), 0)


ORPHAN = """
import select, sys
sys.path.insert(0, sys.argv[1])
from eee_ci.process.signals import Signals
with Signals(ci=True) as signals:
    sys.stdout.write("ready\\n")
    sys.stdout.flush()
    select.select([signals], [], [], 20)
    sys.stdout.write(f"{signals.first} {signals.count}\\n")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of the parent's end")
def test_in_ci_the_end_of_the_parent_means_term() -> None:
    command = [sys.executable, "-c", ORPHAN, ROOT]
    shell = ["sh", "-c", '"$@" & wait', "sh", *command]
    with subprocess.Popen(shell, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "ready\n"
        os.kill(parent.pid, signal.SIGKILL)
        assert parent.stdout.read() == f"{int(signal.SIGTERM)} 1\n"


def test_a_parent_that_ended_before_we_could_ask_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    signals = Signals(ci=True)
    monkeypatch.setattr(os, "getppid", lambda: 1)
    with signals:
        assert (signals.first, signals.count) == (signal.SIGTERM, 1)


def test_who_is_to_end_with_a_parent_that_has_gone_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PARENT, str(os.getppid()))
    with Signals() as signals:
        assert signals.count == 0
    monkeypatch.setenv(PARENT, "1")
    with Signals() as signals:
        assert (signals.first, signals.count) == (signal.SIGTERM, 1)
