"""YAML is read strictly, and each value keeps its place."""

import os
from pathlib import Path

import pytest
import yaml

from eee_ci import config
from eee_ci.config.nodes import Node, parse, scalar
from eee_ci.errors import ConfigError, Fault
from tests.config import config_room as room

HEAD = "version: 1\n"


@pytest.fixture(params=["C", "Python"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both of PyYAML's parsers: some systems have it without the one in C."""
    if request.param == "Python":
        monkeypatch.delattr(yaml, "CSafeLoader")


def read(text: str) -> tuple[Node | None, list[str]]:
    found: list[Fault] = []
    node, _ = parse(text, "f", found)
    return node, [str(fault) for fault in found]


@pytest.mark.parametrize("word", ["true", "True", "TRUE", "false", "False", "FALSE"])
def test_six_words_are_booleans(word: str) -> None:
    assert scalar(word) is (word.lower() == "true")


@pytest.mark.parametrize("word", ["", "~", "null", "Null", "NULL"])
def test_five_words_are_null(word: str) -> None:
    assert scalar(word) is None


@pytest.mark.parametrize(
    ("written", "number"),
    [("0", 0), ("-3", -3), ("+4", 4), ("1.5", 1.5), (".5", 0.5), ("2.", 2.0), ("1e3", 1000.0), ("-0.0", 0.0)],
)
def test_plain_numbers_are_numbers(written: str, number: float) -> None:
    assert scalar(written) == number


@pytest.mark.parametrize(
    "written",
    ["no", "Yes", "on", "OFF", "y", "010", "0o17", "0x1F", "1_000", "1:30", "2024-01-01", ".nan", ".inf",
     "-.inf", "1e999", "9" * 16, "0." + "1" * 60, "nan", "=", "010.5"],
)  # fmt: skip  # read in rows
def test_what_surprises_people_stays_text(written: str) -> None:
    assert scalar(written) == written


def test_quoted_words_are_text(tmp_path: Path) -> None:
    assert room.faults(tmp_path, 'version: "1"\ngates: {a: {tool: ruff}}\n') == [
        "eee-ci.yaml:1:10: version: found '1', want 1 without quotes"
    ]


@pytest.mark.usefixtures("parser")
def test_values_and_keys_know_line_and_column() -> None:
    node, _ = read("a: 1\nlist:\n  - é: [x, 'yy']\n")
    assert node
    (item,) = node.value["list"].value
    assert node.value["a"].at == ("f", 1, 4)
    assert node.value["list"].key == ("f", 2, 1)
    assert [part.at for part in item.value["é"].value] == [("f", 3, 9), ("f", 3, 12)]


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: 1\nb: 2\na: 3\n", "f:3:1: 'a' is written twice, first on line 1"),
        ("1: x\n'1': y\n", "f:2:1: '1' is written twice, first on line 1"),
        ("a: {x: 1, x: 2}\n", "f:1:11: 'x' is written twice, first on line 1"),
        ("<<: {a: 1}\n", "f:1:1: merge keys (<<) are not read; write the values out, or use 'extends'"),
        ("a: &x 1\n", "f:1:4: anchors (&x) are not read; write the value out"),
        ("a: *x\n", "f:1:4: aliases (*x) are not read; write the value out"),
        ("a: !!int 1\n", "f:1:4: tags (tag:yaml.org,2002:int) are not read; remove it"),
        ("!x {a: 1}\n", "f:1:1: tags (!x) are not read; remove it"),
        ("? [a]\n: 1\n", "f:1:3: a list or map as a key; want a name"),
        ("a: 1\n---\nb: 1\n", "f:2:1: a second document; want one, so remove this '---'"),
        ('a: "x\\0y"\n', "f:1:4: a NUL character, which no program takes; remove it"),
        ("[" * 40, "f:1:33: nested more than 32 deep"),
        ("? " * 40, "f:1:65: nested more than 32 deep"),
        ("[" + "a," * 10_001 + "]", "f:1:20000: more than 10000 values; a config of that size is a mistake"),
    ],
    ids=lambda value: value[:20],
)  # fmt: skip  # read in rows
def test_what_a_config_cannot_say_is_a_fault_with_its_place(text: str, fault: str) -> None:
    assert read(text)[1] == [fault]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: [1,\n", "f:2:1: not YAML: did not find expected node content (while parsing a flow node"),
        ("a: b: c\n", "f:1:5: not YAML: a ':' where none can stand; is the line indented like"),
        ("a:\n\t- b\n", "f:2:1: not YAML: a character that cannot start a value; put the value in quotes"),
    ],
    ids=["open list", "two colons", "tab"],
)
def test_a_syntax_error_is_a_sentence_with_its_place(text: str, fault: str) -> None:
    node, (only,) = read(text)
    assert node is None
    assert only.startswith(fault)


