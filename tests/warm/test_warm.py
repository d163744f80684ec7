"""The quickest answer: the same as the full program's, and given only when nothing at all has changed."""

import os
import pty
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT, Files, Project

Make = Callable[[Files], Project]
CONFIG = """\
version: 1
env: {pass: [DEPLOY]}
gates:
  one: {tool: command, run: [python3, -c, "pass"], inputs: ["**/*"]}
  two: {tool: command, run: [python3, -c, "import sys; sys.exit(CODE)"], inputs: ["**/*"]}
"""
HEAVY = (
    "_hashlib",
    "msgspec",
    "yaml",
    "argparse",
    "json",
    "pathlib",
    "subprocess",
    "eee_ci.cli",
    "eee_ci.model",
    "typing",
)


class Answer:
    """What one call printed, and which modules it loaded."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.exit, self.said = done.returncode, done.stdout
        self.modules = {row.rpartition("|")[2].strip() for row in done.stderr.splitlines()}

    @property
    def quick(self) -> bool:
        return self.modules.isdisjoint(HEAVY)


class Site:
    """A project with two gates that are remembered."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.root = project.root
        self.environ: dict[str, str] = {}

    def check(self, *words: str, flags: tuple[str, ...] = ()) -> Answer:
        done = subprocess.run(
            [sys.executable, "-X", "importtime", *flags, "-m", "eee_ci", *(words or ("check",))],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT), **self.environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        return Answer(done)

    def settle(self) -> None:
        """Let everything grow older than a tick, and a run put down what it said."""
        for _ in range(20):
            if self.check().quick:
                return
        raise AssertionError("no run was answered quickly")


@pytest.fixture
def site(project: Make) -> Site:
    made = Site(project({"eee-ci.yaml": CONFIG.replace("CODE", "0"), "src/a.py": "A = 1\n"}))
    made.settle()
    return made


def test_the_second_run_is_quick(project: Make) -> None:
    site = Site(project({"eee-ci.yaml": CONFIG.replace("CODE", "0"), "src/a.py": ""}))
    assert [site.check().quick, site.check().quick] == [False, True]


def test_nothing_heavy_is_loaded(site: Site) -> None:
    assert site.check().modules.isdisjoint(HEAVY)


def test_it_says_what_the_full_program_says(site: Site) -> None:
    quick = site.check()
    full = site.check("check", "--jobs", "1")
    assert quick.quick
    assert not full.quick
    first, *rest = quick.said.splitlines()
    assert rest == full.said.splitlines()[1:]
    assert first.startswith("eee-ci: GREEN  2 passed of 2 gates (0.")
    assert first.endswith(" s, eee-ci.yaml)")


def test_red_stays_red(project: Make) -> None:
    site = Site(project({"eee-ci.yaml": CONFIG.replace("CODE", "3"), "src/a.py": ""}))
    site.settle()
    answer = site.check()
    assert (answer.exit, answer.quick) == (1, True)
    assert "exit is 3, at most 0 wanted" in answer.said


def _git(*words: str) -> Callable[[Site], object]:
    return lambda site: site.project.git(*words)


def _write(name: str, content: str = "") -> Callable[[Site], object]:
    return lambda site: site.project.write({name: content})


