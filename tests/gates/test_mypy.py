"""Types with mypy."""

import os
import sys
from pathlib import Path

import pytest

from eee_ci import inject
from eee_ci.errors import ReportError
from eee_ci.gates import mypy
from eee_ci.model import Command, Reading
from eee_ci.ports import Tool
from tests.gates import live, recorded

TOOL = Tool(name="mypy", argv=("python", "-m", "mypy"), version="2.4.1")
LONG_AGO = 1_700_000_000


def read(name: str, root: Path) -> Reading:
    return mypy.read(*recorded.case(name, root))


def command(root: Path, files: dict[str, str] | None = None, **parts: list[str]) -> Command:
    recorded.lay(root, files or {})
    for path in root.rglob("*"):
        os.utime(path, (LONG_AGO, LONG_AGO))
    return mypy.command(recorded.gate("mypy", **parts), recorded.site(root, TOOL))


@pytest.mark.parametrize(
    ("name", "places"),
    [
        # 2.4 tells a column that is decoded once too often; where two fit, the first place of a word is taken
        ("mypy-findings", [(2, 14), (3, 13), (4, 17), (5, 5), (6, 13), (7, 1)]),
        ("mypy-old-findings", [(2, 14), (3, 15), (4, 17), (5, 5), (6, 13), (7, 1)]),
    ],
)
def test_columns_count_code_points(name: str, places: list[tuple[int, int]], tmp_path: Path) -> None:
    assert [(one.line, one.column) for one in read(name, tmp_path).findings] == places


def test_findings_carry_rule_severity_reference_and_hint(tmp_path: Path) -> None:
    found = read("mypy-findings", tmp_path).findings
    assert [(one.rule, one.severity) for one in found] == [
        ("arg-type", "high"),
        ("arg-type", "high"),
        ("list-item", "high"),
        ("list-item", "high"),
        ("misc", "info"),
        ("import-not-found", "high"),
    ]
    assert found[0].message == 'Argument 1 to "f" has incompatible type "str"; expected "int"'
    assert found[0].url == "https://mypy.readthedocs.io/en/stable/_refs.html#code-arg-type"
    assert str(found[-1].fix).startswith("See https://mypy.readthedocs.io/")
    assert {(one.path, one.category, one.tool) for one in found} == {("src/a.py", "types", "mypy")}


def test_a_place_over_several_lines_keeps_its_end(tmp_path: Path) -> None:
    case = recorded.case("mypy-findings", tmp_path)
    line = b'{"file": "src/a.py", "line": 1, "column": 0, "end_line": 2, "end_column": 1, "message": "m"}'
    (one,) = mypy.read(*case.wrote(mypy_jsonl=line)).findings
    assert (one.line, one.column, one.end_line, one.end_column, one.rule) == (1, 1, 2, 2, "mypy")


def test_notes_alone_inform_although_mypy_exits_1(tmp_path: Path) -> None:
    reading = read("mypy-notes", tmp_path)
    assert [(one.severity, one.rule) for one in reading.findings] == [("info", "annotation-unchecked")]
    assert reading.errors == ()


def test_a_syntax_error_is_a_high_finding_with_its_column_as_it_is(tmp_path: Path) -> None:
    reading = read("mypy-syntax", tmp_path)
    assert [(one.rule, one.severity, one.line, one.column) for one in reading.findings] == [
        ("syntax", "high", 2, 7),
        ("syntax", "high", 2, 8),
    ]
    assert reading.errors == ()


def test_a_syntax_error_of_an_old_version_is_read_in_words(tmp_path: Path) -> None:
    reading = read("mypy-old-syntax", tmp_path)
    assert [(one.rule, one.severity, one.line, one.message) for one in reading.findings] == [
        ("syntax", "high", 2, "Invalid syntax")
    ]
    assert reading.errors == ()


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    assert read("mypy-missing", tmp_path).errors == (
        "nope.py does not exist; mend `paths` of the gate, or `sources` and `tests`",
    )


