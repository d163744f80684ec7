"""Several processes of one program at once: all are waited for, and the worst of them counts."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from eee_ci import inject
from eee_ci.inject import side_by_side

WRITE = "import sys; open(sys.argv[1], 'a').write(sys.argv[2])"
TWICE = (
    "import sys, time; file = open('log', 'a', buffering=1)\n"
    "file.write(sys.argv[1] + '+\\n'); time.sleep(0.1); file.write(sys.argv[1] + '-\\n')"
)
MEET = (
    "import os, sys, time; open(sys.argv[1], 'w').close()\n"
    "for _ in range(6000): os.path.exists(sys.argv[2]) and sys.exit(0); time.sleep(0.01)\n"
    "sys.exit(3)"
)
END = "import os, sys; code = int(sys.argv[1]); sys.exit(code) if code >= 0 else os.kill(os.getpid(), -code)"
BEGIN = "import sys, time; open(sys.argv[1], 'w').close(); time.sleep(60)"


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # those of this process stay
    monkeypatch.chdir(tmp_path)


def words(code: str, *runs: tuple[str, ...], most: int = 2) -> list[str]:
    """The command line after `side_by_side.py`."""
    Path("wish.json").write_text(json.dumps({"most": most, "runs": runs}), encoding="utf-8")
    return ["wish.json", sys.executable, "-I", "-S", "-c", code]


def test_each_run_has_its_own_words_after_those_of_all() -> None:
    assert side_by_side.main(words(WRITE, ("one", "1"), ("two", "2"), ("three \udcff", "3"))) == 0
    assert [Path(name).read_text() for name in ("one", "two", "three \udcff")] == ["1", "2", "3"]


def test_they_run_at_the_same_time() -> None:
    assert side_by_side.main(words(MEET, ("a", "b"), ("b", "a"))) == 0


def test_no_more_run_at_the_same_time_than_may() -> None:
    assert side_by_side.main(words(TWICE, ("a",), ("b",), ("c",), most=1)) == 0
    assert Path("log").read_text().split() == ["a+", "a-", "b+", "b-", "c+", "c-"]


@pytest.mark.parametrize(
    ("codes", "worst"),
    [((), 0), ((0, 0), 0), ((0, 1), 1), ((1, 0), 1), ((2, 1), 2), ((0, 9), 9), ((-9, 1), 137)],
)
def test_the_worst_exit_code_is_that_of_all(codes: tuple[int, ...], worst: int) -> None:
    assert side_by_side.main(words(END, *((str(code),) for code in codes))) == worst


def test_what_they_say_is_passed_on(capfd: pytest.CaptureFixture[str]) -> None:
    say = "import sys; print(sys.argv[1]); print(sys.argv[2], file=sys.stderr); assert not sys.stdin.read()"
    assert side_by_side.main(words(say, ("a", "b"), ("c", "d"))) == 0
    said = capfd.readouterr()
    assert (sorted(said.out.split()), sorted(said.err.split())) == (["a", "c"], ["b", "d"])


def test_a_run_that_breaks_ends_the_others_and_no_more_begin() -> None:
    code = f"import sys\nif sys.argv[1] == 'breaks': sys.exit(2)\n{BEGIN}"
    assert side_by_side.main(words(code, ("endless",), ("breaks",), ("late",))) == 2
    assert not Path("late").exists()
    assert not running("endless")


def test_a_signal_ends_all_of_them() -> None:
    made = words(BEGIN, ("one",), ("two",))
    process = subprocess.Popen([sys.executable, "-I", "-S", inject.script("side_by_side.py"), *made])
    while not (Path("one").exists() and Path("two").exists()) and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 128 + signal.SIGTERM
    assert not running("one")
    assert not running("two")


def test_a_signal_to_this_process_becomes_its_way_out() -> None:
    with pytest.raises(SystemExit) as left:
        side_by_side.leave(signal.SIGTERM, None)
    assert left.value.code == 128 + signal.SIGTERM


def running(word: str) -> list[str]:
    """The processes in this folder that have the word on their command line."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").samefile(".") and word.encode() in (process / "cmdline").read_bytes():
                found.append(process.name)
        except OSError:  # it has ended, or is another user's
            continue
    return found