def test_an_error_without_a_place_is_still_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise yaml.YAMLError("no more")

    monkeypatch.setattr(yaml, "parse", broken)
    assert read("a: 1") == (None, ["f: not YAML: no more"])


def test_after_an_alias_nothing_is_called_missing(tmp_path: Path) -> None:
    assert room.faults(tmp_path, HEAD + "gates: *x\n") == [
        "eee-ci.yaml:2:8: aliases (*x) are not read; write the value out"
    ]


def test_json_is_read_as_well(tmp_path: Path) -> None:
    loaded = room.load(tmp_path, '{"version": 1, "gates": {"a": {"tool": "ruff"}}}')
    assert [gate.id for gate in loaded.gates] == ["a"]


def test_a_byte_order_mark_is_no_matter(tmp_path: Path) -> None:
    loaded = room.load(tmp_path, b"\xef\xbb\xbfversion: 1\r\ngates: {a: {tool: ruff}}\r\n")
    assert loaded.origins["gates.a.tool"].line == 2


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "eee-ci.yaml: is empty; want at least 'version: 1' and gates"),
        (b"# nothing yet\n", "eee-ci.yaml: is empty; want at least 'version: 1' and gates"),
        (b"---\n", "eee-ci.yaml: is empty; want at least 'version: 1' and gates"),
        (b"[a]\n", "eee-ci.yaml:1:1: found a list, want a map that starts with 'version: 1'"),
        (b"null\n", "eee-ci.yaml:1:1: found null, want a map that starts with 'version: 1'"),
        (b"a: \xe9\n", "eee-ci.yaml:1:4: byte 0xe9 is not UTF-8; save the file as UTF-8"),
        (b"a: \xc3\xa9\nb: \xff\n", "eee-ci.yaml:2:4: byte 0xff is not UTF-8; save the file as UTF-8"),
        ("a: 1\n".encode("utf-16"), "eee-ci.yaml:1:1: is UTF-16; save it as UTF-8"),
        (
            "a: 1\n".encode("utf-16-be"),
            "eee-ci.yaml:1:1: found a NUL character (is it UTF-16? save it as UTF-8); remove it",
        ),
        (b"a: 1\nb: \x1b[31m\n", "eee-ci.yaml:2:4: found U+001B; remove it"),
        (b" " * (1024 * 1024 + 1), "eee-ci.yaml: is over 1 MiB; want a config, which is far smaller"),
    ],
)
def test_a_file_that_is_no_config_is_a_sentence(tmp_path: Path, data: bytes, fault: str) -> None:
    assert room.faults(tmp_path, data) == [fault]


def test_a_fifo_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "eee-ci.yaml")
    assert room.faults(tmp_path) == ["eee-ci.yaml: is a FIFO; want a regular file"]


def test_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "eee-ci.yaml").mkdir()
    assert room.faults(tmp_path) == ["eee-ci.yaml: is a directory; want a regular file"]


def test_a_device_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^/dev/null: is a device; want a regular file$"):
        config.load(tmp_path, file=Path("/dev/null"), tools={})


def test_a_link_to_nothing_is_a_missing_file_and_no_reason_for_a_preset(tmp_path: Path) -> None:
    (tmp_path / "setup.py").touch()
    (tmp_path / "eee-ci.yaml").symlink_to("gone.yaml")
    assert room.faults(tmp_path) == ["gone.yaml: cannot be read: No such file or directory"]
