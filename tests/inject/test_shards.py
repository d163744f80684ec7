"""Several pytest processes share the test files: none is lost or done twice, and doubt says so."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from eee_ci import inject
from eee_ci.inject import shards
from tests.inject import recorded

FILES = {
    "pytest.ini": "[pytest]\n",
    "tests/test_a.py": "import pytest\n\n@pytest.mark.parametrize('n', [1, 2])\ndef test_n(n):\n    pass\n",
    "tests/test_b.py": "def test_b():\n    pass\n",
    "tests/deep/__init__.py": "",
    "tests/deep/test_c.py": "def test_c():\n    pass\n",
    "tests/deep/test_d.py": "def test_d():\n    pass\n",
}
TESTS = sorted(path for path in FILES if "/test_" in path)
IDS = [
    "tests/deep/test_c.py::test_c",
    "tests/deep/test_d.py::test_d",
    "tests/test_a.py::test_n[1]",
    "tests/test_a.py::test_n[2]",
    "tests/test_b.py::test_b",
]
RED = "def test_b():\n    assert 0\n"
SECONDS = dict.fromkeys(TESTS, 1.0)
BESIDE = """\
import os, time

def test_b():
    assert os.path.basename(os.environ["TMPDIR"]) == "sagain"
"""
HANGS = """\
import subprocess, sys, time

