"""The door of the room: a digest over what decides, and nothing but a ConfigError for any bytes."""

import contextlib
import tempfile
from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from eee_ci import config
from eee_ci.errors import ConfigError, UsageError
from tests.config import config_room as room

TEXT = "version: 1\njobs: 2\ngates:\n  a: {tool: ruff, args: [x]}\n  b: {tool: nox, session: x}\n"


def test_a_config_knows_where_it_comes_from(tmp_path: Path) -> None:
    loaded = room.load(tmp_path, TEXT)
    assert loaded.source == "eee-ci.yaml"
    assert loaded.origins["gates.b.session"] == config.Setting(file="eee-ci.yaml", line=5, column=27)


def test_a_value_that_nobody_wrote_has_no_origin(tmp_path: Path) -> None:
    assert set(room.load(tmp_path, TEXT).origins) == {
        "jobs",
        "gates.a.tool",
        "gates.a.args",
        "gates.b.tool",
        "gates.b.session",
    }


def test_the_order_and_the_look_of_a_file_do_not_change_its_digest(tmp_path: Path) -> None:
    b, a = "b: {session: 'x', tool: nox}", 'a: {retries: 0, tool: ruff, args: ["x"]}'
    other = f"version: 1\ngates: {{{b}, {a}}}\njobs: 2 # two\n"
    assert room.load(tmp_path, TEXT).digest == room.load(tmp_path, other).digest


def test_every_change_changes_the_digest(tmp_path: Path) -> None:
    changes = [("jobs: 2", "jobs: 3"), ("ruff", "command"), ("session: x", "session: y"), ("a:", "c:")]
    texts = [TEXT, *(TEXT.replace(before, after) for before, after in changes)]
    assert len({room.load(tmp_path, text).digest for text in texts}) == len(texts)


def test_a_digest_is_of_known_form(tmp_path: Path) -> None:
    digest = room.load(tmp_path, TEXT).digest
    assert len(bytes.fromhex(digest)) == 32


WORDS = st.sampled_from(
    [
        *("version", "extends", "gates", "tool", "ruff", "nox", "needs", "limits", "findings", "coverage"),
        *("high", "env", "pass", "set", "reports", "json", "timeout", "10m", "python", "./eee-ci.yaml", ".."),
        *("null", "no", "1", "-1", ".nan", "1e999", "0x1", "a", "b", "<<", "*a", "&a", "!t", "off", "~"),
        *(":", "{", "}", "[", "]", ",", "- ", "? ", ">", "'", '"', "\\", "#", "%", "@", "---", "|\n"),
        *("\x00", "\ud7ff", "version: 1\n", "\n", "\n  ", "\t", " "),
    ]
)
SOUP = st.lists(WORDS, max_size=60).map(lambda words: " ".join(words).encode())
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | WORDS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=20,
)


def survives(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(ConfigError, UsageError):
        room.load(Path(folder), data)


@room.calm
@given(st.binary(max_size=200))
def test_any_bytes_are_a_config_or_a_sentence(data: bytes) -> None:
    survives(data)


@room.calm
@given(SOUP)
def test_any_soup_of_yaml_is_a_config_or_a_sentence(data: bytes) -> None:
    survives(data)


@room.calm
@given(st.dictionaries(st.sampled_from(["extends", "gates", "env", "reports", "timeout", "jobs"]), VALUES))
def test_any_values_are_a_config_or_a_sentence(values: dict[str, object]) -> None:
    survives(msgspec.json.encode({"version": 1, **values}))


GATES = st.dictionaries(
    st.sampled_from(["a", "b"]),
    st.fixed_dictionaries(
        {"tool": st.sampled_from(["ruff", "nox", "command"])},
        optional=dict.fromkeys(
            ["args", "needs", "limits", "severity", "timeout", "retries", "mode", "version", "cores", "fix",
             "run", "session", "table", "raw"],
            VALUES,
        ),
    ),
)  # fmt: skip  # read in rows


@room.calm
@given(GATES)
def test_any_gates_are_a_config_or_a_sentence(gates: dict[str, object]) -> None:
    survives(msgspec.json.encode({"version": 1, "gates": gates}))
