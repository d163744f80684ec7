"""eee-ci on real projects: green as they came, red for each seeded fault at its line, green again."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from eee_ci.model import Finding, Run, Verdict
from tests.real import faults, projects

pytestmark = [pytest.mark.network, pytest.mark.slow]

CHECKOUT = Path(__file__).parent.parent.parent
QUICK = ("flask", "click")  # by the time their tests take; EEE_CI_REAL_ALL=1 judges all four
NAMES = tuple(faults.OF) if os.environ.get("EEE_CI_REAL_ALL") else QUICK
CHEAP = ("lint", "format", "types", "security", "complexity", "build")
EVERY = frozenset({*CHEAP, "tests"})


class Site(NamedTuple):
    """A real project, ready to be judged."""

    project: projects.Project
    root: Path

    @property
    def faults(self) -> tuple[faults.Fault, ...]:
        return faults.OF[self.project.name]


class Judged(NamedTuple):
    """What one call of the command line ended in."""

    exit: int
    run: Run
    said: str

    def verdict(self, gate: str) -> Verdict:
        (found,) = (verdict for verdict in self.run.verdicts if verdict.gate == gate)
        return found

    def statuses(self) -> dict[str, str]:
        return {verdict.gate: verdict.status for verdict in self.run.verdicts if verdict.asked}

    def because(self) -> str:
        """The words of the run, for a failing assertion."""
        return f"exit {self.exit}\n{self.said}"


@pytest.fixture(scope="module", params=NAMES)
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """Module-wide, so that each project is made ready once and remembers its runs as a user's would."""
    project = projects.PROJECTS[request.param]
    with projects.use(project) as root:
        yield Site(project, root)


def check(site: Site, *gates: str, reports: Path) -> Judged:
    words = ("-C", str(site.root), "check", *gates, "--report-dir", str(reports))
    done = subprocess.run(
        [sys.executable, "-m", "eee_ci", *words],
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    report = reports / "report.json"
    assert report.is_file(), done.stdout
    return Judged(done.returncode, msgspec.json.decode(report.read_bytes(), type=Run), done.stdout)


def at(judged: Judged, fault: faults.Fault, root: Path) -> list[Finding]:
    """The findings of the fault's gate that tell of it, at the right place."""
    line = faults.line(root, fault)
    return [
        finding
        for finding in judged.verdict(fault.gate).reading.findings
        if finding.path == fault.file
        and (not fault.rule or finding.rule == fault.rule)
        and (line is None or finding.line == line)
    ]


def outside(site: Site) -> list[str]:
    """All that git sees in the folder, ignored files as well, less what is ours to write."""
    words = ("status", "--porcelain", "--ignored", "--untracked-files=all")
    ours = (":(exclude).venv", ":(exclude).eee-ci")
    return projects.git(site.root, *words, "--", ".", *ours).splitlines()


class AsItCame(NamedTuple):
    """The first run on a project, cold, and what it left in the folder."""

    judged: Judged
    left: list[str]


@pytest.fixture(scope="module")
def as_it_came(site: Site, tmp_path_factory: pytest.TempPathFactory) -> AsItCame:
    judged = check(site, reports=tmp_path_factory.mktemp("as-it-came"))
    return AsItCame(judged, outside(site))


def test_the_archive_as_it_came_is_green(as_it_came: AsItCame) -> None:
    judged = as_it_came.judged
    assert judged.statuses() == dict.fromkeys(EVERY, "passed"), judged.because()
    assert judged.exit == 0
    assert judged.run.complete


def test_its_own_tests_ran_and_were_measured(site: Site, as_it_came: AsItCame) -> None:
    tests = as_it_came.judged.verdict("tests").reading
    assert tests.measures["tests"] >= site.project.tests
    assert len(tests.cases) >= site.project.tests
    assert {"coverage", "branch_coverage", "uncovered_functions"} <= set(tests.measures)


def test_the_tree_is_left_as_it_was(as_it_came: AsItCame) -> None:
    assert as_it_came.left == []


def test_each_fault_is_caught_by_its_gate_at_its_line(site: Site, tmp_path: Path) -> None:
    with faults.seeded(site.root, site.faults):
        judged = check(site, reports=tmp_path)
        missed = [fault.name for fault in site.faults if not at(judged, fault, site.root)]
    assert missed == [], judged.because()
    assert judged.statuses() == dict.fromkeys(EVERY, "failed"), judged.because()
    assert judged.exit == 1


def test_without_the_faults_it_is_green_again(site: Site, tmp_path: Path) -> None:
    with faults.seeded(site.root, site.faults):
        red = check(site, *CHEAP, reports=tmp_path / "red")
    judged = check(site, reports=tmp_path / "green")
    assert red.statuses() == dict.fromkeys(CHEAP, "failed"), red.because()
    assert judged.statuses() == dict.fromkeys(EVERY, "passed"), judged.because()
    assert judged.exit == 0


@pytest.mark.parametrize("gate", CHEAP)
def test_one_fault_turns_one_gate_red(site: Site, gate: str, tmp_path: Path) -> None:
    (fault,) = (fault for fault in site.faults if fault.gate == gate)
    with faults.seeded(site.root, [fault]):
        judged = check(site, *CHEAP, reports=tmp_path)
        found = at(judged, fault, site.root)
    assert judged.statuses() == {**dict.fromkeys(CHEAP, "passed"), gate: "failed"}, judged.because()
    assert found, judged.because()
    assert judged.exit == 1


@pytest.mark.parametrize("rule", ["test-failed", "uncovered-function"])
def test_one_fault_of_tests_or_coverage_turns_the_tests_red(site: Site, rule: str, tmp_path: Path) -> None:
    (fault,) = (fault for fault in site.faults if fault.rule == rule)
    with faults.seeded(site.root, [fault]):
        judged = check(site, "tests", reports=tmp_path)
        found = at(judged, fault, site.root)
    verdict = judged.verdict("tests")
    assert verdict.status == "failed", judged.because()
    assert found, judged.because()
    assert verdict.reading.measures["tests_failed"] == (1 if rule == "test-failed" else 0)
    assert len(verdict.reasons) == 1


def test_without_git_the_verdicts_are_the_same(site: Site, tmp_path: Path) -> None:
    (fault,) = (fault for fault in site.faults if fault.gate == "lint")
    aside = site.root.parent / f"{site.root.name}.git"
    (site.root / ".git").rename(aside)
    try:
        green = check(site, *CHEAP, reports=tmp_path / "green")
        with faults.seeded(site.root, [fault]):
            red = check(site, *CHEAP, reports=tmp_path / "red")
    finally:
        aside.rename(site.root / ".git")
    assert green.statuses() == dict.fromkeys(CHEAP, "passed"), green.because()
    assert red.statuses() == {**dict.fromkeys(CHEAP, "passed"), "lint": "failed"}, red.because()