def test_b():
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    time.sleep(600)
"""


class Run(NamedTuple):
    """What is left of one run."""

    exit: int
    trouble: str
    shards: list[dict[str, Any]]
    memory: dict[str, Any]

    def all(self, kind: str) -> list[str]:
        return sorted(name for shard in self.shards for name in shard[kind])


class Place:
    """A project, and the folders of its runs."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.root, self.number = folder, folder / "project", 0
        self.memory = folder / "cache" / "shards.json"
        recorded.write(self.root, FILES)

    @property
    def scratch(self) -> Path:
        return self.folder / f"scratch-{self.number}"

    def words(self, *words: str, number: int = 2, seconds: float = 60.0) -> list[str]:
        """The command line after `shards.py`."""
        self.number += 1
        wish = {
            "root": str(self.root),
            "shards": number,
            "scratch": str(self.scratch),
            "report": str(self.scratch / "shards.json"),
            "files": TESTS,
            "memory": str(self.memory),
            "seconds": seconds,
        }
        recorded.write(self.scratch, {"wish.json": json.dumps(wish)})
        launch = (sys.executable, inject.script("launch.py"), "--cwd-on-path")
        shard = f"--shard={self.scratch}/shard-{shards.SHARD}.json.wish"
        ours = ("-p", "no:cacheprovider", "-q", f"--rootdir={self.root}")
        return [str(self.scratch / "wish.json"), *launch, shard, "-m", "pytest", *ours, *words]

    def run(self, *words: str, **settings: Any) -> Run:
        code = shards.main(self.words(*words, **settings))
        told = json.loads((self.scratch / "shards.json").read_bytes())
        return Run(code, told["trouble"], told["shards"], shards.told(str(self.memory)))

    def remember(self, **memory: Any) -> None:
        shards.put(str(self.memory), {"seconds": SECONDS, "rest": 0, "why": "", **memory})


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    for name, value in {**recorded.MEASURING, "EEE_CI_RECORDER_MEASURED": "1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # those of this process stay
    made = Place(tmp_path)
    monkeypatch.chdir(made.root)
    made.memory.parent.mkdir()
    return made


def test_each_file_is_run_by_one_process_and_all_of_them_are(place: Place) -> None:
    ran = place.run()
    assert (ran.exit, ran.trouble) == (0, "")
    assert [shard["seen"] for shard in ran.shards] == [TESTS, TESTS]
    assert (ran.all("mine"), ran.all("items"), ran.all("ran")) == (TESTS, IDS, IDS)
    assert all(shard["complete"] for shard in ran.shards)
    assert sorted(ran.memory["seconds"]) == TESTS


def test_the_longest_files_go_to_who_has_the_least_to_do() -> None:
    assert shards.shares({"a": 1.0, "b": 5.0, "c": 3.0, "d": 3.0}, 2, ["c"]) == {
        "b": 0,
        "c": 1,
        "d": 1,
        "a": 0,
    }


def test_neighbours_take_about_as_long_so_that_unmeasured_files_go_to_each_in_turn() -> None:
    assert shards.shares({"z": 1.0}, 2, ["c", "a", "z", "b"]) == {"z": 0, "a": 0, "b": 1, "c": 0}


def test_measured_seconds_say_who_runs_what(place: Place) -> None:
    place.remember(seconds={**SECONDS, "tests/test_b.py": 60.0})
    ran = place.run()
    assert [shard["mine"] for shard in ran.shards] == [["tests/test_b.py"], [*TESTS[:3]]]


@pytest.mark.parametrize("damage", ["", "[]", '{"seconds": {"a": -1}}', '{"seconds": {}, "rest": "x"}'])
def test_damaged_seconds_are_as_none(damage: str, place: Place) -> None:
    place.memory.write_text(damage, encoding="utf-8")
    assert shards.recalled(str(place.memory)) == {"seconds": {}, "rest": 0, "why": ""}


def test_seconds_that_cannot_be_kept_do_no_harm(place: Place) -> None:
    place.memory.parent.rmdir()
    place.memory.parent.write_text("", encoding="utf-8")
    assert place.run().exit == 0


def test_a_process_without_tests_is_fine_while_another_has_some(place: Place) -> None:
    ran = place.run("tests/test_b.py")
    assert (ran.exit, ran.all("ran")) == (0, ["tests/test_b.py::test_b"])
    assert place.run("-k", "nothing").exit == 5


def test_a_named_test_runs_once(place: Place) -> None:
    ran = place.run("tests/test_a.py::test_n", "tests/deep")
    assert (ran.exit, ran.trouble, ran.all("ran")) == (0, "", IDS[:4])


def test_a_failure_is_believed_when_it_fails_alone_as_well(place: Place, capfd: Any) -> None:
    recorded.write(place.root, {"tests/test_b.py": RED})
    place.remember()
    ran = place.run()
    assert (ran.exit, ran.trouble, ran.memory["rest"]) == (1, "", 0)
    titles = re.findall(r"^={5} ([a-z].*) ={5}$", capfd.readouterr().out, re.MULTILINE)
    assert titles == ["process 1 of 2", "process 2 of 2", "again"]


def test_a_failure_that_passes_alone_is_doubted_and_not_tried_again_soon(place: Place) -> None:
    recorded.write(place.root, {"tests/test_b.py": BESIDE})
    ran = place.run()
    sentence = "tests/test_b.py::test_b failed beside other tests and passed without them"
    assert (ran.exit, ran.trouble) == (shards.DOUBT, sentence)
    rested = place.run()
    assert (rested.exit, rested.shards, rested.memory["rest"]) == (shards.DOUBT, [], shards.REST - 1)
    assert rested.trouble == f"{sentence} in an earlier run; they are tried again after 8 more runs"


def test_when_most_fails_one_process_is_as_quick(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "LEAST", 0.5)
    slow = "import time\n\ndef test_b():\n    time.sleep(3)\n    assert 0\n"
    recorded.write(place.root, {"tests/test_b.py": slow})
    assert place.run().trouble == "the greater part of the tests failed"


def test_after_a_rest_it_is_tried_again(place: Place) -> None:
    place.remember(rest=1, why="it hung")
    assert place.run().trouble == "it hung in an earlier run; they are tried again in the next run"
    assert place.run().trouble == ""


def test_what_hangs_is_ended_with_all_that_it_started(place: Place) -> None:
    recorded.write(place.root, {"tests/test_b.py": HANGS})
    ran = place.run(seconds=6.0)
    assert (ran.exit, ran.trouble) == (shards.DOUBT, "2 processes did not end within 6 s")
    assert ran.memory == {"seconds": {}, "rest": shards.REST, "why": ran.trouble}
    assert not running("time.sleep(600)", place.root)


def running(words: str, root: Path) -> bool:
    """Does a process with these words live in the project's folder, besides this one?"""
    for one in Path("/proc").glob("[0-9]*"):
        try:
            if one.name == str(os.getpid()):
                continue
            if Path(one, "cwd").readlink() == root and words in Path(one, "cmdline").read_text("utf-8"):
                return True
        except OSError:
            continue
    return False


@pytest.mark.parametrize(
    ("body", "code", "trouble"),
    [
        ("import nowhere\n", 2, "one of 2 processes ended with exit 2"),
        ("import os\n\ndef test_b():\n    os._exit(9)\n", 9, "one of 2 processes ended with exit 9"),
        ("import os\n\ndef test_b():\n    os.kill(os.getpid(), 9)\n", 137, "was ended by signal 9"),
    ],
)
def test_a_process_that_breaks_ends_the_others(body: str, code: int, trouble: str, place: Place) -> None:
    endless = "import time\n\ndef test_a():\n    time.sleep(600)\n"
    recorded.write(place.root, {"tests/test_b.py": body, "tests/test_a.py": endless})
    place.remember(seconds={"tests/test_a.py": 100.0, "tests/test_b.py": 99.0})
    ran = place.run()
    assert ran.exit == code
    assert ran.trouble.endswith(trouble)


def test_a_file_lost_in_spite_of_which_the_others_run_is_no_verdict(place: Place) -> None:
    recorded.write(place.root, {"tests/test_b.py": "import nowhere\n"})
    ran = place.run("--continue-on-collection-errors")
    assert (ran.exit, sorted(shard["complete"] for shard in ran.shards)) == (1, [False, True])


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("-x", "the tests stop at a failure (-x, --maxfail)"),
        ("--collect-only", "the tests are only collected"),
    ],
)
def test_what_cannot_be_shared_out_says_why(word: str, why: str, place: Place) -> None:
    ran = place.run(word)
    assert (ran.exit, ran.trouble, ran.memory) == (2, why, {})


