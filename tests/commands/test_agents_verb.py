"""`eee-ci agents`: which there are, what is wrong with files, and the entrances for coding agents."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eee_ci import roster
from eee_ci.roster import fields
from eee_ci.roster.documents import document
from eee_ci.roster.rules import Desk
from tests.conftest import Project
from tests.reports.test_sarif import refusals

Make = Callable[[dict[str, str]], Project]
FOLDER = ".claude/agents"
GOOD = """\
---
name: reviewer
description: Looks at code.
tools: Read, Edit
model: opus
hooks: {}
---
Look.
"""
BAD = "---\nname: bad:name\ndescription: d\n---\nx\n"
COLON = "---\nname: colon\ndescription: Use when: so\n---\nx\n"
BUILT_IN = ["dependency-fixer", "formatter", "import-sorter", "lint-fixer", "type-hint-fixer"]


def listed(made: Project, *words: str) -> Any:
    done = made.run("agents", "list", "--json", *words)
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_a_list_says_where_each_comes_from(project: Make) -> None:
    made = project({f"{FOLDER}/reviewer.md": GOOD, f"{FOLDER}/bad.md": BAD})
    done = made.run("agents", "list")
    assert done.returncode == 0
    rows = done.stdout.split("\n")
    assert rows[4] == "reviewer          project .claude/agents/reviewer.md  Looks at code."
    assert rows[1].startswith("formatter         built-in                            Formats files")
    assert rows[6:] == [
        "note: 2 findings (1 high, 1 medium) on agent files: `eee-ci agents validate` lists them",
        "",
    ]


def test_a_list_as_json_holds_all(project: Make) -> None:
    found = listed(project({f"{FOLDER}/reviewer.md": GOOD}))
    assert [one["name"] for one in found["agents"]] == [*BUILT_IN[:4], "reviewer", BUILT_IN[4]]
    assert found["agents"][4]["extra"] == {"hooks": {}}
    assert [one["rule"] for one in found["findings"]] == ["ignored-key"]
    assert found["notes"] == []


def test_what_is_committed_counts_and_what_differs_is_said(project: Make) -> None:
    made = project({f"{FOLDER}/reviewer.md": GOOD})
    (made.root / FOLDER / "reviewer.md").unlink()
    found = listed(made)
    assert "reviewer" in [one["name"] for one in found["agents"]]
    assert found["notes"] == [
        "the agent files on disk differ from those of HEAD, which are the ones that count"
    ]
    made.commit()
    assert [one["name"] for one in listed(made)["agents"]] == BUILT_IN
    assert "reviewer" in [one["name"] for one in listed(made, "--base", "HEAD~1")["agents"]]


def test_a_base_that_is_not_there_is_an_error(project: Make) -> None:
    done = project({}).run("agents", "list", "--base", "no-such")
    assert (done.returncode, done.stdout) == (2, "")
    assert "git failed" in done.stderr


def test_without_a_repository_only_the_built_in_agents_count(tmp_path: Path) -> None:
    folder = tmp_path / FOLDER
    folder.mkdir(parents=True)
    (folder / "reviewer.md").write_text(GOOD, encoding="utf-8")
    found = listed(Project(tmp_path))
    assert [one["name"] for one in found["agents"]] == BUILT_IN
    (note,) = found["notes"]
    assert note.startswith("no agent file counts before it is committed: ")


def test_the_user_s_agents_come_on_request_and_below_the_project_s(project: Make, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / FOLDER).mkdir(parents=True)
    for name in ("reviewer", "formatter", "mine"):
        text = GOOD.replace("reviewer", name)
        (home / FOLDER / f"{name}.md").write_text(text, encoding="utf-8")
    made = project({f"{FOLDER}/reviewer.md": GOOD})
    env = {"HOME": str(home)}
    assert "mine" not in made.run("agents", "list", env=env).stdout
    found = json.loads(made.run("agents", "list", "--json", "--user-agents", env=env).stdout)
    origins = {one["name"]: one["origin"] for one in found["agents"]}
    assert (origins["reviewer"], origins["formatter"], origins["mine"]) == ("project", "user", "user")


def test_an_agent_is_shown_with_what_is_wrong_with_its_file(project: Make) -> None:
    done = project({f"{FOLDER}/reviewer.md": GOOD}).run("agents", "show", "reviewer")
    assert (done.returncode, done.stdout) == (
        0,
        """\
name          reviewer
comes from    project .claude/agents/reviewer.md
description   Looks at code.
backend       as the config says
tools         Read, Edit
denied tools  none
model         opus
turns         as the config says
effort        the backend's own
permissions   the backend's own
not heeded    hooks

Look.

