"""Reports are believed only when they can be, and findings come out comparable."""

import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eee_ci import linehash, reading
from eee_ci.errors import ReportError
from eee_ci.model import Finding, Gate, Outcome, Ran
from eee_ci.ports import Site, Tool

RAN = Ran(argv=("/x/ruff", "check"), exit=0)
TABLE = {0: "clean", 1: reading.FOUND, 2: "error, a wrong option"}


def finding(**parts: object) -> Finding:
    return msgspec.convert({"tool": "t", "rule": "R1", "message": "m"} | parts, Finding)


def ran(**parts: object) -> Ran:
    return msgspec.structs.replace(RAN, **parts)


def test_the_last_step_stands_for_the_command() -> None:
    assert reading.last(Outcome(steps=(ran(exit=3), RAN))) is RAN


def test_nothing_is_read_after_a_problem_or_without_a_process() -> None:
    with pytest.raises(ReportError, match="timed out"):
        reading.last(Outcome(steps=(RAN,), problem="timed out"))
    with pytest.raises(ReportError, match="no process was started"):
        reading.last(Outcome())


def test_an_exit_code_is_looked_up() -> None:
    assert reading.exits(RAN, TABLE) == "clean"
    assert reading.exits(ran(exit=1), TABLE) == "findings"


def test_an_exit_code_of_an_error_says_so() -> None:
    with pytest.raises(ReportError, match=r"^ruff ended with exit 2, a wrong option: bad \| worse$"):
        reading.exits(ran(exit=2, stderr=b"bad\n\n  worse\x1b[0m\n |  ^^^\n"), TABLE)


def test_an_exit_code_outside_of_the_table_says_what_to_do() -> None:
    with pytest.raises(
        ReportError, match=r"exit 9, which it does not define: hm; run it by hand to see why$"
    ):
        reading.exits(ran(exit=9, stdout=b"hm"), TABLE)


def test_an_unknown_end_is_no_exit_code() -> None:
    with pytest.raises(ReportError, match="exit None, which it does not define"):
        reading.exits(ran(exit=None), TABLE)


def test_a_signal_is_no_exit_code() -> None:
    with pytest.raises(ReportError, match=r"^ruff was ended by signal 11$"):
        reading.exits(ran(exit=None, signal=11), TABLE)


@pytest.mark.parametrize(
    ("argv", "name"),
    [
        (("/x/bin/ruff", "check"), "ruff"),
        (("python", "-P", "-m", "mypy", "-x"), "mypy"),
        (("-x", "tool"), "tool"),
        (("-x",), "the program"),
        ((), "the program"),
    ],
)
def test_a_step_is_called_by_its_program(argv: tuple[str, ...], name: str) -> None:
    assert reading.name(ran(argv=argv)) == name


def test_the_last_words_are_those_of_standard_error_if_there_are_any() -> None:
    assert reading.said(ran(stdout=b"out")) == ": out"
    assert reading.said(ran(stdout=b"out", stderr=b"err")) == ": err"
    assert reading.said(ran(stdout=b" \n--\n")) == ""
    assert reading.said(ran(stderr=b"%d\n" * 9 % tuple(range(9)))) == ": 3 | 4 | 5 | 6 | 7 | 8"
    assert len(reading.said(ran(stderr=b"x" * 9000))) == 302


@pytest.mark.parametrize(
    ("version", "numbers"),
    [("1.2.10", (1, 2, 10)), ("v0.9rc1", (0, 9)), ("unknown", ()), (None, ()), ("9" * 99, (999_999_999,))],
)
def test_versions_are_compared_by_their_numbers(version: str | None, numbers: tuple[int, ...]) -> None:
    assert reading.version(Tool(name="t", argv=("t",), version=version)) == numbers


def test_a_report_is_returned_whole() -> None:
    assert reading.report(Outcome(steps=(RAN,), files={"a": b"x"}), "a") == b"x"


def test_a_report_that_is_missing_or_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ReportError, match=r"^ruff wrote no report: oh$"):
        reading.report(Outcome(steps=(ran(stderr=b"oh"),)), "a")
    monkeypatch.setattr(reading, "LARGEST_REPORT", 1 << 20)
    with pytest.raises(ReportError, match=r"^the report of ruff is over 1 MiB$"):
        reading.report(Outcome(steps=(RAN,), files={"a": b"x" * ((1 << 20) + 1)}), "a")


@pytest.mark.parametrize(
    "data", [b"", b"{", b"\xff", b'"\xff"', b"[" * 100_000, b"1e999", b"NaN", b'"\\ud800"']
)
def test_json_that_is_broken_is_refused(data: bytes) -> None:
    with pytest.raises(ReportError, match="the report is not readable JSON"):
        reading.json(data, "the report")
    with pytest.raises(ReportError, match="the report is not the JSON it should be"):
        reading.shaped(data, "the report", int)


