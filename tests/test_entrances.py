"""The entrances as their hosts use them: the action's steps in order, the hook under the real pre-commit."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import CHECKOUT, Files, Project

Make = Callable[[Files], Project]
GREEN = "version: 1\ngates:\n  a: {tool: command, run: [python3, -c, pass]}\n"
RED = "version: 1\ngates:\n  a: {tool: command, run: [python3, -c, 'raise SystemExit(1)']}\n"


class Runner:
    """The runner's side of a composite action: expressions, environment and the files that steps write to."""

    def __init__(self, workspace: Path, temp: Path, **inputs: str) -> None:
        loaded = yaml.load((CHECKOUT / "action.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        self.action: dict[str, Any] = loaded
        self.workspace, self.temp = workspace, temp
        defaults = {name: spec["default"] for name, spec in self.action["inputs"].items()}
        self.values = {f"inputs.{name}": value for name, value in {**defaults, **inputs}.items()}
        self.summary = temp / "summary.md"
        self.summary.write_text("before\n", encoding="utf-8")

    def expand(self, words: str) -> str:
        return re.sub(r"\$\{\{ *([\w.-]+) *\}\}", lambda match: self.values[match[1]], words)

    def uses(self, step: dict[str, Any]) -> None:
        """The one foreign action; its outputs are what it documents."""
        assert re.fullmatch(r"actions/setup-python@[0-9a-f]{40}", step["uses"])
        self.values[f"steps.{step['id']}.outputs.python-path"] = sys.executable

    def run(self, step: dict[str, Any]) -> subprocess.CompletedProcess[str]:
        outputs = self.temp / "outputs"
        outputs.write_bytes(b"")
        env = {name: self.expand(value) for name, value in step.get("env", {}).items()}
        folder = self.workspace / self.expand(step.get("working-directory", "."))
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
            cwd=folder,
            env={
                **os.environ,
                **env,
                "CI": "true",
                "GITHUB_ACTIONS": "true",
                "RUNNER_TEMP": str(self.temp),
                "GITHUB_ACTION_PATH": str(CHECKOUT),
                "GITHUB_OUTPUT": str(outputs),
                "GITHUB_STEP_SUMMARY": str(self.summary),
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        for name, _, value in re.findall(
            r"^([\w-]+)<<(\S+)\n(.*?)\n\2$", outputs.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
        ):
            self.values[f"steps.{step.get('id', '')}.outputs.{name}"] = value
        return done

    def all(self) -> list[subprocess.CompletedProcess[str]]:
        done = []
        for step in self.action["runs"]["steps"]:
            if "uses" in step:
                self.uses(step)
            else:
                done.append(self.run(step))
        return done

    def outputs(self) -> dict[str, str]:
        return {name: self.expand(spec["value"]) for name, spec in self.action["outputs"].items()}


@pytest.fixture
def runner(tmp_path: Path) -> Callable[..., Runner]:
    def make(workspace: Path, **inputs: str) -> Runner:
        temp = tmp_path / "temp"
        temp.mkdir(exist_ok=True)
        return Runner(workspace, temp, **inputs)

    return make


@pytest.fixture
def installed(tmp_path: Path) -> None:
    """What the install step leaves: a command that runs this checkout."""
    folder = tmp_path / "temp" / "eee-ci" / "bin"
    folder.mkdir(parents=True)
    script = folder / "eee-ci"
    script.write_text(
        f'#!/bin/sh\nPYTHONPATH="{CHECKOUT}" exec "{sys.executable}" -m eee_ci "$@"\n', encoding="utf-8"
    )
    script.chmod(0o755)


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(("config", "verdict", "code"), [(GREEN, "green", 0), (RED, "red", 1)])
def test_the_check_step_gives_the_verdict_summary_and_outputs(
    project: Make, runner: Callable[..., Runner], config: str, verdict: str, code: int
) -> None:
    made = project({"eee-ci.yaml": config})
    host = runner(made.root)
    step = next(step for step in host.action["runs"]["steps"] if step.get("id") == "check")
    done = host.run(step)
    assert done.returncode == code, done.stdout + done.stderr
    outputs = host.outputs()
    assert (outputs["verdict"], outputs["exit-code"]) == (verdict, str(code))
    assert Path(outputs["sarif"]).is_file()
    assert Path(outputs["junit"]).is_file()
    words = host.summary.read_text(encoding="utf-8")
    assert words.startswith("before\n")
    assert len(words) > len("before\n")


@pytest.mark.usefixtures("installed")
def test_inputs_reach_the_shell_as_data_only(project: Make, runner: Callable[..., Runner]) -> None:
    made = project({"eee-ci.yaml": GREEN})
    host = runner(made.root, gates="a; touch ran $(touch ran)", config="`touch ran`")
    step = next(step for step in host.action["runs"]["steps"] if step.get("id") == "check")
    assert host.run(step).returncode == 2
    assert not (made.root / "ran").exists()
    assert "${{ inputs" not in step["run"]


@pytest.mark.usefixtures("installed")
def test_a_pull_request_of_a_fork_is_not_judged_with_the_rights_of_the_base(
    project: Make, runner: Callable[..., Runner], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = project({"eee-ci.yaml": GREEN})
    monkeypatch.setattr(
        os, "environ", {**os.environ, "GITHUB_EVENT_NAME": "pull_request_target", "GITHUB_SHA": "0" * 40}
    )
    host = runner(made.root)
    step = next(step for step in host.action["runs"]["steps"] if step.get("id") == "check")
    done = host.run(step)
    assert done.returncode == 2
    assert "pull_request_target" in done.stderr


@pytest.mark.network
@pytest.mark.slow
def test_all_steps_of_the_action_run_in_order(project: Make, runner: Callable[..., Runner]) -> None:
    made = project({"eee-ci.yaml": GREEN})
    host = runner(made.root, gates="a")
    results = host.all()
    assert [done.returncode for done in results] == [0, 0], [done.stdout + done.stderr for done in results]
    assert host.outputs()["verdict"] == "green"


def test_the_action_is_a_valid_action_and_pins_by_hash() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "check_jsonschema",
            "--builtin-schema",
            "vendor.github-actions",
            str(CHECKOUT / "action.yml"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    files = [CHECKOUT / "action.yml", *(CHECKOUT / ".github" / "workflows").glob("*.yml")]
    uses = [u for f in files for u in re.findall(r"uses: (\S+)", f.read_text(encoding="utf-8")) if u != "./"]
    assert uses
    assert [u for u in uses if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", u)] == []


def test_the_workflows_are_valid() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
        + [str(path) for path in (CHECKOUT / ".github" / "workflows").glob("*.yml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_the_hook_manifest_is_valid() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-manifest", str(CHECKOUT / ".pre-commit-hooks.yaml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.network
@pytest.mark.slow
def test_the_hook_judges_the_project_in_place(
    project: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = tmp_path / "eee-ci"
    kept = (
        "eee_ci",
        "gate_configs",
        "templates",
        "pyproject.toml",
        "README.md",
        "LICENSE",
        ".pre-commit-hooks.yaml",
    )
    for name in kept:
        source = CHECKOUT / name
        if source.is_dir():
            shutil.copytree(source, clone / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, clone / name)
    rev = Project(clone).commit().git("rev-parse", "HEAD").strip()
    made = project({"good.py": '"""Fine."""\n', ".pre-commit-config.yaml": _hook_config(clone, rev)})
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "cache"))
    good = _pre_commit(made)
    assert good.returncode == 0, good.stdout + good.stderr
    made.write({"good.py": '"""Not fine."""\n\nimport os\n'})
    bad = _pre_commit(made)
    assert bad.returncode == 1
    assert "good.py:3:8 F401" in bad.stdout


def _hook_config(clone: Path, rev: str) -> str:
    return f"repos:\n- repo: {clone}\n  rev: {rev}\n  hooks:\n  - id: eee-ci\n"


def _pre_commit(made: Project) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--all-files"],
        cwd=made.root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
