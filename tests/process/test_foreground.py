"""The child that speaks on our own standard output."""

import os
import signal
import sys
from pathlib import Path

import pytest

from eee_ci.process import foreground
from eee_ci.process.foreground import Foreground
from eee_ci.process.signals import PARENT
from tests.faults import lab


def python(code: str, *words: str) -> Foreground:
    return Foreground([sys.executable, "-c", code, *words], cwd="/", env={})


def over(child: Foreground) -> int | None:
    assert child._wait(lab.PATIENCE)
    return child.ended()


def test_its_exit_code_and_its_words_are_what_it_gave(capfd: pytest.CaptureFixture[str]) -> None:
    assert over(python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(7)")) == 7
    assert capfd.readouterr() == ("out\n", "err\n")


def test_it_knows_its_folder_and_whom_it_ends_with_and_reads_nothing(tmp_path: Path) -> None:
    code = (
        "import os, sys; "
        f"sys.exit(not (os.getcwd() == {str(tmp_path)!r} and os.environ == {{'A': 'b', **os.environ}} "
        f"and os.environ[{PARENT!r}] == {str(os.getpid())!r} and sys.stdin.read() == '' "
        "and os.getsid(0) == os.getpid()))"
    )
    child = Foreground([sys.executable, "-c", code], cwd=str(tmp_path), env={"A": "b"})
    assert over(child) == 0


def test_what_cannot_be_started_is_an_os_error() -> None:
    with pytest.raises(OSError, match="No such file"):
        Foreground(["/no/such/program"], cwd="/", env={})


def test_a_signal_that_ended_it_is_a_number_below_zero(tmp_path: Path) -> None:
    ready = lab.Ready(tmp_path)
    child = python(WAITING, ready.path)
    ready.wait()
    assert child.ended() is None
    child.end(signal.SIGTERM)
    assert child.ended() == -signal.SIGTERM
    child.ask(signal.SIGTERM)  # to nobody


WAITING = """
import os, signal, sys
os.write(os.open(sys.argv[1], os.O_WRONLY), b"ready %d\\n" % os.getpid())
while True:
    signal.pause()
"""
COUNTING = f"""
import signal, sys
seen = []
signal.signal(signal.SIGTERM, lambda *_: seen.append(1) if not seen else sys.exit(3))
{WAITING}"""
DEAF = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + WAITING


def test_who_does_not_heed_the_first_signal_gets_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreground, "PATIENCE", 0.05)
    ready = lab.Ready(tmp_path)
    child = python(COUNTING, ready.path)
    ready.wait()
    child.end(signal.SIGTERM)
    assert child.ended() == 3


def test_who_heeds_none_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreground, "PATIENCE", 0.05)
    monkeypatch.setattr(foreground, "LAST", 0.05)
    ready = lab.Ready(tmp_path)
    child = python(DEAF, ready.path)
    pids = ready.wait()
    child.end(signal.SIGTERM)
    assert lab.alive(pids) == []
    assert child.ended() == -signal.SIGKILL