def test_json_of_the_wrong_shape_is_refused_with_the_place() -> None:
    assert reading.json(b'{"a": [1]}', "it") == {"a": [1]}
    assert reading.shaped(b"[1, 2]", "it", list[int]) == [1, 2]
    with pytest.raises(ReportError, match=r"it is not the JSON .*`\$\[1\]`\); run the tool by hand"):
        reading.shaped(b'[1, "x"]', "it", list[int])


@given(st.binary())
def test_any_bytes_as_json_end_in_a_value_or_a_report_error(data: bytes) -> None:
    for read in (lambda: reading.json(data, "it"), lambda: reading.shaped(data, "it", list[int])):
        try:
            read()
        except ReportError as error:
            assert "it is not" in str(error)  # noqa: PT017 - either end is right


def test_configs_are_found_and_parsed(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("[tool.x]\ny = 1\n")
    (tmp_path / "b.cfg").write_bytes(b"\xef\xbb\xbf[x]\ny = %(z\n")
    found = reading.configs(str(tmp_path), ("a.toml", "b.cfg", "c.ini"))
    assert found == {"a.toml": {"tool": {"x": {"y": 1}}}, "b.cfg": {"x": {"y": "%(z"}}}


@pytest.mark.parametrize(
    ("file", "data"),
    [
        ("a.toml", b"[tool"),
        ("a.toml", b"x = '\xff'"),
        ("a.toml", b"x = " + b"[" * 100_000),
        ("a.ini", b"no section"),
        ("a.ini", b"[x]\n[x]\n"),
        (".a", b"\x00"),
    ],
)
def test_a_config_that_does_not_parse_is_refused(file: str, data: bytes, tmp_path: Path) -> None:
    (tmp_path / file).write_bytes(data)
    with pytest.raises(ReportError, match=rf"^{file} cannot be read as configuration: .*; mend the file$"):
        reading.configs(str(tmp_path), (file,))


def test_a_config_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.toml").mkdir()
    (tmp_path / "b.toml").symlink_to("nowhere")
    for file in ("a.toml", "b.toml"):
        with pytest.raises(ReportError, match=f"^{file} cannot be read as configuration"):
            reading.configs(str(tmp_path), (file,))


def test_a_table_is_empty_where_there_is_none() -> None:
    assert reading.table({"a": {"b": {"c": 1}}}, "a", "b") == {"c": 1}
    assert reading.table({"a": {"b": 1}}, "a", "b") == {}
    assert reading.table({}, "a", "b") == {}


def test_the_gate_s_paths_come_before_the_default() -> None:
    assert reading.targets(Gate(id="g", tool="t", paths=("x",)), ("src",)) == ("x",)
    assert reading.targets(Gate(id="g", tool="t"), ("src",)) == ("src",)
    assert reading.targets(Gate(id="g", tool="t")) == (".",)


def test_a_path_is_absent_when_neither_the_tree_nor_the_disk_has_it(tmp_path: Path) -> None:
    (tmp_path / "ignored").mkdir()
    site = Site(
        root=str(tmp_path), python="p", python_version=(3, 11), tools={}, files=("src/a/b.py", "c.py")
    )
    known = ("src", "./src/a/", "src/a/b.py", "c.py", ".", "ignored", str(tmp_path))
    assert reading.absent(known, site) == ()
    assert reading.absent(("src/b.py", "no\x00", "x" * 9999), site) == tuple(
        f"{name} does not exist; mend `paths` of the gate, or `sources` and `tests`"
        for name in ("src/b.py", "no<U+0000>", "x" * 9999)
    )


def test_findings_that_were_promised_must_come() -> None:
    reading.expect((1,), reading.FOUND, ran(exit=1))
    reading.expect((), "clean", RAN)
    with pytest.raises(ReportError, match=r"^ruff ended with exit 1 but reported nothing$"):
        reading.expect((), reading.FOUND, ran(exit=1))


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("a.py", "a.py"),
        ("./b/../a.py", "a.py"),
        ("{root}/b/a.py", "b/a.py"),
        ("{link}/a.py", "a.py"),
        ("..x/a.py", "..x/a.py"),
        ("", None),
        (".", None),
        ("..", None),
        ("../other/a.py", None),
        ("/etc/passwd", None),
        ("a\x00b", None),
        ("http://x/a.py", None),
        ("\ud800.py", None),
        ("../\udcff.py", None),
    ],
)
def test_paths_become_relative_to_the_root(path: str, inside: str | None, tmp_path: Path) -> None:
    root, link = tmp_path / "root", tmp_path / "link"
    root.mkdir()
    link.symlink_to(root)
    assert reading.relative(path.format(root=root, link=link), str(root)) == inside


def test_a_path_too_long_for_the_disk_is_only_a_name(tmp_path: Path) -> None:
    (one,) = reading.finish(str(tmp_path), [finding(path="x/" * 3000, line=1)])
    assert (one.line, one.column, one.line_hash) == (1, 1, None)