def test_a_plugin_that_cannot_be_loaded_is_an_error(tmp_path: Path) -> None:
    assert read("mypy-plugin", tmp_path).errors == (
        "mypy could not go on, mend mypy.ini:2: Error importing plugin \"nope\": No module named 'nope'",
    )


def test_what_is_wrong_with_a_whole_file_has_no_line(tmp_path: Path) -> None:
    case = recorded.case("mypy-plugin", tmp_path)
    shadow = (
        b'{"file": "typing.py", "line": -1, "column": -1, "message": "This file shadows library module", '
        b'"hint": null, "code": null, "severity": "error"}\n'
    )
    case = case.wrote(mypy_jsonl=shadow)
    (said, *_) = mypy.read(*case).errors
    assert said == "mypy could not go on, mend typing.py: This file shadows library module"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mypy-empty", "There are no .py[i] files in directory 'src'"),
        ("mypy-undecodable", "src/a.py: error: Cannot decode file"),
        ("mypy-usage", "unrecognized arguments: --bogus"),
    ],
)
def test_a_stop_without_a_syntax_error_is_a_report_error(name: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="mypy stopped before it had judged; mend what it names") as caught:
        read(name, tmp_path)
    assert words in str(caught.value)


def test_a_configuration_that_mypy_passes_over_is_a_report_error(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"pyproject\.toml cannot be read as configuration"):
        read("mypy-broken-config", tmp_path)


def test_a_setting_that_mypy_passes_over_is_an_error(tmp_path: Path) -> None:
    setting = "mypy.ini: [mypy]: Unrecognized option: strickt = true"
    assert read("mypy-ignored-setting", tmp_path).errors == (
        f"mypy passes over a part of its configuration: {setting}; mend it",
    )


def test_success_with_errors_is_a_report_error(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="ended with exit 0 and yet reported errors"):
        mypy.read(*recorded.case("mypy-findings", tmp_path).ended(0))


def test_a_run_without_its_closing_report_is_not_believed(tmp_path: Path) -> None:
    case = recorded.case("mypy-clean", tmp_path).wrote(mypy_xml=b"<testsuite")
    with pytest.raises(ReportError, match="did not write its report to the end"):
        mypy.read(*case)


def test_other_words_of_a_finished_run_are_notes_and_of_a_stopped_one_errors(tmp_path: Path) -> None:
    words = b"Something new\nSuccess: no issues found in 3 source files\n"
    reading = mypy.read(*recorded.case("mypy-clean", tmp_path).wrote(mypy_jsonl=words))
    assert reading == Reading(measures={"files": 3.0}, notes=("Something new",))
    stopped = recorded.case("mypy-syntax", tmp_path)
    stopped = stopped.wrote(mypy_jsonl=stopped.outcome.files["mypy.jsonl"] + b"Gone wrong\n")
    assert mypy.read(*stopped).errors == ("mypy could not go on: Gone wrong",)


def test_the_command_keeps_everything_out_of_the_tree(tmp_path: Path) -> None:
    files = {"mypy.ini": "[mypy]\nhtml_report = html\nlinecount_report = count\njunit_xml = j.xml\n"}
    (step,) = command(tmp_path, files, args=["--strict"], exclude=["gen"]).steps
    assert step.argv == (
        *("{python}", "-I", "-S", inject.script("fresh.py"), "{cache}/mypy-2.4.1-python-3.11"),
        *("python", "-m", "mypy", "--strict", "--output", "json", "--python-executable", "{python}"),
        *("--cache-dir", "{cache}/mypy-2.4.1-python-3.11", "--junit-xml", "{scratch}/mypy.xml"),
        *("--no-install-types", "--interactive"),
        *("--html-report", "{scratch}/html_report", "--linecount-report", "{scratch}/linecount_report"),
        *("--exclude", "^gen(?:/|$)", "--", "src"),
    )
    assert step.stdout == "mypy.jsonl"
    assert [one.name for one in mypy.requirements(recorded.gate("mypy"))] == ["mypy"]


