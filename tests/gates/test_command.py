"""The command gate serves any program: exit codes, and reports in four forms."""

import json
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from eee_ci.errors import ReportError
from eee_ci.gates import command as gate_module
from eee_ci.model import Gate, Limit, Outcome, Ran, Reading
from eee_ci.ports import GateAdapter
from tests.gates import samples

ADAPTER: GateAdapter = gate_module
MATCHER = (
    r"^(?P<path>[^:]+):(?P<line>\d+):(?P<column>\d+): (?P<severity>\w+): (?P<message>.*?) \[(?P<rule>\w+)\]$"
)
REGEX = {"format": "regex", "pattern": MATCHER}


def gate(*run: str, **options: Any) -> Gate:
    return Gate(id="any", tool="command", options={"run": run or ("prog",), **options})


def read(one: Gate, exit_code: int, files: dict[str, bytes] | None = None, **ran: Any) -> Reading:
    step = Ran(argv=("prog",), exit=exit_code, **ran)
    at = samples.site(ADAPTER, one, "/nowhere")
    return ADAPTER.read(one, at, Outcome(steps=(step,), files=files or {}))


@pytest.mark.parametrize("exit_code", [1, 2, 77, 125])
def test_any_exit_code_but_0_fails_by_its_number(exit_code: int) -> None:
    assert read(gate(), exit_code).measures == {"exit": float(exit_code)}
    assert read(gate(), 0).measures == {"exit": 0.0}
    assert gate_module.limits(gate())["exit"] == Limit(max=0)


@pytest.mark.parametrize("exit_code", [126, 127, 139])
def test_a_shell_s_codes_for_what_did_not_run_are_no_verdict(exit_code: int) -> None:
    with pytest.raises(ReportError, match=f"exit {exit_code}, which it does not define.*: boom"):
        read(gate(), exit_code, stderr=b"boom\n")


def test_a_table_of_exit_codes_leaves_no_other() -> None:
    table = {"exits": {0: "pass", 3: "pass", 4: "findings"}}
    assert read(gate(**table), 3).measures == {"exit": 0.0}
    assert read(gate(**table), 4).measures == {"exit": 4.0}
    with pytest.raises(ReportError, match="exit 1, which it does not define"):
        read(gate(**table), 1)


def test_lines_are_matched_by_a_regular_expression() -> None:
    out = b"checking\n\x1b[31msrc/a.py:3:7: error: wrong\x1b[0m [E1]\r\nsrc/b.py:1:1: note: fine [N2]\n"
    seen = read(gate(report=REGEX), 1, {"stdout": out}, stderr=b"c.py:2:1: warning: hm [W3]\n")
    assert [
        (one.path, one.line, one.column, one.severity, one.rule, one.message) for one in seen.findings
    ] == [
        ("c.py", 2, 1, "medium", "W3", "hm"),
        ("src/a.py", 3, 7, "high", "E1", "wrong"),
        ("src/b.py", 1, 1, "low", "N2", "fine"),
    ]
    assert seen.measures == {"exit": 1.0}
    assert {one.tool for one in seen.findings} == {"prog"}


def test_a_line_that_matches_without_a_message_is_its_own_message() -> None:
    report = {"format": "regex", "pattern": r"^FIXME (?P<path>\S+)"}
    (found,) = read(gate(report=report), 1, {"stdout": b"FIXME a.py now\n"}).findings
    assert (found.message, found.rule, found.severity) == ("FIXME a.py now", "prog", "medium")


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(?P<message>", "no regular expression"),
        ("x", "want path or message"),
        ("(?P<path>.)(?P<other>.)", "and only"),
        (r"(?P<path>(a+)+)$", "can take for ever"),
        (r"(?P<path>(?:a|aa)*)$", "can take for ever"),
        (r"((?P<path>\w{2,})x)+$", "can take for ever"),
        (r"(x(a*)y)+(?P<path>.)", "can take for ever"),
        ("(?P<path>" + "a" * 1000 + ")", "<= 1000"),
    ],
)
def test_a_pattern_that_cannot_serve_is_a_fault_of_the_config(pattern: str, said: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=said):
        msgspec.convert({"run": ["x"], "report": {"format": "regex", "pattern": pattern}}, ADAPTER.OPTIONS)


@pytest.mark.parametrize(
    "pattern", [r"(?P<path>(\d{1,3}\.){3})", r"(?P<path>[(a+)]+)", r"(?P<message>\(a+\)+)"]
)
def test_a_pattern_that_only_looks_dangerous_is_allowed(pattern: str) -> None:
    msgspec.convert({"run": ["x"], "report": {"format": "regex", "pattern": pattern}}, ADAPTER.OPTIONS)


@pytest.mark.parametrize("file", ["/etc/passwd", "../x", "a/../b", ""])
def test_a_report_lies_in_the_scratch_folder(file: str) -> None:
    with pytest.raises(msgspec.ValidationError, match="regex"):
        msgspec.convert({"run": ["x"], "report": {"format": "json", "file": file}}, ADAPTER.OPTIONS)


ESLINT = [
    {
        "filePath": "src/a.js",
        "messages": [
            {"ruleId": "semi", "severity": 2, "line": 1, "column": 9, "message": "Missing semicolon."},
            {"ruleId": "quotes", "severity": 1, "line": 2, "column": 1, "message": "Use doublequotes."},
            {"ruleId": None, "severity": 1, "message": "File ignored."},
        ],
    },
    {"filePath": "src/b.js", "messages": []},
]


