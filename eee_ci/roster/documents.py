"""An agent file's bytes as its two parts: the keys on top and the text below them."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from eee_ci.roster.rules import Desk

LARGEST = 1024 * 1024
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_MARGIN = re.compile(r"---[ \t]*")
_ANYWHERE = re.compile(r"[ \t]*---[ \t]*")
# Read by models, seen by nobody: direction marks, zero width, tags. Emoji are joined by U+200D, which stays.
_HIDDEN = re.compile("[\u200b\u2060\u200e\u200f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")


class Document(NamedTuple):
    """The keys as YAML on the lines where they stand in the file, and the prompt."""

    keys: str
    prompt: str


def document(data: bytes, desk: Desk) -> Document | None:
    """The parts of a file; None, and a finding, where there are none."""
    decoded = _text(data, desk)
    return None if decoded is None else _parts(decoded.split("\n"), desk)


def _text(data: bytes, desk: Desk) -> str | None:
    if len(data) > LARGEST:
        desk.say("too-large", f"is over {LARGEST >> 20} MiB; it is skipped")
    elif data.startswith(_UTF16):
        desk.say("not-utf-8", "is UTF-16; it is skipped")
    elif b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        desk.say("binary", "holds a NUL byte; it is skipped", line)
    else:
        return _decoded(data, desk)
    return None


def _decoded(data: bytes, desk: Desk) -> str | None:
    try:
        decoded = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        desk.say("not-utf-8", f"byte 0x{data[error.start]:02x} is not UTF-8; it is skipped", line)
        return None
    if decoded.startswith("\ufeff"):
        desk.say("byte-order-mark", "begins with a byte order mark")
        decoded = decoded.removeprefix("\ufeff")
    if "\r" in decoded:
        desk.say("line-ends", "has carriage returns; they are read as line ends")
        decoded = decoded.replace("\r\n", "\n").replace("\r", "\n")
    if hidden := _HIDDEN.search(decoded):
        line = decoded.count("\n", 0, hidden.start()) + 1
        desk.say("hidden-characters", f"holds U+{ord(hidden.group()):04X}, which readers do not see", line)
    return decoded


def _parts(lines: Sequence[str], desk: Desk) -> Document | None:
    begin = next((number for number, line in enumerate(lines) if line.strip()), None)
    if begin is None:
        desk.say("empty-file", "is empty; it is skipped")
        return None
    if not _ANYWHERE.fullmatch(lines[begin]):
        readme = PurePosixPath(desk.path).stem.casefold() == "readme"
        desk.say(
            "no-agent" if readme else "no-frontmatter",
            "does not begin with '---': no keys, so it is no agent; it is skipped",
            begin + 1,
        )
        return None
    end = _end(lines, begin)
    if end is None:
        desk.say("open-frontmatter", "no second '---' ends the keys; it is skipped", begin + 1)
        return None
    if begin:
        desk.say("blank-first", "blank lines stand before the first '---'", begin + 1)
    if not (_MARGIN.fullmatch(lines[begin]) and _MARGIN.fullmatch(lines[end])):
        desk.say("indented-frontmatter", "a '---' around the keys is indented", begin + 1)
    above = "\n" * (begin + 1)  # so that each key keeps its line
    return Document(above + "\n".join(lines[begin + 1 : end]), "\n".join(lines[end + 1 :]).strip())


def _end(lines: Sequence[str], begin: int) -> int | None:
    """Where the keys end: an indented '---' may stand within a value, so one at the margin goes first."""
    patterns = (_MARGIN, _ANYWHERE) if _MARGIN.fullmatch(lines[begin]) else (_ANYWHERE,)
    found = (
        number
        for pattern in patterns
        for number in range(begin + 1, len(lines))
        if pattern.fullmatch(lines[number])
    )
    return next(found, None)
