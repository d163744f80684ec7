"""Formatting with ruff."""

from pathlib import Path

import pytest

from eee_ci.errors import ReportError
from eee_ci.gates import ruff_format
from eee_ci.model import Finding, Reading
from eee_ci.ports import Tool
from tests.gates import live, recorded

EMPTY = "ruff found no Python file to look at; mend `paths`, `exclude` or its configuration"
ABSENT = "nope.py does not exist; mend `paths` of the gate, or `sources` and `tests`"


def read(name: str, root: Path) -> Reading:
    return ruff_format.read(*recorded.case(name, root))


def brief(one: Finding) -> tuple[str, str, str | None, int | None, str | None]:
    return one.rule, one.severity, one.path, one.line, one.fix


def test_a_file_that_would_change_is_one_finding_at_the_first_change(tmp_path: Path) -> None:
    reading = read("format-findings", tmp_path)
    assert [brief(one) for one in reading.findings] == [
        ("unformatted", "low", "src/a.py", 2, "run `ruff format`")
    ]
    assert reading.findings[0].category == "format"
    assert reading.measures == {"files": 2.0}


def test_a_syntax_error_is_a_high_finding_beside_the_others(tmp_path: Path) -> None:
    reading = read("format-syntax", tmp_path)
    assert [brief(one) for one in reading.findings] == [
        ("invalid-syntax", "high", "src/a.py", 2, None),
        ("unformatted", "low", "src/b.py", 1, "run `ruff format`"),
    ]
    assert reading.errors == ()


def test_versions_without_json_are_read_in_words(tmp_path: Path) -> None:
    assert [brief(one) for one in read("format-old-findings", tmp_path).findings] == [
        ("unformatted", "low", "src/a.py", None, "run `ruff format`")
    ]
    assert read("format-old-clean", tmp_path) == Reading(measures={"files": 1.0})
    reading = read("format-old-syntax", tmp_path)
    assert [brief(one) for one in reading.findings] == [
        ("invalid-syntax", "high", "src/a.py", 2, None),
        ("unformatted", "low", "src/b.py", None, "run `ruff format`"),
    ]
    assert reading.findings[0].column == 7
    assert reading.errors == ()


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    assert read("format-missing", tmp_path).errors == (
        ABSENT,
        "ruff could not read nope.py: No such file or directory (os error 2); mend the file or exclude it",
    )
    assert read("format-old-missing", tmp_path).errors == (ABSENT,)


@pytest.mark.parametrize("name", ["format-empty", "format-excluded"])
def test_no_file_at_all_is_an_error(name: str, tmp_path: Path) -> None:
    assert read(name, tmp_path).errors == (EMPTY,)


def test_a_broken_configuration_is_a_report_error(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"pyproject\.toml cannot be read as configuration"):
        read("format-broken-config", tmp_path)


def test_exit_2_without_a_word_on_files_is_a_report_error(tmp_path: Path) -> None:
    case = recorded.case("format-clean", tmp_path).ended(2).wrote(ruff_json=b"")
    with pytest.raises(ReportError, match="its configuration or its arguments are wrong"):
        ruff_format.read(*case)


def test_exit_2_with_formatting_alone_is_a_report_error(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="its configuration or its arguments are wrong"):
        ruff_format.read(*recorded.case("format-findings", tmp_path).ended(2))


def test_an_old_version_that_ends_well_must_say_so(tmp_path: Path) -> None:
    case = recorded.case("format-old-clean", tmp_path).wrote(ruff_json=b"")
    with pytest.raises(ReportError, match="without its word on the files"):
        ruff_format.read(*case)


def test_the_command_only_checks(tmp_path: Path) -> None:
    gate = recorded.gate("ruff-format", exclude=["gen"])
    new = recorded.site(tmp_path, Tool(name="ruff", argv=("ruff",), version="0.16.0"), tests=("tests",))
    assert ruff_format.command(gate, new).steps[0].argv == (
        *("ruff", "format", "--force-exclude", "--verbose", "--no-cache", "--check"),
        *("--output-format", "json", "--extend-exclude={root}/gen", "--", "src", "tests"),
    )
    old = recorded.site(tmp_path, Tool(name="ruff", argv=("ruff",), version="0.15.9"))
    assert ruff_format.command(gate, old).steps[0].argv[-3:] == ("--check", "--", "src")
    assert ruff_format.command(gate, old).steps[0].stdout == "ruff.json"
    assert [one.name for one in ruff_format.requirements(gate)] == ["ruff"]


@pytest.mark.live
def test_a_real_run_finds_and_leaves_alone(tmp_path: Path) -> None:
    recorded.lay(tmp_path / "root", {"src/a.py": "x  = 1\n"})
    assert [brief(one) for one in live.run(ruff_format, "ruff-format", tmp_path).reading.findings] == [
        ("unformatted", "low", "src/a.py", 1, "run `ruff format`")
    ]
    recorded.lay(tmp_path / "root", {"src/a.py": "x = 1\n"})
    assert live.run(ruff_format, "ruff-format", tmp_path).reading == Reading(measures={"files": 1.0})
