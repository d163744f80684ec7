"""Only the test files that an edit can have broken run, and the verdict is that of all of them."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eee_ci.model import Verdict
from tests.conftest import Files, Project

Make = Callable[[Files], Project]
SUMS = """\
import functools


def double(n):
    if n < 0:
        return -double(-n)
    return n + n


@functools.lru_cache(maxsize=None)
def slow(n):
    value = n * 3
    return value
"""
FILES = {
    "p/__init__.py": "",
    "p/sums.py": SUMS,
    "p/words.py": "KNOWN = ['a']\n\n\ndef shout(word):\n    return word.upper() + '!'\n",
    "tests/test_sums.py": "from p import sums\n\ndef test_double():\n    assert sums.double(-2) == -4\n",
    "tests/test_words.py": "from p import words\n\ndef test_shout():\n    assert words.shout('a') == 'A!'\n",
    "tests/test_a_slow.py": "from p import sums\n\ndef test_slow():\n    assert sums.slow(2) == 6\n",
    "tests/test_b_slow.py": "from p import sums\n\ndef test_slow_too():\n    assert sums.slow(2) == 6\n",
    "pytest.ini": "[pytest]\npythonpath = .\n",
    "README.md": "words\n",
}


class Site:
    """A project with a test gate, judged with the interpreter of these tests."""

    def __init__(self, make: Make, **gate: Any) -> None:
        self.gate = {"tool": "pytest", "limits": {"coverage": {"min": 0}}, **gate}
        self.project = make({**FILES, "eee-ci.yaml": self.config})

    @property
    def config(self) -> str:
        gates = {"tests": self.gate}
        shape = {"version": 1, "python": sys.executable, "sources": ["p"], "tests": ["tests"], "gates": gates}
        return json.dumps(shape)

    def check(self, *words: str, env: dict[str, str] | None = None) -> Verdict:
        done = self.project.run("check", "--quiet", "--fail-fast", *words, env=env)
        assert done.returncode in (0, 1, 4), done.stdout + done.stderr
        (verdict,) = self.project.report().verdicts
        return verdict

    def edit(self, path: str, old: str, new: str) -> None:
        content = (self.project.root / path).read_text(encoding="utf-8")
        assert old in content
        self.project.write({path: content.replace(old, new)})

    def scratch(self) -> object:
        return told(self.check("--no-cache"))


def told(verdict: Verdict) -> object:
    """All that must not depend on what was remembered."""
    measures = {name: value for name, value in verdict.reading.measures.items() if name != "seconds"}
    cases = [(case.classname, case.name, case.status) for case in verdict.reading.cases]
    return verdict.status, verdict.reasons, verdict.reading.findings, measures, verdict.reading.files, cases


@pytest.fixture
def site(project: Make) -> Site:
    made = Site(project)
    first = made.check()
    assert first.status == "passed", first.reasons
    assert first.because[-1] == "all test files run: no earlier run of the tests is remembered"
    return made


def test_a_place_is_given_away_before_tests_are_read_unless_more_of_them_may_run(project: Make) -> None:
    site = Site(project)
    gates = {"tests": site.gate, "true": {"tool": "command", "run": ["true"]}}
    config = {**json.loads(site.config), "gates": gates, "jobs": 1}
    site.project.write({"eee-ci.yaml": json.dumps(config)})

    def times() -> tuple[float, float]:
        """When the tests had their verdict, and when the other gate started."""
        assert site.project.run("check", "--quiet").returncode == 0
        tests, other = site.project.report().verdicts
        return tests.ended or 0.0, other.started or 0.0

    ended, started = times()
    assert started < ended
    site.edit("p/words.py", "'!'", "'!' + ''")
    ended, started = times()
    assert started >= ended


def test_an_edited_body_runs_who_executes_it(site: Site) -> None:
    site.edit("p/words.py", "'!'", "'!' + ''")
    warm = site.check()
    assert warm.because == ("p/words.py changed", "1 of 4 test files run")
    assert list(warm.chosen) == ["tests/test_words.py"]
    assert told(warm) == site.scratch()


def test_a_broken_body_is_red(site: Site) -> None:
    site.edit("p/words.py", "'!'", "'?'")
    warm = site.check()
    assert (warm.status, list(warm.chosen)) == ("failed", ["tests/test_words.py"])
    assert told(warm) == site.scratch()


def test_what_failed_runs_again_whatever_was_edited(site: Site) -> None:
    site.edit("p/words.py", "'!'", "'?'")
    site.check()
    site.edit("p/sums.py", "return n + n", "return 2 * n")
    warm = site.check()
    assert warm.chosen["tests/test_words.py"] == "failed last time"
    assert warm.status == "failed"
    assert told(warm) == site.scratch()


def test_after_an_undo_the_state_before_the_edit_counts(site: Site) -> None:
    site.project.write({"p/sums.py": SUMS.replace("n + n", "n") + "\n\nX = 1\n"})
    broken = site.check()
    assert (broken.status, len(broken.chosen)) == ("failed", 3)
    site.project.write({"p/sums.py": SUMS})
    assert site.check().cached is not None
    site.edit("p/words.py", "'!'", "'!' + ''")
    warm = site.check()
    assert list(warm.chosen) == ["tests/test_words.py"]
    assert told(warm) == site.scratch()


def test_an_edit_that_is_taken_back_together_with_another_one_costs_the_other_one(site: Site) -> None:
    site.project.write({"p/sums.py": SUMS + "\n\nX = 1\n"})
    site.check()
    site.project.write({"p/sums.py": SUMS})
    site.edit("p/words.py", "'!'", "'!' + ''")
    warm = site.check()
    assert list(warm.chosen) == ["tests/test_words.py"]
    assert told(warm) == site.scratch()


def test_what_failed_is_not_taken_for_passed_because_it_passed_before(site: Site, tmp_path: Path) -> None:
    marker = tmp_path / "marker"  # of the world, which no memory knows
    body = f"import os\n\ndef test_world():\n    assert not os.path.exists({str(marker)!r})\n"
    site.project.write({"tests/test_world.py": body})
    assert site.check().status == "passed"
    marker.touch()
    site.project.write({"tests/test_world.py": f"{body}# again\n"})
    assert site.check().status == "failed"
    site.project.write({"tests/test_world.py": body})
    site.edit("p/words.py", "'!'", "'!' + ''")
    warm = site.check()
    assert (warm.status, list(warm.chosen)) == ("failed", ["tests/test_words.py", "tests/test_world.py"])


LEAVES = {
    "in the environment": (
        "import os; os.environ['LEFT'] = '1'",
        "import os\n    assert os.getenv('LEFT') is None",
    ),
    "in a module": (
        "from p import words; words.left = 1",
        "from p import words\n    assert words.__dict__.get('left') is None",
    ),
    "in a library": (
        "import time; time.strftime = time.asctime",
        "import time\n    assert time.strftime is not time.asctime",
    ),
    "in a container": (
        "from p import words; words.KNOWN.append('b')",
        "from p import words\n    assert words.KNOWN == ['a']",
    ),
}
FIRST, LAST = "tests/test_a_first.py", "tests/test_z_last.py"


@pytest.mark.parametrize("place", LEAVES)
def test_what_a_file_newly_leaves_behind_has_all_run(place: str, project: Make) -> None:
    leaves, misses = LEAVES[place]
    site = Site(project)
    site.project.write({FIRST: "def test_a():\n    pass\n", LAST: f"def test_z():\n    {misses}\n"})
    assert site.check().status == "passed"
    site.edit(FIRST, "pass", leaves)
    warm = site.check()
    assert (warm.status, warm.chosen) == ("failed", {})
    assert warm.because[-1].startswith(f"then all of them: {FIRST} leaves behind a change of ")
    assert told(warm) == site.scratch()
    site.edit(FIRST, leaves, "pass")
    mended = site.check()
    assert (mended.status, told(mended)) == ("passed", site.scratch())


def test_who_leaves_something_behind_always_runs_and_alone_while_it_stays_the_same(project: Make) -> None:
    site = Site(project)
    leaves = "import os\nfrom p import sums\n\ndef test_a():\n    os.environ['LEFT'] = '1' * sums.double(1)\n"
    needs = "import os\nfrom p import words\n\ndef test_z():\n    assert os.environ['LEFT'] and words.shout\n"
    site.project.write({FIRST: leaves, LAST: needs})
    assert site.check().status == "passed"
    site.edit(LAST, "shout", "shout('a')")
    warm = site.check()
    assert (warm.status, list(warm.chosen)) == ("passed", [FIRST, LAST])
    assert warm.chosen[FIRST].startswith("leaves behind a change of os.environ['LEFT'] (")
    assert told(warm) == site.scratch()
    site.edit("p/sums.py", "n + n", "n - n")  # another value: the same words
    warm = site.check()
    assert (warm.status, warm.chosen) == ("failed", {})
    assert told(warm) == site.scratch()


def test_a_new_module_that_holds_no_test_ends_as_a_whole_run_does(site: Site) -> None:
    site.project.write({"p/new.py": "X = 1\n"})
    warm = site.check()
    assert (warm.status, len(warm.chosen)) == ("passed", 2), warm.reasons
    assert warm.chosen["p/new.py"] == "is new, and may hold tests"
    assert told(warm) == site.scratch()


def test_a_file_whose_tests_are_all_left_out_is_imported_all_the_same(project: Make) -> None:
    site = Site(project, args=["-k", "not rare"])
    test = "from p import rare\n\ndef test_rare():\n    assert rare.X\n"
    site.project.write({"p/rare.py": "X = 1\n", "tests/test_rarely.py": test})
    assert site.check().status == "passed"
    site.edit("p/rare.py", "1", "2")
    assert told(site.check()) == site.scratch()
    site.edit("p/rare.py", "X", "Y")
    site.edit("tests/test_rarely.py", "rare\n", "rare\n\nrare.X\n")
    warm = site.check()
    assert warm.status == "broken"
    assert told(warm) == site.scratch()


def test_when_the_last_test_of_a_file_is_gone_all_others_run(site: Site) -> None:
    site.project.write({"tests/test_words.py": "from p import words\n"})
    warm = site.check()
    assert (warm.status, warm.chosen) == ("passed", {}), warm.reasons
    assert warm.because[-1] == "then all of them: they hold no test"
    assert told(warm) == site.scratch()


@pytest.mark.parametrize("words", [(), ("--no-cache",)])
def test_a_project_that_has_pytest_run_what_failed_last_runs_all_the_same(
    words: tuple[str, ...], project: Make
) -> None:
    site = Site(project)
    site.project.write({"pytest.ini": "[pytest]\npythonpath = .\naddopts = --last-failed\n"})
    site.edit("p/words.py", "'!'", "'?'")
    assert site.check(*words).status == "failed"
    site.edit("p/words.py", "'?'", "'!'")
    site.edit("p/sums.py", "return n + n", "return n")
    last = site.check(*words)
    assert (last.status, len(last.reading.cases)) == ("failed", 4)
    assert told(last) == site.scratch()


def test_a_file_that_no_test_reads_runs_none(site: Site) -> None:
    site.project.write({"README.md": "other words\n"})
    warm = site.check()
    assert warm.cached is not None
    assert told(warm) == site.scratch()


def test_moved_lines_keep_their_coverage(site: Site) -> None:
    site.project.write({"p/sums.py": "# a comment\n\n" + SUMS})
    warm = site.check()
    assert told(warm) == site.scratch()


def test_a_function_that_nobody_runs_is_uncovered_wherever_it_comes_from(site: Site) -> None:
    site.project.write({"p/sums.py": SUMS + "\n\ndef unused():\n    return 1\n"})
    warm = site.check()
    assert warm.reading.measures["uncovered_functions"] == 1
    assert told(warm) == site.scratch()


def test_what_the_first_of_many_did_for_all_is_not_lost(site: Site) -> None:
    """The second user of a cached function runs none of it, so that its record lacks what it needs."""
    site.project.write({"tests/test_a_slow.py": "def test_slow():\n    pass\n"})
    warm = site.check()
    assert warm.because[-1] == "then all of them: they cover less of p/sums.py than before"
    assert told(warm) == site.scratch()


def test_a_cache_that_never_met_an_edited_function_has_nothing_of_it(project: Make) -> None:
    site = Site(project)
    kept = (
        "from functools import cache\n\n\ndef plain(n):\n    return n + 1\n\n\n"
        "@cache\ndef kept(n):\n    return plain(n) if n > 5 else n\n"
    )
    site.project.write(
        {
            "p/kept.py": kept,
            "tests/test_kept.py": "from p import kept\n\ndef test_kept():\n    assert kept.kept(1) == 1\n",
            "tests/test_plain.py": "from p import kept\n\ndef test_plain():\n    assert kept.plain(1) == 2\n",
        }
    )
    assert site.check().status == "passed"
    site.edit("p/kept.py", "n + 1", "1 + n")
    warm = site.check()
    assert list(warm.chosen) == ["tests/test_plain.py"]
    assert told(warm) == site.scratch()
    site.edit("p/kept.py", "1 + n", "kept(1) + n")
    warm = site.check()
    assert warm.chosen == {}
    assert warm.because[-1] == "then all of them: tests/test_plain.py ran kept of p/kept.py anew"
    assert told(warm) == site.scratch()


BOX = """
class Box:
    def __init__(self):
        self.held = None

    def value(self):
        if self.held is None:
            self.held = made()
        return self.held


