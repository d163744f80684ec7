"""What seeds the faults: the edits, their undoing, and where they are expected."""

from pathlib import Path

import pytest

from tests.real import faults

APPENDED = faults.Fault("appended", "lint", "F401", "a.py", "import sys\n", "import sys")
REPLACED = faults.Fault("replaced", "lint", "F821", "a.py", "x = 2\n", "x = 2", old="x = 1\n")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_text("y = 0\nx = 1\n", encoding="utf-8")
    return tmp_path


def test_all_faults_of_a_file_are_there_at_once_and_gone_afterwards(root: Path) -> None:
    with faults.seeded(root, [APPENDED, REPLACED]):
        assert (root / "a.py").read_text(encoding="utf-8") == "y = 0\nx = 2\nimport sys\n"
        assert [faults.line(root, fault) for fault in (APPENDED, REPLACED)] == [3, 2]
    assert (root / "a.py").read_text(encoding="utf-8") == "y = 0\nx = 1\n"


def test_the_file_is_as_it_was_even_after_an_error(root: Path) -> None:
    with pytest.raises(ZeroDivisionError), faults.seeded(root, [APPENDED]):
        _ = 1 // 0
    assert (root / "a.py").read_text(encoding="utf-8") == "y = 0\nx = 1\n"


def test_an_edit_whose_place_is_not_unique_is_refused(root: Path) -> None:
    vague = REPLACED._replace(old=" = ")
    with pytest.raises(ValueError, match="2 times, want once"), faults.seeded(root, [vague]):
        pass
    assert (root / "a.py").read_text(encoding="utf-8") == "y = 0\nx = 1\n"


@pytest.mark.parametrize("name", faults.OF)
def test_each_project_has_one_fault_for_every_gate_and_two_for_its_tests(name: str) -> None:
    gates = sorted(fault.gate for fault in faults.OF[name])
    assert gates == ["build", "complexity", "format", "lint", "security", "tests", "tests", "types"]
