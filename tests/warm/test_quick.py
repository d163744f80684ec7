"""Gates that run each time: they do run, once, and what is told of them is what the full program tells."""

import errno
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from eee_ci import reports
from eee_ci.commands import report
from eee_ci.process.signals import Signals
from eee_ci.warm import quick
from tests.conftest import CHECKOUT, Files, Project
from tests.warm.test_warm import Answer, Site

Make = Callable[[Files], Project]
HEAD = "version: 1\nenv: {pass: [DEPLOY]}\ngates:\n"
SEVERAL = """\
  one: {tool: command, run: ["true"]}
  two-b: {tool: command, run: [python3, -c, "print('said')"]}
  kept: {tool: command, run: [python3, -c, "pass"], inputs: ["**/*"]}
"""


class Lab(Site):
    """A project whose gate `work` runs a script outside of it, which counts how often."""

    def __init__(self, project: Project, folder: Path, more: str = "", wish: str = "") -> None:
        super().__init__(project)
        self.script, self.count = folder / "work.py", folder / "count"
        self.does("pass")
        gate = f"  work: {{tool: command, run: [python3, {self.script}], {wish}}}\n"
        project.write({"eee-ci.yaml": HEAD + gate + more, "src/a.py": "A = 1\n", ".gitignore": "*.tmp\n"})
        project.git("add", "--all")
        project.git("commit", "--quiet", "--message=lab")

    def does(self, what: str) -> None:
        """What the script does besides counting: it is no part of the project."""
        self.script.write_text(f"open({str(self.count)!r}, 'a').write('x')\n{what}\n", encoding="utf-8")

    @property
    def ran(self) -> int:
        """How often it ran since this was asked last."""
        number = len(self.count.read_text(encoding="utf-8")) if self.count.exists() else 0
        self.count.unlink(missing_ok=True)
        return number

    def settle(self) -> None:
        super().settle()
        assert self.ran

    @property
    def folder(self) -> Path:
        return self.root / ".eee-ci" / "reports"

    def verdict(self) -> dict[str, object]:
        found = json.loads((self.folder / "report.json").read_bytes())["verdicts"]
        return next(dict(one) for one in found if one["gate"] == "work")


@pytest.fixture
def lab(project: Make, tmp_path: Path) -> Lab:
    made = Lab(project({}), tmp_path, SEVERAL)
    made.settle()
    return made


def test_the_gate_runs_each_time_and_nothing_heavy_is_loaded(lab: Lab) -> None:
    for _ in range(2):
        answer = lab.check()
        assert (answer.quick, answer.exit, lab.ran) == (True, 0, 1)


def test_its_reports_are_those_of_the_full_program(lab: Lab) -> None:
    before = (lab.folder / "report.json").read_bytes()
    assert lab.check().quick
    run = report.load(lab.folder / "report.json")
    files = reports.render(run, ("junit", "sarif", "markdown"))
    assert {name: (lab.folder / name).read_bytes() for name in files} == files
    after = (lab.folder / "report.json").read_bytes()
    assert json.loads(reports.render(run, ("json",))["report.json"]) == json.loads(after)
    assert after != before
    ran = {one.gate: one for one in run.verdicts if one.cached is None}
    assert ran.keys() == {"work", "one", "two-b"}
    assert all(0 <= (one.started or 0) < (one.ended or 0) <= run.seconds for one in ran.values())
    assert 0 < (ran["work"].cost.seconds or 0) <= run.seconds


def test_its_last_words_are_those_of_the_full_program(lab: Lab) -> None:
    def shape(answer: Answer) -> str:
        return re.sub(r"\d+", "N", answer.said)

    quick, full = lab.check(), lab.check("check", "--jobs", str(os.cpu_count()))
    assert (quick.quick, full.quick) == (True, False)
    assert shape(quick) == shape(full)


def test_a_gate_that_fails_is_red_and_ran_once(lab: Lab) -> None:
    lab.does("raise SystemExit('no')")
    answer = lab.check()
    assert (answer.quick, answer.exit, lab.ran) == (False, 1, 1)
    assert "exit is 1, at most 0 wanted" in answer.said
    verdict = lab.verdict()
    assert (verdict["status"], verdict["log"]) == ("failed", "no")
    assert lab.check().exit == 1
    lab.does("pass")
    assert lab.check().exit == 0


