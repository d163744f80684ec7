"""Which config a project is judged by."""

from pathlib import Path

import pytest

from eee_ci import config
from eee_ci.errors import ConfigError, UsageError
from tests.config import config_room as room

TEXT = "version: 1\ngates: {a: {tool: ruff}}\n"


@pytest.mark.parametrize("name", ["eee-ci.yaml", ".eee-ci.yaml", ".github/eee-ci.yaml"])
def test_a_config_may_stand_in_three_places(tmp_path: Path, name: str) -> None:
    room.write(tmp_path, TEXT, name)
    assert room.load(tmp_path).source == name


def test_two_configs_are_a_fault_that_names_both(tmp_path: Path) -> None:
    room.write(tmp_path, TEXT, "eee-ci.yaml")
    room.write(tmp_path, TEXT, ".github/eee-ci.yaml")
    assert room.faults(tmp_path) == [".github/eee-ci.yaml: there is eee-ci.yaml as well; want one of them"]


def test_a_named_file_wins_over_the_projects_own(tmp_path: Path) -> None:
    room.write(tmp_path, "nonsense")
    file = room.write(tmp_path, TEXT, "ci/other.yaml")
    assert config.load(tmp_path, file=file, tools=room.TOOLS).source == "ci/other.yaml"


def test_a_preset_may_be_named_in_place_of_a_file(tmp_path: Path) -> None:
    assert config.load(tmp_path, file=Path("typescript"), tools=room.ALL_TOOLS).source == "preset typescript"


def test_a_named_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^x\.yaml: cannot be read: No such file or directory$"):
        config.load(tmp_path, file=tmp_path / "x.yaml", tools=room.TOOLS)


def test_a_config_with_the_wrong_ending_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "setup.py").touch()
    room.write(tmp_path, TEXT, "eee-ci.yml")
    assert room.faults(tmp_path) == ["eee-ci.yml: is not read under this name; rename it to eee-ci.yaml"]


def test_an_odd_file_name_is_harmless_in_messages(tmp_path: Path) -> None:
    file = room.write(tmp_path, "a: [", "x\n\x1b[31my.yaml")
    with pytest.raises(ConfigError, match=r"^x y\.yaml:2:1: not YAML"):
        config.load(tmp_path, file=file, tools=room.TOOLS)


@pytest.mark.parametrize(
    ("files", "source"),
    [
        (["pyproject.toml", "tsconfig.json"], "preset python (no eee-ci.yaml; found pyproject.toml)"),
        (["setup.py"], "preset python (no eee-ci.yaml; found setup.py)"),
        (["setup.cfg"], "preset python (no eee-ci.yaml; found setup.cfg)"),
        (["b.py", "a.py", "x/y.py"], "preset python (no eee-ci.yaml; found a.py)"),
        (["src/tool.py", "tsconfig.json"], "preset python (no eee-ci.yaml; found src/tool.py)"),
        (["tsconfig.json", "index.ts"], "preset typescript (no eee-ci.yaml; found tsconfig.json)"),
        (
            ["tsconfig.json", "node_modules/x.py", ".venv/y.py", "a/b/c.py"],
            "preset typescript (no eee-ci.yaml; found tsconfig.json)",
        ),
    ],
)
def test_without_a_config_the_project_chooses_a_preset(tmp_path: Path, files: list[str], source: str) -> None:
    for name in files:
        room.write(tmp_path, "", name)
    assert room.load(tmp_path).source == source


def test_nothing_to_choose_by_is_told_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"found no eee-ci\.yaml in ") as caught:
        room.load(tmp_path)
    assert "extends: python" in caught.value.hint


def test_a_project_that_is_no_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no directory"):
        config.load(tmp_path / "gone", file=None, tools=room.TOOLS)
