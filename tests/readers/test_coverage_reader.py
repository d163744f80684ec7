"""The report of coverage.py becomes measures that can be believed."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eee_ci.errors import ReportError
from eee_ci.model import Covered, Reading
from eee_ci.readers import coverage
from tests.readers.shapes import shapes

TOTALS = {"covered_lines": 3, "num_statements": 4, "covered_branches": 0, "num_branches": 0}
LINES = {"covered_lines": 3, "num_statements": 4, "excluded_lines": 2}


def read(files: dict[str, Any] | None = None, **totals: Any) -> Reading:
    return coverage.measures(
        json.dumps({"totals": TOTALS | totals, "files": files or {}}).encode(), "/project"
    )


def function(statements: int, covered: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "summary": {"num_statements": statements, "covered_lines": covered},
        "missing_lines": [7, 5],
    } | more


def test_a_measure_that_does_not_exist_is_absent() -> None:
    assert read().measures == {"coverage": 75.0, "uncovered_lines": 1.0}
    assert read(num_branches=8, covered_branches=2).measures == {
        "coverage": 75.0,
        "branch_coverage": 25.0,
        "uncovered_lines": 1.0,
    }


def test_code_without_statements_is_not_100_percent() -> None:
    seen = read(num_statements=0, covered_lines=0)
    assert seen.measures == {}
    assert "no statement at all" in seen.errors[0]


def test_functions_that_were_not_entered_are_found_largest_first_up_to_a_bound() -> None:
    many = {f"f{n}": function(n + 1, start_line=n + 1) for n in range(coverage.SHOWN + 3)}
    part = {
        "": function(3),
        "entered": function(3, 1),
        "empty": function(0),
        "old": function(9999),
        "dup@4": function(9998),
    }
    seen = read({"a.py": {"summary": LINES, "functions": many | part}, "b.py": {"summary": LINES}})
    assert len(seen.findings) == coverage.SHOWN
    assert seen.measures["uncovered_functions"] == coverage.SHOWN + 5
    assert seen.notes == ("5 more uncovered functions are not listed",)
    found = {finding.message: finding.line for finding in seen.findings}
    assert found["no test enters old (9999 statements)"] == 5
    assert "no test enters dup (9998 statements)" in found
    assert "no test enters f0 (1 statement)" not in found


def test_functions_of_the_tests_are_nobody_s_debt() -> None:
    report = {
        "totals": TOTALS,
        "files": {
            path: {"summary": LINES, "functions": {"f": function(2)}} for path in ("tests/a.py", "b.py")
        },
    }
    seen = coverage.measures(json.dumps(report).encode(), "/project", ("tests",))
    assert [finding.path for finding in seen.findings] == ["b.py"]
    assert seen.measures["uncovered_functions"] == 1.0


def test_every_file_of_the_project_comes_with_its_counts() -> None:
    branches = {"num_branches": 6, "covered_branches": 5}
    files = {"/project/p/b.py": {"summary": LINES | branches}, "a.py": {"summary": LINES}}
    seen = read({**files, "/usr/lib/c.py": {"summary": LINES}, "../d.py": {"summary": LINES}})
    assert seen.files == {
        "a.py": Covered(statements=4, covered=3, excluded=2),
        "p/b.py": Covered(statements=4, covered=3, excluded=2, branches=6, covered_branches=5),
    }
    assert list(seen.files) == ["a.py", "p/b.py"]


@pytest.mark.parametrize(
    "summary",
    [
        {},
        {"num_statements": 4},
        LINES | {"covered_lines": 5},
        LINES | {"excluded_lines": -1},
        LINES | {"excluded_lines": 2**63},
        LINES | {"excluded_lines": True},
        LINES | {"excluded_lines": 1.5},
        LINES | {"covered_branches": 1},
        LINES | {"covered_branches": 3, "num_branches": 2},
    ],
)
def test_counts_of_a_file_that_no_measurement_has_are_refused(summary: dict[str, Any]) -> None:
    with pytest.raises(ReportError):
        read({"a.py": {"summary": summary}})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"totals": {}, "files": {}}',
        b'{"totals": {"covered_lines": 5, "num_statements": 4}, "files": {}}',
        b'{"totals": {"covered_lines": -1, "num_statements": 4}, "files": {}}',
        b'{"totals": {"covered_lines": "1", "num_statements": 4}, "files": {}}',
        b'{"totals": {"covered_lines": 1, "num_statements": 4}, "files": []}',
        b'{"totals": {"covered_lines": 1, "num_statements": 1e400}, "files": {}}',
        b'{"totals": {"covered_lines": 1, "num_statements": 4}, "files": {"a": {"functions": {"f": {}}}}}',
        b'{"totals": {"covered_lines": 1, "num_statements": 4}, "files": {"a": {}}}',
    ],
)
def test_what_is_not_the_report_of_coverage_is_refused(data: bytes) -> None:
    with pytest.raises(ReportError):
        coverage.measures(data, "/project")


KEYS = st.sampled_from(
    ["totals", "files", "covered_lines", "num_statements", "functions", "summary", "missing_lines", "f"]
)
JSON = shapes(KEYS)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(KEYS, JSON), st.dictionaries(KEYS, JSON), st.binary())
def test_any_shape_gives_a_reading_or_a_report_error(files: Any, totals: Any, raw: bytes) -> None:
    shaped = {
        "totals": TOTALS | totals,
        "files": {"a.py": {"summary": LINES | totals, "functions": files}} | files,
    }
    for data in (msgspec.json.encode(shaped), raw):
        try:
            seen = coverage.measures(data, "/project")
        except ReportError:
            continue
        msgspec.json.encode(seen)
