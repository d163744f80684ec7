"""The stage as a whole, by the command line, with scripted agents."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.agents.scripted import LINT, Scripted, agent

DIRTY = "import os\nimport sys\n\nx = 1\n"
MEND = """
for name in sorted({finding["file"] for finding in asked["findings"]}):
    words = open(name).read()
    write(name, "".join(row for row in words.splitlines(True) if not row.startswith("import")))
end(turns=2, usd=0.25, tokens={"in": 10, "out": 5, "cache": None})
"""


@pytest.fixture
def project(tmp_path: Path) -> Scripted:
    folder = tmp_path / "project"
    folder.mkdir()
    return Scripted(folder)


def mended(project: Scripted, script: str = MEND, **keys: Any) -> Scripted:
    """A project with one dirty file, and one agent with a script."""
    project.configured({"mine": project.backend("mine", script)}, **keys)
    project.write({"a.py": DIRTY, ".claude/agents/mender.md": agent("mender", "mine")})
    project.commit()
    return project


def test_a_patch_that_the_gates_accept_is_proposed_and_the_tree_is_judged_as_it_was(
    project: Scripted,
) -> None:
    ran = mended(project).run("check", "--agents", "mender")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert (project.root / "a.py").read_text() == DIRTY
    [result] = project.stage().results
    assert (result.end, result.attempts, result.rounds) == ("accepted", 1, 1)
    assert sorted(found.rule for found in result.fixed) == ["F401", "F401"]
    assert result.told is not None
    assert (result.told.turns, result.told.usd, result.told.tokens.total) == (2, 0.25, 15)
    patch = project.root / project.stage().folder / "changes.patch"
    project.git("apply", str(patch))
    assert (project.root / "a.py").read_text() == "\nx = 1\n"


def test_applied_patches_are_judged_with_the_tree(project: Scripted) -> None:
    ran = mended(project).run("check", "--agents", "mender", "--apply")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (project.root / "a.py").read_text() == "\nx = 1\n"
    assert project.stage().applied
    assert project.git("status", "--porcelain").split() == ["M", "a.py"]


def test_nothing_is_left_outside_of_the_folder_of_the_run(
    project: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "places"
    place.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(place))
    mended(project).run("check", "--agents", "mender")
    assert list(place.iterdir()) == []
    folder = project.root / project.stage().folder
    assert {path.name for path in folder.iterdir()} >= {
        "changes.patch",
        "commits.mbox",
        "journal.jsonl",
        "patches",
        "report.json",
        "report.md",
        "todos.json",
        "transcripts",
    }


def test_the_commits_name_run_agent_backend_and_model(project: Scripted) -> None:
    mended(project).run("check", "--agents", "mender")
    stage = project.stage()
    project.git("am", str(project.root / stage.folder / "commits.mbox"))
    said = project.git("log", "-1", "--format=%B")
    assert f"Eee-Run: {stage.run}\nEee-Agent: mender\nEee-Backend: mine\nEee-Model: none\n" in said
    again = project.run("check", "--agents", "mender")
    assert again.returncode == 2
    assert "the last commit was made by a run of agents already" in again.stderr


def test_a_patch_with_a_new_finding_is_rejected_and_repaired_in_the_next_round(project: Scripted) -> None:
    script = """
if asked["round"] == 1:
    write("a.py", "x = undefined\\n")
else:
    assert open("a.py").read() == "x = undefined\\n"
    assert "F821" in asked["task"]
    write("a.py", "x = 1\\n")