@pytest.mark.parametrize(("version", "compact"), [("1.18.2", False), ("1.19.1", True), ("1.20.0", False)])
def test_a_version_before_the_compact_cache_became_the_usual_one_is_told_of_it(
    version: str, compact: bool, tmp_path: Path
) -> None:
    tool = Tool(name="mypy", argv=("mypy",), version=version)
    argv = mypy.command(recorded.gate("mypy"), recorded.site(tmp_path, tool)).steps[0].argv
    assert ("--fixed-format-cache" in argv, "--sqlite-cache" in argv) == (compact, compact)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("pyproject.toml", "[tool.mypy]\nfiles = ['lib']\n"),
        ("mypy.ini", "[mypy]\npackages = lib\n"),
        (".mypy.ini", "[mypy]\nmodules = lib\n"),
        ("setup.cfg", "[mypy]\nfiles = lib\n"),
    ],
)
def test_a_project_that_says_itself_what_to_check_is_followed(file: str, words: str, tmp_path: Path) -> None:
    assert command(tmp_path, {file: words}).steps[0].argv[-1] == "--"
    assert command(tmp_path, {file: words}, paths=["x"]).steps[0].argv[-2:] == ("--", "x")


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("mypy.ini", "[mypy-foo]\nfiles = lib\n"),  # of both only mypy.ini counts
        ("pyproject.toml", "[tool.ruff]\n"),
        ("pyproject.toml", "[tool\n"),
        ("setup.cfg", "[metadata]\nfiles = lib\n"),
    ],
)
def test_other_settings_leave_the_sources(file: str, words: str, tmp_path: Path) -> None:
    more = {"setup.cfg": "[mypy]\nfiles = lib\n"} if file == "mypy.ini" else {}
    assert command(tmp_path, {file: words} | more).steps[0].argv[-2:] == ("--", "src")


def test_arguments_that_name_a_package_leave_no_room_for_paths(tmp_path: Path) -> None:
    assert command(tmp_path, args=["--package=lib"]).steps[0].argv[-1] == "--"


def clean(done: live.Live) -> bool:
    assert done.reading.errors == ()
    return not done.reading.findings


@pytest.mark.live
def test_other_content_of_the_same_size_and_second_is_judged_anew(tmp_path: Path) -> None:
    file = tmp_path / "root/src/a.py"
    for words in ("x: int = 11\n", 'x: int = ""\n', "x: int = 12\n"):
        recorded.lay(tmp_path / "root", {"src/a.py": words, "src/b.py": "import a\n"})
        os.utime(file, (LONG_AGO, LONG_AGO))
        assert clean(live.run(mypy, "mypy", tmp_path, version="2.4.1")) == ('"' not in words)


@pytest.mark.live
def test_other_content_of_a_second_that_was_seen_long_before_is_judged_anew(tmp_path: Path) -> None:
    file = tmp_path / "root/src/a.py"
    steps = [(LONG_AGO, "x: int = 11\n"), (LONG_AGO + 9, "x: int = 123\n"), (LONG_AGO, 'x: int = ""\n')]
    for second, words in steps:
        recorded.lay(tmp_path / "root", {"src/a.py": words})
        os.utime(file, (second, second))
        assert clean(live.run(mypy, "mypy", tmp_path, version="2.4.1")) == ('"' not in words)


@pytest.mark.live
def test_a_real_run_finds_and_leaves_alone(tmp_path: Path) -> None:
    recorded.lay(tmp_path / "root", {"src/a.py": 'x: int = ""\n', "mypy.ini": "[mypy]\njunit_xml = j.xml\n"})
    done = live.run(mypy, "mypy", tmp_path, version="2.4.1")
    assert [(one.rule, one.line, one.column) for one in done.reading.findings] == [("assignment", 1, 10)]
    assert done.exits[-1] == 1
    recorded.lay(tmp_path / "root", {"src/a.py": "x: int = 11\n"})
    done = live.run(mypy, "mypy", tmp_path, version="2.4.1")
    assert (done.reading, done.exits[-1]) == (Reading(), 0)
    python = ".".join(map(str, sys.version_info[:2]))
    assert [path.name for path in sorted((tmp_path / "cache").glob("mypy*"))] == [
        f"mypy-2.4.1-python-{python}",
        f"mypy-2.4.1-python-{python}.seen",
    ]
