"""The benchmark's arithmetic, and that its scripts run what the plan says."""

import subprocess
from pathlib import Path

from tests.bench import cold, measure, stage
from tests.bench.measure import Took


def ended(make: float, ours: float, alone: dict[str, Took]) -> cold.Round:
    took = {
        stage.TURNS: measure.in_turn(alone.values()),
        cold.MAKE: Took(make, make),
        stage.OURS: Took(ours, ours),
    }
    return cold.Round(took, alone, jobs=2)


def test_one_long_gate_is_the_bound() -> None:
    alone = {"tests": Took(5.0, 4.0), "lint": Took(1.0, 1.0)}
    assert ended(6.0, 5.5, alone).bound == 5.0


def test_where_no_gate_is_long_all_cpu_over_the_cores_is_the_bound() -> None:
    alone = {"tests": Took(3.0, 3.0), "types": Took(3.0, 3.0), "build": Took(2.0, 2.0)}
    assert ended(6.0, 5.5, alone).bound == 4.0


def test_ratios_are_taken_within_a_round() -> None:
    slow = ended(20.0, 10.0, {"tests": Took(10.0, 10.0)})
    quick = ended(4.0, 2.0, {"tests": Took(2.0, 2.0)})
    rows = list(cold.lines("p 1", [slow, quick]))
    assert "| eee-ci | 6.00 s (2.00-10.00) | 1.00 | 1.00 | 0.50 | 1.00 | 6.00 s |" in rows
    assert "| lower bound with busy cores | 6.00 s | | 1.00 | | | |" in rows


def test_where_busy_cores_take_more_cpu_that_counts_for_the_second_bound() -> None:
    alone = {"tests": Took(3.0, 3.0), "types": Took(3.0, 3.0), "build": Took(2.0, 2.0)}
    assert ended(10.0, 5.5, alone).busy == 5.0
    assert ended(1.0, 5.5, alone).busy == 3.0


def run(tmp_path: Path, step: dict[str, object]) -> int:
    known = {"root": str(tmp_path), "scratch": str(tmp_path)}
    rows = ["worst=0", *cold.script_step(step, known, ["env", "-i", "PATH=/usr/bin:/bin"]), "exit $worst"]
    return subprocess.run(["sh", "-c", "\n".join(rows)], check=False).returncode


def test_a_step_runs_in_its_folder_and_its_output_goes_where_the_plan_says(tmp_path: Path) -> None:
    assert run(tmp_path, {"argv": ["echo", "it's {root}"], "stdout": "said"}) == 0
    assert (tmp_path / "said").read_text(encoding="utf-8") == f"it's {tmp_path}\n"


def test_a_step_that_is_not_needed_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "there").touch()
    assert run(tmp_path, {"argv": ["touch", "{scratch}/ran"], "skip_if": "there"}) == 0
    assert not (tmp_path / "ran").exists()


def test_findings_are_no_trouble_but_a_missing_program_is(tmp_path: Path) -> None:
    assert run(tmp_path, {"argv": ["sh", "-c", "exit 1"]}) == 0
    assert run(tmp_path, {"argv": ["no-such-program"]}) == 127
