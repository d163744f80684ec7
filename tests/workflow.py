"""The runner's parser of workflow commands, ported: the oracle for escapes.

A command is recognised in a line of output in two spellings; names are not case-sensitive and must be
registered. `culture` compares as the runner does, overlooking characters without width.
"""

import re
import unicodedata
from typing import NamedTuple

NAMES = {
    "add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group", "notice",
    "remove-matcher", "save-state", "set-env", "set-output", "stop-commands", "warning",
}  # fmt: skip  # read in rows
_WIDTHLESS = re.compile("[\xad\u034f\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff\x00-\x08\x0e-\x1f]")


class Command(NamedTuple):
    name: str
    properties: dict[str, str]
    data: str


def commands(output: str, *, culture: bool = False) -> list[Command]:
    lines = re.split("\r\n|\r|\n", output)
    if culture:
        lines += [_WIDTHLESS.sub("", line) for line in lines]
    return [command for line in lines if (command := _new(line) or _old(line))]


def _new(line: str) -> Command | None:
    line = line.lstrip()
    if not line.startswith("::") or (end := line.find("::", 2)) < 0:
        return None
    name, _, rest = line[2:end].partition(" ")
    pairs = [pair.partition("=") for pair in rest.strip().split(",") if "=" in pair]
    properties = {key.strip(): _value(value) for key, _, value in pairs if value}
    return _known(Command(name, properties, _data(line[end + 2 :])))


def _old(line: str) -> Command | None:
    start = line.find("##[")
    end = line.find("]", start)
    if start < 0 or end < 0:
        return None
    name, _, rest = line[start + 3 : end].partition(" ")
    pairs = [pair.partition("=") for pair in rest.split(";") if "=" in pair]
    return _known(Command(name, {key: value for key, _, value in pairs}, line[end + 1 :]))


def _known(command: Command) -> Command | None:
    return command if command.name.lower() in NAMES else None


def _data(escaped: str) -> str:
    return escaped.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def _value(escaped: str) -> str:
    escaped = escaped.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",")
    return escaped.replace("%25", "%")


def unseen(text: str) -> set[str]:
    """Control, format-direction and surrogate characters other than line feed and tab."""
    risky = set("\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
    return {sign for sign in text if sign not in "\n\t" and (unicodedata.category(sign) in ("Cc", "Cs"))} | (
        risky & set(text)
    )
