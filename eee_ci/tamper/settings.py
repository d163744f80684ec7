"""Config files of tools as flat settings: a path of keys, a value, and the line that it stands on."""

import configparser
import json
import posixpath
import re
import tomllib
from collections.abc import Callable, Iterator
from typing import Any

from eee_ci import text
from eee_ci.config import nodes
from eee_ci.config.walk import plain
from eee_ci.errors import Fault
from eee_ci.finding import Noun

Path = tuple[str, ...]
_INI = (
    ".ini",
    ".cfg",
    ".flake8",
    ".coveragerc",
    "pylintrc",
    ".pylintrc",
    ".bandit",
    ".isort.cfg",
    ".importlinter",
)
_BOOLS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_NAMES = ("module", "id", "name", "repo", "path")  # what tells the tables of a list apart


class Setting(Noun, frozen=True, kw_only=True):
    """`value` is a bool, a number, a text, or a list of texts."""

    value: Any
    line: int | None = None


def known(path: str) -> bool:
    """Is it a file that can be read here?"""
    return _format(path) is not None


def settings(path: str, data: bytes) -> dict[Path, Setting] | None:
    """None where it cannot be read."""
    kind = _format(path)
    try:
        config = _PARSERS[kind](data.decode("utf-8-sig")) if kind else None
    except (ValueError, RecursionError, configparser.Error):
        return None
    if config is None:
        return None
    rows = data.decode("utf-8", "replace").splitlines()
    return {keys: Setting(value=value, line=_line(rows, keys)) for keys, value in _flat(config, ())}


def key(word: str) -> str:
    """One spelling for `fail-under` and `fail_under`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", word).replace("-", "_").casefold()


def _format(path: str) -> str | None:
    name = posixpath.basename(path).casefold()
    if name.endswith((".toml", "pipfile")):
        return "toml"
    if name.endswith((".yaml", ".yml")):
        return "yaml"
    if name.endswith(".json"):
        return "json"
    return "ini" if name.endswith(_INI) or name.startswith(".coveragerc") else None


def _yaml(source: str) -> Any:
    faults: list[Fault] = []
    node, complete = nodes.parse(source, "", faults)
    if faults or not complete:
        raise ValueError("not plain YAML")
    return plain(node) if node is not None else {}


def _ini(source: str) -> Any:
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign] # documented so
    parser.read_string(source)
    return {
        section: {word: _scalar(value or "") for word, value in parser.items(section)}
        for section in parser.sections()
    }


def _scalar(value: str) -> Any:
    """In such a file everything is text; lists stand on lines of their own, or between commas."""
    word = value.strip()
    if word.casefold() in _BOOLS:
        return _BOOLS[word.casefold()]
    if re.fullmatch(r"-?\d+(\.\d+)?", word):
        return float(word) if "." in word else int(word)
    rows = [re.split(r"\s[#;]", row)[0].strip() for row in word.splitlines()]
    return [row for row in rows if row and row[0] not in "#;"] if "\n" in value else word


_PARSERS: dict[str, Callable[[str], Any]] = {
    "toml": tomllib.loads,
    "yaml": _yaml,
    "json": json.loads,
    "ini": _ini,
}


def _flat(value: Any, keys: Path) -> Iterator[tuple[Path, Any]]:
    match value:
        case dict():
            for word, below in value.items():
                yield from _flat(below, (*keys, str(word)))
        case list() if any(isinstance(entry, dict | list) for entry in value):
            for at, entry in enumerate(value):
                yield from _flat(entry, (*keys, _label(entry, at)))
        case list():
            yield keys, [str(entry) for entry in value]
        case _:
            yield keys, value


def _label(entry: Any, at: int) -> str:
    """A table of a list is known by what it speaks of, so that another order changes nothing."""
    if isinstance(entry, dict):
        for word in _NAMES:
            if word in entry:
                return text.line(json.dumps(entry[word], default=str))
    return str(at)


def _line(rows: list[str], keys: Path) -> int | None:
    for word in reversed(keys):
        wanted = re.compile(rf"""(?:^|[\s"'.\[]){re.escape(word)}["']?\s*[:=\].]""")
        if found := [at for at, row in enumerate(rows, 1) if wanted.search(row)]:
            return found[0]
    return None
