"""What a run keeps and the next one does not do again, through the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from eee_ci.model import Verdict
from tests.conftest import Files, Project

Make = Callable[[Files], Project]
TOOL = """\
import pathlib, sys
log, *files = sys.argv[1:]
with open(log, "a") as stream:
    stream.write(" ".join(files) + "\\n")
bad = [f"{file}:1: bad word" for file in files if "bad" in pathlib.Path(file).read_text()]
print("\\n".join(bad))
sys.exit(bool(bad))
"""
CONFIG = """\
version: 1
gates:
  words:
    tool: command
    run: [python3, {tool}, {log}]
    paths: [src]
    per_file: true
    report: {{format: regex, file: "-", pattern: '^(?P<path>[^:]+):(?P<line>\\d+): (?P<message>.*)$'}}
"""


class Site:
    """A project with a gate that judges file by file, and a list of what it was given."""

    def __init__(self, make: Make, folder: Path, **files: str) -> None:
        tool, self.log = folder / "tool.py", folder / "log"
        tool.write_text(TOOL, encoding="utf-8")
        sources = {f"src/{name}.txt": content for name, content in files.items()}
        self.project = make({"eee-ci.yaml": CONFIG.format(tool=tool, log=self.log), **sources})

    def check(self, *words: str) -> Verdict:
        self.log.write_text("", encoding="utf-8")
        done = self.project.run("check", "--quiet", *words)
        assert done.returncode in (0, 1), done.stdout + done.stderr
        (verdict,) = self.project.report().verdicts
        return verdict

    @property
    def given(self) -> list[str]:
        return self.log.read_text(encoding="utf-8").split()


@pytest.fixture
def site(project: Make, tmp_path: Path) -> Site:
    made = Site(project, tmp_path, a="good", b="good", c="good")
    assert made.check().status == "passed"
    assert made.given == ["src/a.txt", "src/b.txt", "src/c.txt"]
    return made


def test_only_an_edited_file_goes_out_again(site: Site) -> None:
    site.project.write({"src/b.txt": "better"})
    assert site.check().because == ("src/b.txt changed",)
    assert site.given == ["src/b.txt"]


def test_findings_of_files_that_stayed_are_told_again(site: Site) -> None:
    site.project.write({"src/a.txt": "bad"})
    first = site.check()
    site.project.write({"src/b.txt": "better"})
    second = site.check()
    assert site.given == ["src/b.txt"]
    assert [one.path for one in second.reading.findings] == ["src/a.txt"]
    assert second.reading.findings == first.reading.findings
    assert second.status == "failed"


def test_a_file_that_was_so_before_is_known(site: Site) -> None:
    site.project.write({"src/b.txt": "better"})
    site.check()
    site.project.write({"src/b.txt": "good"})
    assert site.check().cached is not None
    assert site.given == []


def test_a_new_file_goes_out_alone_and_a_deleted_one_is_gone(site: Site) -> None:
    site.project.write({"src/d.txt": "new"})
    site.check()
    assert site.given == ["src/d.txt"]
    (site.project.root / "src/a.txt").unlink()
    assert site.check().status == "passed"
    assert site.given == []


@pytest.mark.live
@pytest.mark.parametrize("tool", ["ruff", "ruff-format", "complexity"])
def test_live_of_thousands_of_files_only_the_edited_one_goes_out(tool: str, project: Make) -> None:
    config = json.dumps({"version": 1, "sources": ["."], "gates": {"g": {"tool": tool}}})
    made = project({"eee-ci.yaml": config, **{f"package/module_{n}.py": f"x = {n}\n" for n in range(4000)}})
    for content in ("x = 0\n", "x = 1\n"):
        made.write({"package/module_0.py": content})
        assert made.run("check", "--quiet").returncode == 0
    (verdict,) = made.report().verdicts
    assert verdict.reading.measures["files"] == 4000
    assert next(step[step.index("--") + 1 :] for step in verdict.command) == ("package/module_0.py",)


def test_without_the_cache_everything_runs_and_nothing_is_kept(site: Site) -> None:
    verdict = site.check("--no-cache")
    assert (verdict.cached, verdict.because) == (None, ())
    assert len(site.given) == 3


def test_another_program_judges_everything_anew(site: Site, tmp_path: Path) -> None:
    site.project.write({"eee-ci.yaml": CONFIG.format(tool=tmp_path / "tool.py", log=f"{site.log}2")})
    site.check()
    assert len(site.given) == 0  # it writes to another list


def test_a_remembered_run_is_the_same_but_for_times_and_marks(site: Site) -> None:
    def plain() -> object:
        run = json.loads((site.project.root / ".eee-ci/reports/report.json").read_bytes())
        for name in ("started", "seconds", "environment"):
            run.pop(name)
        for verdict in run["verdicts"]:
            for name in ("started", "ended", "cached", "because", "cost"):
                verdict.pop(name, None)
            verdict["reading"]["measures"].pop("seconds")
        return run

    site.check("--no-cache")
    fresh = plain()
    assert site.check("--fail-fast").cached is not None
    assert plain() == fresh


def test_a_failed_reading_is_remembered_too(project: Make, tmp_path: Path) -> None:
    site = Site(project, tmp_path, a="bad")
    first, second = site.check(), site.check("--jobs", "1")
    assert (first.status, second.status) == ("failed", "failed")
    assert second.cached is not None
    assert second.log == first.log
    assert site.given == []


def test_a_flaky_pass_is_not_remembered(project: Make, tmp_path: Path) -> None:
    tries = tmp_path / "tries"
    code = (
        f"import pathlib as p; f = p.Path({str(tries)!r}); n = f.exists(); f.touch(); raise SystemExit(not n)"
    )
    gate = {"tool": "command", "run": ["python3", "-c", code], "inputs": ["."], "retries": 1}
    made = project({"eee-ci.yaml": json.dumps({"version": 1, "gates": {"one": gate}})})
    made.run("check")
    (verdict,) = made.report().verdicts
    assert verdict.flags == ("flaky",)
    made.run("check", "--jobs", "1")
    (verdict,) = made.report().verdicts
    assert verdict.cached is None


def test_a_broken_gate_is_not_remembered(project: Make) -> None:
    gate = {"tool": "command", "run": ["python3", "-c", "raise SystemExit(127)"], "inputs": ["."]}
    made = project({"eee-ci.yaml": json.dumps({"version": 1, "gates": {"one": gate}})})
    for _ in range(2):
        assert made.run("check").returncode == 4
        (verdict,) = made.report().verdicts
        assert verdict.cached is None


def test_a_gate_that_changes_the_tree_is_not_remembered(project: Make) -> None:
    gate = {"tool": "command", "run": ["python3", "-c", "open('x', 'a').write('x')"], "inputs": ["."]}
    made = project({"eee-ci.yaml": json.dumps({"version": 1, "gates": {"one": gate}})})
    for _ in range(2):
        assert made.run("check").returncode == 1
        (verdict,) = made.report().verdicts
        assert (verdict.cached, verdict.flags) == (None, ("modified",))


def test_why_tells_of_each_gate(site: Site) -> None:
    assert site.project.run("plan", "--why").stdout.startswith("words: remembered from 20")
    site.project.write({"src/b.txt": "better"})
    assert site.project.run("plan", "--why").stdout == "words: runs because src/b.txt changed\n"
    said = site.project.run("plan", "--why", "--no-cache").stdout
    assert said == "words: runs because nothing is remembered (--no-cache, or the cache is off)\n"


def test_a_cache_that_cannot_be_used_is_a_note_and_no_more(site: Site) -> None:
    done = site.project.run("check", env={"EEE_CI_CACHE_DIR": "relative"})
    assert done.returncode == 0
    assert "note: cache: off (EEE_CI_CACHE_DIR: found 'relative', want an absolute path)" in done.stdout


def test_remembered_gates_wait_for_what_they_need(project: Make) -> None:
    def config(code: str) -> str:
        first = {"tool": "command", "run": ["python3", "-c", code]}
        second = {"tool": "command", "run": ["python3", "-c", ""], "inputs": ["none"], "needs": ["first"]}
        return json.dumps({"version": 1, "gates": {"first": first, "second": second}})

    made = project({"eee-ci.yaml": config("")})
    made.run("check")
    made.write({"eee-ci.yaml": config("raise SystemExit(1)")})
    assert made.run("check").returncode == 1
    assert [verdict.status for verdict in made.report().verdicts] == ["failed", "skipped"]
