"""Complexity of every function."""

from pathlib import Path

import msgspec
import pytest

from eee_ci.errors import ReportError
from eee_ci.gates import complexity
from eee_ci.model import Limit, Reading
from eee_ci.ports import Tool
from tests.gates import live, recorded

NOTE = "1 function above the limit, exempt by `noqa` or ruff's configuration"


def read(name: str, root: Path) -> Reading:
    return complexity.read(*recorded.case(name, root))


def test_a_function_above_the_limit_is_a_finding_and_the_worst_is_the_measure(tmp_path: Path) -> None:
    reading = read("complexity-over", tmp_path)
    assert reading.measures == {"files": 1.0, "functions": 2.0, "complexity_max": 13.0}
    (found,) = reading.findings
    assert found.message == "`hard` has complexity 13, the limit is 10"
    assert (found.rule, found.severity, found.category) == ("too-complex", "medium", "complexity")
    assert (found.path, found.line, found.column) == ("src/a.py", 5, 5)


@pytest.mark.parametrize(
    ("limit", "names"), [(13.0, []), (12.5, ["hard"]), (0.0, ["easy", "hard"]), (None, [])]
)
def test_the_limit_of_the_gate_decides(limit: float | None, names: list[str], tmp_path: Path) -> None:
    case = recorded.case("complexity-over", tmp_path)
    gate = msgspec.structs.replace(case.gate, limits={"complexity_max": Limit(max=limit)})
    found = complexity.read(gate, case.site, case.outcome).findings
    assert [one.message.split("`")[1] for one in found] == names


def test_files_without_functions_have_no_complexity_to_speak_of(tmp_path: Path) -> None:
    assert read("complexity-none", tmp_path) == Reading(
        measures={"files": 1.0, "functions": 0.0, "complexity_max": 0.0}
    )


def test_what_the_project_takes_out_of_the_judgement_is_told(tmp_path: Path) -> None:
    reading = read("complexity-exempt", tmp_path)
    assert reading.notes == (NOTE,)
    assert [one.path for one in reading.findings] == ["src/a.py"]
    assert read("complexity-over", tmp_path).notes == ()


def test_a_project_cannot_exempt_every_function(tmp_path: Path) -> None:
    reading = read("complexity-all-exempt", tmp_path)
    assert reading.errors == (
        "every function is exempt by `noqa` or by ruff's configuration; let it judge at least one",
    )
    assert "complexity_max" not in reading.measures


def test_a_file_with_a_syntax_error_is_an_error_and_no_measure(tmp_path: Path) -> None:
    reading = read("complexity-syntax", tmp_path)
    assert reading.errors == (
        "src/b.py has a syntax error, so that its functions cannot be counted; mend it",
    )
    assert reading.measures == {"files": 2.0, "functions": 2.0}


def test_no_file_at_all_is_an_error_and_no_measure(tmp_path: Path) -> None:
    reading = read("complexity-empty", tmp_path)
    assert reading.errors == (
        "ruff found no Python file to look at; mend `paths`, `exclude` or its configuration",
    )
    assert "complexity_max" not in reading.measures


def test_a_broken_configuration_is_a_report_error(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="TOML parse error at line 1, column 11"):
        read("complexity-broken-config", tmp_path)


def test_an_unlisted_exit_of_the_first_step_is_a_report_error(tmp_path: Path) -> None:
    case = recorded.case("complexity-over", tmp_path)
    first, second = case.outcome.steps
    steps = (msgspec.structs.replace(first, exit=9), second)
    with pytest.raises(ReportError, match="exit 9, which it does not define"):
        complexity.read(case.gate, case.site, recorded.with_steps(case.outcome, steps))


def test_other_words_of_ruff_are_a_report_error(tmp_path: Path) -> None:
    case = recorded.case("complexity-over", tmp_path)
    other = case.outcome.files["ruff.json"].replace(b"is too complex", b"is rather tangled")
    with pytest.raises(ReportError, match="ruff puts complexity in other words: `easy` is rather tangled"):
        complexity.read(*case.wrote(ruff_json=other))


def test_the_arguments_of_the_gate_go_to_the_judged_run_only(tmp_path: Path) -> None:
    gate = recorded.gate("complexity", args=["--config", "x.toml"], exclude=["gen"])
    site = recorded.site(tmp_path, Tool(name="ruff", argv=("ruff",)), tests=("tests",))
    judged, everything = complexity.command(gate, site).steps
    select = ("--select", "C901", "--config", "lint.mccabe.max-complexity=0")
    assert judged.argv[-7:] == ("--extend-exclude={root}/gen", *select, "--", "src")
    assert "x.toml" in judged.argv
    assert judged.go_on == (0, 1)
    assert everything.argv[-9:] == (
        "--extend-exclude={root}/gen",
        *select,
        "--isolated",
        "--ignore-noqa",
        "--",
        "src",
    )
    assert "x.toml" not in everything.argv
    assert [one.name for one in complexity.requirements(gate)] == ["ruff"]


@pytest.mark.live
def test_a_real_run_counts_every_function_whatever_the_project_ignores(tmp_path: Path) -> None:
    files = {
        "src/a.py": "def one():\n    return 1\n\n\ndef two(x):\n    if x:\n        return 1\n",
        "pyproject.toml": '[tool.ruff.lint]\nselect = []\nignore = ["C901"]\nmccabe.max-complexity = 99\n',
    }
    recorded.lay(tmp_path / "root", files)
    reading = live.run(complexity, "complexity", tmp_path, limits={"complexity_max": {"max": 1}}).reading
    assert reading.measures == {"files": 1.0, "functions": 2.0, "complexity_max": 2.0}
    assert [one.line for one in reading.findings] == [5]
