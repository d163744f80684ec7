"""eee-ci killed by -9 anywhere in a run of two agents, then resumed: the end is that of a run left alone."""

import os
import random
import time
from pathlib import Path

import pytest

from eee_ci.agents import runs
from tests.agents.scripted import Scripted, agent

FEW, MANY = 6, 50
PATIENCE = 20.0
WORK = """
time.sleep(0.3)
for name in sorted({finding["file"] for finding in asked["findings"]}):
    words = open(name).read()
    write(name, "".join(row for row in words.splitlines(True) if not row.startswith("import")))
    time.sleep(0.1)
end()
"""
CONFIG = """version: 1
gates:
  lint: {tool: ruff, args: [--isolated, --select, F], limits: {findings: 0}}
  types: {tool: ruff, args: [--isolated, --select, ANN201], limits: {findings: 0}}
"""
TYPES = """
time.sleep(0.2)
write("d.py", open("d.py").read().replace("def g():", "def g() -> int:"))
end()
"""
FILES = {"a.py": "import os\n\nx = 1\n", "d.py": "def g():\n    return 1\n", "c.py": "y = 1\n"}
DONE = {"a.py": "\nx = 1\n", "d.py": "def g() -> int:\n    return 1\n", "c.py": "y = 1\n"}


def made(folder: Path) -> Scripted:
    folder.mkdir()
    project = Scripted(folder)
    project.configured({"one": project.backend("one", WORK), "two": project.backend("two", TYPES)}, CONFIG)
    project.write(FILES)
    project.write(
        {
            ".claude/agents/linter.md": agent("linter", "one", "Mends lint findings."),
            ".claude/agents/typer.md": agent("typer", "two", "Mends type annotations."),
        }
    ).commit()
    return project


def python(project: Scripted) -> dict[str, str]:
    return {name: words for name, words in project.tree().items() if name.endswith(".py")}


def alive(project: Scripted) -> list[bytes]:
    """What still runs of its agents."""
    mark, found = os.fsencode(project.scripts), []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes() if entry.name.isdecimal() else b""
        except OSError:
            continue
        found += [words] if mark in words else []
    return found


def killed(project: Scripted, seconds: float, *words: str) -> None:
    """Start it, and kill it after some time."""
    process = project.start(*words)
    try:
        process.wait(timeout=seconds)
    except Exception:  # noqa: BLE001 - it runs on: that is what is wanted
        process.kill()
    process.wait()


def trial(folder: Path, seconds: float, again: float | None) -> None:
    project = made(folder)
    killed(project, seconds, "check", "--agents", "linter,typer", "--apply")
    until = time.monotonic() + PATIENCE
    while alive(project) and time.monotonic() < until:
        time.sleep(0.05)
    assert alive(project) == [], f"something lives on, killed after {seconds} s"
    known = runs.known(project.root)
    events = [line.event for line in known[-1].read.lines] if known else []
    if "applying" not in events:
        assert python(project) == FILES, f"the tree was touched, killed after {seconds} s"
    if known and "begun" in events and not known[-1].finished:
        if again is not None:
            killed(project, again, "agents", "resume", known[-1].run)
        if not runs.find(project.root, known[-1].run).finished:
            resumed = project.run("agents", "resume", known[-1].run)
            assert resumed.returncode == 0, (seconds, resumed.stdout, resumed.stderr)
    elif not known or "begun" not in events:
        ran = project.run("check", "--agents", "linter,typer", "--apply")
        assert ran.returncode == 0, (seconds, ran.stdout, ran.stderr)
    assert python(project) == DONE, f"another end, killed after {seconds} s"
    left = project.git("status", "--porcelain", "--untracked-files=all").splitlines()
    assert left == [" M a.py", " M d.py"], f"something was left, killed after {seconds} s"
    [last] = [each for each in runs.known(project.root) if each.finished]
    ends = {line.facts["result"]["agent"]: line.facts["result"]["end"] for line in last.read.of("result")}
    assert ends == {"linter": "accepted", "typer": "accepted"}
    assert last.read.count("result") == 2  # nothing was finished twice
    folder_of_run = Path(last.folder)
    assert {path.name for path in (folder_of_run / "patches").iterdir()} == {
        "01-typer.patch",
        "02-linter.patch",
    }
    place = last.place
    assert place is not None
    assert not Path(place).exists()


def whole(folder: Path) -> float:
    """How long a run takes that nobody disturbs."""
    project = made(folder)
    began = time.monotonic()
    assert project.run("check", "--agents", "linter,typer", "--apply").returncode == 0
    assert python(project) == DONE
    return time.monotonic() - began


def trials(folder: Path, number: int, seed: int) -> None:
    chance = random.Random(seed)
    most = whole(folder / "whole")
    for at in range(number):
        again = chance.uniform(0.2, most) if chance.random() < 0.3 else None
        (folder / str(at)).mkdir()
        trial(folder / str(at) / "project", chance.uniform(0.2, most), again)


def test_a_run_that_is_killed_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    trials(tmp_path, FEW, seed=4)


@pytest.mark.slow
def test_fifty_kills_change_nothing(tmp_path: Path) -> None:
    trials(tmp_path, MANY, seed=50)
