"""Programs without an adapter are read by field paths and patterns, whatever they print."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from eee_ci import reading
from eee_ci.errors import ReportError
from eee_ci.readers import matcher
from tests.readers.shapes import shapes

LINES = matcher.Report(format="regex", pattern=r"(?P<path>\S+):(?P<line>\d+): (?P<message>.*)")
ITEMS = matcher.Report(format="json", items="a.*", line="line")


def test_a_line_is_cut_before_it_is_matched() -> None:
    data = b"a.py:1: " + b"x" * 10_000
    (found,) = matcher.lines(data, LINES, "tool")
    assert len(found.message) == matcher.LONGEST_LINE - len("a.py:1: ")


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(), st.text(st.sampled_from("a.py:1٣: \n\x1b[m\r")).map(str.encode)))
def test_any_bytes_give_findings(data: bytes) -> None:
    msgspec.json.encode(reading.finish("/project", matcher.lines(data, LINES, "tool")))


KEYS = st.sampled_from(["a", "path", "line", "column", "rule", "message", "severity"])
JSON = shapes(KEYS)


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.lists(st.dictionaries(KEYS, JSON)), JSON), st.binary())
def test_any_shape_gives_findings_or_a_report_error(items: Any, raw: bytes) -> None:
    for data in (msgspec.json.encode({"a": items}), raw):
        try:
            found = reading.finish("/project", matcher.items(data, ITEMS, "the report", "tool"))
        except ReportError:
            continue
        msgspec.json.encode(found)
