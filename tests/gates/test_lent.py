"""An environment without coverage.py is measured with ours, and gets nothing else of us."""

import importlib.metadata
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from eee_ci.model import Verdict
from tests.conftest import Files, Project

Make = Callable[[Files], Project]
PYTEST = ("pytest", "pluggy", "iniconfig", "packaging", "pygments")
TEST = """\
import importlib.util

from shop.prices import price


def test_price() -> None:
    assert price(2) == 2


def test_nothing_else_of_eee_ci_is_there() -> None:
    for name in ("msgspec", "eee_ci", "yaml"):
        assert importlib.util.find_spec(name) is None
"""
FILES = {
    "shop/__init__.py": "",
    "shop/prices.py": (
        "def price(amount: int, *, vip: bool = False) -> int:\n    if vip:\n        return amount - 1\n"
        "    return amount\n"
    ),
    "tests/test_shop.py": TEST,
    ".gitignore": "/.eee-ci/\n",
}
CONFIG = """\
version: 1
python: {python}
sources: [{source}]
tests: [tests]
gates:
  tests: {{tool: pytest{more}}}
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter with pytest alone."""
    return environment(tmp_path_factory.mktemp("lent") / "env", *PYTEST)


def environment(folder: Path, *names: str) -> Path:
    """The interpreter of a new one that has distributions of our own, by links."""
    venv.create(folder, with_pip=False)
    place = folder / f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
    for name in names:
        found = importlib.metadata.distribution(name)
        tops = {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}
        for top in tops:
            (place / top).symlink_to(str(found.locate_file(top)))
    return folder / "bin" / "python"


def config(python: Path, *, source: str = "shop", more: str = "") -> dict[str, str]:
    return {"eee-ci.yaml": CONFIG.format(python=python, source=source, more=more)}


def judged(project: Project) -> Verdict:
    project.run("check")
    (verdict,) = project.report().verdicts
    return verdict


def test_coverage_is_that_of_an_environment_that_has_it(project: Make, python: Path, tmp_path: Path) -> None:
    made = project({**FILES, **config(python)})
    lent = judged(made)
    made.write(config(environment(tmp_path / "own", *PYTEST, "coverage"))).commit()
    own = judged(made)
    assert lent.reading.files == own.reading.files
    assert {**lent.reading.measures, "seconds": 0.0} == {**own.reading.measures, "seconds": 0.0}
    assert (lent.status, lent.reading.measures["branch_coverage"]) == ("passed", 50)


@pytest.mark.parametrize("more", [", workers: 2", ", select: all", ", probes: false"])
def test_each_way_to_measure_says_the_same(more: str, project: Make, python: Path) -> None:
    second = "from shop.prices import price\n\n\ndef test_three() -> None:\n    assert price(3) == 3\n"
    made = project({**FILES, **config(python, more=more), "tests/test_more.py": second})
    measures = judged(made).reading.measures
    assert (measures["branch_coverage"], measures["tests"], measures["tests_failed"]) == (50, 3, 0)


def test_it_is_remembered(project: Make, python: Path) -> None:
    made = project({**FILES, **config(python)})
    assert judged(made).cached is None
    assert "remembered  2 tests, coverage 75.0 %" in made.run("check").stdout


def test_where_further_processes_would_go_unseen_there_is_no_number(project: Make, python: Path) -> None:
    made = project({**FILES, **config(python), ".coveragerc": "[run]\npatch = subprocess\n"})
    verdict = judged(made)
    assert verdict.status == "broken"
    assert "that of eee-ci sees no further process" in verdict.log
    assert not list(python.parent.parent.rglob("*.pth"))


def test_a_file_among_the_sources_is_measured(project: Make, python: Path) -> None:
    made = project({**FILES, **config(python, source="shop/prices.py")})
    verdict = judged(made)
    assert (verdict.status, verdict.reading.measures["branch_coverage"]) == ("passed", 50)
    assert list(verdict.reading.files) == ["shop/prices.py"]
