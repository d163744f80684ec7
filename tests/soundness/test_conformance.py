"""Twelve changes that break a test, most of them where no test's own code is: a check that remembers a green
run must be red after each, and say the same as one that remembers nothing."""

from typing import NamedTuple

import msgspec
import pytest

from tests.conftest import Project
from tests.soundness import compare
from tests.soundness.judged import FAILING_FIXTURE, FILES, Judge, green, python, status

__all__ = ["green", "python"]  # fixtures

pytestmark = [pytest.mark.network, pytest.mark.slow]


class Change(NamedTuple):
    """Files and their new content, None for one that is gone, or a variable of the environment."""

    files: dict[str, str | None] = {}
    env: dict[str, str] = {}


CHANGES = {
    "the body of an executed function": Change(
        {"p/sums.py": "def double(n: int) -> int:\n    return n * 3\n"}
    ),
    "a new test file that fails": Change(
        {"tests/test_new.py": "def test_new() -> None:\n    assert False\n"}
    ),
    "a class attribute": Change({"p/things.py": FILES["p/things.py"].replace("size = 3", "size = 4")}),
    "a module constant": Change({"p/limits.py": FILES["p/limits.py"].replace("MOST = 10", "MOST = 11")}),
    "a JSON data file": Change({"p/data/rates.json": '{"rate": 3}\n'}),
    "an environment variable": Change(env={"P_MODE": "wild"}),
    "code run in a process of its own": Change({"p/tool.py": 'print("steady")\n'}),
    "a new file found by a pattern": Change({"p/plugins/two.txt": "two\n"}),
    "a new conftest with a failing fixture": Change({"tests/conftest.py": FAILING_FIXTURE}),
    "a deleted module of import-time code": Change({"p/names.py": None}),
    "a new module that shadows a library's": Change({"json.py": "raise RuntimeError('shadow')\n"}),
    "broken settings of pytest": Change({"pytest.ini": "[pytest\n"}),
}


def apply(project: Project, change: Change) -> None:
    for name, content in change.files.items():
        if content is None:
            (project.root / name).unlink()
        else:
            project.write({name: content})


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_that_breaks_a_test_is_red_whatever_is_remembered(green: Judge, name: str) -> None:
    change = CHANGES[name]
    apply(green.project, change)
    warm = green.warm(**change.env)
    assert status(warm) in ('"failed"', '"broken"')
    assert compare.differences(warm, green.scratch(**change.env)) == []


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_that_is_undone_is_green_again(green: Judge, name: str) -> None:
    """What was remembered of the red state does not stay."""
    change = CHANGES[name]
    apply(green.project, change)
    green.warm(**change.env)
    apply(green.project, Change({file: FILES.get(file) for file in change.files}))
    warm = green.warm()
    assert status(warm) == '"passed"'
    assert compare.differences(warm, green.scratch()) == []


def test_a_renamed_test_file_runs(green: Judge) -> None:
    content = FILES["tests/test_sums.py"]
    apply(green.project, Change({"tests/test_sums.py": None, "tests/test_totals.py": content}))
    warm = green.warm()
    assert ("tests", "case", "tests.test_totals", "test_double") in warm
    assert ("tests", "case", "tests.test_sums", "test_double") not in warm
    assert compare.differences(warm, green.scratch()) == []


def test_nothing_changed_says_the_same_again(green: Judge) -> None:
    assert compare.differences(green.warm(), green.scratch()) == []


def test_an_edit_that_one_test_file_executes_runs_fewer_test_files(green: Judge) -> None:
    apply(green.project, Change({"p/sums.py": "def double(n: int) -> int:\n    return n + n\n"}))
    warm = green.warm()
    ran, known = compare.selected(msgspec.to_builtins(green.project.report())) or (0, 0)
    assert status(warm) == '"passed"'
    assert 0 < ran < known == len([name for name in FILES if name.startswith("tests/test_")])
