"""A test gate in several processes says what it says in one, and where it cannot, one process judges."""

import json
import sys
from collections.abc import Callable
from typing import Any

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
    "tests/deep/test_c.py": "from p import sums\n\ndef test_it(one):\n    assert sums.triple(one) == 3\n",
    "tests/deep/test_a.py": "class TestA:\n    def test_it(self):\n        pass\n",
    "tests/deep/test_b.py": "def test_it(tmp_path):\n    (tmp_path / 'x').write_text('')\n",
    "pytest.ini": "[pytest]\npythonpath = .\n",
}


class Site:
    """A project with a test gate for two cores, judged with the interpreter of these tests."""

    def __init__(self, make: Make, files: Files | None = None, **gate: Any) -> None:
        self.gate = {"tool": "pytest", "limits": {"coverage": {"min": 0}}, "workers": "auto", **gate}
        self.project = make({**FILES, **(files or {}), "eee-ci.yaml": self.config})

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
    return verdict.status, verdict.reasons, verdict.reading.findings, measures, verdict.reading.files, cases


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
    assert one.reading.files["p/words.py"].covered
    assert told(cold) == told(again) == told(one)


def test_without_coverage_too(project: Make) -> None:
    site = Site(project, coverage=False, limits={})
    cold = site.check("--no-cache")
    assert spread(cold)
    assert "coverage" not in cold.reading.measures
    assert cold.reading.files == {}
    assert told(cold) == told(site.alone())


def test_what_several_processes_said_is_remembered_as_that_of_one(project: Make) -> None:
    site = Site(project)
    first = site.check()
    assert first.because[-1].startswith("all test files run, in 2 processes")
    again = site.check("--jobs", "1")
    assert again.cached is not None, again.because


def test_a_failure_that_fails_alone_as_well_is_believed(project: Make) -> None:
    site = Site(project, {"tests/test_words.py": "def test_shout():\n    assert 0\n"})
    red = site.check("--no-cache")
    assert (red.status, spread(red), red.reading.notes) == ("failed", True, ())
    assert "/cache-again\n" in red.log  # a cache of its own
    assert told(red) == told(site.alone())


def test_what_only_one_process_can_tell_is_run_in_one_and_noted(project: Make) -> None:
    site = Site(project, args=["--maxfail=2"])
    verdict = site.check()
    assert (verdict.status, spread(verdict)) == ("passed", False)
    note = "2 workers: the tests stop at a failure (-x, --maxfail); run again in one process"
    assert verdict.reading.notes == (note,)
    remembered = site.check()
    assert (remembered.cached is not None, remembered.reading.notes) == (True, (note,))


def test_on_one_core_the_tests_are_followed_as_ever(project: Make) -> None:
    site = Site(project)
    verdict = site.check("--jobs", "1")
    assert not spread(verdict)
    assert verdict.because[-1] == "all test files run: no earlier run of the tests is remembered"


def test_mypy_in_two_processes_says_what_one_says(project: Make) -> None:
    files = {"p/__init__.py": "", "p/a.py": "def f() -> int:\n    return ''\n", "p/b.py": "import p.a\n"}
    site = Site(project, files, tool="mypy", limits={})
    two = site.check()
    late = any("exit 2" in note for note in two.reading.notes)  # mypy gives its processes three seconds
    assert ("--num-workers" in two.command[0]) != late
    one = site.check("--no-cache", "--jobs", "1")
    assert "--num-workers" not in one.command[0]
    assert len(one.reading.findings) == 1
    assert told(two) == told(one)
    again = site.check("--jobs", "1")
    assert again.cached is not None, again.because


def test_mypy_that_refuses_several_processes_runs_in_one(project: Make) -> None:
    site = Site(project, {"mypy.ini": "[mypy]\nlocal_partial_types = False\n"}, tool="mypy", limits={})
    verdict = site.check()
    assert verdict.status == "passed"
    assert "--num-workers" not in verdict.command[0]
    note = "2 workers: mypy with several processes ended with exit 2; run again in one process"
    assert verdict.reading.notes == (note,)