end()
"""
    mended(project, script).run("check", "--agents", "mender", "--apply")
    [result] = project.stage().results
    assert (result.end, result.attempts, result.rounds) == ("accepted", 2, 2)
    assert (project.root / "a.py").read_text() == "x = 1\n"


def test_without_rounds_it_stays_rejected_and_its_patch_is_kept(project: Scripted) -> None:
    script = 'write("a.py", "x = undefined\\n")\nend()\n'
    mended(project, script, budgets={"rounds": 0}).run("check", "--agents", "mender", "--apply")
    [result] = project.stage().results
    assert (result.end, result.reasons) == ("rejected", ("1 new finding: F821 in a.py",))
    assert "undefined" in (project.root / project.stage().folder / "patches/01-mender.patch").read_text()
    assert (project.root / "a.py").read_text() == DIRTY


@pytest.mark.parametrize(
    ("script", "end", "reason"),
    [
        ("end()", "no-op", "it changed nothing"),
        ('write("eee-ci.yaml", "version: 1\\n"); end()', "tampered", "EEE-T001"),
        ('write("b.py", "y = 1\\n"); end()', "tampered", "EEE-T008"),
        ('write("a.py", "import os  # noqa\\n"); end()', "tampered", "EEE-T003"),
        ('os.symlink("/etc/passwd", "link"); end()', "tampered", "link is a new symbolic link"),
        ('write(".git/hooks/post-commit", "#!/bin/sh\\n"); end()', "tampered", "hooks"),
        ('write("a.py", "x = 1\\n"); end(status="error", reason="no idea")', "failed", "no idea"),
        ('write("a.py", "x = 1\\n"); os.kill(os.getpid(), 9)', "failed", ""),
        ('write("a.py", "x = 1\\n"); sys.exit(0)', "failed", ""),
        ('say("usage", turns=3, usd=9.0); time.sleep(60)', "budget", "9.00 USD"),
        ('say("message", text="on it"); time.sleep(60)', "budget", "s on the clock"),
    ],
)
def test_an_agent_ends_as_it_deserves_and_the_tree_stays(
    project: Scripted, script: str, end: str, reason: str
) -> None:
    budgets = {"rounds": 0, "seconds": 2 if "on it" in script else 30, "usd": 5}
    ran = mended(project, script + "\n", budgets=budgets).run("check", "--agents", "mender", "--apply")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    [result] = project.stage().results
    assert (result.end, reason in "; ".join(result.reasons)) == (end, True), result.reasons
    assert (project.root / "a.py").read_text() == DIRTY
    assert not project.stage().applied


def test_trouble_that_passes_is_tried_again(project: Scripted) -> None:
    seen = project.scripts / "seen"
    script = f"""
if not os.path.exists({str(seen)!r}):
    open({str(seen)!r}, "w")
    say("retry", status=429)
    end(status="error", reason="429 too many requests")
    sys.exit(1)
{MEND}"""
    mended(project, script, sandbox="off").run("check", "--agents", "mender")
    [result] = project.stage().results
    assert (result.end, result.attempts, result.retries) == ("accepted", 2, 1), result
    assert [line.facts["why"] for line in project.lines().of("retry")] == ["429 too many requests"]


def test_the_crash_of_one_is_no_trouble_of_the_other(project: Scripted) -> None:
    project.configured(
        {"good": project.backend("good", MEND), "bad": project.backend("bad", "os.kill(os.getpid(), 11)\n")},
        config=LINT.replace('"F,E9"', '"F,E9,ANN"'),
    )
    project.write(
        {
            "a.py": DIRTY,
            "b.py": "def f(x):\n    return x\n",
            ".claude/agents/good.md": agent("good", "good", "Mends lint findings."),
            ".claude/agents/bad.md": agent("bad", "bad", "Mends type annotations."),
        }
    ).commit()
    project.run("check", "--agents", "good,bad")
    assert sorted((result.agent, result.end) for result in project.stage().results) == [
        ("bad", "failed"),
        ("good", "accepted"),
    ]


def test_a_task_without_a_command_that_accepts_it_is_only_proposed(project: Scripted) -> None:
    script = 'write("a.py", "x = 2\\n"); end()\n'
    project.configured({"mine": project.backend("mine", script)})
    project.write(
        {"a.py": "x = 1\n", ".claude/agents/doer.md": agent("doer", "mine", "Changes the number x.")}
    )
    project.commit()
    ran = project.run("task", "change the number x", "--agents", "doer", "--apply")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert project.ends() == {"01-doer": "unverified"}
    assert (project.root / "a.py").read_text() == "x = 1\n"
    assert "x = 2" in (project.root / project.stage().folder / "patches/01-doer.patch").read_text()


def test_a_task_is_accepted_by_its_command_without_a_shell(project: Scripted) -> None:
    script = 'write("a.py", "x = 2\\n"); end()\n'
    project.configured({"mine": project.backend("mine", script)})
    project.write(
        {"a.py": "x = 1\n", ".claude/agents/doer.md": agent("doer", "mine", "Changes the number x.")}
    )
    project.commit()
    accept = "grep -q 'x = 2' a.py"
    ran = project.run("task", "change x", "--agents", "doer", "--accept", accept, "--apply")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert project.ends() == {"01-doer": "accepted"}
    assert (project.root / "a.py").read_text() == "x = 2\n"
    refused = project.run("task", "change x", "--agents", "doer", "--accept", "grep 'x")
    assert refused.returncode == 2


def test_a_command_that_does_not_accept_rejects(project: Scripted) -> None:
    script = 'write("a.py", "x = 3\\n"); end()\n'
    project.configured({"mine": project.backend("mine", script)}, budgets={"rounds": 0})
    project.write(
        {"a.py": "x = 1\n", ".claude/agents/doer.md": agent("doer", "mine", "Changes the number x.")}
    )
    project.commit()
    project.run("task", "change x", "--agents", "doer", "--accept", "grep -q 'x = 2' a.py", "--apply")
    assert project.ends() == {"01-doer": "rejected"}
    assert (project.root / "a.py").read_text() == "x = 1\n"


def test_the_budget_of_the_run_ends_all(project: Scripted) -> None:
    script = 'say("usage", usd=3.0); time.sleep(60)\n'
    project.configured({"mine": project.backend("mine", script)})
    project.write(
        {"a.py": "x = 1\n", ".claude/agents/doer.md": agent("doer", "mine", "Changes the number x.")}
    )
    project.commit()
    project.run("task", "change x", "--agents", "doer", "--budget-usd", "1")
    [result] = project.stage().results
    assert (result.end, result.reasons) == ("budget", ("the run used 3.00 USD, and may use 1.00 USD",))


def test_the_todos_are_a_valid_list_with_the_backends_own_below(project: Scripted) -> None:
    script = (
        """
