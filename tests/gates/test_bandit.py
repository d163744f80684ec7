"""Security with bandit."""

from pathlib import Path

import msgspec
import pytest

from eee_ci.errors import ReportError
from eee_ci.gates import bandit
from eee_ci.model import Command, Reading
from eee_ci.ports import Tool
from tests.gates import live, recorded

TOOL = Tool(name="bandit", argv=("bandit",), version="1.9.4")
EMPTY = "bandit found no Python file to look at; mend `paths`, `exclude` or its configuration"


def read(name: str, root: Path) -> Reading:
    return bandit.read(*recorded.case(name, root))


@pytest.mark.parametrize("name", ["bandit-findings", "bandit-old-findings"])
def test_findings_carry_severity_cwe_url_and_columns_in_code_points(name: str, tmp_path: Path) -> None:
    reading = read(name, tmp_path)
    assert [(one.rule, one.severity, one.line, one.column, one.end_column) for one in reading.findings] == [
        ("B404", "low", 1, 1, 18),
        ("B307", "medium", 2, 11, 18),
        ("B602", "high", 5, 1, 23),
        ("B105", "low", 7, 12, 22),
    ]
    assert [one.cwe for one in reading.findings] == [78, 78, 78, 259]
    assert {one.category for one in reading.findings} == {"security"}
    assert str(reading.findings[1].url).endswith("blacklist_calls.html#b307-eval")
    assert reading.findings[1].message.startswith("Use of possibly insecure function")
    assert reading.measures == {"files": 1.0}


def test_a_fault_on_a_later_line_of_a_call_gets_no_column_of_the_first(tmp_path: Path) -> None:
    found = read("bandit-findings", tmp_path).findings[2]
    assert (found.line, found.column, found.end_line, found.end_column) == (5, 1, 5, 23)


def test_a_file_that_cannot_be_parsed_is_an_error_beside_the_findings(tmp_path: Path) -> None:
    reading, why = read("bandit-syntax", tmp_path), "syntax error while parsing AST from file"
    assert reading.errors == (f"bandit could not judge src/b.py: {why}; mend the file or exclude it",)
    assert len(reading.findings) == 4
    assert reading.measures == {"files": 1.0}


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    assert read("bandit-missing", tmp_path).errors == (
        "nope.py does not exist; mend `paths` of the gate, or `sources` and `tests`",
        "bandit could not judge nope.py: No such file or directory; mend the file or exclude it",
    )


def test_no_file_at_all_is_an_error(tmp_path: Path) -> None:
    assert read("bandit-empty", tmp_path).errors == (EMPTY,)


def test_a_configuration_that_bandit_passes_over_is_a_report_error(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"\.bandit cannot be read as configuration"):
        read("bandit-broken-config", tmp_path)


def test_wrong_usage_is_told_in_the_words_of_bandit(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="unrecognized arguments: --bogus"):
        read("bandit-usage", tmp_path)


def test_a_severity_of_another_name_is_low(tmp_path: Path) -> None:
    case = recorded.case("bandit-findings", tmp_path)
    other = case.outcome.files["bandit.json"].replace(b'"HIGH",', b'"UNDEFINED",')
    assert bandit.read(*case.wrote(bandit_json=other)).findings[2].severity == "low"


def command(root: Path, files: dict[str, str], **parts: list[str]) -> Command:
    recorded.lay(root, files)
    return bandit.command(recorded.gate("bandit", **parts), recorded.site(root, TOOL))


def test_the_plain_command_writes_a_report_into_the_scratch_folder(tmp_path: Path) -> None:
    assert command(tmp_path, {}, args=["-ll"]).steps[0].argv == (
        *("bandit", "--quiet", "--recursive", "-ll"),
        *("--format", "json", "--output", "{scratch}/bandit.json", "--", "src"),
    )
    assert [one.name for one in bandit.requirements(recorded.gate("bandit"))] == ["bandit"]


def test_for_the_whole_project_bandit_gets_its_own_folders(tmp_path: Path) -> None:
    files = {"b/x.py": "", "a.py": "", "c.txt": "", "d/y.js": ""}
    assert command(tmp_path, files, paths=["."]).steps[0].argv[-3:] == ("--", "a.py", "b")
    assert command(tmp_path, files, paths=["b", "d"]).steps[0].argv[-3:] == ("--", "b", "d")
    bare = recorded.site(tmp_path, TOOL, sources=(), files=())
    assert bandit.command(recorded.gate("bandit"), bare).steps[0].argv[-2:] == ("--", ".")


def test_the_configuration_of_the_project_is_handed_over(tmp_path: Path) -> None:
    toml = {"pyproject.toml": "[tool.bandit]\nskips = ['B101']\n"}
    argv = command(tmp_path, toml).steps[0].argv
    assert argv[3:5] == ("--configfile", "pyproject.toml")
    assert "--configfile" not in command(tmp_path, toml, args=["-c", "b.yaml"]).steps[0].argv
    argv = command(tmp_path, {".bandit": "[bandit]\nskips = B101\n"}).steps[0].argv
    assert argv[3:7] == ("--ini", ".bandit", "--configfile", "pyproject.toml")


def test_a_project_without_a_word_for_bandit_gets_no_config(tmp_path: Path) -> None:
    assert "--configfile" not in command(tmp_path, {"pyproject.toml": "[project]\n"}).steps[0].argv
    assert "--configfile" not in command(tmp_path, {"pyproject.toml": "[broken"}).steps[0].argv


def test_excludes_join_those_of_bandit_and_of_the_project(tmp_path: Path) -> None:
    argv = command(tmp_path, {".bandit": "[bandit]\nexclude = ./old\n"}, exclude=["gen"]).steps[0].argv
    words = argv[argv.index("--exclude") + 1].split(",")
    assert words[:2] == [".svn", "CVS"]
    assert words[-5:] == ["./old", "[g]en", "[.]/gen", "[g]en/*", "[.]/gen/*"]


@pytest.mark.live
def test_a_real_run_judges_with_the_project_s_configuration_and_excludes(tmp_path: Path) -> None:
    files = {
        "src/a.py": "import pickle\neval('1')\n",
        "src/gen/b.py": "def (:\n",
        "src/c.py": "assert True\n",
        "pyproject.toml": "[tool.bandit]\nskips = ['B101']\n",
    }
    recorded.lay(tmp_path / "root", files)
    reading = live.run(bandit, "bandit", tmp_path, exclude=["src/gen"]).reading
    assert [(one.rule, one.path, one.line) for one in reading.findings] == [
        ("B403", "src/a.py", 1),
        ("B307", "src/a.py", 2),
    ]
    assert (reading.errors, reading.measures) == ((), {"files": 2.0})


def test_a_gate_s_argument_that_names_the_ini_file_leaves_it_to_bandit(tmp_path: Path) -> None:
    case = recorded.case("bandit-clean", tmp_path)
    (tmp_path / ".bandit").write_text("skips: ['B101']\n")
    gate = msgspec.structs.replace(case.gate, args=("-c", ".bandit"))
    assert bandit.read(gate, case.site, case.outcome).errors == ()
