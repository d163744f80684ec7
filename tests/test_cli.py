"""The command line as a user meets it: help, errors, exit codes, terminals and pipes."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT, Files, Project

Make = Callable[[Files], Project]

OK = "import sys\n"
CONFIG = """\
version: 1
gates:
  good: {tool: command, run: [python3, -c, "print('fine')"]}
"""
RED = """\
version: 1
gates:
  good: {tool: command, run: [python3, -c, "print('fine')"]}
  bad: {tool: command, run: [python3, -c, "import sys; print('oh no'); sys.exit(1)"]}
  after: {tool: command, run: [python3, -c, "pass"], needs: [bad]}
"""


def test_the_version_is_one_line(project: Make) -> None:
    done = project({}).run("--version")
    assert (done.returncode, done.stdout.split()[0], done.stderr) == (0, "eee-ci", "")


@pytest.mark.parametrize("verb", ["", "check", "watch", "plan", "config", "doctor", "report", "cache"])
def test_help_is_short_and_complete(project: Make, verb: str) -> None:
    done = project({}).run(*([verb] if verb else []), "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("usage: eee-ci")
    assert len(done.stdout.splitlines()) < 40


def test_an_unknown_option_is_a_sentence_and_exit_2(project: Make) -> None:
    done = project({}).run("check", "--nonsense")
    assert done.returncode == 2
    assert done.stderr.startswith("eee-ci: unrecognized arguments: --nonsense\n  hint: eee-ci --help")


@pytest.mark.parametrize("jobs", ["0", "-1", "many", "1.5"])
def test_jobs_must_be_a_whole_number(project: Make, jobs: str) -> None:
    done = project({}).run("check", f"--jobs={jobs}")
    assert done.returncode == 2
    assert f"found {jobs!r}, want a whole number from 1 up" in done.stderr


def test_a_folder_that_is_not_there_is_a_sentence(project: Make) -> None:
    done = project({}).run("-C", "nowhere", "check")
    assert (done.returncode, done.stderr) == (
        2,
        "eee-ci: -C nowhere: No such file or directory\n  hint: name a folder that exists\n",
    )


def test_green_is_quiet_and_exit_0(project: Make) -> None:
    done = project({"eee-ci.yaml": CONFIG}).run("check")
    assert done.returncode == 0, done.stdout + done.stderr
    first, *rest = done.stdout.splitlines()
    assert first.startswith("eee-ci: GREEN  1 passed of 1 gate (")
    assert "fine" not in done.stdout
    assert rest[-1].startswith("reports: .eee-ci/reports/ (report.json")
    assert done.stderr == ""


def test_red_says_why_and_is_exit_1(project: Make) -> None:
    done = project({"eee-ci.yaml": RED}).run("check")
    assert done.returncode == 1
    assert done.stdout.startswith("eee-ci: RED  1 failed, 1 skipped, 1 passed of 3 gates (")
    assert "\nbad failed\n" in done.stdout
    assert "  | oh no\n" in done.stdout
    assert "\nafter skipped\n  it needs bad, which did not pass\n" in done.stdout


def test_quiet_is_one_line_when_green(project: Make) -> None:
    done = project({"eee-ci.yaml": CONFIG}).run("check", "--quiet")
    assert len(done.stdout.splitlines()) == 1


def test_json_is_the_report_and_nothing_else(project: Make) -> None:
    made = project({"eee-ci.yaml": RED})
    done = made.run("check", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["exit_code"] == 1
    assert done.stdout.encode() == (made.root / ".eee-ci/reports/report.json").read_bytes()


def test_only_the_gates_named_and_what_they_need_run(project: Make) -> None:
    made = project({"eee-ci.yaml": RED})
    done = made.run("check", "after")
    assert done.returncode == 1
    asked = {verdict.gate: verdict.asked for verdict in made.report().verdicts}
    assert asked == {"good": False, "bad": True, "after": True}
    assert "not asked for or off: good" in done.stdout


def test_an_unknown_gate_names_those_that_exist(project: Make) -> None:
    done = project({"eee-ci.yaml": CONFIG}).run("check", "linr")
    assert done.returncode == 2
    assert done.stderr == "eee-ci: there is no gate 'linr' in eee-ci.yaml\n  hint: the gates are: good\n"


def test_a_wrong_config_runs_nothing(project: Make) -> None:
    made = project(
        {"eee-ci.yaml": "version: 1\ngates:\n  a: {tool: command, run: [touch, ran]}\n  b: {tol: ruff}\n"}
    )
    done = made.run("check")
    assert done.returncode == 2
    assert "eee-ci.yaml:4:" in done.stderr
    assert not (made.root / "ran").exists()
    assert "Traceback" not in done.stderr


def test_it_is_found_from_a_folder_below(project: Make) -> None:
    made = project({"eee-ci.yaml": CONFIG, "src/deep/a.txt": ""})
    done = Project(made.root / "src" / "deep").run("check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (made.root / ".eee-ci/reports/report.json").is_file()


def test_reports_go_where_they_are_wanted(project: Make) -> None:
    made = project({"eee-ci.yaml": CONFIG})
    done = made.run("check", "--report-dir", "out")
    assert done.returncode == 0
    assert {p.name for p in (made.root / "out").iterdir()} == {
        "report.json",
        "junit.xml",
        "eee-ci.sarif",
        "summary.md",
    }


@pytest.mark.parametrize("kind", ["file", "dangling", "fifo"])
def test_a_report_folder_that_cannot_be_one_is_said_before_anything_runs(project: Make, kind: str) -> None:
    made = project({"eee-ci.yaml": CONFIG.replace("print('fine')", "open('ran', 'w')")})
    place = made.root.parent / "place"
    if kind == "file":
        place.touch()
    elif kind == "dangling":
        place.symlink_to("gone")
    else:
        os.mkfifo(place)
    done = made.run("check", "--report-dir", str(place))
    assert done.returncode == 2
    assert "cannot be a folder" in done.stderr
    assert not (made.root / "ran").exists()


def test_the_tree_stays_as_it_was(project: Make) -> None:
    made = project({"eee-ci.yaml": RED, "a.py": "a = 1\n"})
    before = made.git("status", "--porcelain=v2", "--ignored", "--untracked-files=all")
    made.run("check")
    after = made.git("status", "--porcelain=v2", "--untracked-files=all")
    assert (before, after) == ("", "")


def test_a_killed_run_is_noticed_by_the_next(project: Make) -> None:
    made = project({"eee-ci.yaml": CONFIG})
    made.run("check")
    (made.root / ".eee-ci/status.json").write_text('{"state":"running","pid":999999999}', encoding="utf-8")
    assert "note: the previous run did not finish" in made.run("check").stdout
    assert "did not finish" not in made.run("check").stdout


def test_a_closed_pipe_changes_no_exit_code_and_prints_no_traceback(project: Make) -> None:
    made = project({"eee-ci.yaml": RED})
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(
        [sys.executable, "-m", "eee_ci", "check"],
        cwd=made.root,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        stdout=write_end,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write_end)
    assert (done.returncode, done.stderr) == (1, b"")


def terminal(made: Project, columns: int, **extra: str) -> str:
    """What a terminal of that width is sent."""
    import fcntl
    import struct
    import termios

    main_end, child_end = pty.openpty()
    fcntl.ioctl(child_end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    child = subprocess.Popen(
        [sys.executable, "-m", "eee_ci", "check"],
        cwd=made.root,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT), "TERM": "xterm", **extra},
        stdin=subprocess.DEVNULL,
        stdout=child_end,
        stderr=child_end,
    )
    os.close(child_end)
    said = b""
    while True:
        try:
            piece = os.read(main_end, 65536)
        except OSError:
            break
        if not piece:
            break
        said += piece
    os.close(main_end)
    assert child.wait(60) == 1
    return said.decode()


@pytest.mark.parametrize("columns", [0, 1, 20, 80])
def test_any_width_of_terminal_will_do(project: Make, columns: int) -> None:
    said = terminal(project({"eee-ci.yaml": RED}), columns)
    assert "Traceback" not in said
    assert "\x1b[1;31mRED\x1b[0m" in said


@pytest.mark.parametrize("extra", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colour_where_none_is_wanted(project: Make, extra: dict[str, str]) -> None:
    assert "\x1b[1;31m" not in terminal(project({"eee-ci.yaml": RED}), 80, **extra)


def test_the_front_door_stays_light() -> None:
    """Heavy parts are imported when they are needed, so that `--version` costs little more than Python."""
    heavy = {
        "msgspec",
        "yaml",
        "jinja2",
        "junitparser",
        "subprocess",
        "json",
        "asyncio",
        "typing_extensions",
        "dataclasses",
    }
    code = (
        "import sys; before = set(sys.modules); import eee_ci.cli; print(' '.join(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert loaded & heavy == set()
    light = {"arguments", "cache", "cli", "errors", "signature", "warm"}
    ours = {name.split(".")[1] for name in done.stdout.split() if name.startswith("eee_ci.")}
    assert ours == light


def test_a_bug_of_ours_is_exit_3_and_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from eee_ci import cli, plan

    monkeypatch.chdir(tmp_path)
    (tmp_path / "eee-ci.yaml").write_text(CONFIG, encoding="utf-8")
    monkeypatch.setattr(plan, "make", lambda *_, **__: 1 / 0)
    assert cli.main(["plan"]) == 3
    assert capsys.readouterr().err.endswith(
        "this is a bug in eee-ci; please report it with the lines above\n"
    )


def test_plan_tells_what_would_run(project: Make) -> None:
    made = project({"eee-ci.yaml": RED})
    done = made.run("plan")
    assert done.returncode == 0
    assert "critical path: bad > after" in done.stdout
    data = json.loads(made.run("plan", "--json").stdout)
    assert [gate["gate"] for gate in data["gates"]] == ["good", "bad", "after"]
    assert data["gates"][0]["commands"][0][-1] == "print('fine')"
    assert not (made.root / ".eee-ci").exists()


def test_doctor_tells_what_is_missing_and_how_to_get_it(project: Make) -> None:
    made = project(
        {
            "eee-ci.yaml": "version: 1\ngates:\n  lint: {tool: ruff}\n"
            "  x: {tool: command, run: [no-such-program]}\n"
        }
    )
    done = made.run("doctor")
    assert done.returncode == 4
    assert "no-such-program" in done.stdout
    assert "  ruff " in done.stdout
    data = json.loads(made.run("doctor", "--json").stdout)
    assert [bool(gate["missing"]) for gate in data["gates"]] == [False, True]


def test_report_renders_again_what_check_wrote(project: Make) -> None:
    made = project({"eee-ci.yaml": RED})
    made.run("check")
    done = made.run("report", ".eee-ci/reports/report.json", "--report-dir", "again")
    assert done.returncode == 0, done.stderr
    for name in ("junit.xml", "eee-ci.sarif", "summary.md"):
        assert (made.root / "again" / name).read_bytes() == (
            made.root / ".eee-ci/reports" / name
        ).read_bytes()


def test_a_preset_can_be_named_as_the_config(project: Make) -> None:
    done = project({"a.py": "a = 1\n"}).run("check", "lint", "--config", "pre-commit")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "preset pre-commit" in done.stdout


@pytest.mark.parametrize("module", ["json", "argparse", "msgspec", "stat", "hashlib"])
def test_a_module_of_the_project_is_never_imported(project: Make, module: str) -> None:
    made = project(
        {"eee-ci.yaml": CONFIG, f"{module}.py": "raise SystemExit('this is not yours to import')\n"}
    )
    done = made.run("check")
    assert (done.returncode, done.stderr) == (0, "")


def _ended(*lines: str) -> subprocess.CompletedProcess[bytes]:
    """A program of ours that ends as the command line does."""
    code = "\n".join(("from eee_ci import __main__", *lines))
    return subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, cwd=CHECKOUT)


def test_what_was_registered_for_the_end_is_done_and_said() -> None:
    done = _ended("import atexit", "atexit.register(print, 'bye')", "print('hi')", "__main__.end(3)")
    assert (done.returncode, done.stdout, done.stderr) == (3, b"hi\nbye\n", b"")


def test_threads_are_waited_for_at_the_end() -> None:
    late = "threading.Timer(0.2, print, ['late']).start()"
    done = _ended("import threading", late, "__main__.end(0)")
    assert (done.returncode, done.stdout) == (0, b"late\n")
