"""Lint with ruff."""

from pathlib import Path

import pytest

from eee_ci.errors import ReportError
from eee_ci.gates import ruff
from eee_ci.model import Reading
from eee_ci.ports import Tool
from tests.gates import live, recorded

TOOL = Tool(name="ruff", argv=("ruff",), version="0.17.6")


def read(name: str, root: Path) -> Reading:
    return ruff.read(*recorded.case(name, root))


def test_findings_carry_rule_place_severity_and_category(tmp_path: Path) -> None:
    found = read("ruff-findings", tmp_path).findings
    assert [
        (one.rule, one.severity, one.category, one.path, one.line, one.column, one.end_column)
        for one in found
        if one.path == "src/a.py"
    ] == [
        ("I001", "low", "lint", "src/a.py", 1, 1, 10),
        ("F401", "medium", "lint", "src/a.py", 1, 8, 10),
        ("E402", "low", "lint", "src/a.py", 2, 11, 21),
        ("I001", "low", "lint", "src/a.py", 2, 11, 21),
        ("F401", "medium", "lint", "src/a.py", 2, 18, 21),
        ("S101", "medium", "security", "src/a.py", 4, 5, 11),
        ("S307", "medium", "security", "src/a.py", 5, 12, 19),
    ]
    assert found[1].message == "`os` imported but unused"
    assert found[1].fix == "Remove unused import: `os`"
    assert found[1].url == "https://docs.astral.sh/ruff/rules/unused-import"
    assert {one.tool for one in found} == {"ruff"}


def test_the_number_of_files_is_a_measure(tmp_path: Path) -> None:
    assert read("ruff-findings", tmp_path).measures == {"files": 2.0}


def test_a_place_in_a_notebook_is_told_in_words(tmp_path: Path) -> None:
    last = read("ruff-findings", tmp_path).findings[-1]
    assert (last.path, last.line, last.column) == ("src/n.ipynb", None, None)
    assert last.message == "`os` imported but unused (cell 1, line 2)"


@pytest.mark.parametrize("name", ["ruff-syntax", "ruff-old-findings"])
def test_a_syntax_error_is_a_high_finding(name: str, tmp_path: Path) -> None:
    reading = read(name, tmp_path)
    first = next(one for one in reading.findings if one.rule == "invalid-syntax")
    assert (first.severity, first.line, first.column) == ("high", 2, 7)
    assert first.message == "Expected a parameter or the end of the parameter list"
    assert reading.errors == ()


@pytest.mark.parametrize(
    ("rule", "severity"),
    [
        ("invalid-syntax", "high"),
        ("S101", "medium"),
        ("F401", "medium"),
        ("B006", "medium"),
        ("SIM102", "low"),
        ("FBT001", "low"),
        ("BLE001", "low"),
        ("E501", "low"),
    ],
)
def test_severity_follows_the_family_of_the_rule(rule: str, severity: str) -> None:
    assert ruff.severity(rule) == severity


def test_a_missing_path_is_an_error_even_where_the_project_does_not_select_its_rule(tmp_path: Path) -> None:
    assert read("ruff-missing", tmp_path).errors == (
        "nope does not exist; mend `paths` of the gate, or `sources` and `tests`",
        "ruff could not read nope: No such file or directory (os error 2); mend the file or exclude it",
    )


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    assert read("ruff-unreadable", tmp_path).errors == (
        "ruff could not read src/b.py: stream did not contain valid UTF-8; mend the file or exclude it",
    )


@pytest.mark.parametrize("name", ["ruff-empty", "ruff-excluded"])
def test_no_file_at_all_is_an_error(name: str, tmp_path: Path) -> None:
    assert read(name, tmp_path).errors == (
        "ruff found no Python file to look at; mend `paths`, `exclude` or its configuration",
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ruff-broken-config", "TOML parse error at line 1, column 11"),
        ("ruff-unknown-setting", "unknown field `linelength`"),
        ("ruff-version", "Required version `<0.1` does not match"),
        ("ruff-usage", "unexpected argument '--bogus'"),
    ],
)
def test_a_wrong_configuration_is_told_in_the_words_of_ruff(name: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ReportError) as caught:
        read(name, tmp_path)
    assert "its configuration or its arguments are wrong; mend what it names" in str(caught.value)
    assert words in str(caught.value)


