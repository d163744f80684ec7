"""Less usual ways of a run: backends that are not there, files that others change, findings that are gone."""

import time
from pathlib import Path

import pytest

from tests.agents.scripted import Scripted, agent

DIRTY = "import os\nx = 1\n"
MEND = 'write("a.py", "x = 1\\n"); end()\n'
MANY = "".join(f"import module_{number}\n" for number in range(30)) + "x = 1\n"


@pytest.fixture
def project(tmp_path: Path) -> Scripted:
    folder = tmp_path / "project"
    folder.mkdir()
    return Scripted(folder)


def made(project: Scripted, backend: dict[str, object], **keys: object) -> Scripted:
    project.configured({"mine": backend}, **keys)  # type: ignore[arg-type]  # keys of the tests
    project.write({"a.py": DIRTY, ".claude/agents/mender.md": agent("mender", "mine")}).commit()
    return project


@pytest.mark.parametrize(
    ("backend", "reason"),
    [
        ({"kind": "command"}, "it could not be started: backend mine: found no argv"),
        ({"kind": "command", "argv": ["/nowhere/program"]}, ""),
    ],
)
def test_a_backend_that_does_not_start_fails_its_item(
    project: Scripted, backend: dict[str, object], reason: str
) -> None:
    ran = made(project, backend).run("check", "--agents", "mender")
    assert ran.returncode == 1, ran.stderr
    [result] = project.stage().results
    assert (result.end, result.reasons[0].startswith(reason)) == ("failed", True), result.reasons


def test_what_somebody_else_changed_meanwhile_stays_as_it_is(project: Scripted) -> None:
    script = f'open({str(project.root / "a.py")!r}, "a").write("y = 2\\n")\n' + MEND
    made(project, project.backend("mine", script), sandbox="off")
    ran = project.run("check", "--agents", "mender", "--apply")
    assert (project.root / "a.py").read_text() == DIRTY + "y = 2\n"
    assert not project.stage().applied
    assert project.stage().notes[0].startswith("not applied: a.py is another one"), ran.stdout


@pytest.mark.parametrize(
    ("name", "why"),
    [("homeless", "it has no backend"), ("stranger", "its backend gone is not configured")],
)
def test_an_agent_without_its_backend_is_not_chosen(project: Scripted, name: str, why: str) -> None:
    one, two = project.backend("one", MEND), project.backend("two", MEND)
    project.configured({"one": one, "two": two})
    project.write(
        {
            "a.py": DIRTY,
            ".claude/agents/homeless.md": agent("homeless"),
            ".claude/agents/stranger.md": agent("stranger", "gone"),
        }
    ).commit()
    ran = project.run("check", "--agents", name)
    assert why in ran.stdout
    assert "skipped: no agent was chosen" in ran.stdout
    assert project.stage().results == ()
    assert project.run("fix", "--no-cache").returncode == 1


def test_only_those_that_the_config_selects_are_chosen(project: Scripted) -> None:
    made(project, project.backend("mine", MEND), select=["mender"]).run("check", "--agents")
    assert project.ends() == {"01-mender": "accepted"}


def test_findings_that_an_earlier_item_mended_too_are_not_worked_at(project: Scripted) -> None:
    config = """version: 1
gates:
  lint: {tool: ruff, args: [--isolated, --select, "F,ANN201"], limits: {findings: 0}}
"""
    script = 'write("a.py", "def f() -> int:\\n    return 1\\n"); end()\n'
    project.configured({"mine": project.backend("mine", script)}, config)
    project.write(
        {
            "a.py": "import os\n\n\ndef f():\n    return 1\n",
            ".claude/agents/linter.md": agent("linter", "mine"),
            ".claude/agents/typer.md": agent("typer", "mine", "Mends type annotations."),
        }
    ).commit()
    ran = project.run("check", "--agents", "linter,typer", "--apply")
    assert ran.returncode == 0, ran.stdout
    assert sorted((result.end, *result.reasons) for result in project.stage().results) == [
        ("accepted",),
        ("skipped", "its findings are gone already"),
    ]


def test_a_backend_that_fails_in_one_way_is_not_asked_for_ever(project: Scripted) -> None:
    made(project, project.backend("mine", 'end(status="error", reason="no credit")\n'))
    project.write({f"m{number}.py": MANY for number in range(5)}).commit()
    project.run("check", "--agents", "mender")
    ends = list(project.ends().values())
    assert ends.count("failed") + ends.count("skipped") == len(ends) >= 5
    assert ends.count("skipped") >= 2
    [why] = {result.reasons[0] for result in project.stage().results if result.end == "skipped"}
    assert why == "the backend mine is not asked any more: it failed twice in the same way: no credit"


def test_files_that_git_ignores_and_tools_read_are_there_when_a_candidate_is_judged(
    project: Scripted,
) -> None:
    config = """version: 1
gates:
  lint: {tool: ruff, args: [--isolated, --select, F], limits: {findings: 0}}
  generated: {tool: command, run: [test, -s, made.py]}
"""
    project.configured({"mine": project.backend("mine", MEND)}, config)
    project.write(
        {"a.py": DIRTY, ".gitignore": "made.py\n", ".claude/agents/mender.md": agent("mender", "mine")}
    )
    project.commit()
    project.write({"made.py": "version = 1\n"})
    ran = project.run("check", "--agents", "mender", "--apply")
    assert ran.returncode == 0, ran.stdout
    assert project.ends() == {"01-mender": "accepted"}


def test_an_agent_that_is_gone_when_a_run_is_resumed_is_told(project: Scripted) -> None:
    made(project, project.backend("mine", "time.sleep(60)\n"))
    process = project.start("check", "--agents", "mender")
    journal = ".eee-ci/runs/*/journal.jsonl"
    while process.poll() is None and not any(
        '"started"' in path.read_text() for path in project.root.glob(journal)
    ):
        time.sleep(0.05)
    process.kill()
    process.wait()
    [name] = [path.name for path in (project.root / ".eee-ci/runs").iterdir()]
    (project.root / ".claude/agents/mender.md").unlink()
    project.commit()
    refused = project.run("agents", "resume", name)
    assert (refused.returncode, "the agent mender is not there any more" in refused.stderr) == (2, True)
