"""The packaged presets, each loaded as a user would."""

from pathlib import Path

import jsonschema  # type: ignore[import-untyped] # it comes without types
import pytest

from eee_ci import config, plan
from eee_ci.config import packaged
from eee_ci.model import Limit
from tests.config import config_room as room

NAMES = ["eee-ci", "pre-commit", "python", "python-strict", "security", "typescript"]
ROOT = Path(__file__).parents[2]


def preset(root: Path, name: str) -> config.Config:
    return room.load(root, f"version: 1\nextends: {name}\n")


def test_these_are_the_presets() -> None:
    assert list(config.presets()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_loads_and_has_gates(tmp_path: Path, name: str) -> None:
    assert preset(tmp_path, name).gates


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_opens_with_words_on_what_it_is_for(name: str) -> None:
    assert config.presets()[name].read_text(encoding="utf-8").startswith("# ")


def test_the_python_preset_has_the_gates_people_expect(tmp_path: Path) -> None:
    assert {gate.id: gate.tool for gate in preset(tmp_path, "python").gates} == {
        "lint": "ruff",
        "format": "ruff-format",
        "types": "mypy",
        "tests": "pytest",
        "security": "bandit",
        "complexity": "complexity",
        "build": "build",
    }


def test_the_pre_commit_preset_has_only_gates_that_look_at_single_files(tmp_path: Path) -> None:
    assert {gate.tool for gate in preset(tmp_path, "pre-commit").gates} == {
        "ruff",
        "ruff-format",
        "complexity",
        "bandit",
    }


def test_the_security_preset_stands_beside_another_one(tmp_path: Path) -> None:
    loaded = preset(tmp_path, "[python, security]")
    assert [gate.id for gate in loaded.gates][-1] == "security-lint"
    assert loaded.gates[0].args == ()


def test_we_judge_ourselves_by_the_strictest_preset() -> None:
    loaded = config.load(ROOT, file=None, tools=plan.toolspecs())
    tests = next(gate for gate in loaded.gates if gate.id == "tests")
    assert loaded.source == "eee-ci.yaml"
    assert (tests.limits["coverage"], tests.limits["branch_coverage"]) == (Limit(min=95), Limit(min=95))


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_says_what_the_tools_know(tmp_path: Path, name: str) -> None:
    room.write(tmp_path, f"version: 1\nextends: {name}\n")
    assert config.load(tmp_path, file=None, tools=plan.toolspecs()).gates


def test_the_schema_has_the_keys_of_every_tool() -> None:
    schema = config.schema(plan.toolspecs())
    jsonschema.Draft202012Validator.check_schema(schema)
    gate = schema["$defs"]["GateKeys"]["properties"]
    assert {"session", "run", "exits", "report"} <= gate.keys()


def test_an_installed_package_has_its_presets_beside_the_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.write(tmp_path, "version: 1\n", "gate_configs/mine.yaml")
    monkeypatch.setattr(packaged, "_PACKAGE", tmp_path)
    assert config.presets() == {"mine": tmp_path / "gate_configs" / "mine.yaml"}
