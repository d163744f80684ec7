"""T7 by the coverage that two verdicts tell of, file by file: who changed nothing counts the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from eee_ci import files, tamper, workspace
from eee_ci.agent import Item, Limits
from eee_ci.agents import oracle
from eee_ci.agents.bench import Bench, Candidate
from eee_ci.agents.oracle import Sides
from eee_ci.agents.work import Beat
from eee_ci.model import Covered, Run, Verdict
from tests.agents.verdicts import run, verdict
from tests.conftest import Project
from tests.tamper.scene import Texts, changes, data

BASE: Texts = {"a.py": "x = [1,2]\n", "b.py": "y = 1\n", "tests/test_a.py": "def test_a(): pass\n"}
REPAIR: Texts = {"a.py": "x = [1, 3]\n"}
LAYOUT: Texts = {"a.py": "x = [1, 2]\n"}
COVERED = {"a.py": Covered(statements=10, covered=5, excluded=2), "b.py": Covered(statements=4, covered=4)}


def never(folder: Path, gates: tuple[str, ...], *, paths: tuple[str, ...] | None = None, beat: Beat) -> Run:
    raise AssertionError((folder, gates, paths, beat))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    project = Project(tmp_path)
    project.write({"a.py": "x = 1\n"}).commit()
    with files.scratch() as place:
        private = workspace.open(project.root, place / "private")
        yield Bench(private, place, project.root, never, ("tests",), tamper.Rules())


def ran(covered: dict[str, Covered], **words: object) -> Verdict:
    """Without the file of its test there is nothing to plant a canary beside."""
    found = verdict("tests", cases={"test_a": "passed"})
    reading = replace(found.reading, files=covered)
    return replace(found, **{"tool": "pytest", "reading": reading, **words})


def told(bench: Bench, before: Verdict, after: Verdict, patch: Texts = REPAIR) -> list[str]:
    """What is said against the patch."""
    base, now = data(BASE), data({**BASE, **patch})
    item = Item(id="01", agent="a", title="t", task="t")
    candidate = Candidate(item, Limits(), bench.private.base, run(before), bench.private.base)
    found = oracle.judge(bench, candidate, run(after), Sides(changes(base, now), base, now))
    assert all(one.rule == "EEE-T007" and tamper.tampered([one]) for one in found)
    return [one.message for one in found]


@pytest.mark.parametrize("cached", [None, "2026-11-22T06:00:00Z"])
def test_lines_left_out_of_a_file_that_did_not_change_are_found(bench: Bench, cached: str | None) -> None:
    after = COVERED | {"b.py": Covered(statements=2, covered=2, excluded=2)}
    said = "b.py did not change, but counts 2 statements and 2 excluded lines; want 4 and 0"
    assert told(bench, ran(COVERED, cached=cached), ran(after)) == [said]


def test_a_file_that_did_not_change_is_measured_still(bench: Bench) -> None:
    after = {"a.py": COVERED["a.py"]}
    assert told(bench, ran(COVERED), ran(after)) == ["coverage of b.py was measured, and is not now"]


def test_a_gate_that_measured_measures_again(bench: Bench) -> None:
    said = "coverage was measured of the base, and is not now; want the same measurement"
    assert told(bench, ran(COVERED), ran({})) == [said]


def test_a_gate_that_measures_no_coverage_has_none_to_lose(bench: Bench) -> None:
    assert told(bench, ran({}), ran({})) == []
    assert told(bench, ran({}), ran(COVERED)) == []


def test_a_repair_leaves_out_no_more_of_its_own_file(bench: Bench) -> None:
    after = COVERED | {"a.py": Covered(statements=8, covered=8, excluded=4)}
    said = "coverage leaves out 4 lines of a.py, and left out 2; want no more"
    assert told(bench, ran(COVERED), ran(after)) == [said]


def test_lines_that_run_now_or_no_more_are_no_matter_of_it(bench: Bench) -> None:
    after = {"a.py": Covered(statements=12, covered=12, excluded=2), "b.py": Covered(statements=4, covered=0)}
    assert told(bench, ran(COVERED), ran(after)) == []


def test_a_formatter_may_lay_out_what_is_left_out(bench: Bench) -> None:
    after = COVERED | {"a.py": Covered(statements=11, covered=5, excluded=3)}
    assert told(bench, ran(COVERED), ran(after), LAYOUT) == []
    assert len(told(bench, ran(COVERED), ran(after), REPAIR)) == 1


def test_the_same_code_counts_no_fewer_statements_for_what_is_left_out(bench: Bench) -> None:
    after = COVERED | {"a.py": Covered(statements=9, covered=5, excluded=3)}
    assert len(told(bench, ran(COVERED), ran(after), LAYOUT)) == 1


def test_a_deleted_file_is_not_missed_and_a_new_one_is_fine(bench: Bench) -> None:
    after = {"a.py": COVERED["a.py"], "c.py": Covered(statements=9, covered=0, excluded=9)}
    assert told(bench, ran(COVERED), ran(after), {"b.py": None, "c.py": "z = 1\n"}) == []


def test_what_the_tests_write_beside_the_files_of_the_tree_may_be_other_each_time(bench: Bench) -> None:
    made = {"made_1.py": Covered(statements=5, covered=5)}
    assert told(bench, ran(COVERED | made), ran(COVERED)) == []
