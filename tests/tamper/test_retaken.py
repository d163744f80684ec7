"""Which files of a patch the verification does not take."""

import pytest

from eee_ci import tamper
from tests.tamper.scene import Texts, changes, data

BASE: Texts = {
    "src/shop.py": "X = 1\n",
    "tests/test_shop.py": "def test_x():\n    assert X == 1\n",
    "tests/data/a.json": "1",
    "tests/conftest.py": "import os\nimport sys\n\nY = 1\n",
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n',
    "ci/gate.toml": "a = 1\n",
}


def taken(
    patch: Texts, rules: tamper.Rules | None = None, modes: dict[str, str] | None = None
) -> tamper.Retaken:
    base, candidate = data(BASE), data({**BASE, **patch})
    return tamper.retaken(base, candidate, changes(base, candidate, modes), rules or tamper.Rules())


def test_code_and_new_tests_stay() -> None:
    assert taken({"src/shop.py": "X = 2\n", "tests/test_new.py": "def test(): pass\n"}) == tamper.Retaken()


def test_existing_tests_and_what_lies_beside_them_come_from_the_base() -> None:
    patch: Texts = {"tests/test_shop.py": "def test_x():\n    pass\n", "tests/data/a.json": "2"}
    assert taken(patch) == tamper.Retaken(tests=("tests/data/a.json", "tests/test_shop.py"))


def test_a_deleted_test_comes_back() -> None:
    assert taken({"tests/test_shop.py": None}) == tamper.Retaken(tests=("tests/test_shop.py",))


def test_a_test_laid_out_anew_stays() -> None:
    assert taken({"tests/test_shop.py": "def test_x() :\n    assert (X==1)\n"}) == tamper.Retaken()


def test_protected_files_come_from_the_base() -> None:
    patch: Texts = {"tests/conftest.py": None, "pyproject.toml": "", "ci/gate.toml": "a = 2\n"}
    assert taken(patch, tamper.Rules(protected=("ci",))) == tamper.Retaken(
        restore=("ci/gate.toml", "pyproject.toml", "tests/conftest.py")
    )


def test_new_protected_files_and_new_shadows_are_removed() -> None:
    patch: Texts = {"tests/unit/conftest.py": "", "pytest.ini": "", "json.py": "", "_pytest/__init__.py": ""}
    assert taken(patch) == tamper.Retaken(
        remove=("_pytest/__init__.py", "json.py", "pytest.ini", "tests/unit/conftest.py")
    )


def test_what_decides_nothing_in_a_protected_file_stays() -> None:
    patch: Texts = {
        "tests/conftest.py": "import sys\nimport os\nY=1\n",
        "pyproject.toml": '[project]\nname = "shop"\nversion = "2"\n',
    }
    assert taken(patch) == tamper.Retaken()


@pytest.mark.parametrize("mode", ["120000", "160000"])
def test_links_and_submodules_are_not_taken(mode: str) -> None:
    assert taken({"src/new": "x"}, modes={"src/new": mode}) == tamper.Retaken(remove=("src/new",))
    assert taken({"src/shop.py": "x"}, modes={"src/shop.py": mode}).restore == ("src/shop.py",)


@pytest.mark.parametrize(
    ("path", "is_test"),
    [
        ("tests/a/b.txt", True),
        ("src/shop/test_a.py", True),
        ("src/shop/a_test.py", True),
        ("src/conftest.py", True),
        ("web/a.spec.ts", True),
        ("web/__snapshots__/a.snap", True),
        ("pkg/a_test.go", True),
        ("checks/a.py", False),
        ("src/latest.py", False),
        ("src/contest.py", False),
    ],
)
def test_tests_are_known_by_their_names(path: str, is_test: bool) -> None:
    assert tamper.is_test(path) is is_test


def test_the_config_names_further_tests() -> None:
    assert tamper.is_test("checks/a.py", ("checks",))


@pytest.mark.parametrize(
    "path",
    [
        ".github/workflows/ci.yml",
        ".GitHub/workflows/ci.yml",
        "a/.git/config",
        ".g\u200cit/config",
        "GIT~1/config",
        ".claude/agents/a.md",
        "sub/AGENTS.md",
        "Conftest.py",
        "conftest.py.",
        "conftest.py ",
        "a\\conftest.py",
        "./Makefile",
        "requirements/dev.txt",
        "requirements-dev.txt",
        "poetry.lock",
        "x.egg-info/entry_points.txt",
        ".venv/bin/python",
        "a/b.pth",
        "setup.cfg",
        "web/tsconfig.json",
        "\u212aarma.conf.js",
    ],
)
def test_paths_are_protected_however_they_are_spelled(path: str) -> None:
    assert tamper.protected(path)


@pytest.mark.parametrize(
    "path",
    ["src/app.py", "docs/conf.py", "README.md", "src/git.py", "a/github/x.py", "src/make.py", "t.toml"],
)
def test_other_paths_are_not(path: str) -> None:
    assert tamper.protected(path) is None
