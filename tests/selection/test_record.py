"""What the recorder wrote is read whole, or not at all."""

import json
from typing import Any

import pytest

from eee_ci import selection
from eee_ci.errors import ReportError
from eee_ci.selection import Record, Recorded

ONE: dict[str, Any] = {
    "cases": [["tests.test_a.TestX", "test_one[1]"]],
    "seconds": 0.12,
    "modules": ["tests/test_a.py", "src/p/a.py"],
    "executed": {"src/p/a.py": ["f", "C.m", "C.m.<locals>.g"]},
    "data": ["tests/data/x.json"],
    "stats": ["."],
    "absent": ["tests/data/missing.json"],
    "listings": ["tests/data", ""],
    "imports": ["json", "p"],
    "untrusted": [],
}
SHARED = {key: value for key, value in ONE.items() if key not in ("cases", "seconds")}
WHOLE: dict[str, Any] = {
    "v": 1,
    "python": "3.11.7",
    "complete": True,
    "untracked": None,
    "files": {"tests/test_a.py": ONE},
    "shared": SHARED,
    "import_executed": {"src/p/a.py": ["make"]},
}


def load(**changes: Any) -> Record:
    return selection.load(json.dumps({**WHOLE, **changes}).encode())


def test_a_record_is_read() -> None:
    shared = Recorded(
        modules=("tests/test_a.py", "src/p/a.py"),
        executed={"src/p/a.py": ("f", "C.m", "C.m.<locals>.g")},
        data=("tests/data/x.json",),
        stats=(".",),
        absent=("tests/data/missing.json",),
        listings=("tests/data", ""),
        imports=("json", "p"),
        untrusted=(),
    )
    found = load()
    assert found.shared == shared
    assert found.files["tests/test_a.py"].cases == (("tests.test_a.TestX", "test_one[1]"),)
    assert found.import_executed == {"src/p/a.py": ("make",)}


def test_more_fields_are_no_damage() -> None:
    assert load(files={"tests/test_a.py": {**ONE, "fixtures": ["fixture:x"], "new": 1}}).v == 1


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"v": 2}, "version 2, want 1"),
        ({"shared": {**SHARED, "data": ["/etc/passwd"]}}, "/etc/passwd is no path below the root"),
        ({"files": {"tests/test_a.py": {**ONE, "stats": ["../x"]}}}, "../x is no path below the root"),
        (
            {"files": {"../test_a.py": {**ONE, "modules": ["../test_a.py"]}}},
            "../test_a.py is no path below the root",
        ),
        (
            {"files": {"tests/test_a.py": {**ONE, "modules": []}}},
            "tests/test_a.py ran without being imported",
        ),
        ({"files": {"tests/test_a.py": {**ONE, "seconds": -1}}}, "tests/test_a.py took -1.0 seconds"),
        (
            {"files": {"tests/test_a.py": {**ONE, "cases": ONE["cases"] * 2}}},
            "tests/test_a.py has a test case twice",
        ),
        ({"import_executed": {"a//b.py": []}}, "functions of a file that is not below the root"),
    ],
)
def test_a_record_that_contradicts_itself_is_refused(change: dict[str, Any], what: str) -> None:
    with pytest.raises(ReportError) as caught:
        load(**change)
    assert str(caught.value) == f"the record of the tests contradicts itself: {what}"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"\xff",
        json.dumps(WHOLE).encode()[:-20],
        json.dumps({**WHOLE, "files": {"tests/test_a.py": {**ONE, "modules": None}}}).encode(),
        json.dumps({**WHOLE, "files": {"tests/test_a.py": SHARED | {"executed": {"a.py": [1]}}}}).encode(),
        json.dumps({key: value for key, value in WHOLE.items() if key != "complete"}).encode(),
    ],
)
def test_a_damaged_record_is_refused(data: bytes) -> None:
    with pytest.raises(ReportError, match="the record of the tests cannot be read: "):
        selection.load(data)
