"""A test gate in several processes says what it says in one, and where it cannot, one process judges."""

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

from eee_ci.model import Verdict
from tests.conftest import Files, Project

Make = Callable[[Files], Project]
SUMS = """\
def double(n):
    if n < 0:
        return -double(-n)
    return n + n


def triple(n):
    return n * 3


def unused():
    return 1
"""
FILES = {
    "p/__init__.py": "",
    "p/sums.py": SUMS,
    "p/words.py": "def shout(word):\n    return word.upper() + '!'\n",
    "tests/conftest.py": "import pytest\n\n\n@pytest.fixture(scope='session')\ndef one():\n    return 1\n",
    "tests/test_sums.py": (
        "import pytest\nfrom p import sums\n\n\ndef test_double():\n    assert sums.double(-2) == -4\n\n\n"
        "@pytest.mark.parametrize('n', [1, 2])\ndef test_many(n):\n    assert sums.double(n) == 2 * n\n\n\n"
        "@pytest.mark.skip\ndef test_not_now():\n    pass\n"
    ),
    "tests/test_words.py": "from p import words\n\ndef test_shout():\n    assert words.shout('a') == 'A!'\n",
    "tests/deep/__init__.py": "",
    "tests/deep/test_triple.py": "from p import sums\n\ndef test_it(one):\n    assert sums.triple(one) == 3\n",
    "tests/deep/test_a.py": "class TestA:\n    def test_it(self):\n        pass\n",
    "tests/deep/test_b.py": "def test_it(tmp_path):\n    (tmp_path / 'x').write_text('')\n",
    "pytest.ini": "[pytest]\npythonpath = .\n",
}
BESIDE = """\
import os, pathlib, time
def test_it():
    mark = pathlib.Path(__file__).parent / ".mark"
    try:
        mark.touch(exist_ok=False)
        time.sleep(1.5)
    finally:
        mark.unlink(missing_ok=True)
"""


class Site:
    """A project with a test gate for two cores, judged with the interpreter of these tests."""

    def __init__(self, make: Make, files: Files | None = None, **gate: Any) -> None:
        self.gate = {"tool": "pytest", "limits": {"coverage": {"min": 0}}, "workers": "auto", **gate}
        self.project = make({**FILES, ".gitignore": ".mark\n", **(files or {}), "eee-ci.yaml": self.config})

    @property
    def config(self) -> str:
        top = {"version": 1, "jobs": 2, "python": sys.executable, "sources": ["p"], "tests": ["tests"]}
        return json.dumps({**top, "gates": {"tests": self.gate}})

    def check(self, *words: str, env: dict[str, str] | None = None) -> Verdict:
        self.project.write({"eee-ci.yaml": self.config})
        done = self.project.run("check", "--quiet", *words, env=env)
        assert done.returncode in (0, 1, 4), done.stderr
        (verdict,) = self.project.report().verdicts
        return verdict

    def alone(self) -> Verdict:
        """The verdict of one process."""
        self.gate = {**self.gate, "workers": 1, "select": "all"}
        return self.check("--no-cache")


def told(verdict: Verdict) -> object:
    """All that must not depend on the number of processes."""
    measures = {name: value for name, value in verdict.reading.measures.items() if name != "seconds"}
    cases = [(case.classname, case.name, case.status, case.file, case.line) for case in verdict.reading.cases]
    return verdict.status, verdict.reasons, verdict.reading.findings, measures, cases


def spread(verdict: Verdict) -> bool:
    return any(word.endswith("shards.py") for word in verdict.command[0])


def test_two_processes_say_what_one_says(project: Make) -> None:
    site = Site(project)
    cold = site.check("--no-cache")
    assert (cold.status, spread(cold), cold.reading.notes) == ("passed", True, ())
    again = site.check("--no-cache")
    memory = json.loads((site.project.root / ".eee-ci/cache/tests/shards.json").read_bytes())
    assert sorted(memory["seconds"]) == sorted(name for name in FILES if "/test_" in name)
    one = site.alone()
    assert not spread(one)
    assert one.reading.measures["uncovered_functions"] == 1
    assert told(cold) == told(again) == told(one)


def test_without_coverage_too(project: Make) -> None:
    site = Site(project, coverage=False, limits={})
    cold = site.check("--no-cache")
    assert spread(cold)
    assert "coverage" not in cold.reading.measures
    assert told(cold) == told(site.alone())


def test_what_several_processes_said_is_remembered_as_that_of_one(project: Make) -> None:
    site = Site(project)
    first = site.check()
    assert first.because[-1].startswith("all test files run, in 2 processes")
    site.gate["workers"] = 1
    assert site.check().cached is not None


def test_a_failure_that_fails_alone_as_well_is_believed(project: Make) -> None:
    site = Site(project, {"tests/test_words.py": "def test_shout():\n    assert 0\n"})
    red = site.check("--no-cache")
    assert (red.status, spread(red), red.reading.notes) == ("failed", True, ())
    assert "===== again =====" in red.log
    assert told(red) == told(site.alone())


def test_tests_that_only_fail_beside_each_other_are_run_in_one_process(project: Make) -> None:
    site = Site(project, {"tests/test_left.py": BESIDE, "tests/test_right.py": BESIDE})
    seconds = {"tests/test_left.py": 1.0, "tests/test_right.py": 1.0}
    kept = {"seconds": seconds, "rest": 0, "why": ""}
    site.project.write({".eee-ci/cache/tests/shards.json": json.dumps(kept)})
    first = site.check("--no-cache")
    assert (first.status, spread(first)) == ("passed", False)
    (note,) = first.reading.notes
    assert note.startswith("2 workers: ")
    assert note.endswith("; run again in one process")
    assert told(first) == told(site.alone())


def test_tests_that_hang_beside_each_other_are_ended_and_run_in_one_process(project: Make) -> None:
    hangs = (
        "import os, subprocess, sys, time\n\n\ndef test_it():\n    if 'shard' in os.environ['TMPDIR'] or "
        "os.path.basename(os.environ['TMPDIR']) in ('s0', 's1'):\n"
        "        subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    )
    site = Site(project, {"tests/test_hangs.py": hangs}, timeout=40)
    first = site.check("--no-cache")
    assert (first.status, spread(first), first.flags) == ("passed", False, ())
    note = "2 workers: 2 processes did not end within 30 s; run again in one process"
    assert first.reading.notes == (note,)
    second = site.check("--no-cache")
    assert second.reading.notes == (
        "2 workers: 2 processes did not end within 30 s in an earlier run; they are tried again after 8 more "
        "runs; run again in one process",
    )


@pytest.mark.parametrize("words", ["-x", "--maxfail=2", "--lf"])
def test_arguments_that_only_one_process_can_obey_make_it_one(words: str, project: Make) -> None:
    site = Site(project, args=[words])
    verdict = site.check("--no-cache")
    assert (verdict.status, spread(verdict)) == ("passed", False)
    assert verdict.reading.notes[0].startswith("2 workers: the tests ")
    assert told(verdict) == told(site.alone())


def test_a_file_that_cannot_be_collected_breaks_the_gate_as_in_one_process(project: Make) -> None:
    site = Site(project, {"tests/test_words.py": "import nowhere\n"})
    verdict = site.check("--no-cache")
    assert (verdict.status, spread(verdict)) == ("broken", False)
    assert "could not collect tests/test_words.py:1" in verdict.reading.errors[0]
    assert told(verdict) == told(site.alone())
