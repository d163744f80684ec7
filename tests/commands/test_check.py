"""`eee-ci check --trace` and `--failing-first`, as a user calls them."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from eee_ci import commands
from eee_ci.commands.phases import Phases
from eee_ci.errors import UsageError
from eee_ci.rendering.trace import Phase
from tests.conftest import Files, Project

Make = Callable[[Files], Project]
CONFIG = """\
version: 1
gates:
  good: {tool: command, run: [python3, -c, "open('.eee-ci/ran', 'w')"]}
  bad: {tool: command, run: [python3, -c, "raise SystemExit(1)"]}
  after: {tool: command, run: [python3, -c, "pass"], needs: [good]}
"""


def test_a_trace_holds_our_phases_and_the_gates_that_ran(project: Make) -> None:
    made = project({"eee-ci.yaml": CONFIG})
    done = made.run("check", "--trace", "out/trace.json")
    assert done.returncode == 1, done.stdout + done.stderr
    events = json.loads((made.root / "out/trace.json").read_bytes())["traceEvents"]
    drawn = {event["name"]: event for event in events if event["ph"] == "X"}
    assert set(drawn) == {"config", "tree", "plan", "run", "reports", "good", "bad", "after"}
    assert drawn["bad"]["args"]["status"] == "failed"
    run, after, good = drawn["run"], drawn["after"], drawn["good"]
    assert run["ts"] <= good["ts"] <= after["ts"] <= after["ts"] + after["dur"] <= run["ts"] + run["dur"]
    assert good["ts"] + good["dur"] <= after["ts"]
    order = ["config", "tree", "plan", "run", "reports"]
    assert sorted(order, key=lambda name: int(drawn[name]["ts"])) == order


@pytest.mark.parametrize("kind", ["folder", "link", "fifo", "below a file"])
def test_a_place_where_no_trace_can_be_is_said_before_anything_runs(project: Make, kind: str) -> None:
    made = project({"eee-ci.yaml": CONFIG})
    place = made.root.parent / "place"
    if kind == "folder":
        place.mkdir()
    elif kind == "link":
        place.symlink_to("gone")
    elif kind == "fifo":
        os.mkfifo(place)
    else:
        place.touch()
        place /= "trace.json"
    done = made.run("check", "--trace", str(place))
    assert done.returncode == 2
    assert "cannot be" in done.stderr
    assert "with --trace" in done.stderr
    assert not (made.root / ".eee-ci").exists()


def test_a_trace_that_cannot_be_written_in_the_end_is_exit_3(project: Make) -> None:
    made = project({"eee-ci.yaml": CONFIG.replace(".eee-ci/ran", "x").replace("open('x', 'w')", "{}")})
    (made.root / ".eee-ci").mkdir()
    made.write(
        {
            "eee-ci.yaml": "version: 1\ngates:\n"
            "  a: {tool: command, run: [python3, -c, \"import os; os.mkdir('.eee-ci/trace.json')\"]}\n"
        }
    )
    done = made.run("check", "--trace", ".eee-ci/trace.json")
    assert done.returncode == 3
    assert "eee-ci: cannot write .eee-ci/trace.json: Is a directory" in done.stdout


def test_what_failed_last_time_starts_first_when_asked_to(project: Make) -> None:
    made = project({"eee-ci.yaml": CONFIG})
    made.run("check")
    plain = made.run("check", "--jobs=1", "--verbose").stdout
    urged = made.run("check", "--jobs=1", "--verbose", "--failing-first").stdout
    assert plain.startswith("good: started\n")
    assert urged.startswith("bad: started\n")


def test_phases_are_noted_with_their_times_also_when_they_fail() -> None:
    times = iter((1.0, 2.5, 3.0, 4.0))
    phase = Phases(lambda: next(times))
    with phase("config"):
        pass
    with pytest.raises(ValueError, match="odd"), phase("tree"):
        raise ValueError("odd")
    assert phase.seen == [
        Phase(name="config", started=1.0, ended=2.5),
        Phase(name="tree", started=3.0, ended=4.0),
    ]


def test_a_file_that_is_there_or_can_be_made_is_a_place_for_a_trace(tmp_path: Path) -> None:
    (tmp_path / "old.json").touch()
    for name in ("old.json", "new.json", "a/b/new.json"):
        assert commands.file(str(tmp_path / name), "--trace") == tmp_path / name
    with pytest.raises(UsageError, match="it is not a file"):
        commands.file(str(tmp_path), "--trace")
