"""bandit in several processes says what it says in one, and where it cannot, one process judges."""

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

from eee_ci.model import Verdict
from tests.conftest import Files, Project

Make = Callable[[Files], Project]
SETTINGS = "[tool.bandit]\nexclude_dirs = ['p/skipped.py']\n"
FILES = {
    "pyproject.toml": SETTINGS,
    "p/__init__.py": "",
    "p/a.py": "import pickle\neval('1')\neval('1')\n",
    "p/b.py": "import subprocess\nsubprocess.call('x', shell=True)\neval('1')  # nosec\n",
    "p/deep/__init__.py": "from .. import a\n",
    "p/deep/c.py": "password = 'abc'\nassert password\nassert password\n",
    "p/skipped.py": "eval('1')\n",
    "p/gone/d.py": "eval('1')\n",
    "z.py": "eval('\u00e9')\n",
    "clean.py": "x = 1\n",
}
BROKEN = {"p/a.py": "def (:\n", "p/deep/c.py": "eval('1'\n", "z.py": "\x00\n"}


class Site:
    """A project with a gate of bandit for two processes."""

    def __init__(self, make: Make, files: Files | None = None, **gate: Any) -> None:
        paths = ["z.py", "p", "clean.py"]
        self.gate = {"tool": "bandit", "workers": 2, "paths": paths, "exclude": ["p/gone"], **gate}
        self.project = make({**FILES, **(files or {}), "eee-ci.yaml": self.config})

    @property
    def config(self) -> str:
        top = {"version": 1, "jobs": 2, "python": sys.executable, "sources": ["p"]}
        return json.dumps({**top, "gates": {"safe": self.gate}})

    def check(self, *words: str) -> Verdict:
        done = self.project.run("check", "--quiet", *words)
        assert done.returncode in (0, 1, 4), done.stderr
        (verdict,) = self.project.report().verdicts
        return verdict

    def alone(self) -> Verdict:
        """The verdict of one process."""
        return self.check("--no-cache", "--jobs", "1")


def told(verdict: Verdict) -> object:
    """All that must not depend on the number of processes."""
    measures = {name: value for name, value in verdict.reading.measures.items() if name != "seconds"}
    reading = verdict.reading
    return verdict.status, verdict.reasons, reading.findings, measures, reading.errors, reading.notes


def spread(verdict: Verdict) -> bool:
    return any(word.endswith("side_by_side.py") for word in verdict.command[-1])


@pytest.mark.parametrize("words", [(), ("--no-cache",)])
def test_two_processes_say_what_one_says(words: tuple[str, ...], project: Make) -> None:
    site = Site(project)
    two, one = site.check(*words), site.alone()
    assert (spread(two), spread(one)) == (True, False)
    assert {one.path for one in two.reading.findings} == {"p/a.py", "p/b.py", "p/deep/c.py", "z.py"}
    assert two.reading.measures["files"] == 7
    assert ("p/b.py", 3) not in [(one.path, one.line) for one in two.reading.findings]
    assert told(two) == told(one)


def test_files_that_cannot_be_judged_are_the_same(project: Make) -> None:
    site = Site(project, BROKEN)
    two, one = site.check(), site.alone()
    assert (two.status, spread(two), spread(one)) == ("broken", True, False)
    places = [error.split(":")[0].rpartition(" ")[2] for error in two.reading.errors]
    assert places == ["p/a.py", "p/deep/c.py", "z.py"]
    assert told(two) == told(one)


@pytest.mark.parametrize(("paths", "several"), [(["p"], True), (["docs"], False)])
def test_no_file_to_look_at_is_the_same(paths: list[str], several: bool, project: Make) -> None:
    files = {"pyproject.toml": "[tool.bandit]\nexclude_dirs = ['p']\n", "docs/x.txt": ""}
    site = Site(project, files, paths=paths)
    two, one = site.check(), site.alone()
    assert (two.status, spread(two), spread(one)) == ("broken", several, False)
    assert two.reading.errors[0].startswith("bandit found no Python file to look at")
    assert told(two) == told(one)


@pytest.mark.parametrize(("first", "second"), [(1, 2), (2, 1), (2, "auto")])
def test_what_was_said_is_remembered_for_any_number(first: int, second: object, project: Make) -> None:
    site = Site(project, workers=first)
    before = site.check()
    site.gate["workers"] = second
    site.project.write({"eee-ci.yaml": site.config})
    again = site.check()
    assert spread(before) == (first == 2)
    assert again.cached is not None, again.because
    assert told(again) == told(before)


def test_only_files_that_changed_are_judged_again_in_as_many_processes_as_they_need(project: Make) -> None:
    site = Site(project)
    site.check()
    site.project.write({"p/b.py": "eval('2')\n"})
    single = site.check()
    assert not spread(single)
    assert single.command[-1][-2:] == ("--", "p/b.py")
    assert told(single) == told(site.alone())
    site.project.write({"p/b.py": "eval('3')\n", "z.py": "import pickle\n"})
    both = site.check()
    assert spread(both)
    assert told(both) == told(site.alone())
    site.project.write({"p/b.py": "eval('2')\n"})  # each of the two is remembered by itself
    assert site.check("--jobs", "1").cached is not None


def test_files_that_changed_and_tell_too_little_leave_the_whole_to_one_process(project: Make) -> None:
    site = Site(project)
    site.check()
    site.project.write(BROKEN)
    broken, one = site.check(), site.alone()
    assert (broken.status, spread(broken)) == ("broken", False)
    assert told(broken) == told(one)


def test_what_stops_several_processes_is_left_to_one_and_noted(project: Make) -> None:
    site = Site(project, {"pyproject.toml": "[tool.bandit]\ntests = ['B999']\n"})
    verdict = site.check()
    assert (verdict.status, spread(verdict)) == ("broken", False)
    note = "2 workers: bandit in several processes ended with exit 2; run again in one process"
    assert verdict.reading.notes == (note,)
    assert told(site.alone()) != told(verdict)
    assert site.alone().reading.errors == verdict.reading.errors


def test_few_files_are_left_to_one_process_unless_a_number_is_said(project: Make) -> None:
    assert not spread(Site(project, workers="auto").check())
