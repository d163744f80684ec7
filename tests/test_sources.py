"""Lines are those of the file, told apart as Python and the tools do."""

from pathlib import Path

import pytest

from eee_ci import sources


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
