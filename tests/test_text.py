"""Text from outside: cleaned, cut, escaped and redacted, whatever it is."""

import base64
import html
import json
import re
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eee_ci import text
from tests import workflow

NASTY = st.text(
    st.one_of(
        st.sampled_from(
            "\x1b\x07\x9b\x9c\x9d\x90[]()0;mHtp:/.\\<>&\"'`*_|~#@!$%=,-+ \t\r\n\0\u200b\xad\u202e\ufeff\ufffe"
        ),
        st.characters(),
        st.characters(categories=["Cc", "Cf", "Cs", "Zl"]),
    )
)
PIECES = st.sampled_from(
    ["::", ":", "##[", "#", "[", "]", "error", "set-env", " ", "\t", "name=", "\n", "\r", "\u200b", "\xad",
     "\ufeff", "\u2028", "\x1c", "\x85", "x", "www.", "http://", "@", "|", "\\", "`", "<b>", "1.", "-",
     "&amp;", "]("]
)  # fmt: skip  # read in rows
PARTS = st.lists(PIECES | NASTY, max_size=8).map("".join)

ISSUED = [
    "::error::x",
    "  ::set-env name=a::b",
    "\u200b::error::x",
    ":\u200b:error::x",
    "\x85::error::x",
    "text ##[error]x",
    "###[error]##[warning]x",
    "#\xad#[error]x",
    "ok\r::add-mask::x",
    "ok\n::stop-commands::x",
]


def test_bytes_that_are_not_utf8_are_shown() -> None:
    assert text.decode(b"caf\xe9 \xff\xfe") == "caf\\xe9 \\xff\\xfe"
    assert text.clean(text.decode(bytes(range(256))))


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x07", "link"),
        ("\x1b]52;c;ZXZpbA==\x07after", "after"),
        ("\x1b]0;never ended\nsecond line", "\nsecond line"),
        ("\x9d never ended either\nsecond line", "\nsecond line"),
        ("\x1bPdcs\x1b\\x", "x"),
        ("10%\r20%\r\n", "10%\n20%\n"),
        ("a\u202eb", "a<U+202E>b"),
        ("a\x00b\x08", "a<U+0000>b<U+0008>"),
        ("\ud800", "<U+D800>"),
        ("tab\tand\nline", "tab\tand\nline"),
    ],
)
def test_terminal_controls_are_taken_out_or_shown(raw: str, cleaned: str) -> None:
    assert text.clean(raw) == cleaned


@given(NASTY)
def test_clean_text_holds_no_control_and_stays_as_it_is(raw: str) -> None:
    cleaned = text.clean(raw)
    assert workflow.unseen(cleaned) == set()
    assert text.clean(cleaned) == cleaned


def test_a_long_run_of_beginnings_is_cleaned_in_one_pass() -> None:
    assert text.clean("\x9d" * 200_000 + "\x1bx") == ""
    assert text.clean("\x1b[" * 200_000) == ""


@given(NASTY)
def test_one_line_is_one_line(raw: str) -> None:
    assert "\n" not in text.line(raw)
    assert text.line(raw) == text.line(raw).strip()


@given(st.text(), st.integers(0, 40))
def test_cut_text_fits_and_is_a_beginning_or_an_end(raw: str, size: int) -> None:
    head, tail = text.clip(raw, size), text.tail(raw, size)
    assert len(head.encode()) <= size or head == raw == ""
    assert len(tail.encode()) <= size
    assert raw.startswith(head.removesuffix("…")) or head == raw
    assert raw.endswith(tail.removeprefix("…")) or tail == raw


def test_cut_text_says_that_it_was_cut() -> None:
    assert text.clip("äöü-äöü", 9) == "äöü…"
    assert text.tail("äöü-äöü", 9) == "…äöü"
    assert text.clip("short", 5) == text.tail("short", 5) == "short"


@given(NASTY)
def test_xml_gives_the_clean_text_back(raw: str) -> None:
    document = f'<a b="{text.xml_attribute(raw)}">{text.xml(raw)}</a>'
    read = ET.fromstring(document)  # noqa: S314 - what we wrote ourselves
    expected = text.clean(raw).replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
    assert (read.text or "") == expected
    assert read.get("b") == expected


@given(NASTY)
def test_html_gives_the_clean_text_back(raw: str) -> None:
    assert html.unescape(text.html(raw)) == text.clean(raw)
    assert not set(text.html(raw)) & set("<>\"'")


@given(NASTY)
def test_a_workflow_command_gives_message_and_properties_back(raw: str) -> None:
    written = f"::error file={text.workflow_property(raw)},title=t::{text.workflow_data(raw)}"
    cleaned = text.clean(raw)
    named = {"file": cleaned, "title": "t"} if cleaned else {"title": "t"}
    assert workflow.commands(written) == [workflow.Command("error", named, cleaned)]


@pytest.mark.parametrize("raw", ISSUED)
def test_a_line_that_is_a_command_is_neutralised(raw: str) -> None:
    assert workflow.commands(raw, culture=True) != []
    assert workflow.commands(text.neutral(raw), culture=True) == []


@given(PARTS)
def test_no_neutral_line_is_a_command(raw: str) -> None:
    assert workflow.commands(text.neutral(raw), culture=True) == []


def test_neutral_leaves_names_of_tests_alone() -> None:
    assert text.neutral("tests/test_a.py::test_b [1/2] ## x") == "tests/test_a.py::test_b [1/2] ## x"
    assert text.neutral(" ::error::x ##[group]") == " :\\:error::x ##\\[group]"


