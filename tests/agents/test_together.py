"""Agents side by side: disjoint scopes run together, the same lines are merged one after another."""

from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from eee_ci.agents.journal import Read
from tests.agents.scripted import Scripted, agent

CONFIG = """version: 1
gates:
  lint: {tool: ruff, args: [--isolated, --select, F], limits: {findings: 0}}
  types: {tool: ruff, args: [--isolated, --select, ANN201], limits: {findings: 0}}
"""
LINT = """
before = open("shared.py").read()
write("shared.py", f"# by lint, who saw {before.count(chr(10))}\\n{before}")
write("a.py", "x = 1\\n")
time.sleep(2)
end()
"""
TYPES = """
before = open("shared.py").read()
write("shared.py", f"# by types, who saw {before.count(chr(10))}\\n{before}")
write("d.py", "def g() -> int:\\n    return 1\\n")
time.sleep(2)
end()
"""
ALLOWED = [{"rule": "T8", "paths": ["shared.py"], "reason": "both write their notes there"}]


@pytest.fixture
def project(tmp_path: Path) -> Scripted:
    folder = tmp_path / "project"
    folder.mkdir()
    return Scripted(folder)


def spans(read: Read) -> dict[str, tuple[datetime, datetime]]:
    """When each item was worked at."""
    at = {(line.event, line.facts.get("item")): datetime.fromisoformat(line.at) for line in read.lines}
    return {str(item): (at["started", item], at["ended", item]) for event, item in at if event == "started"}


def test_two_agents_on_the_same_lines_are_merged_one_after_the_other_and_nothing_is_lost(
    project: Scripted,
) -> None:
    backends = {"one": project.backend("one", LINT), "two": project.backend("two", TYPES)}
    project.configured(backends, CONFIG, allow=ALLOWED)
    project.write(
        {
            "a.py": "import os\nx = 1\n",
            "d.py": "def g():\n    return 1\n",
            "shared.py": "y = 1\n",
            ".claude/agents/linter.md": agent("linter", "one", "Mends lint findings."),
            ".claude/agents/typer.md": agent("typer", "two", "Mends type annotations."),
        }
    ).commit()
    ran = project.run("check", "--agents", "linter,typer", "--apply")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert set(project.ends().values()) == {"accepted"}
    assert sorted(result.conflicts for result in project.stage().results) == [0, 1]
    assert project.lines().count("conflict") == 1
    written = (project.root / "shared.py").read_text().splitlines()
    assert sorted(row.split()[2].rstrip(",") for row in written[:2]) == ["lint", "types"]
    assert [row.split()[-1] for row in written[:2]] == ["2", "1"]
    assert written[2:] == ["y = 1"]


def test_items_of_one_agent_with_files_of_their_own_run_side_by_side(project: Scripted) -> None:
    script = """
time.sleep(1)
[name] = {finding["file"] for finding in asked["findings"]}
write(name, "x = 1\\n")
end()
"""
    dirty = "".join(f"import module_{number}\n" for number in range(30)) + "x = 1\n"
    project.configured({"mine": project.backend("mine", script)}, CONFIG)
    project.write({f"m{number}.py": dirty for number in range(8)})
    project.write({".claude/agents/linter.md": agent("linter", "mine", "Mends lint findings.")}).commit()
    ran = project.run("check", "--agents", "linter", "--apply", timeout=300)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert list(project.ends().values()) == ["accepted"] * 8
    assert {(project.root / f"m{number}.py").read_text() for number in range(8)} == {"x = 1\n"}
    when = sorted(spans(project.lines()).values())
    assert any(later[0] < earlier[1] for earlier, later in pairwise(when))


def test_items_that_may_meet_wait_for_each_other(project: Scripted) -> None:
    script = """
write("shared.py", open("shared.py").read() + "z = 1\\n")
time.sleep(0.5)
end()
"""
    project.configured({"mine": project.backend("mine", script)}, CONFIG, budgets={"rounds": 0})
    project.write(
        {
            "shared.py": "y = 1\n",
            ".claude/agents/first.md": agent("first", "mine", "Security audits."),
            ".claude/agents/second.md": agent("second", "mine", "Documentation."),
        }
    ).commit()
    project.run("task", "audit the security and write documentation", "--agents", "first,second")
    when = sorted(spans(project.lines()).values())
    assert len(when) == 2
    assert when[0][1] <= when[1][0]
