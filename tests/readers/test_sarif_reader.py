"""SARIF of any tool becomes findings inside of the project."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eee_ci.errors import ReportError
from eee_ci.model import Finding, Reading
from eee_ci.readers import sarif, uris
from tests.readers.shapes import shapes

RULES = [
    {"id": "R1", "defaultConfiguration": {"level": "error"}, "helpUri": "https://example.org/R1"},
    {
        "id": "R2",
        "messageStrings": {"default": {"text": "{0} must not be {1} or {9}"}},
        "properties": {"tags": ["security", "external/cwe/cwe-079"], "security-severity": "9.8"},
    },
]


def run(*results: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"tool": {"driver": {"name": "t", "rules": RULES}}, "results": list(results)} | more


def read(*runs: dict[str, Any], root: str = "/project") -> Reading:
    return sarif.read(json.dumps({"version": "2.1.0", "runs": runs}).encode(), "the report", root, "tool")


def one(result: dict[str, Any], **more: Any) -> Finding:
    (finding,) = read(run(result, **more)).findings
    return finding


def at(uri: str | None, **more: Any) -> dict[str, Any]:
    artifact = more | ({} if uri is None else {"uri": uri})
    return {"message": {"text": "m"}, "locations": [{"physicalLocation": {"artifactLocation": artifact}}]}


@pytest.mark.parametrize(
    ("result", "severity"),
    [
        ({"ruleId": "R1"}, "high"),
        ({"ruleIndex": 0}, "high"),
        ({"rule": {"id": "R1"}}, "high"),
        ({"ruleId": "R1/sub"}, "high"),
        ({"ruleId": "R1", "level": "note"}, "low"),
        ({"ruleId": "R1", "level": "none"}, "info"),
        ({"ruleId": "unknown"}, "medium"),
        ({"ruleId": "R2"}, "critical"),
        ({"ruleId": "R2", "properties": {"security-severity": "5"}}, "medium"),
        ({"ruleId": "R2", "properties": {"security-severity": "0.0"}}, "info"),
        ({"ruleId": "R1", "properties": {"security-severity": "nan"}}, "high"),
    ],
)
def test_a_severity_comes_from_the_result_or_from_its_rule(result: dict[str, Any], severity: str) -> None:
    assert one({"message": {"text": "m"}} | result).severity == severity


def test_a_rule_says_what_a_result_leaves_out() -> None:
    found = one({"ruleId": "R2", "message": {"id": "default", "arguments": ["x", 1]}})
    assert (found.message, found.cwe, found.category) == ("x must not be 1 or {9}", 79, "security")
    found = one({"ruleId": "R1", "message": {}, "fixes": [{"description": {"text": "do\nthis"}}]})
    assert (found.message, found.url, found.fix, found.category) == (
        "R1",
        "https://example.org/R1",
        "do this",
        "lint",
    )
    assert one({"message": {"text": "m"}, "fixes": [{}]}).rule == "(no rule)"


def test_rules_of_extensions_are_found() -> None:
    extensions = [{"name": "e", "rules": [{"id": "E1", "defaultConfiguration": {"level": "note"}}]}]
    tool = {"driver": {"name": "t"}, "extensions": extensions}
    result = {"message": {"text": "m"}, "rule": {"id": "E1", "index": 0, "toolComponent": {"index": 0}}}
    assert one(result, tool=tool).severity == "low"
    result = {"message": {"text": "m"}, "rule": {"id": "E1", "toolComponent": {"index": 0}}}
    assert one(result, tool=tool).severity == "low"


def test_suppressed_absent_and_passing_results_are_no_findings() -> None:
    text: dict[str, Any] = {"message": {"text": "m"}}
    seen = read(
        run(
            text | {"suppressions": [{"kind": "inSource"}]},
            text | {"suppressions": [{"kind": "external", "status": "underReview"}]},
            text | {"suppressions": []},
            text | {"kind": "pass"},
            text | {"kind": "notApplicable"},
            text | {"baselineState": "absent"},
        )
    )
    assert len(seen.findings) == 2
    assert seen.notes == ("1 finding suppressed by the tool",)


@pytest.mark.parametrize(
    ("uri", "more", "path"),
    [
        ("src/a.py", {}, "src/a.py"),
        ("./src/../src/a.py", {}, "src/a.py"),
        ("src/a%20b%23.py", {}, "src/a b#.py"),
        ("a%2520b.py", {}, "a%20b.py"),
        ("file:///project/src/a.py", {}, "src/a.py"),
        ("file://localhost/project/src/a.py", {}, "src/a.py"),
        ("/project/src/a.py", {}, "src/a.py"),
        ("a.py", {"uriBaseId": "%SRCROOT%"}, "a.py"),
        ("a.py", {"uriBaseId": "SRC"}, "src/a.py"),
        ("a.py", {"uriBaseId": "SUB"}, "src/sub/a.py"),
        (None, {"index": 0}, "src/known.py"),
        ("file:///etc/passwd", {}, None),
        ("../a.py", {}, None),
        ("%2e%2e/a.py", {}, None),
        ("file://host/share/a.py", {}, None),
        ("//host/share/a.py", {}, None),
        ("https://example.org/a.py", {}, None),
        ("file:///C:/a.py", {}, None),
        ("C:/a.py", {}, None),
        ("C%3A/a.py", {}, None),
        ("src\\a.py", {}, None),
        ("a%00.py", {}, None),
        (None, {}, None),
        (None, {"index": 9}, None),
    ],
)
def test_an_address_leads_into_the_project_or_nowhere(
    uri: str | None, more: dict[str, Any], path: str | None
) -> None:
    bases = {
        "%SRCROOT%": {"description": {"text": "the root"}},
        "SRC": {"uri": "file:///project/src/"},
        "SUB": {"uri": "sub/", "uriBaseId": "SRC"},
        "LOOP": {"uri": "x/", "uriBaseId": "LOOP"},
    }
    found = one(at(uri, **more), originalUriBaseIds=bases, artifacts=[{"location": {"uri": "src/known.py"}}])
    assert found.path == path
    assert ("outside of the project" in found.message) == (path is None and uri is not None)


def test_columns_count_utf_16_units_unless_the_run_says_otherwise(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = '😀😀' + y\n", encoding="utf-8")
    result = at("a.py")
    result["locations"][0]["physicalLocation"]["region"] = {
        "startLine": 1,
        "startColumn": 13,
        "endColumn": 14,
    }
    found = read(run(result), run(result, columnKind="unicodeCodePoints"), root=str(tmp_path)).findings
    assert [(one.column, one.end_column) for one in found] == [(11, 12), (13, 13)]


@pytest.mark.parametrize("line", [0, -1, 2**40, "7", 1.5, True, None])
def test_a_line_that_is_none_is_dropped(line: Any) -> None:
    result = at("a.py")
    result["locations"][0]["physicalLocation"]["region"] = {"startLine": line}
    assert one(result).line in (None, 7)


def test_the_tool_s_own_troubles_are_errors() -> None:
    notes = [
        {"level": "error", "message": {"text": "cannot parse"}},
        {"level": "note", "message": {"text": "x"}},
    ]
    failed = run(invocations=[{"executionSuccessful": False, "toolExecutionNotifications": notes}])
    silent = run(invocations=[{"executionSuccessful": False}, {"executionSuccessful": True}])
    assert read(failed, silent).errors == (
        "cannot parse",
        "the tool says that it did not run to its end (`executionSuccessful: false`)",
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"version": "2.0.0", "runs": [{}]}',
        b'{"version": "2.1.0", "runs": null}',
        b'{"version": "2.1.0", "runs": []}',
        b'{"version": "2.1.0", "runs": [{"results": null}]}',
        b'{"version": "2.1.0", "runs": [{"tool": {"driver": {}}, "results": [3]}]}',
        b'{"version": "2.1.0", "runs": [{"tool": {"driver": {}}, "results": [{"level": "odd"}]}]}',
        b'{"version": "2.1.0", "runs": [{"results": [{"message": {"text": NaN}}]}]}',
        b"[" * 100_000,
    ],
)
def test_what_is_not_sarif_is_refused(data: bytes) -> None:
    with pytest.raises(ReportError):
        sarif.read(data, "the report", "/project", "tool")


KEYS = st.sampled_from([
    "version", "runs", "results", "tool", "driver", "rules", "id", "ruleId", "ruleIndex", "level", "message",
    "text", "locations", "physicalLocation", "artifactLocation", "uri", "region", "startLine", "startColumn",
    "suppressions", "properties", "security-severity", "tags", "invocations", "fixes", "kind", "uriBaseId",
    "originalUriBaseIds",
])  # fmt: skip  # read in rows
JSON = shapes(KEYS)


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.dictionaries(KEYS, JSON), st.just({})), st.dictionaries(KEYS, JSON), JSON)
def test_any_shape_gives_a_reading_or_a_report_error(result: Any, more: Any, whole: Any) -> None:
    shaped = {"version": "2.1.0", "runs": [run(result) | more]}
    for data in (shaped, whole):
        try:
            seen = sarif.read(msgspec.json.encode(data), "the report", "/project", "tool")
        except ReportError:
            continue
        msgspec.json.encode(seen)  # what came in can go out


@settings(max_examples=60, deadline=None)
@example("0", "..:")
@given(st.text(st.sampled_from("./%2ef\\:CaA0\x00é ")), st.text(st.sampled_from("./file:%")))
def test_no_address_ends_outside_of_the_project(uri: str, base: str) -> None:
    found = one(at(uri, uriBaseId="B"), originalUriBaseIds={"B": {"uri": base}})
    parts = (found.path or "a.py").split("/")
    assert parts[0] not in ("", "..")  # a folder may well be called `..:`
    assert "\x00" not in parts[-1]
    assert uris.path("") is None