def test_findings_come_in_one_order_with_full_regions(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"x = 1\r\ny = 2\r")
    found = reading.finish(
        str(tmp_path),
        [
            finding(path="b.py", line=1),
            finding(path="a.py", line=2, column=3, end_line=2, end_column=1),
            finding(path="a.py", line=2, rule="R0", column=3),
            finding(path="a.py", line=1),
            finding(path="a.py"),
            finding(message="nowhere"),
            finding(path="a.py", line=9, column=4, end_line=3),
        ],
    )
    assert [(one.path, one.rule, one.line, one.column, one.end_line, one.end_column) for one in found] == [
        (None, "R1", None, None, None, None),
        ("a.py", "R1", None, None, None, None),
        ("a.py", "R1", 1, 1, 1, 6),
        ("a.py", "R0", 2, 3, 2, 6),
        ("a.py", "R1", 2, 3, 2, 3),
        ("a.py", "R1", 9, 4, 9, 5),
        ("b.py", "R1", 1, 1, 1, 2),
    ]
    assert found[2].line_hash == linehash.hashes(b"x = 1\r\ny = 2\r")[0]
    assert found[-1].line_hash is None


@pytest.mark.parametrize(
    ("unit", "column", "points"),
    [("points", 5, 5), ("utf8", 8, 4), ("utf16", 6, 5), ("points", 99, 9), ("utf8", 4, 2), ("utf16", -4, 1)],
)
def test_columns_of_any_unit_become_code_points(
    unit: reading.Unit, column: int, points: int, tmp_path: Path
) -> None:
    (tmp_path / "a.py").write_text("\ufeffé😀 = 'x'\n", encoding="utf-8")
    (one,) = reading.finish(str(tmp_path), [finding(path="a.py", line=1, column=column)], unit)
    assert one.column == points


def test_a_fingerprint_stays_when_code_moves_and_tells_equal_lines_apart(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n\nx  =  1\n")
    first, second = reading.finish(str(tmp_path), [finding(path="a.py", line=line) for line in (1, 3)])
    (tmp_path / "a.py").write_text("# new\nx =  1\n")
    (moved,) = reading.finish(str(tmp_path), [finding(path="a.py", line=2)])
    assert moved.fingerprint == first.fingerprint
    assert len({first.fingerprint, second.fingerprint}) == 2
    assert len(first.fingerprint) == 32


def test_texts_are_harmless_and_never_empty(tmp_path: Path) -> None:
    (one,) = reading.finish(
        str(tmp_path),
        [finding(rule="a\x1b[1mb\n", message="\x1b[31m \n", fix="do\n\x1b[0mit", url="https://x.y/z")],
    )
    assert (one.rule, one.message, one.fix, one.url) == ("ab", "ab", "do it", "https://x.y/z")
    (two,) = reading.finish(str(tmp_path), [finding(rule=" ", message="", fix="\n", url="javascript:x")])
    assert (two.rule, two.message, two.fix, two.url) == ("unknown", "unknown", None, None)


def test_a_file_outside_of_the_project_is_named_in_the_message(tmp_path: Path) -> None:
    (one,) = reading.finish(str(tmp_path), [finding(path="/etc/x\x1b[0m.conf", line=3, column=4)])
    assert (one.path, one.line, one.column) == (None, None, None)
    assert one.message == "m (in /etc/x.conf, outside of the project)"


NUMBERS = st.none() | st.integers(-3, 9) | st.integers()


@given(
    path=st.none() | st.sampled_from(["a.py", "b.py", "sub"]) | st.text(),
    message=st.text(),
    region=st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS),
    unit=st.sampled_from(["points", "utf8", "utf16"]),
)
def test_whatever_a_tool_says_the_region_is_whole_and_can_be_written(
    path: str | None,
    message: str,
    region: tuple[int | None, ...],
    unit: reading.Unit,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    root = tmp_path_factory.getbasetemp() / "any"
    (root / "sub").mkdir(parents=True, exist_ok=True)
    (root / "a.py").write_text("é = '😀'\n\n", encoding="utf-8")
    line, column, end_line, end_column = region
    given_one = Finding(
        tool="t", rule="r", message=message, path=path,
        line=line, column=column, end_line=end_line, end_column=end_column,
    )  # fmt: skip  # read in rows
    (one,) = reading.finish(str(root), [given_one], unit)
    places = (one.line, one.column, one.end_line, one.end_column)
    assert all(place is None for place in places) or all(place is not None and place > 0 for place in places)
    if one.line and one.end_line and one.column and one.end_column:
        assert (one.line, one.column) <= (one.end_line, one.end_column)
    assert one.message
    msgspec.json.encode(msgspec.structs.replace(one, line=None, column=None, end_line=None, end_column=None))


def test_deep_recursion_is_not_left_behind() -> None:
    limit = sys.getrecursionlimit()
    with pytest.raises(ReportError):
        reading.json(b"[" * 100_000, "it")
    assert sys.getrecursionlimit() == limit