def made():
    return 1


box = Box()
"""
KEEPS = {
    "a method": "assert box.box.value() < 5",
    "an attribute": "box.box.held = box.made()",
    "an attribute of a local name": "mine = box.box\n    mine.held = box.made()",
}


@pytest.mark.parametrize("way", KEEPS)
def test_what_one_test_leaves_in_an_object_for_others_counts(way: str, project: Make) -> None:
    """Nobody but the first one to come runs what it holds."""
    site = Site(project)
    site.project.write(
        {
            "p/box.py": BOX,
            "tests/test_a_box.py": f"from p import box\n\ndef test_a():\n    {KEEPS[way]}\n",
            "tests/test_b_box.py": "from p import box\n\ndef test_b():\n    assert box.box.held == 1\n",
        }
    )
    assert site.check().status == "passed"
    site.edit("p/box.py", "return 1", "return 2")
    warm = site.check()
    assert warm.status == "failed"
    assert told(warm) == site.scratch()


def test_a_deleted_test_file_takes_its_coverage_along(site: Site) -> None:
    (site.project.root / "tests/test_words.py").unlink()
    warm = site.check()
    assert warm.reading.measures["uncovered_functions"] == 1
    assert told(warm) == site.scratch()


def test_a_new_test_file_runs(site: Site) -> None:
    site.project.write({"tests/test_new.py": "def test_new():\n    assert False\n"})
    warm = site.check()
    assert warm.status == "failed"
    assert told(warm) == site.scratch()


def test_a_test_that_starts_a_process_always_runs_and_says_why(project: Make) -> None:
    made = Site(project)
    body = "import subprocess\n\ndef test_it():\n    subprocess.run(['true'], check=True)\n"
    made.project.write({"tests/test_process.py": body})
    made.check()
    made.edit("p/words.py", "'!'", "'!' + ''")
    warm = made.check()
    assert warm.chosen["tests/test_process.py"].startswith("starts the process true")
    assert told(warm) == made.scratch()


def test_in_ci_all_run_and_what_can_be_affected_runs_first(site: Site, tmp_path: Path) -> None:
    order = tmp_path / "order"
    conftest = f"def pytest_runtest_setup(item):\n    open({str(order)!r}, 'a').write(item.name + chr(10))\n"
    site.project.write({"conftest.py": conftest})
    site.check(env={"CI": "true"})
    order.unlink()
    site.edit("p/words.py", "'!'", "'!' + ''")
    warm = site.check(env={"CI": "true"})
    assert warm.chosen == {}
    assert order.read_text().split() == ["test_shout", "test_slow", "test_slow_too", "test_double"]
    assert told(warm) == site.scratch()


def test_all_follows_no_test(project: Make) -> None:
    made = Site(project, select="all")
    made.check()
    made.edit("p/words.py", "'!'", "'!' + ''")
    assert made.check().because == ("p/words.py changed",)


def test_without_coverage_the_tests_are_chosen_as_well(project: Make) -> None:
    made = Site(project, coverage=False)
    made.gate.pop("limits")
    made.project.write({"eee-ci.yaml": made.config})
    made.check()
    made.project.write({"tests/test_words.py": FILES["tests/test_words.py"] + "\n"})
    warm = made.check()
    assert list(warm.chosen) == ["tests/test_words.py"]
    assert told(warm) == made.scratch()


@pytest.mark.parametrize("settings", ["parallel = true", "relative_files = true", "sigterm = true"])
def test_the_project_s_settings_of_coverage_py_change_nothing(settings: str, project: Make) -> None:
    made = Site(project)
    made.project.write({".coveragerc": f"[run]\n{settings}\n"})
    assert made.check().status == "passed"
    made.edit("p/words.py", "'!'", "'!' + ''")
    warm = made.check()
    assert list(warm.chosen) == ["tests/test_words.py"]
    assert told(warm) == made.scratch()


def test_damaged_knowledge_runs_everything(site: Site) -> None:
    for kind in ("coverage", "tests"):
        for file in Path(os.environ["EEE_CI_CACHE_DIR"], "v1", kind).rglob("*"):
            if file.is_file():
                file.write_bytes(file.read_bytes()[:-1])
    site.edit("p/words.py", "'!'", "'!' + ''")
    warm = site.check()
    assert warm.chosen == {}
    assert told(warm) == site.scratch()


def test_an_edit_that_pytest_cannot_collect_is_broken_and_then_forgotten(site: Site) -> None:
    site.project.write({"tests/test_words.py": "def test_shout(:\n"})
    assert site.check().status == "broken"
    site.project.write({"tests/test_words.py": FILES["tests/test_words.py"]})
    assert site.check().status == "passed"


def test_a_module_that_another_platform_would_import_is_followed(project: Make) -> None:
    site = Site(project)
    only = "import sys\n\nif sys.platform == 'none':\n    from p import never\n"
    site.project.write(
        {
            "p/odd.py": only,
            "p/never.py": "x = 1\n",
            "tests/test_odd.py": "import p.odd\n\ndef test_odd():\n    pass\n",
        }
    )
    site.check()
    site.edit("p/words.py", "'!'", "'!' + ''")
    assert list(site.check().chosen) == ["tests/test_words.py"]
    site.edit("p/never.py", "1", "2")
    assert "tests/test_odd.py" in site.check().chosen
    (site.project.root / "p/never.py").unlink()
    assert told(site.check()) == site.scratch()
