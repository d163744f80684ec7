"""What a patch proves where the config asks: by a test that fails without it, and by faults of ours."""

from pathlib import Path

import pytest

from tests.agents.scripted import Scripted, agent

CONFIG = """version: 1
gates:
  tests: {tool: pytest, coverage: false}
"""
CODE = """def add(a, b):
    return a - b


def twice(a):
    return a
"""
TEST = """from shop import add, twice


def test_none():
    assert add(0, 0) == 0
    assert twice(0) == 0
"""
HEAD = """
def change(old, new):
    text = open("shop.py").read()
    assert old in text
    write("shop.py", text.replace(old, new))
def test(name, row):
    text = f"from shop import {name}\\n\\n\\ndef test_{name}():\\n    assert {row}\\n"
    write(f"tests/test_{name}.py", text)
"""
MENDED = 'change("a - b", "a + b")\n'
PROVED = 'test("add", "add(1, 2) == 3")\n'
EMPTY = 'test("add", "add(1, 0) == 1")\n'
HALF = 'change("return a\\n", "return a\\n\\n\\ndef half(a):\\n    return a // 2\\n")\n'
FRESH = HALF + 'test("half", "half(4) == 2")\n'
CARELESS = 'change("return a\\n", "return a if a > 100 else a * 3\\n")\n'


@pytest.fixture
def project(tmp_path: Path) -> Scripted:
    folder = tmp_path / "project"
    folder.mkdir()
    made = Scripted(folder)
    made.write({"shop.py": CODE, "tests/test_shop.py": TEST, ".gitignore": "__pycache__/\n"})
    made.write({"setup.cfg": "[tool:pytest]\npythonpath = .\n"})
    return made


def task(project: Scripted, script: str, **keys: object) -> tuple[str, str]:
    """How a task without a command that accepts it ended, and why."""
    project.configured(
        {"mine": project.backend("mine", f"{HEAD}{script}end()\n")}, CONFIG, budgets={"rounds": 0}, **keys
    )
    project.write({".claude/agents/coder.md": agent("coder", "mine", "Mends sums.")}).commit()
    ran = project.run("task", "mend the sums", "--agents", "coder", timeout=300)
    [result] = project.stage().results
    assert "Traceback" not in ran.stdout + ran.stderr
    return result.end, "; ".join(result.reasons)


@pytest.mark.parametrize("script", [MENDED + PROVED, FRESH], ids=["wrong without it", "not there without it"])
def test_a_task_that_brings_a_test_which_fails_without_it_is_proposed(project: Scripted, script: str) -> None:
    end, why = task(project, script, proofs=["tests"])
    assert end == "unverified", why
    assert "its new tests fail without it" in why


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (MENDED, "EEE-T009: comes with no new test; want one that fails without the repair"),
        (MENDED + EMPTY, "EEE-T009: the new tests pass on the base as well (test_add.py::test_add)"),
    ],
    ids=["no test", "a test that proves nothing"],
)
def test_a_task_that_proves_nothing_is_stopped(project: Scripted, script: str, said: str) -> None:
    end, why = task(project, script, proofs=["tests"])
    assert (end, why[: len(said)]) == ("tampered", said)


def test_an_exception_of_the_config_lets_it_pass(project: Scripted) -> None:
    allow = [{"rule": "T9", "reason": "the sums have no tests yet"}]
    end, why = task(project, MENDED, proofs=["tests"], allow=allow)
    assert end == "unverified", why
    found = project.stage().results[0].tampering
    assert {one.severity for one in found} == {"info"}
    assert all("the sums have no tests yet" in one.message for one in found)


def test_code_that_the_tests_mind_is_accepted(project: Scripted) -> None:
    end, why = task(project, MENDED + PROVED, proofs=["mutants"])
    assert end == "unverified", why
    assert "the tests see faults in what it changed" in why


def test_code_that_no_test_minds_is_stopped(project: Scripted) -> None:
    end, why = task(project, CARELESS, proofs=["mutants"])
    assert end == "tampered", why
    assert "no test minds" in why