def test_times_of_a_gate_that_failed_are_its_own(lab: Lab) -> None:
    lab.does("import time; time.sleep(0.3); raise SystemExit(1)")
    assert lab.check().exit == 1
    verdict = lab.verdict()
    started, ended = verdict["started"], verdict["ended"]
    assert isinstance(started, float)
    assert isinstance(ended, float)
    assert ended - started >= 0.3
    assert json.loads((lab.folder / "report.json").read_bytes())["seconds"] >= ended


def test_a_gate_that_changes_the_project_has_failed(lab: Lab) -> None:
    lab.does(f"open({str(lab.root / 'src/a.py')!r}, 'a').write('B = 1\\n')")
    answer = lab.check()
    assert (answer.exit, lab.ran) == (1, 1)
    assert "changed files of the project: src/a.py" in answer.said


@pytest.mark.parametrize(
    ("does", "found"),
    [("new.py", "src/new.py"), ("gone", "src/a.py"), ("new.tmp", ""), ("same", "")],
)
def test_what_counts_as_a_change(lab: Lab, does: str, found: str) -> None:
    file = lab.root / "src" / ("a.py" if does in ("gone", "same") else does)
    act = "os.unlink(p)" if does == "gone" else "open(p, 'w').write('A = 1\\n')"
    lab.does(f"import os; p = {str(file)!r}; {act}")
    answer = lab.check()
    assert (answer.quick, answer.exit, lab.ran) == (False, int(bool(found)), 1)
    assert (f"changed files of the project: {found}" in answer.said) is bool(found)


def test_who_leaves_a_process_behind_is_told(lab: Lab) -> None:
    lab.does("import subprocess; subprocess.Popen(['sleep', '77'])")
    answer = lab.check()
    assert (answer.quick, lab.ran) == (False, 1)
    assert "it left processes behind, which were ended: sleep 77" in answer.said


def test_a_second_attempt_follows_a_first_one_that_failed(project: Make, tmp_path: Path) -> None:
    lab = Lab(project({}), tmp_path, wish="retries: 1")
    lab.settle()
    lab.does(f"import os; raise SystemExit(os.path.getsize({str(lab.count)!r}) < 2)")
    answer = lab.check()
    assert (answer.exit, lab.ran) == (0, 2)
    assert "flaky: it passed on attempt 2 only" in answer.said


def test_a_signal_stops_it_and_the_reports_say_so(lab: Lab) -> None:
    lab.does("import time; time.sleep(60)")
    with subprocess.Popen(
        [sys.executable, "-m", "eee_ci", "check"],
        cwd=lab.root,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT), **lab.environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as started:
        while not lab.count.exists():
            time.sleep(0.01)
        started.send_signal(signal.SIGTERM)
        said, _ = started.communicate(timeout=30)
    assert started.returncode == 128 + signal.SIGTERM
    assert b"stopped by SIGTERM" in said
    assert lab.verdict()["reasons"] == ["not started: the run was stopped"]


def test_after_a_killed_run_the_full_program_tells_of_it(lab: Lab) -> None:
    (lab.root / ".eee-ci/status.json").write_text('{"state":"running","pid":999999999}', encoding="utf-8")
    answer = lab.check()
    assert not answer.quick
    assert "note: the previous run did not finish" in answer.said
    lab.settle()


def test_reports_that_cannot_be_written_are_told_by_the_full_program(lab: Lab) -> None:
    (lab.folder / "junit.xml").unlink()
    (lab.folder / "junit.xml").mkdir()
    answer = lab.check()
    assert (answer.quick, answer.exit, lab.ran) == (False, 3, 1)


def test_a_variable_that_the_gate_gets_counts(lab: Lab) -> None:
    lab.environ["DEPLOY"] = "1"
    lab.does("import os; raise SystemExit(os.environ['DEPLOY'] != '1')")
    lab.settle()
    lab.environ["DEPLOY"] = "2"
    assert (lab.check().quick, lab.ran) == (False, 1)