def test_items_of_json_are_found_by_paths_and_take_what_encloses_them() -> None:
    report = {
        "format": "json",
        "file": "out.json",
        "items": "*.messages.*",
        "path": "filePath",
        "rule": "ruleId",
        "severities": {"2": "high", "1": "low"},
    }
    seen = read(gate(report=report), 1, {"out.json": json.dumps(ESLINT).encode()})
    assert [(one.path, one.line, one.column, one.severity, one.rule) for one in seen.findings] == [
        ("src/a.js", None, None, "low", "prog"),
        ("src/a.js", 1, 9, "high", "semi"),
        ("src/a.js", 2, 1, "low", "quotes"),
    ]


def test_zero_based_positions_and_indexes_in_paths_are_understood() -> None:
    data = {"all": {"one": {"at": [{"row": 0}, {"col": 4}], "text": "t", "file": "a.py", "ok": True}}}
    report: dict[str, Any] = {"format": "json", "items": "all.*", "path": "file", "line": "at.0.row"}
    report |= {"column": "at.1.col", "message": "text", "severity": "ok", "zero_based": True}
    (found,) = read(gate(report=report), 1, {"stdout": json.dumps(data).encode()}).findings
    assert (found.path, found.line, found.column, found.severity) == ("a.py", 1, 5, "medium")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"items": 3}', "found int where `items` wants '\\*'"),
        (b"{}", "found dict where `items` wants 'items'"),
        (b"", "not readable JSON"),
        (b'{"items": [{"message": ["x"]}]}', "no text at 'message'"),
        (b'{"items": [7]}', "no text at 'message'"),
    ],
)
def test_json_of_another_shape_is_no_verdict(data: bytes, said: str) -> None:
    with pytest.raises(ReportError, match=said):
        read(gate(report={"format": "json", "items": "items.*"}), 1, {"stdout": data})


@pytest.mark.parametrize("kind", ["sarif", "junit", "json"])
@pytest.mark.parametrize("files", [{}, {"out": b""}, {"out": b"nothing of the kind"}])
def test_a_declared_report_that_is_not_there_is_no_verdict(kind: str, files: dict[str, bytes]) -> None:
    with pytest.raises(ReportError):
        read(gate(report={"format": kind, "file": "out"}), 0, files)


@pytest.mark.parametrize(
    ("report", "data"),
    [
        (REGEX, b"all is well\n"),
        ({"format": "json"}, b"[]"),
        ({"format": "junit"}, b'<testsuite><testcase name="x"/></testsuite>'),
        (
            {"format": "sarif"},
            b'{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": []}]}',
        ),
    ],
)
def test_a_code_that_promises_findings_needs_one(report: dict[str, Any], data: bytes) -> None:
    assert read(gate(report=report), 0, {"stdout": data}).findings == ()
    with pytest.raises(ReportError, match="exit 1 but reported nothing"):
        read(gate(report=report), 1, {"stdout": data})


def test_junit_brings_test_cases_and_the_limits_of_tests() -> None:
    one = gate(report={"format": "junit", "file": "r.xml"})
    data = (
        b'<testsuite><testcase name="a" file="t.js" line="4"><failure message="no"/></testcase></testsuite>'
    )
    seen = read(one, 1, {"r.xml": data})
    assert seen.measures == {"exit": 1.0, "tests": 1.0, "tests_failed": 1.0, "tests_skipped": 0.0}
    assert [(found.rule, found.path, found.line) for found in seen.findings] == [("test-failed", "t.js", 4)]
    assert gate_module.limits(one)["tests"] == Limit(min=1)


def test_sarif_brings_its_own_troubles() -> None:
    trouble = {
        "invocations": [{"executionSuccessful": False}],
        "results": [],
        "tool": {"driver": {"name": "x"}},
    }
    data = json.dumps({"version": "2.1.0", "runs": [trouble]}).encode()
    assert "executionSuccessful" in read(gate(report={"format": "sarif"}), 1, {"stdout": data}).errors[0]


def test_a_bare_name_comes_from_path_and_a_path_from_the_root() -> None:
    one = gate("prog", "-a", report={"format": "json", "file": "r.json"})
    command = ADAPTER.command(one, samples.site(ADAPTER, one, "/project"))
    assert [(need.name, need.kind) for need in ADAPTER.requirements(one)] == [("prog", "path")]
    assert command.steps[0].argv == ("prog", "-a")
    assert command.keep == ("r.json",)
    for program, start in (("./x.sh", "{root}/./x.sh"), ("/bin/x", "/bin/x"), ("{python}", "{python}")):
        other = gate(program)
        assert ADAPTER.requirements(other) == ()
        command = ADAPTER.command(other, samples.site(ADAPTER, other, "/project"))
        assert command.steps[0].argv == (start,)
        assert command.keep == ()
        assert command.writes


@pytest.mark.live
def test_live_program(tmp_path: Path) -> None:
    words = "import sys; print('a.py:1:1: error: wrong [E1]'); sys.exit(3)"
    one = gate("{python}", "-c", words, report=REGEX)
    at = samples.site(ADAPTER, one, str(tmp_path), python=sys.executable)
    seen = ADAPTER.read(one, at, samples.live(ADAPTER, one, at, tmp_path / "aside"))
    assert [found.rule for found in seen.findings] == ["E1"]
    assert seen.measures == {"exit": 3.0}