say("todo", todos=[{"content": "look", "status": "completed"}, {"content": "mend", "status": "in_progress"}])
"""
        + MEND
    )
    mended(project, script).run("check", "--agents", "mender")
    listed = json.loads((project.root / project.stage().folder / "todos.json").read_text())["todos"]
    [todo] = listed
    assert (todo["content"], todo["status"], todo["outcome"]) == ("2 findings in 1 file", "completed", "ok")
    assert todo["activeForm"]
    assert [(child["content"], child["status"]) for child in todo["children"]] == [
        ("look", "completed"),
        ("mend", "in_progress"),
    ]


def test_what_the_agent_gets_to_see_is_little(project: Scripted) -> None:
    script = 'say("message", text="SEEN " + " ".join(sorted(os.environ))); end()\n'
    mended(project, script)
    project.run(
        "check", "--agents", "mender", env={"GITHUB_TOKEN": "secret-value", "MY_SECRET": "hidden-one"}
    )
    said = next((project.root / project.stage().folder / "transcripts").iterdir()).read_text()
    assert "SEEN" in said
    assert "GITHUB_TOKEN" not in said
    assert "MY_SECRET" not in said


@pytest.mark.parametrize(
    "env",
    [
        {"GITHUB_EVENT_NAME": "pull_request_target"},
        {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": "/nowhere"},
    ],
)
def test_no_agent_works_for_strangers(project: Scripted, env: dict[str, str]) -> None:
    ran = mended(project).run("check", "--agents", "mender", env=env)
    assert ran.returncode == 2
    assert "no agent works on" in ran.stderr


def test_the_config_alone_does_not_make_agents_work_for_strangers(project: Scripted) -> None:
    mended(project, enabled=True)
    assert project.run("check", env={"GITHUB_EVENT_NAME": "pull_request_target"}).returncode == 1
    assert project.report().agents is None
    project.run("check")
    assert list(project.ends().values()) == ["accepted"]


def test_a_required_sandbox_holds_or_no_agent_starts(project: Scripted) -> None:
    script = (
        """
try:
    open(os.path.expanduser("~/../outside"), "w")
except OSError:
    pass
"""
        + MEND
    )
    mended(project, script, sandbox="required").run("check", "--agents", "mender")
    [result] = project.stage().results
    held = "writes outside its folders denied (Landlock)" in project.stage().sandbox
    assert result.end == ("accepted" if held else "failed"), result.reasons


def test_no_agents_is_stronger_than_the_config(project: Scripted) -> None:
    mended(project, enabled=True).run("check", "--no-agents")
    assert project.report().agents is None


def test_a_secret_of_the_backend_shows_nowhere(project: Scripted) -> None:
    script = 'end(status="error", reason="the key is " + os.environ["MY_KEY"])\n'
    project.configured({"mine": project.backend("mine", script, key="MY_KEY")})
    project.write({"a.py": DIRTY, ".claude/agents/mender.md": agent("mender", "mine")}).commit()
    ran = project.run("check", "--agents", "mender", env={"MY_KEY": "hunter22-secret"})
    [result] = project.stage().results
    assert result.reasons == ("the key is ***",)
    assert "hunter22" not in ran.stdout + ran.stderr
    kept = [path for path in (project.root / ".eee-ci").rglob("*") if path.is_file()]
    assert [path for path in kept if b"hunter22" in path.read_bytes()] == []


def test_without_being_asked_no_agent_works(project: Scripted) -> None:
    mended(project).run("check")
    assert project.report().agents is None
    assert not (project.root / ".eee-ci" / "runs").exists()


def test_a_run_without_findings_is_skipped(project: Scripted) -> None:
    mended(project)
    project.write({"a.py": "x = 1\n"}).commit()
    ran = project.run("check", "--agents")
    assert ran.returncode == 0
    assert "skipped: the gates found nothing to repair" in ran.stdout
    assert project.stage().results == ()
