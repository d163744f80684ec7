"""`eee-ci agents runs | show | resume | clean`, by the command line."""

import json
import signal
import time
from pathlib import Path

import pytest

from tests.agents.scripted import Scripted, agent

MEND = 'write("a.py", "x = 1\\n"); time.sleep({wait}); end()\n'


@pytest.fixture
def project(tmp_path: Path) -> Scripted:
    folder = tmp_path / "project"
    folder.mkdir()
    return Scripted(folder)


def made(project: Scripted, wait: float = 0) -> Scripted:
    project.configured({"mine": project.backend("mine", MEND.format(wait=wait))})
    project.write(
        {"a.py": "import os\nx = 1\n", ".claude/agents/mender.md": agent("mender", "mine")}
    ).commit()
    return project


def test_a_run_is_listed_shown_and_removed(project: Scripted) -> None:
    made(project)
    assert "no run of agents is known here" in project.run("agents", "runs").stdout
    project.run("check", "--agents", "mender")
    name = project.stage().run
    assert f"{name}  finished  findings: 1 accepted" in project.run("agents", "runs").stdout
    [listed] = json.loads(project.run("agents", "runs", "--json").stdout)
    assert (listed["run"], listed["state"], listed["ends"]) == (name, "finished", {"01-mender": "accepted"})
    shown = project.run("agents", "show", name)
    assert "agents: 1 accepted" in shown.stdout
    assert "changes.patch" in shown.stdout
    assert json.loads(project.run("agents", "show", name, "--json").stdout)["stage"]["run"] == name
    refused = project.run("agents", "resume", name)
    assert (refused.returncode, f"the run {name} has ended" in refused.stderr) == (2, True)
    assert f"removed {name}" in project.run("agents", "clean").stdout
    assert "no run of agents is known here" in project.run("agents", "runs").stdout
    assert project.run("agents", "show", name).returncode == 2


def test_a_run_that_a_signal_stopped_goes_on_later(project: Scripted) -> None:
    made(project, wait=3)
    process = project.start("check", "--agents", "mender", "--apply")
    until = time.monotonic() + 60
    journal = ".eee-ci/runs/*/journal.jsonl"
    while time.monotonic() < until and not any(
        '"started"' in path.read_text() for path in project.root.glob(journal)
    ):
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 128 + signal.SIGTERM
    assert (project.root / "a.py").read_text() == "import os\nx = 1\n"
    stopped = project.stage()
    assert stopped.results == ()
    assert stopped.notes == (f"the run was stopped: `eee-ci agents resume {stopped.run}` goes on with it",)
    assert f"{stopped.run}  not finished" in project.run("agents", "show", stopped.run).stdout
    assert "removed" not in project.run("agents", "clean").stdout
    ran = project.run("agents", "resume", stopped.run)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (project.root / "a.py").read_text() == "x = 1\n"
    assert project.ends() == {"01-mender": "accepted"}


def test_under_another_config_a_run_does_not_go_on(project: Scripted) -> None:
    made(project, wait=30)
    process = project.start("check", "--agents", "mender")
    until = time.monotonic() + 60
    while time.monotonic() < until and not any(
        '"started"' in path.read_text() for path in project.root.glob(".eee-ci/runs/*/journal.jsonl")
    ):
        time.sleep(0.05)
    process.kill()
    process.wait()
    [name] = [path.name for path in (project.root / ".eee-ci/runs").iterdir()]
    assert f"the run {name} did not finish" in project.run("check").stdout
    config = project.root / "eee-ci.yaml"
    config.write_text(config.read_text().replace("findings: 0", "findings: 9"), encoding="utf-8")
    refused = project.run("agents", "resume", name)
    assert (refused.returncode, "the config is another one" in refused.stderr) == (2, True)
    assert f"removed {name}" in project.run("agents", "clean", "--all").stdout
