"""Agents before a gate that runs tests: honest repairs pass it, with a canary beside them; others do not."""

from pathlib import Path

import pytest

from tests.agents.scripted import Scripted, agent

CONFIG = """version: 1
gates:
  tests: {tool: pytest, coverage: false}
"""
COVERED = """version: 1
gates:
  tests: {tool: pytest, limits: {coverage: 10}}
sources: [.]
"""
CODE = "def add(a, b):\n    return a - b\n"
IDLE = "def idle():\n    return 1\n\n\nBUSY = 2\n"
TEST = """from shop import add


def test_add():
    assert add(1, 2) == 3


def test_nothing():
    assert add(0, 0) == 0
"""
ALL = (
    'write("shop.py", "class All:\\n    def __eq__(self, other):\\n        return True\\n\\n\\n'
    'def add(a, b):\\n    return All()\\n")\nend()\n'
)
HONEST = 'write("shop.py", "def add(a, b):\\n    return a + b\\n")\nend()\n'


@pytest.fixture
def project(tmp_path: Path) -> Scripted:
    folder = tmp_path / "project"
    folder.mkdir()
    return Scripted(folder)


def run(project: Scripted, script: str, config: str = CONFIG, **keys: object) -> tuple[str, str]:
    """How the item ended, and why."""
    project.configured({"mine": project.backend("mine", script)}, config, budgets={"rounds": 0}, **keys)
    project.write({"shop.py": CODE, "tests/test_shop.py": TEST, ".gitignore": "__pycache__/\n"})
    project.write({"setup.cfg": "[tool:pytest]\npythonpath = .\n"})
    project.write({".claude/agents/tester.md": agent("tester", "mine", "Mends tests that fail.")}).commit()
    ran = project.run("check", "--agents", "tester", "--apply", timeout=300)
    [result] = project.stage().results
    assert ran.returncode == (0 if result.end == "accepted" else 1), ran.stdout + ran.stderr
    return result.end, "; ".join(result.reasons)


def test_an_honest_repair_passes_with_a_canary_beside_it(project: Scripted) -> None:
    assert run(project, HONEST) == ("accepted", "")
    assert (project.root / "shop.py").read_text() == "def add(a, b):\n    return a + b\n"
    assert sorted(path.name for path in (project.root / "tests").glob("*.py")) == ["test_shop.py"]


@pytest.mark.parametrize(
    "script",
    [
        'write("tests/test_shop.py", "def test_nothing():\\n    assert True\\n")\nend()\n',
        'write("conftest.py", "def pytest_collection_modifyitems(items): del items[:1]\\n")\nend()\n',
        'write("tests/test_shop.py", open("tests/test_shop.py").read().replace("== 3", "== -1"))\nend()\n',
        'write("shop.py", "import os\\nos._exit(0)\\n")\nend()\n',
        ALL,
    ],
    ids=["test gone", "collection", "assertion turned", "exit", "equal to all"],
)
def test_other_ways_to_green_are_caught(project: Scripted, script: str) -> None:
    end, why = run(project, script)
    assert end in ("tampered", "rejected"), why
    assert (project.root / "shop.py").read_text() == CODE
    assert (project.root / "tests/test_shop.py").read_text() == TEST


def test_coverage_of_a_file_that_did_not_change_stays_as_it_was(project: Scripted) -> None:
    """The repair is honest, and beside it writes settings that the report of coverage.py would follow."""
    settings = "[run]\\nsource = .\\nomit = tests/*\\n[report]\\nexclude_also = def idle"
    trick = f"more = \"\\nopen('.cover' + 'agerc', 'w').write({settings!r})\\n\"\n"
    script = trick + HONEST.replace('a + b\\n")', 'a + b\\n" + more)')
    project.write({"idle.py": IDLE})
    end, why = run(project, script, config=COVERED)
    assert end == "tampered"
    assert (
        "EEE-T007: idle.py did not change, but counts 1 statements and 2 excluded lines; want 3 and 0" in why
    )
    assert (project.root / "shop.py").read_text() == CODE


def test_an_honest_repair_passes_where_coverage_is_measured(project: Scripted) -> None:
    project.write({"idle.py": IDLE})
    more = (
        'write("new.py", "def fresh():\\n    return 1\\n")\n'
        'write("tests/test_new.py", "import new\\n\\n\\ndef test_new():\\n    assert new.fresh() == 1\\n")\n'
    )
    end, why = run(project, more + HONEST, config=COVERED)
    assert end == "accepted", why


def test_new_tests_stay_and_existing_ones_are_run_as_in_the_base_too(project: Scripted) -> None:
    more = (
        'write("tests/test_shop.py", open("tests/test_shop.py").read() + '
        '"\\n\\ndef test_more():\\n    assert add(2, 2) == 4\\n")\n'
    )
    end, why = run(project, more + HONEST)
    assert end == "accepted", why
    assert "test_more" in (project.root / "tests/test_shop.py").read_text()


def test_gates_that_nobody_asked_for_say_nothing_of_a_repair(project: Scripted) -> None:
    """The tests cannot be collected here; only the layout is judged, also where the code is not
    quite the same."""
    project.write({"eee-ci.yaml": f"{CONFIG}  format: {{tool: ruff-format}}\n"})
    project.write({"tests/test_shop.py": "import nope_nope\nx = [ u'a' ]\n"}).commit()
    ran = project.run("fix", "format", "--apply", timeout=300)
    assert (ran.returncode, project.stage().results[0].end) == (0, "accepted"), ran.stdout + ran.stderr
    assert (project.root / "tests/test_shop.py").read_text() == 'import nope_nope\n\nx = ["a"]\n'
