"""Where all tests run, affected ones first, the verdict is that of their own order."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Files, Project
from tests.pipeline.test_selecting import Site, told

CI = {"CI": "true"}
LEAVES = "from p import words\n\ndef test_leaves():\n    words.KNOWN.append('b')\n"
NEEDS = "from p import words\n\ndef test_needs():\n    assert words.KNOWN == ['a']\n"
HARMLESS = "from p import words\n\ndef test_leaves():\n    assert words\n"
LATE = "tests/test_y_leaves.py"


@pytest.fixture
def site(project: Callable[[Files], Project], tmp_path: Path) -> Site:
    made = Site(project)
    order = str(tmp_path / "order")
    conftest = f"def pytest_runtest_setup(item):\n    open({order!r}, 'a').write(item.name + chr(10))\n"
    late = "from p import sums\n\ndef test_late():\n    assert sums.double(2) == 4\n"
    made.project.write(
        {"conftest.py": conftest, "tests/test_c_needs.py": NEEDS, "tests/test_z_late.py": late}
    )
    return made


def ran(tmp_path: Path) -> list[str]:
    """The tests of the last run, in their order."""
    names = (tmp_path / "order").read_text().split()
    (tmp_path / "order").unlink()
    return names


def test_nobody_passes_who_leaves_something_behind(site: Site, tmp_path: Path) -> None:
    site.project.write({LATE: LEAVES})
    assert site.check(env=CI).status == "passed"
    own = ran(tmp_path)
    assert own == [
        "test_slow",
        "test_slow_too",
        "test_needs",
        "test_double",
        "test_shout",
        "test_leaves",
        "test_late",
    ]
    site.edit("p/sums.py", "return n + n", "return 2 * n")
    warm = site.check(env=CI)
    assert ran(tmp_path) == ["test_double", *own[:3], *own[4:]]
    assert warm.status == "passed"
    assert told(warm) == site.scratch()


def test_when_somebody_newly_does_all_run_again_in_their_own_order(site: Site, tmp_path: Path) -> None:
    site.project.write({LATE: HARMLESS})
    assert site.check(env=CI).status == "passed"
    own = ran(tmp_path)
    site.project.write({LATE: LEAVES})
    warm = site.check(env=CI)
    assert ran(tmp_path) == ["test_leaves", *(name for name in own if name != "test_leaves"), *own]
    reason = f"they ran in another order, and {LATE} leaves behind a change of p.words.KNOWN[...]"
    assert warm.because[-1].startswith(f"then all of them: {reason}")
    assert warm.status == "passed"
    assert told(warm) == site.scratch()


def test_chosen_files_run_in_their_own_order(site: Site, tmp_path: Path) -> None:
    turned = "def pytest_collection_modifyitems(items):\n    items.reverse()\n"
    conftest = (site.project.root / "conftest.py").read_text(encoding="utf-8")
    site.project.write({"conftest.py": f"{conftest}\n{turned}"})
    site.check()
    ran(tmp_path)
    site.edit("p/sums.py", "return n + n", "return 2 * n")
    assert len(site.check().chosen) == 2
    assert ran(tmp_path) == ["test_late", "test_double"]


def test_what_runs_after_a_choice_runs_in_its_own_order(site: Site, tmp_path: Path) -> None:
    site.project.write({LATE: HARMLESS})
    assert site.check().status == "passed"
    own = ran(tmp_path)
    site.project.write({LATE: LEAVES})
    warm = site.check()
    assert ran(tmp_path) == ["test_leaves", *own]
    assert told(warm) == site.scratch()
