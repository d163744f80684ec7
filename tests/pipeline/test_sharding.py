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
