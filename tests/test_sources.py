"""Exclude patterns mean the same everywhere, and lines are those of the file."""

from pathlib import Path

import pytest

from eee_ci import sources


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("gen", "gen/a.py", True),
        ("gen", "src/gen/a.py", True),
        ("gen", "src/gen", True),
        ("gen", "src/generic/a.py", False),
        ("gen/", "src/gen/a.py", True),
        ("*_pb2.py", "src/x_pb2.py", True),
        ("*_pb2.py", "src/x_pb2.pyi", False),
        ("src/gen", "src/gen/a.py", True),
        ("src/gen", "lib/src/gen/a.py", False),
        ("./src/gen", "src/gen/a.py", True),
        ("src/*.py", "src/a.py", True),
        ("src/*.py", "src/x/a.py", False),
        ("src/**/a.py", "src/a.py", True),
        ("src/**/a.py", "src/x/y/a.py", True),
        ("**/a.py", "a.py", True),
        ("src/**", "src/x/a.py", True),
        ("a?c.py", "abc.py", True),
        ("a?c.py", "a/c.py", False),
        ("a.py", "axpy", False),
        ("a[b].py", "a[b].py", True),
    ],
)
def test_an_exclude_pattern_fits(pattern: str, path: str, *, fits: bool) -> None:
    assert sources.matches(path, [pattern]) is fits
    assert sources.matches(path, ["nothing", pattern]) is fits


def test_no_pattern_excludes_nothing() -> None:
    assert not sources.matches("a.py", [])


def test_lines_are_told_apart_as_python_does(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"\xef\xbb\xbfone\r\ntwo\rthree\x0c\xff\nend")
    lines = sources.Sources(str(tmp_path))
    assert [lines.line("a.py", number) for number in range(6)] == [
        None,
        "one",
        "two",
        "three\x0c\ufffd",
        "end",
        None,
    ]
    assert len({lines.line_hash("a.py", number) for number in (1, 2, 3, 4)}) == 4
    assert lines.line_hash("a.py", 5) is None


def test_what_is_no_readable_file_has_no_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "large").write_bytes(b"12345")
    (tmp_path / "empty").write_bytes(b"")
    monkeypatch.setattr(sources, "LARGEST", 4)
    lines = sources.Sources(str(tmp_path))
    for name in ("large", "empty", "missing", ".", "a\x00b", "x" * 9999):
        assert lines.line(name, 1) is None
        assert lines.line_hash(name, 1) is None