def _same_size_and_time(site: Site) -> None:
    file = site.root / "src/a.py"
    before = file.stat()
    file.write_text("A = 2\n", encoding="utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def _link(site: Site) -> None:
    (site.root / "src/a.py").rename(site.root / "b.py")
    (site.root / "src/a.py").symlink_to("../b.py")


CHANGES: dict[str, Callable[[Site], object]] = {
    "content": _write("src/a.py", "A = 3\n"),
    "content of the same size, its time put back": _same_size_and_time,
    "new file": _write("src/b.py"),
    "new file in a new folder": _write("deep/er/b.py"),
    "mode": lambda site: (site.root / "src/a.py").chmod(0o755),
    "deleted file": lambda site: (site.root / "src/a.py").unlink(),
    "file made a link": _link,
    "config": _write("eee-ci.yaml", CONFIG.replace("CODE", "1")),
    "another config": _write(".github/eee-ci.yaml", "version: 1\n"),
    "an environment appears": lambda site: (site.root / ".venv").mkdir(),
    "passed variable": lambda site: site.environ.update(DEPLOY="x"),
    "PATH": lambda site: site.environ.update(PATH=f"{os.environ['PATH']}:/usr/games"),
    "unknown variable": lambda site: site.environ.update(WHATEVER="x"),
    "commit": _git("commit", "-q", "--allow-empty", "-m", "x"),
    "branch": _git("switch", "-q", "-c", "other"),
    "ignore file": _write(".gitignore", "src\n"),
    "git's own ignore file": _write(".git/info/exclude", "src\n"),
    "report taken away": lambda site: (site.root / ".eee-ci/reports/junit.xml").unlink(),
    "report changed": _write(".eee-ci/reports/summary.md", "x"),
}  # fmt: skip  # read in rows


@pytest.mark.parametrize("change", CHANGES)
def test_after_any_change_the_full_program_runs(site: Site, change: str) -> None:
    CHANGES[change](site)
    assert not site.check().quick


def test_a_look_by_git_is_no_change(site: Site) -> None:
    (site.root / ".git/index.lock").touch()
    (site.root / ".git/index.lock").unlink()
    assert site.check().quick


def test_a_changed_program_is_a_change(project: Make, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "tool"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
    program.chmod(0o755)
    gate = "version: 1\ngates:\n  one: {tool: command, run: [tool], inputs: ['**/*']}\n"
    site = Site(project({"eee-ci.yaml": gate}))
    site.environ["PATH"] = f"{program.parent}:{os.environ['PATH']}"
    site.settle()
    program.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    answer = site.check()
    assert (answer.quick, answer.exit) == (False, 1)


def test_a_program_that_comes_earlier_on_path_is_a_change(project: Make, tmp_path: Path) -> None:
    folder = tmp_path / "first"
    folder.mkdir()
    gate = "version: 1\ngates:\n  one: {tool: command, run: ['true'], inputs: ['**/*']}\n"
    site = Site(project({"eee-ci.yaml": gate}))
    site.environ["PATH"] = f"{folder}:{os.environ['PATH']}"
    site.settle()
    (folder / "true").symlink_to("/bin/false")
    answer = site.check()
    assert (answer.quick, answer.exit) == (False, 1)


def test_a_gate_that_tells_more_than_its_exit_code_keeps_the_full_program_running(project: Make) -> None:
    told = "report: {format: regex, file: '-', pattern: '(?P<message>.+)'}"
    gates = CONFIG.replace("CODE", "0") + f"  open: {{tool: command, run: [python3, -c, pass], {told}}}\n"
    site = Site(project({"eee-ci.yaml": gates}))
    assert [site.check().quick for _ in range(3)] == [False] * 3


@pytest.mark.parametrize("flag", ["--json", "--verbose", "--no-cache", "--help", "--github"])
def test_words_that_want_more_are_for_the_full_program(site: Site, flag: str) -> None:
    assert not site.check("check", flag).quick


def test_another_user_gets_no_answer_from_this_store(site: Site) -> None:
    store = Path(os.environ["EEE_CI_CACHE_DIR"])
    (store / "secret").write_bytes(b"x" * 32)
    assert not site.check().quick


def test_a_store_inside_the_project_is_not_believed(site: Site) -> None:
    store = Path(os.environ["EEE_CI_CACHE_DIR"])
    store.rename(site.root / "store")
    site.environ["EEE_CI_CACHE_DIR"] = str(site.root / "store")
    assert not site.check().quick


def test_an_edit_right_before_the_run_is_not_trusted_to_its_signature(site: Site) -> None:
    """Two edits within one tick look the same from outside: what is so young is looked at again."""
    site.project.write({"src/a.py": "A = 4\n"})
    future = time.time_ns() + 10**12
    os.utime(site.root / "src/a.py", ns=(future, future))
    site.check()
    assert not site.check().quick


def test_a_terminal_gets_its_colours(site: Site) -> None:
    first, second = (_on_a_terminal(site) for _ in range(2))
    assert "\x1b[1;32mGREEN\x1b[0m" in first
    assert "\x1b[1;32mGREEN\x1b[0m" in second
    assert "\x1b[32mpassed\x1b[0m" in second


def _on_a_terminal(site: Site) -> str:
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "eee_ci", "check"],
        cwd=site.root,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT), "TERM": "xterm"},
        stdin=subprocess.DEVNULL,
        stdout=follower,
        stderr=subprocess.DEVNULL,
    )
    os.close(follower)
    said = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:
            break
        if not piece:
            break
        said += piece
    os.close(leader)
    assert process.wait() == 0
    return said.decode()


def test_a_closed_pipe_changes_no_exit_code(site: Site) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.Popen(
        [sys.executable, "-m", "eee_ci", "check"],
        cwd=site.root,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        stdout=writer,
        stderr=subprocess.PIPE,
    )
    os.close(writer)
    _, errors = process.communicate()
    assert (process.returncode, errors) == (0, b"")