@pytest.mark.parametrize("mark", ["order(1)", "depends(on=['x'])", "dependency(scope='session')"])
def test_marks_that_lead_to_other_files_are_refused(mark: str, place: Place) -> None:
    recorded.write(
        place.root, {"tests/test_b.py": f"import pytest\n\n@pytest.mark.{mark}\ndef test_b():\n    pass\n"}
    )
    name = mark.partition("(")[0]
    assert place.run().trouble == f"tests depend on others (the mark {name} of tests/test_b.py::test_b)"


def test_a_mark_for_the_own_file_is_none_of_them(place: Place) -> None:
    body = "import pytest\n\n@pytest.mark.dependency\ndef test_b():\n    pass\n"
    recorded.write(place.root, {"tests/test_b.py": body})
    assert place.run().trouble == ""


def test_tests_of_one_name_are_refused(place: Place) -> None:
    twice = "def pytest_collection_modifyitems(items):\n    items += items[:1]\n"
    recorded.write(place.root, {"tests/conftest.py": twice})
    assert place.run().trouble == "several tests have the same name"


def test_what_tests_measure_and_write_aside_is_apart(place: Place) -> None:
    body = "import os\n\ndef test_it():\n    open(os.environ['COVERAGE_FILE'] + '.txt', 'w').close()\n"
    recorded.write(place.root, {"tests/test_a.py": body, "tests/test_b.py": body})
    place.remember()
    assert place.run().exit == 0
    written = sorted(path.parent.name for path in place.scratch.glob("s*/.coverage.txt"))
    assert written == ["s0", "s1"]


def test_a_signal_ends_all_of_them(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.memory.parent.mkdir()
    begun = "open('begun', 'w').close()\n    time.sleep(600)"
    recorded.write(place.root, {"tests/test_b.py": f"import time\n\ndef test_b():\n    {begun}\n"})
    words = [sys.executable, "-I", "-S", inject.script("shards.py"), *place.words()]
    process = subprocess.Popen(words, cwd=place.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not (place.root / "begun").exists() and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 128 + signal.SIGTERM
    assert not running("launch.py", place.root)


def test_a_signal_to_this_process_becomes_its_way_out() -> None:
    with pytest.raises(SystemExit) as left:
        shards.leave(signal.SIGTERM, None)
    assert left.value.code == 128 + signal.SIGTERM


def test_what_ignores_the_polite_signal_is_killed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "GRACE", 0.2)
    deaf = "import signal, time\n\ndef test_b():\n    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    recorded.write(place.root, {"tests/test_b.py": f"{deaf}    time.sleep(600)\n"})
    assert place.run(seconds=6.0).exit == shards.DOUBT
    assert not running("launch.py", place.root)
