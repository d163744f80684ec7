"""Code and tests are found where projects usually keep them."""

import os
from pathlib import Path

import pytest

from eee_ci import tree
from eee_ci.tree import Layout, places


def layout(root: Path, *names: str, **texts: str) -> Layout:
    """The layout of empty files; a keyword `pyproject_toml` gives `pyproject.toml` a text."""
    files = dict.fromkeys(names, "") | {name.replace("_", ".", 1): text for name, text in texts.items()}
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return tree.layout(root, tree.snapshot(root))


TOOLING = ("setup.py", "noxfile.py", "conftest.py", "docs/conf.py", "examples/x.py", "scripts/y.py")
SOURCES = {
    "src": (("src/pkg/__init__.py", "other/__init__.py"), ("src",)),
    "src of modules": (("src/mod.py",), ("src",)),
    "packages": (("pkg/__init__.py", "second/__init__.py"), ("pkg", "second")),
    "stubs": (("pkg/__init__.py", "pkg/__init__.pyi"), ("pkg",)),
    "the module of the project": (("my_thing.py", "tox_helper.py"), ("my_thing.py",)),
    "the namespace of the project": (("my_thing/part/a.py", "stuff/b.py"), ("my_thing",)),
    "a package beside the module": (("my_thing.py", "_impl/__init__.py"), ("_impl", "my_thing.py")),
    "loose modules": (("one.py", "two.py", "test_one.py", "one_test.py"), ("one.py", "two.py")),
    "loose folders": (("app/main.py", "documentation/conf.py"), ("app",)),
    "a package at the top": (("__init__.py", "views.py"), (".",)),
    "no Python": (("README.md",), ()),
}


@pytest.mark.parametrize("case", SOURCES)
def test_sources(tmp_path: Path, case: str) -> None:
    names, expected = SOURCES[case]
    tooling = () if case == "no Python" else TOOLING
    found = layout(tmp_path, *names, *tooling, pyproject_toml='[project]\nname = "My-Thing"\n')
    assert found.sources == expected


TESTS = {
    "tests": (("tests/test_a.py", "test/test_b.py"), ("tests",)),
    "test": (("test/test_b.py",), ("test",)),
    "inside packages": (("pkg/tests/test_a.py", "pkg/sub/tests/x/test_b.py"), ("pkg/sub/tests", "pkg/tests")),
    "by their names": (("pkg/test_a.py", "pkg/b_test.py"), ("pkg",)),
    "files at the top": (("test_a.py", "b_test.py"), ("b_test.py", "test_a.py")),
    "none": (("pkg/__init__.py",), ()),
    "no folder without Python": (("tests/data.json", "pkg/__init__.py"), ()),
}


@pytest.mark.parametrize("case", TESTS)
def test_tests(tmp_path: Path, case: str) -> None:
    names, expected = TESTS[case]
    assert layout(tmp_path, *names).tests == expected


CONFIGS = {
    "pytest_ini": "[pytest]\ntestpaths = checks\n",
    "pyproject_toml": '[tool.pytest.ini_options]\ntestpaths = ["checks", "nowhere"]\n',
    "tox_ini": "[pytest]\ntestpaths =\n    checks\n",
    "setup_cfg": "[tool:pytest]\ntestpaths = chec*\n",
}


@pytest.mark.parametrize("config", CONFIGS)
def test_paths_that_pytest_is_told_come_first(tmp_path: Path, config: str) -> None:
    found = layout(tmp_path, "tests/test_a.py", "checks/test_b.py", **{config: CONFIGS[config]})
    assert found.tests == ("checks",)
    assert f"testpaths of {config.replace('_', '.')}" in found.reason


def test_paths_of_pytest_may_be_one_string_or_the_newer_table(tmp_path: Path) -> None:
    found = layout(
        tmp_path, "a/test_a.py", "b/test_b.py", pyproject_toml='[tool.pytest]\ntestpaths = "a ./b/"\n'
    )
    assert found.tests == ("a", "b")


def test_the_whole_project_may_be_the_tests(tmp_path: Path) -> None:
    assert layout(tmp_path, "a.py", pytest_ini="[pytest]\ntestpaths = .\n").tests == (".",)


def test_paths_of_pytest_that_are_not_there_do_not_count(tmp_path: Path) -> None:
    assert layout(tmp_path, "tests/test_a.py", pytest_ini="[pytest]\ntestpaths = gone\n").tests == ("tests",)


def test_the_name_may_stand_in_setup_cfg(tmp_path: Path) -> None:
    found = layout(tmp_path, "my_thing.py", "other.py", setup_cfg="[metadata]\nname = my.thing\n")
    assert found.sources == ("my_thing.py",)


def test_the_reason_says_what_and_why(tmp_path: Path) -> None:
    found = layout(tmp_path, "src/a.py", "tests/test_a.py")
    assert found.reason == "code in src: a folder src with Python; tests in tests: the usual folder"
    assert layout(tmp_path / "empty", "x").reason == (
        "code in no place: all Python that is neither test nor tooling; tests in no place: none found"
    )


@pytest.mark.parametrize(
    ("file", "damage"),
    [
        ("pyproject_toml", "[project\n"),
        ("pyproject_toml", "x = " + "[" * 5000),
        ("setup_cfg", "no section\n"),
        ("pytest_ini", "[pytest]\n[broken\nx"),
    ],
)
def test_a_damaged_config_is_told_and_no_hindrance(tmp_path: Path, file: str, damage: str) -> None:
    found = layout(tmp_path, "pkg/__init__.py", "tests/test_a.py", **{file: damage})
    assert (found.sources, found.tests) == (("pkg",), ("tests",))
    assert f"{file.replace('_', '.')} cannot be read" in found.reason


@pytest.mark.parametrize("text", ["project = 1\ntool = 2\n", "[project]\nname = 3\n[tool]\npytest = 4\n"])
def test_a_config_of_odd_types_is_no_hindrance(tmp_path: Path, text: str) -> None:
    assert layout(tmp_path, "pkg/__init__.py", pyproject_toml=text).sources == ("pkg",)


def test_a_config_that_is_too_large_or_no_file_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "LARGEST", 10)
    assert layout(tmp_path, "tests/test_a.py", pytest_ini=CONFIGS["pytest_ini"], checks_x="").tests == (
        "tests",
    )
    other = tmp_path / "other"
    other.mkdir()
    os.mkfifo(other / "pyproject.toml")
    (other / "setup.cfg").symlink_to("setup.cfg")
    assert layout(other, "pkg/__init__.py").sources == ("pkg",)
