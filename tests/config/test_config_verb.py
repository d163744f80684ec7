"""`eee-ci config`: the resolved config with the origin of each value, which loads as the same config."""

import json
from pathlib import Path

import pytest

from eee_ci import config
from eee_ci.commands import config as verb
from tests.config import config_room as room

TEXT = """\
version: 1
extends: ./base.yaml
jobs: 2
reports: [html]
gates:
  a:
    limits: {coverage: 80, findings: 3, seconds: null}
    severity: {E1: off}
    timeout: 1.5s
    fix: false
"""
BASE = """\
version: 1
timeout: 5m
env: {set: {A: "1"}}
gates:
  a: {tool: ruff, args: ["-x y", "null", 4, "é", "a\\tb\\\\\\u200b"], severity: {W: low}}
  b: {tool: command, limits: {findings: {low: 0, high: null}}}
"""
PRINTED = """\
# eee-ci.yaml
# digest DIGEST
version: 1
# python: found when it runs
# sources: found when it runs
# tests: found when it runs
jobs: 2                        # eee-ci.yaml:3:7
timeout: 300                   # base.yaml:2:10
env:
  pass: []                     # default
  set:
    A: "1"                     # base.yaml:3:16
gates:
  a:
    tool: ruff                 # base.yaml:5:13
    mode: block                # default
    timeout: 1.5               # eee-ci.yaml:9:14
    retries: 0                 # default
    cores: 1                   # default
    args: ["-x y", "null", "4", "é", "a\\U00000009b\\\\\\U0000200B"]  # base.yaml:5:25
    severity:
      W: low                   # base.yaml:5:81
      E1: off                  # eee-ci.yaml:8:20
    limits:
      coverage: {min: 80}      # eee-ci.yaml:7:24
      findings: 3              # eee-ci.yaml:7:38
      seconds: null            # eee-ci.yaml:7:50
    fix: false                 # eee-ci.yaml:10:10
  b:
    tool: command              # base.yaml:6:13
    mode: block                # default
    timeout: 300               # base.yaml:2:10
    retries: 0                 # default
    cores: 1                   # default
    limits:
      findings:
        high: null             # base.yaml:6:56
        low: {max: 0}          # base.yaml:6:47
reports:
  formats: [html]              # eee-ci.yaml:4:10
  junit_dialect: common        # default
"""


@pytest.fixture
def loaded(tmp_path: Path) -> config.Config:
    room.write(tmp_path, BASE, "base.yaml")
    return room.load(tmp_path, TEXT)


def test_each_value_stands_beside_its_origin(loaded: config.Config) -> None:
    assert verb.text(loaded) == PRINTED.replace("DIGEST", loaded.digest)


@pytest.mark.parametrize("name", sorted(config.presets()))
def test_what_is_printed_of_a_preset_loads_as_the_same_config(tmp_path: Path, name: str) -> None:
    preset = room.load(tmp_path, f"version: 1\nextends: {name}\n")
    again = room.load(tmp_path, verb.text(preset))
    assert room.without_place(again) == room.without_place(preset)


def test_what_is_printed_loads_as_the_same_config(tmp_path: Path, loaded: config.Config) -> None:
    again = room.load(tmp_path, verb.text(loaded))
    assert room.without_place(again) == room.without_place(loaded)


def test_a_limit_on_all_findings_that_is_switched_off_loads_as_the_same(tmp_path: Path) -> None:
    text = "version: 1\ngates: {a: {tool: ruff, limits: {findings: null}, raw: [{b: null}]}}\n"
    first = room.load(tmp_path, text)
    again = room.load(tmp_path, verb.text(first))
    assert room.without_place(again) == room.without_place(first)


def test_json_has_all_of_it(loaded: config.Config) -> None:
    printed = json.loads(verb.json(loaded))
    assert printed["gates"][0]["limits"]["coverage"] == {"min": 80.0, "max": None}
    assert printed["origins"]["jobs"] == {"file": "eee-ci.yaml", "line": 3, "column": 7}


def test_the_schema_is_printed_as_json() -> None:
    assert json.loads(verb.schema(room.TOOLS)) == config.schema(room.TOOLS)