def test_another_program_in_its_place_is_a_change(project: Make, tmp_path: Path) -> None:
    tool = tmp_path / "tool"
    tool.symlink_to("/bin/true")
    lab = Lab(project({}), tmp_path, f"  tool: {{tool: command, run: [{tool}]}}\n")
    lab.settle()
    tool.unlink()
    tool.symlink_to("/bin/false")
    answer = lab.check()
    assert (answer.quick, answer.exit) == (False, 1)


@pytest.mark.parametrize(
    ("wish", "more"),
    [
        ("needs: [one]", SEVERAL),
        ("exits: {0: pass, 1: findings}", ""),
        ("limits: {seconds: {max: 50}}", ""),
        ("", "  last: {tool: command, run: ['true'], inputs: ['**/*'], needs: [work]}\n"),
        ("", "reports: [junit, html]\n"),
        ("", "  odd: {tool: command, run: ['true', '3000000.017']}\n"),  # as one of our marks
    ],
)
def test_what_more_than_an_exit_code_decides_on_is_for_the_full_program(
    project: Make, tmp_path: Path, wish: str, more: str
) -> None:
    lab = Lab(project({}), tmp_path, more, wish)
    answers = [lab.check() for _ in range(3)]
    assert [(answer.quick, answer.exit) for answer in answers] == [(False, 0)] * 3
    assert lab.ran == 3


def test_a_limit_may_want_another_exit_code(project: Make, tmp_path: Path) -> None:
    lab = Lab(project({}), tmp_path, wish="limits: {exit: {min: 1, max: 3}}")
    lab.does("raise SystemExit(1)")
    assert [(one.quick, one.exit) for one in (lab.check(), lab.check(), lab.check())] == [(False, 0)] * 3
    lab.does("pass")
    assert lab.check().exit == 1


def test_where_there_are_other_cores_the_full_program_plans(lab: Lab) -> None:
    known = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(known)})
    try:
        assert lab.check().quick is (len(known) == 1)
    finally:
        os.sched_setaffinity(0, known)


def test_each_gate_has_a_fresh_folder_of_its_own(project: Make, tmp_path: Path) -> None:
    word = "import os; open(os.environ['TMPDIR'] + '/only', 'x')"
    lab = Lab(project({}), tmp_path, f'  other: {{tool: command, run: [python3, -c, "{word}"]}}\n')
    lab.does(word)
    lab.settle()
    assert [(one.quick, one.exit) for one in (lab.check(), lab.check())] == [(True, 0)] * 2


def test_a_command_that_is_another_by_then_runs(lab: Lab) -> None:
    file = str(lab.root / "eee-ci.yaml")
    lab.does(
        f"""p = {file!r}; t = open(p).read(); open(p, 'w').write(t.replace("print('said')", "exit(5)"))"""
    )
    answer = lab.check()
    assert answer.exit == 1
    assert "exit is 5, at most 0 wanted" in answer.said
    assert "changed files of the project: eee-ci.yaml" in answer.said


def test_a_red_gate_that_is_remembered_stays_red(project: Make, tmp_path: Path) -> None:
    red = "  red: {tool: command, run: [python3, -c, 'raise SystemExit(1)'], inputs: ['**/*']}\n"
    lab = Lab(project({}), tmp_path, red)
    lab.settle()
    answer = lab.check()
    assert (answer.quick, answer.exit, lab.ran) == (True, 1, 1)
    assert "exit is 1, at most 0 wanted" in answer.said


def test_what_cannot_begin_is_left_to_the_full_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_names: object) -> str:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("eee_ci.files.straight.scratch", refuse)
    live: quick.Live = {
        "home": str(tmp_path),
        "target": str(tmp_path),
        "tree": None,
        "cores": 1,
        "allowed": 1,
        "orders": [{"message": {"job": "a"}, "inherits": [], "digest": ""}],
        "cached": {},
        "reports": {},
        "said": [],
    }
    with Signals() as signals:
        handed = quick.gone(live, signals, {})
    assert (handed.facts, handed.digests) == ({}, {"a": ""})
