"""JUnit of any dialect becomes test cases, or is refused."""

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eee_ci.errors import ReportError
from eee_ci.model import Attempt, TestCase
from eee_ci.readers import junit, xml

SUREFIRE = b"""<testsuite name="s" tests="3" failures="1" errors="0">
<testcase classname="C" name="flaky" time="1,234.5"><flakyFailure message="once" type="x">trace
<stackTrace>deep</stackTrace></flakyFailure></testcase>
<testcase classname="C" name="bad"><failure message="m">body</failure><rerunError message="again"/></testcase>
<testcase classname="C" name="odd" time="-3"><skipped/></testcase>
</testsuite>"""


def cases(data: bytes) -> list[TestCase]:
    return junit.cases(data, "the report")


def test_surefire_s_earlier_runs_are_attempts() -> None:
    flaky, bad, odd = cases(SUREFIRE)
    assert (flaky.status, flaky.seconds) == ("passed", 1234.5)
    assert flaky.attempts == (Attempt(status="failed", message="once", text="trace"),)
    assert (bad.status, bad.message, bad.text) == ("failed", "m", "body")
    assert [attempt.status for attempt in bad.attempts] == ["error"]
    assert (odd.status, odd.seconds) == ("skipped", 0.0)


def test_nested_suites_and_a_bare_suite_are_read() -> None:
    inner = b"<testsuite><testsuite><testcase name='a'/></testsuite><testcase name='b'/></testsuite>"
    data = b"<testsuites>" + inner + b"</testsuites>"
    assert sorted(case.name for case in cases(data)) == ["a", "b"]


def test_missing_names_and_repeated_names_are_kept_as_they_are() -> None:
    odd = b"<testcase name='a' time='x'/><testcase name='a' time='nan' line='x'/>"
    data = b"<testsuite failures='many'><testcase/>" + odd + b"</testsuite>"
    assert [(case.name, case.classname, case.seconds) for case in cases(data)] == [
        ("(no name)", "", 0.0),
        ("a", "", 0.0),
        ("a", "", 0.0),
    ]


def test_words_are_cleaned_and_bounded() -> None:
    body = "x" * (junit.LONGEST + 5)
    data = f"<testcase name='&#x202e;a&#10;b'><error>&#x9b;31mred {body}</error></testcase>"
    (case,) = cases(f"<testsuite>{data}</testsuite>".encode())
    assert case.name == "<U+202E>a b"
    assert case.text.startswith("red xxx")
    assert "9 characters left out" in case.text
    assert case.message.startswith("red xxx")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no element found"),
        (b"<testsuite>", "no element found: line 1, column 11"),
        (b"<testsuite><testcase name='\x1b'/></testsuite>", "not well-formed"),
        (b"<html/>", "Invalid format"),
        (b"<testsuites><testcase name='a'/></testsuites>", "holds 1 test cases, but 0 could be read"),
        (b"<testsuite xmlns='urn:x'><testcase name='a'/></testsuite>", "Invalid format"),
        (b"<testsuite failures='2'><testcase name='a'/></testsuite>", "counts 2 failures, but no test case"),
        (b"<?xml version='1.0' encoding='nonsense'?><testsuite/>", "unknown encoding"),
    ],
)
def test_what_cannot_be_read_whole_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(ReportError, match=said):
        cases(data)


LAUGHS = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
BOMBS = {
    "laughs": f"<!DOCTYPE x [<!ENTITY l0 'ha'>{LAUGHS}]><testsuite>&l9;</testsuite>".encode(),
    "quadratic": f"<!DOCTYPE x [<!ENTITY a '{'a' * 50000}'>]><testsuite>{'&a;' * 50000}</testsuite>".encode(),
    "external": b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><testsuite>&a;</testsuite>",
    "parameter": b"<!DOCTYPE x SYSTEM 'http://host/x.dtd'><testsuite/>",
    "deep": b"<testsuite>" * 100_000,
    "tag": b"<testsuite a='" + b"x" * (8 << 20),
    "attributes": b"<testsuite " + b" ".join(b"a%d=''" % n for n in range(500_000)) + b"/>",
    "wide": b"<testsuite>" + b"<a/>" * 20_000 + b"</testsuite>",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_in_little_memory(bomb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "MOST_ELEMENTS", 10_000)
    tracemalloc.start()
    try:
        with pytest.raises(ReportError):
            cases(BOMBS[bomb])
        assert tracemalloc.get_traced_memory()[1] < 32 << 20
    finally:
        tracemalloc.stop()


def test_a_report_over_64_mib_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "LARGEST_REPORT", 10)
    with pytest.raises(ReportError, match="MiB"):
        cases(SUREFIRE)


PIECES = st.sampled_from([
    "<testsuite>", "</testsuite>", "<testsuites>", "</testsuites>", "<testcase name='a'>", "</testcase>",
    "<failure/>",
    "<testcase name='b' time='1e999' line='9999999999'/>", "<skipped>&amp;</skipped>", "<rerunFailure>", "x",
    "<testsuite tests='1' errors='x'>", "<error message='&#27;'/>", "<![CDATA[", "]]>", "<!--", "-->",
    "\ud800",
])  # fmt: skip  # read in rows


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(), st.lists(PIECES).map(lambda parts: "".join(parts).encode("utf-8", "replace"))))
def test_any_bytes_give_cases_or_a_report_error(data: bytes) -> None:
    try:
        found = cases(data)
    except ReportError:
        return
    assert all(isinstance(case, TestCase) for case in found)


@pytest.mark.parametrize("body", ["x" * (3 << 20), f"<![CDATA[{'x' * (3 << 20)}]]>", "&lt;" * (1 << 19)])
def test_a_long_text_is_no_bomb(body: str) -> None:
    data = f"<testsuite><testcase name='a'><system-out>{body}</system-out></testcase></testsuite>"
    assert [case.name for case in cases(data.encode())] == ["a"]