@pytest.mark.parametrize(
    "raw",
    [
        "plain words, as they are; 3.5 (of 4)",
        "<script>alert(1)</script> <img src=x>",
        "![x](http://x.y/z) [a](javascript:b) [ref]: <http://a>",
        "**bold** _it_ `code` ~~gone~~ ``",
        "https://example.org www.example.org ftp://example.org a@example.org",
        "@somebody #1 &amp; &lt; &#64; \\ \\\\ \\| |",
        "# heading",
        "1. item",
        "- item",
        "+ item",
        "= = =",
        "> quote",
        "$x^2$ :tag: [^1]",
        "a\n\n    code\n---\n| a | b |",
    ],
)
def test_markdown_reads_as_the_text_itself(raw: str) -> None:
    assert words(text.markdown(raw)) == text.line(raw)


@pytest.mark.parametrize("raw", ISSUED)
def test_a_command_in_markup_is_none_when_printed_and_reads_the_same(raw: str) -> None:
    for escape in (text.xml, text.xml_attribute, text.html):
        assert workflow.commands(escape(raw), culture=True) == []
        assert html.unescape(escape(raw)) == text.clean(raw)
    assert workflow.commands(text.markdown(raw), culture=True) == []


def test_xml_content_never_ends_a_section_that_it_is_not_in() -> None:
    assert text.xml("a]]>b") == "a]]&gt;b"


@given(PARTS)
def test_printed_markup_holds_no_command(raw: str) -> None:
    for escape in (text.xml, text.xml_attribute, text.html, text.markdown):
        assert workflow.commands(escape(raw), culture=True) == []


@given(PARTS)
def test_markdown_has_no_way_out(raw: str) -> None:
    assert words(text.markdown(raw)) == text.line(raw)


@given(PARTS)
def test_markdown_has_no_way_out_of_a_table(raw: str) -> None:
    cell = text.markdown(raw)
    page = rendered(f"| a | b |\n|---|---|\n| {cell} | {cell} |\n")
    cells = re.findall(r"<td>(.*?)</td>", page)
    assert [html.unescape(cell.replace("<wbr>", "")) for cell in cells] == [text.line(raw)] * 2


def rendered(markdown: str) -> str:
    cmarkgfm = pytest.importorskip("cmarkgfm", reason="cmarkgfm, GitHub's own Markdown, is not installed")
    page = cmarkgfm.github_flavored_markdown_to_html(markdown, 1 << 17)  # with raw HTML kept
    assert isinstance(page, str)
    return page


def words(markdown: str) -> str:
    """The text of a page that is one paragraph and nothing else."""
    page = rendered(markdown).strip().replace("<wbr>", "")
    inside = page.removeprefix("<p>").removesuffix("</p>")
    assert "<" not in inside, page
    return html.unescape(inside)


SECRETS = ["hunter2!", "a&b<c>\"d'e", "päss wörd/+?", "line one\nline two", "abcabcabc", "bcabcabcd"]


def spellings(secret: str) -> list[str]:
    raw = secret.encode()
    coded = [base64.b64encode(b"x" * shift + raw + b"yz").decode() for shift in range(3)]
    return [
        secret, *coded, quote(secret), quote(secret, safe="").lower(), json.dumps(secret),
        json.dumps(secret, ensure_ascii=False), text.xml(secret), text.xml_attribute(secret),
        html.escape(secret),
    ]  # fmt: skip  # read in rows


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_gone_in_every_spelling(secret: str) -> None:
    redactor = text.Redactor([secret])
    for spelling in spellings(secret):
        said = redactor.text(f"before {spelling} after")
        assert said.startswith("before ")
        assert said.endswith(" after")
        assert "***" in said
        assert redactor.text(said) == said
        assert spelling not in said


def test_what_is_no_secret_stays() -> None:
    assert text.Redactor(["short", "", "secret"]).text("a short text\ud800") == "a short text\ud800"
    assert text.Redactor([]).text("anything") == "anything"
    assert text.Redactor(["secret"]).text("secrets, secretsecret") == "***s, ******"


def test_overlapping_secrets_leave_no_rest() -> None:
    assert text.Redactor(["abcdef", "defghi"]).text("abcdefghi!") == "***!"
    assert text.Redactor(["abcabcabc"]).text("abcabcabcabc!") == "***!"


@given(
    st.lists(st.sampled_from([*"abcd", *SECRETS, *spellings(SECRETS[1]), "\x00", "é"]), max_size=12),
    st.lists(st.integers(1, 9), max_size=60),
)
def test_a_stream_is_redacted_like_the_whole_wherever_it_is_split(words: list[str], sizes: list[int]) -> None:
    raw = "".join(words).encode()
    redactor = text.Redactor(SECRETS)
    said, at = b"", 0
    for size in sizes:
        said += redactor.feed(raw[at : at + size])
        at += size
    said += redactor.feed(raw[at:]) + redactor.flush()
    assert said.decode() == text.Redactor(SECRETS).text(raw.decode())
    assert not any(secret in said.decode() for secret in SECRETS)


def test_a_redactor_can_be_used_again_after_its_end() -> None:
    redactor = text.Redactor(["secret"])
    for _ in range(2):
        assert redactor.feed(b"my sec") + redactor.feed(b"ret!") + redactor.flush() == b"my ***!"
        assert redactor.flush() == b""
