"""The plan as people and programs read it."""

import json
from collections.abc import Callable

from tests.conftest import Files, Project

CONFIG = """\
version: 1
gates:
  one: {tool: command, run: [python3, -c, "pass"], inputs: ["**/*"]}
  two: {tool: command, run: [python3, -c, "pass"], inputs: ["**/*"], needs: [one]}
  three: {tool: command, run: [python3, -c, "pass"], mode: off}
  four: {tool: command, run: [no-such-program-here]}
"""


def test_it_says_what_runs_what_is_remembered_and_what_cannot(
    project: Callable[[Files], Project],
) -> None:
    made = project({"eee-ci.yaml": CONFIG})
    first = made.run("plan").stdout
    assert "\none: command, expected " in first
    assert ", needs one\n" in first
    assert "\nthree: will not run: it is off in the config\n" in first
    assert "critical path: one > two; " in first
    assert made.run("check", "one", "two").returncode == 0
    then = made.run("plan").stdout
    assert "\none: remembered from " in then
    assert "\nfour: will not run: no-such-program-here" in then or "four: command" in then
    why = made.run("plan", "--why").stdout.splitlines()
    assert why[0].startswith("one: remembered from ")
    assert [row.partition(":")[0] for row in why] == ["one", "two", "four"]


def test_programs_get_all_of_it(project: Callable[[Files], Project]) -> None:
    told = json.loads(project({"eee-ci.yaml": CONFIG}).run("plan", "--json", "two").stdout)
    gates = {gate["gate"]: gate for gate in told["gates"]}
    assert told["critical_path"] == ["one", "two"]
    assert (gates["two"]["needs"], gates["two"]["runs"], gates["two"]["why_not"]) == (["one"], True, None)
    assert gates["four"]["why_not"] == "not asked for"


def test_only_what_our_launcher_starts_learns_of_the_byte_code_later(
    project: Callable[[Files], Project],
) -> None:
    config = CONFIG + "  five: {tool: pytest, coverage: false}\n  six: {tool: bandit, paths: [.]}\n"
    told = json.loads(project({"eee-ci.yaml": config, "test_x.py": ""}).run("plan", "--json").stdout)
    names = ("PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE", "EEE_CI_PYCACHE")
    env = {gate["gate"]: [gate["environment"].get(name) for name in names] for gate in told["gates"]}
    assert env["one"] == ["{cache}/pycache", None, None]
    assert env["five"] == env["six"] == [None, "1", "{cache}/pycache"]


def test_without_a_cache_it_says_so(project: Callable[[Files], Project]) -> None:
    said = project({"eee-ci.yaml": CONFIG}).run("plan", "--why", "--no-cache", "one").stdout
    assert said == "one: runs because nothing is remembered (--no-cache, or the cache is off)\n"


def test_the_project_is_the_nearest_folder_above_that_holds_a_config(
    project: Callable[[Files], Project],
) -> None:
    made = project({"eee-ci.yaml": CONFIG, "a/b/c.txt": ""})
    inner = Project(made.root / "a" / "b").run("plan", "--json")
    assert json.loads(inner.stdout)["root"] == str(made.root)
