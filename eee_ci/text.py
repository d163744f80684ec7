"""Text from outside made harmless: decode, clean, escape. Everything printed or written goes through here."""

import os
import re

# CSI, OSC, DCS and the other strings, and two-byte escapes; 8-bit forms as well
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]P^_X]|[\x9d\x90\x9e\x9f\x98])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)"
    r"|\x1b[ -/]*[0-~]?"
)
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def decode(data: bytes) -> str:
    """Bytes of a tool as text; what is not UTF-8 is shown as `\\xNN`."""
    return data.decode("utf-8", "backslashreplace")


def clean(raw: str) -> str:
    """Text without terminal controls: of all control characters only line feed and tab are left."""
    unified = raw.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSEEN.sub(_visible, _ESCAPES.sub("", unified))


def line(raw: str) -> str:
    """Cleaned text on one line."""
    return " ".join(clean(raw).split())


def path(name: str | os.PathLike[str]) -> str:
    """A path for a sentence: on one line, bytes that are not UTF-8 as `\\xNN`."""
    return line(decode(os.fsencode(name)))


def count(number: int, noun: str) -> str:
    """`1 finding`, `2 findings`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _visible(match: re.Match[str]) -> str:
    return f"<U+{ord(match.group()):04X}>"