.claude/agents/reviewer.md:6:1 ignored-key hooks: ignored: an agent file starts no program
""",
    )


def test_an_agent_is_shown_as_json(project: Make) -> None:
    done = project({}).run("agents", "show", "lint-fixer", "--json")
    found = json.loads(done.stdout)
    assert (found["name"], found["origin"], found["backend"]) == ("lint-fixer", "built-in", "fixers")


def test_an_agent_that_is_not_there_is_an_error_with_the_near_miss(project: Make) -> None:
    done = project({}).run("agents", "show", "lint-fixr")
    assert done.returncode == 2
    assert "there is no agent 'lint-fixr' (did you mean 'lint-fixer'?)" in done.stderr


def test_findings_are_lines_that_editors_link_and_an_error_is_exit_1(project: Make) -> None:
    made = project({f"{FOLDER}/bad.md": BAD, f"{FOLDER}/colon.md": COLON})
    done = made.run("agents", "validate")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == (
        ".claude/agents/bad.md:2 bad-name name: 'bad:name' cannot be a name; it is skipped\n"
        ".claude/agents/colon.md:3:22 lenient-yaml not YAML: a ':' where none can stand; is the line indented"
        " like its neighbours, or does the value need quotes?; it is read line by line\n"
        "1 agent, 2 findings (1 high, 1 medium)\n"
    )


def test_warnings_alone_are_exit_0(project: Make) -> None:
    done = project({f"{FOLDER}/colon.md": COLON}).run("agents", "validate")
    assert (done.returncode, done.stdout.split("\n")[-2]) == (0, "1 agent, 1 finding (1 medium)")


def test_no_agent_files_are_no_findings(project: Make) -> None:
    done = project({}).run("agents", "validate")
    assert (done.returncode, done.stdout) == (0, "0 agents, no findings\n")


def test_files_are_validated_before_they_are_committed_or_as_of_a_commit(project: Make) -> None:
    made = project({f"{FOLDER}/colon.md": COLON}).write({f"{FOLDER}/bad.md": BAD})
    assert made.run("agents", "validate").returncode == 1
    assert made.run("agents", "validate", "--base", "HEAD").returncode == 0


def test_findings_as_json(project: Make) -> None:
    done = project({f"{FOLDER}/bad.md": BAD}).run("agents", "validate", "--format", "json")
    (found,) = json.loads(done.stdout)
    assert (done.returncode, found["rule"], found["line"]) == (1, "bad-name", 2)


@pytest.mark.parametrize("files", [{f"{FOLDER}/bad.md": BAD, f"{FOLDER}/colon.md": COLON}, {}])
def test_sarif_is_valid_and_the_same_on_paper_and_in_a_file(
    project: Make, tmp_path: Path, files: dict[str, str]
) -> None:
    target = tmp_path / "out" / "agents.sarif"
    done = project(files).run("agents", "validate", "--format", "sarif", "--sarif", str(target))
    assert done.returncode == (1 if files else 0)
    log = json.loads(done.stdout)
    assert json.loads(target.read_bytes()) == log
    (run,) = log["runs"]
    assert [result["ruleId"] for result in run["results"]] == (["bad-name", "lenient-yaml"] if files else [])
    assert list(refusals(log)) == []
    if schemas := os.environ.get("EEE_CI_SCHEMAS"):
        words = ["-m", "check_jsonschema", "--schemafile", f"{schemas}/sarif-2.1.0.json", str(target)]
        checked = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout + checked.stderr


def test_sarif_that_cannot_be_written_is_said_before_anything_else(project: Make) -> None:
    done = project({}).run("agents", "validate", "--sarif", ".")
    assert (done.returncode, done.stdout) == (2, "")


def test_entrances_are_written_once_and_never_overwritten(project: Make) -> None:
    made = project({})
    first = made.run("agents", "init")
    assert (first.returncode, first.stdout) == (
        0,
        ".claude/commands/enterprise.md: written\n.claude/skills/eee-ci/SKILL.md: written\n",
    )
    assert made.run("agents", "init").stdout == (
        ".claude/commands/enterprise.md: there already\n.claude/skills/eee-ci/SKILL.md: there already\n"
    )
    made.write({".claude/commands/enterprise.md": "mine"})
    (made.root / ".claude/skills/eee-ci/SKILL.md").unlink()
    third = made.run("agents", "init")
    assert (third.returncode, third.stdout) == (
        1,
        ".claude/commands/enterprise.md: differs; left as it is\n.claude/skills/eee-ci/SKILL.md: written\n",
    )
    assert (made.root / ".claude/commands/enterprise.md").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("link", [".claude", ".claude/commands", ".claude/commands/enterprise.md"])
def test_entrances_are_not_written_through_a_link(project: Make, tmp_path: Path, link: str) -> None:
    made = project({})
    outside = tmp_path / "outside"
    outside.mkdir()
    (made.root / link).parent.mkdir(parents=True, exist_ok=True)
    (made.root / link).symlink_to(outside / "enterprise.md" if link.endswith(".md") else outside)
    done = made.run("agents", "init")
    assert done.returncode == 1
    assert ".claude/commands/enterprise.md: behind a link; left as it is" in done.stdout
    assert list(outside.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_entrance_that_cannot_be_written_is_said(project: Make) -> None:
    made = project({".claude/x": ""})
    (made.root / ".claude").chmod(0o500)
    done = made.run("agents", "init")
    (made.root / ".claude").chmod(0o700)
    assert done.returncode == 1
    assert "cannot write" in done.stdout


def test_a_file_in_the_place_of_a_folder_is_said(project: Make) -> None:
    done = project({".claude": "a file"}).run("agents", "init")
    assert (done.returncode, done.stdout.count("cannot")) == (1, 2)


@pytest.mark.parametrize("path", roster.ENTRANCES)
def test_entrances_have_sound_keys_and_call_the_task_verb(path: str) -> None:
    desk = Desk(path)
    parts = document(roster.ENTRANCES[path].read_bytes(), desk)
    assert parts is not None
    found = fields.fields(parts.keys, desk)
    assert found is not None
    assert desk.findings() == []
    assert {"description", "allowed-tools"} <= found.keys()
    assert "eee-ci task" in parts.prompt
