"""A cache that the first test file fills: it is left out, the next one fills it, the verdict is the same."""

from collections.abc import Callable

import pytest

from tests.conftest import Files, Project
from tests.pipeline.test_selecting import Site, told

KEPT = """\
import os

from p import words

_known = {}


def load():
    return {"a": words.shout, "b": os.sep}


def known():
    global _known
    if not _known:
        _known = load()
    return _known
"""
USES = """\
from p import kept

def test_{name}():
    assert kept.known()["b"] == "/"
    assert kept.known()["a"]("x") == "X!"
"""
FILLS, NEXT = "tests/test_kept_a.py", "tests/test_kept_b.py"
MORE = {
    "p/kept.py": KEPT,
    FILLS: USES.format(name="a"),
    NEXT: USES.format(name="b"),
    "tests/test_sums_too.py": "from p import sums\n\ndef test_sums_too():\n    assert sums.double(2) == 4\n",
}


@pytest.fixture
def site(project: Callable[[Files], Project]) -> Site:
    made = Site(project)
    made.project.write(MORE)
    assert made.check().status == "passed"
    return made


def test_who_fills_it_is_left_out(site: Site) -> None:
    site.edit("p/sums.py", "return n + n", "return 2 * n")
    planned = site.project.run("plan", "--why").stdout.splitlines()
    reason = "p/sums.py: body of double changed"
    assert planned == [
        "tests: runs because p/sums.py changed; 2 of 7 test files run",
        f"  tests/test_sums.py: {reason}",
        f"  tests/test_sums_too.py: {reason}",
    ]
    warm = site.check()
    assert list(warm.chosen) == ["tests/test_sums.py", "tests/test_sums_too.py"]
    assert told(warm) == site.scratch()


def test_the_next_one_fills_it_with_the_same(site: Site) -> None:
    for number in range(2):
        site.project.write({NEXT: f"{USES.format(name='b')}\nAGAIN = {number}\n"})
        warm = site.check()
        assert list(warm.chosen) == [NEXT]
        assert warm.because[-1] == "1 of 7 test files run"
        assert told(warm) == site.scratch()


def test_with_something_else_all_run(site: Site) -> None:
    """In a whole run it finds the cache filled, and so it passes there."""
    patched = (
        "from unittest import mock\nfrom p import kept\n\ndef test_b():\n    kept.words.shout('x')\n    "
    )
    patched += (
        'with mock.patch.object(kept, "load", lambda: {"b": 1}):\n        assert kept.known()["b"] == "/"\n'
    )
    site.project.write({NEXT: patched})
    warm = site.check()
    assert warm.because[-1] == f"then all of them: {NEXT} may leave behind another process than before"
    assert warm.status == "passed"
    assert told(warm) == site.scratch()


def test_who_looks_at_it_finds_it_filled(site: Site) -> None:
    site.project.write({NEXT: "from p import kept\n\ndef test_b():\n    assert kept._known\n"})
    warm = site.check()
    assert warm.chosen[FILLS] == f"{NEXT} changed, and may use _known, which it fills"
    assert warm.status == "passed"
    assert told(warm) == site.scratch()


def test_a_branch_that_only_the_second_user_takes_stays_covered(site: Site) -> None:
    once = 'from p import kept\n\ndef test_b():\n    assert kept.known()["b"] == "/"\n'
    site.project.write({FILLS: once.replace("test_b", "test_a"), NEXT: once})
    site.check()
    site.project.write({NEXT: f"{once}\nAGAIN = 1\n"})
    warm = site.check()
    assert warm.because[-1] == "then all of them: they cover less of p/kept.py than before"
    assert told(warm) == site.scratch()


def test_nor_is_it_lost_when_the_module_was_edited(site: Site) -> None:
    once = 'from p import kept\n\ndef test_b():\n    assert kept.known()["b"] == "/"\n'
    site.project.write({FILLS: once.replace("test_b", "test_a"), NEXT: once})
    site.check()
    site.project.write({NEXT: f"{once}\nAGAIN = 1\n", "p/kept.py": f"# longer\n{KEPT}"})
    warm = site.check()
    assert told(warm) == site.scratch()
    assert warm.because[-1] == "then all of them: they cover less of p/kept.py than before"
