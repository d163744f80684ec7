"""Text from outside made harmless: decode, clean, cut, escape, redact. All output goes through here.

The escapes clean first, so that none lets a terminal control through. All patterns are linear: from one
place on, each has one way to go. They are compiled at their first use: most runs show plain words only.
"""

import os
import re
from collections.abc import Iterable, Iterator

# CSI, OSC, DCS and the other strings, and two-byte escapes; 8-bit forms as well. A string without an end
# stops at its line: else one byte could hide the rest of a log.
_ESCAPES = (
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]P^_X]|[\x9d\x90\x9e\x9f\x98])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)
_UNSEEN = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
# The runner compares by culture, which may overlook these
_IGNORED = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff"
)
_BLANK = " \t\x0b\x0c\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_OLD_COMMAND = rf"(#[{_IGNORED}]*#[{_IGNORED}]*)\["
_COMMAND = rf"((?:^|(?<=[\n\r]))[{_IGNORED}{_BLANK}]*):(?=[{_IGNORED}]*:)"

_MARKDOWN = r"[\\`*_\[\]<>&|~!$^@#]|^[-+=]|(?<=[wW]{3})\.|:(?=//|[\w+-]+:)"
_NUMBERED = r"^(\d{1,9})([.)])(?=\s|$)"
_COLONS = rf":[{_IGNORED}]*:"  # without them there is no command, and this search is quick
_HTML = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;"))
# No more than XML asks for: some readers of JUnit show entities as they are
_XML = (("&", "&amp;"), ("<", "&lt;"), ("]]>", "]]&gt;"), ("\ufffe", "\ufffd"), ("\uffff", "\ufffd"))
_IN_ATTRIBUTE = (('"', "&quot;"), ("\n", "&#10;"), ("\t", "&#9;"))

SHORTEST_SECRET = 6  # shorter values stand in half of all words
REDACTED = b"***"


def decode(data: bytes) -> str:
    """Bytes of a tool as text; what is not UTF-8 is shown as `\\xNN`."""
    return data.decode("utf-8", "backslashreplace")


def clean(raw: str) -> str:
    """Text without terminal controls: of all control characters only line feed and tab are left."""
    if _is_plain(raw):  # nearly all, and quick
        return raw
    unified = raw.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(_UNSEEN, _visible, re.sub(_ESCAPES, "", unified))


def line(raw: str) -> str:
    """Cleaned text on one line."""
    return " ".join(clean(raw).split())


def path(name: str | os.PathLike[str]) -> str:
    """A path for a sentence: on one line, bytes that are not UTF-8 as `\\xNN`."""
    return line(decode(os.fsencode(name)))


def count(number: int, noun: str, many: str = "") -> str:
    """`1 finding`, `2 findings`; `many` where the plural is another."""
    return f"{number} {noun}" if number == 1 else f"{number} {many or f'{noun}s'}"


def clip(raw: str, size: int) -> str:
    """The text, or as much of its beginning as fits in `size` bytes of UTF-8 with an ellipsis."""
    if len(raw) * 4 <= size or len(data := raw.encode("utf-8", "surrogatepass")) <= size:
        return raw
    return data[: max(size - 3, 0)].decode("utf-8", "ignore") + "…" * (size >= 3)  # noqa: PLR2004 - its bytes


def tail(raw: str, size: int) -> str:
    """The text, or as much of its end as fits in `size` bytes of UTF-8 after an ellipsis."""
    if len(raw) * 4 <= size or len(data := raw.encode("utf-8", "surrogatepass")) <= size:
        return raw
    return "…" * (size >= 3) + data[len(data) - max(size - 3, 0) :].decode("utf-8", "ignore")  # noqa: PLR2004 - the bytes of the ellipsis


def xml(raw: str) -> str:
    """Content of an XML element."""
    return unprinted(_replaced_all(clean(raw), *_XML))


def xml_attribute(raw: str) -> str:
    """Value of an XML attribute, to stand in double quotes; a parser gives its line feeds back."""
    return unprinted(_replaced_all(clean(raw), *_XML, *_IN_ATTRIBUTE))


def html(raw: str) -> str:
    """HTML text, or an attribute in quotes; line feeds stay."""
    return unprinted(_replaced_all(clean(raw), *_HTML))


def markdown(raw: str) -> str:
    """One line of Markdown that reads as the text itself: no markup, link, picture or mention, also in a
    pipe table."""
    escaped = re.sub(_MARKDOWN, _literal, line(raw))
    return unprinted(re.sub(_NUMBERED, r"\1\\\2", escaped))


def workflow_data(raw: str) -> str:
    """The message of a workflow command, after the second `::`."""
    return clean(raw).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def workflow_property(raw: str) -> str:
    """The value of a property of a workflow command."""
    return workflow_data(raw).replace(":", "%3A").replace(",", "%2C")


def neutral(raw: str) -> str:
    """Lines that hold no workflow command in either spelling: a visible backslash breaks each."""
    return re.sub(_COMMAND, r"\1:\\", re.sub(_OLD_COMMAND, r"\1\\[", raw))


def unprinted(markup: str) -> str:
    """Markup in which printing the file finds no workflow command either; readers see the same text."""
    if "##[" not in markup and "::" not in markup and _is_plain(markup):  # nearly all, and quick
        return markup
    markup = re.sub(_OLD_COMMAND, r"\1&#91;", markup)
    return re.sub(_COMMAND, r"\1&#58;", markup) if re.search(_COLONS, markup) else markup


def _is_plain(raw: str) -> bool:
    return raw.isascii() and raw.replace("\n", "").replace("\t", "").isprintable()


def _replaced_all(raw: str, *pairs: tuple[str, str]) -> str:
    """One after another: five times as quick as `translate`."""
    for old, new in pairs:
        raw = raw.replace(old, new)
    return raw


class Redactor:
    """Puts `***` in place of secrets in a stream, in whatever pieces it comes: as they are, and in base64,
    URL, JSON, XML and shell spelling; a secret of several lines also line by line."""

    def __init__(self, secrets: Iterable[str]) -> None:
        spellings = {form for secret in secrets for form in _spellings(secret)}
        self._spellings = sorted(form for form in spellings if len(form) >= SHORTEST_SECRET)
        self._longest = max(map(len, self._spellings), default=1)
        self._held = b""  # might be the beginning of a secret
        self._gone = 0  # of it, the bytes whose *** is already out

    def feed(self, data: bytes) -> bytes:
        """What can be said so far."""
        return self._emit(data, keep=self._longest - 1)

    def flush(self) -> bytes:
        """The rest, at the end of the stream."""
        return self._emit(b"", keep=0)

    def text(self, raw: str) -> str:
        """A whole text; what was fed before does not matter."""
        data = raw.encode("utf-8", "surrogatepass")
        found = _merged(self._hits(data))
        return raw if not found else _replaced(data, found).decode("utf-8", "surrogatepass")

    def _hits(self, data: bytes) -> Iterator[tuple[int, int]]:
        for spelling in self._spellings:
            start = data.find(spelling)
            while start >= 0:
                yield start, start + len(spelling)
                start = data.find(spelling, start + 1)

    def _emit(self, data: bytes, *, keep: int) -> bytes:
        data = self._held + data
        cut = len(data) - keep
        if cut <= 0:
            self._held = data
            return b""
        gone = [(0, self._gone)] if self._gone else []
        found = [(start, end) for start, end in _merged([*gone, *self._hits(data)]) if start < cut]
        self._held = data[cut:]
        self._gone = max(found[-1][1] - cut, 0) if found else 0
        said = _replaced(data[:cut], found)
        return said.removeprefix(REDACTED) if gone else said


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Overlapping spans as one; touching ones stay two."""
    result: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if result and start < result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((start, end))
    return result


def _replaced(data: bytes, spans: list[tuple[int, int]]) -> bytes:
    pieces, at = [], 0
    for start, end in spans:
        pieces += [data[at:start], REDACTED]
        at = end
    return b"".join([*pieces, data[at:]])


def _spellings(secret: str) -> Iterator[bytes]:
    import html as markup
    import json
    import shlex
    from urllib.parse import quote, quote_plus

    for part in {secret, secret.strip(), *map(str.strip, secret.splitlines())}:
        if len(part) < SHORTEST_SECRET:
            continue
        data = part.encode("utf-8", "surrogatepass")
        yield from (data, *_base64(data))
        url = (quote(data), quote(data, safe=""), quote_plus(data))
        lower = (re.sub("%..", lambda match: match.group().lower(), form) for form in url)
        entities = (markup.escape(part, quote=False), markup.escape(part), html(part), xml(part))
        code = (json.dumps(part)[1:-1], json.dumps(part, ensure_ascii=False)[1:-1], shlex.quote(part))
        for form in (*url, *lower, *entities, xml_attribute(part), *code, clean(part)):
            yield form.encode("utf-8", "surrogatepass")


def _base64(data: bytes) -> Iterator[bytes]:
    """The characters that only the data decide, at each of the three places it can begin."""
    from base64 import b64encode

    for shift in range(3):
        coded = b64encode(bytes(shift) + data)
        sure = coded[-(-shift * 8 // 6) : (shift + len(data)) * 8 // 6]
        yield from (sure, sure.replace(b"+", b"-").replace(b"/", b"_"))


def _literal(match: re.Match[str]) -> str:
    # <wbr> parts the text in two, so that nothing after Markdown sees a mention or a reference
    sign = match.group()
    return {"@": "@<wbr>", "#": "\\#<wbr>"}.get(sign, f"\\{sign}")


def _visible(match: re.Match[str]) -> str:
    return f"<U+{ord(match.group()):04X}>"