def test_a_configuration_that_does_not_parse_is_never_believed(tmp_path: Path) -> None:
    case = recorded.case("ruff-clean", tmp_path)
    (tmp_path / "ruff.toml").write_text("line-length = \n")
    with pytest.raises(ReportError, match=r"ruff\.toml cannot be read as configuration"):
        ruff.read(*case)


def test_trouble_in_words_only_is_an_error(tmp_path: Path) -> None:
    case = recorded.case("ruff-clean", tmp_path)
    steps = (recorded.saying(case.outcome.steps[0], b"warning: Failed to lint src/a.py: gone\n"),)
    reading = ruff.read(case.gate, case.site, recorded.with_steps(case.outcome, steps))
    assert reading.errors == ("ruff could not do all of its work: warning: Failed to lint src/a.py: gone",)


def test_a_crash_inside_of_ruff_is_an_error(tmp_path: Path) -> None:
    case = recorded.case("ruff-clean", tmp_path)
    entry = b'[{"code": "panic", "filename": "src/a.py", "message": "boom", "severity": "fatal"}]'
    assert ruff.read(*case.wrote(ruff_json=entry)).errors == (
        "ruff could not read src/a.py: boom; mend the file or exclude it",
    )


def test_the_tree_is_never_rewritten_and_nothing_is_believed_by_its_time_of_change(tmp_path: Path) -> None:
    gate = recorded.gate("ruff", args=["--preview"], exclude=["gen", "./src/x/", "src/*.py", "{a,b}"])
    command = ruff.command(gate, recorded.site(tmp_path, TOOL, tests=("tests",)))
    (step,) = command.steps
    assert step.argv == (
        *("ruff", "check", "--force-exclude", "--verbose", "--no-cache", "--preview"),
        *("--no-fix", "--no-fix-only", "--extend-select", "E902", "--output-format", "json"),
        *("--output-file", "{scratch}/ruff.json"),
        *("--extend-exclude={root}/gen", "--extend-exclude={root}/src/x", "--extend-exclude={root}/src/*.py"),
        *("--", "src", "tests"),
    )
    assert command.keep == ("ruff.json",)
    assert not command.writes


def test_the_gate_s_own_paths_replace_the_default(tmp_path: Path) -> None:
    site = recorded.site(tmp_path, TOOL, sources=(), tests=())
    assert ruff.command(recorded.gate("ruff"), site).steps[0].argv[-2:] == ("--", ".")
    own = ruff.command(recorded.gate("ruff", paths=["-x.py"]), site).steps[0].argv
    assert own[-2:] == ("--", "-x.py")


def test_ruff_is_required_from_anywhere() -> None:
    (needed,) = ruff.requirements(recorded.gate("ruff"))
    assert (needed.name, needed.kind, needed.project) == ("ruff", "module", False)


@pytest.mark.live
def test_a_project_that_lets_ruff_fix_is_judged_and_left_alone(tmp_path: Path) -> None:
    files = {
        "src/a.py": "import os\n",
        "pyproject.toml": "[tool.ruff]\nfix = true\nfix-only = true\noutput-format = 'github'\n",
    }
    recorded.lay(tmp_path / "root", files)
    reading = live.run(ruff, "ruff", tmp_path).reading
    assert [(one.rule, one.path, one.line) for one in reading.findings] == [("F401", "src/a.py", 1)]
    recorded.lay(tmp_path / "root", {"src/a.py": "import os\n\nprint(os.sep)\n"})
    assert live.run(ruff, "ruff", tmp_path).reading == Reading(measures={"files": 1.0})
