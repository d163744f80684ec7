"""The JSON Schema for editors says the same as the loader."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped] # it comes without types
import pytest
import yaml

from eee_ci import config, plan
from eee_ci.errors import ConfigError
from tests.config import config_room as room

SCHEMA = config.schema(room.ALL_TOOLS)
CHECKER = jsonschema.Draft202012Validator(SCHEMA)


def check(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *words], capture_output=True, text=True, check=False
    )


def test_the_schema_is_a_schema(tmp_path: Path) -> None:
    file = room.write(tmp_path, json.dumps(SCHEMA), "schema.json")
    checked = check("--check-metaschema", str(file))
    assert checked.returncode == 0, checked.stdout


def test_every_preset_and_our_own_config_fit_it(tmp_path: Path) -> None:
    file = room.write(tmp_path, json.dumps(config.schema(plan.toolspecs())), "schema.json")
    files = [*config.presets().values(), Path(__file__).parents[2] / "eee-ci.yaml"]
    checked = check("--schemafile", str(file), *map(str, files))
    assert checked.returncode == 0, checked.stdout


def fits(text: str) -> bool:
    return bool(CHECKER.is_valid(yaml.safe_load(text)))


def loads(root: Path, text: str) -> bool:
    room.write(root, text)
    try:
        config.load(root, file=None, tools=room.ALL_TOOLS)
    except ConfigError:
        return False
    return True


@pytest.mark.parametrize(
    "keys",
    [
        "fix: true, depth: 3",
        "fix: null, retries: null, limits: null",
        "limits: {coverage: 3, x: {min: 1, max: 2}, y: null, findings: 3}",
        "limits: {findings: {high: 0, low: {max: 2}, info: null}}",
        "args: [x, 1, 1.5, true]",
        "version: 1.10",
        "severity: {'E*': 'off', F: null}",
        "timeout: 1.5h, mode: 'off'",
        "tool: nox, session: x",
        "tool: command, run: [x], fix: x",
        "session: x",
        "tool: nox, session: x, fix: true",
        "tool: command, fix: true",
        "tool: ruf",
        "retries: -1",
        "retries: x",
        "cores: 0",
        "limits: {findings: {hihg: 0}}",
        "limits: {findings: {high: {min: 0}}}",
        "limits: {x: -1}",
        "limits: {x: {mx: 1}}",
        "args: ['']",
        "args: [[x]]",
        "version: latest",
        "severity: {E: hi}",
        "timeout: 2d",
        "timeout: 0",
        "mode: on",
        "table: {x: y}",
        "zzz: 1",
        "depth: [1]",
    ],
)
def test_schema_and_loader_agree_on_a_gate(tmp_path: Path, keys: str) -> None:
    tool = "" if "tool:" in keys else "tool: ruff, "
    text = f"version: 1\ngates: {{a: {{{tool}{keys}}}}}\n"
    assert fits(text) == loads(tmp_path, text)


@pytest.mark.parametrize(
    "top",
    [
        "extends: [python, ./x.yaml]\nreports: {formats: [html]}\nenv: {pass: ['A_*'], set: {A: 1, B: null}}",
        "gates: {a: null, b: {limits: {coverage: 80}, session: x}}",
        "jobs: null\npython: null\nenv: null\nreports: null",
    ],
)
def test_what_changes_an_extended_file_fits(top: str) -> None:
    assert fits(f"version: 1\n{top}\n")


@pytest.mark.parametrize(
    "text",
    ["jobs: 1", "version: 2", "version: null", "version: 1\nzzz: 1", "version: 1\ngates: {A: {}}",
     "version: 1\nenv: {pass: ['*']}", "version: 1\nreports: [x]"],
)  # fmt: skip  # read in rows
def test_what_the_loader_refuses_does_not_fit(text: str) -> None:
    assert not fits(text)


def objects(part: Any) -> list[dict[str, Any]]:
    inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else []
    own = [part] if isinstance(part, dict) and "properties" in part and part.get("type") == "object" else []
    return own + [found for value in inner for found in objects(value)]


def test_no_map_takes_keys_it_does_not_know() -> None:
    open_ones = [part for part in objects(SCHEMA) if part.get("additionalProperties") in (None, True)]
    assert open_ones == []


def test_every_key_at_the_top_and_of_a_gate_is_described() -> None:
    gate = SCHEMA["$defs"]["GateKeys"]["properties"]
    common = {key: gate[key] for key in ("tool", "args", "needs", "severity", "timeout", "mode", "version")}
    missing = [
        key
        for key, kind in {**SCHEMA["properties"], **common}.items()
        if not described(kind, SCHEMA["$defs"])
    ]
    assert missing == []


def described(kind: dict[str, Any], defs: dict[str, Any]) -> bool:
    inner = [kind, *kind.get("anyOf", [])]
    named = [defs[part["$ref"].rpartition("/")[2]] for part in inner if "$ref" in part]
    return any("description" in part for part in [*inner, *named])


def test_a_key_that_two_tools_know_may_be_of_either_kind_while_no_tool_is_said() -> None:
    assert fits("version: 1\ngates: {a: {fix: x}, b: {fix: true}}\n")
    assert not fits("version: 1\ngates: {a: {fix: 3}}\n")


def test_an_option_may_be_called_like_a_word_of_json_schema() -> None:
    from eee_ci.model import Noun

    class Odd(Noun, frozen=True, kw_only=True):
        default: int = 3
        properties: str = ""
        description: bool = False

    odd = config.schema({"odd": config.ToolSpec(options=Odd)})
    assert {"default", "properties", "description"} <= odd["$defs"]["GateKeys"]["properties"].keys()
    jsonschema.Draft202012Validator.check_schema(odd)
