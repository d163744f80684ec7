"""`report.html`: one page that needs nothing else and lets nothing in."""

import base64
import hashlib
import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from eee_ci import reports
from eee_ci.model import Reading, Run, TestCase
from tests.reports import runs
from tests.reports.pages import Page
from tests.reports.test_markdown import FEINTS, speaking


def written(run: Run) -> str:
    return reports.render(run, ["html"])["report.html"].decode()


def test_the_file_looks_as_reviewed(gold: Callable[[str, bytes], None]) -> None:
    gold("report.html", written(runs.SAMPLE).encode())


def test_the_policy_lets_in_our_style_and_nothing_else() -> None:
    page = written(runs.SAMPLE)
    style = re.search("<style>(.*?)</style>", page, re.DOTALL)
    policy = re.search('Content-Security-Policy" content="(.*?)"', page)
    assert style
    assert policy
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy[1].replace("&#39;", "'") == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def test_there_is_no_script_no_style_attribute_and_nothing_to_load() -> None:
    page = Page(written(runs.SAMPLE))
    assert not {"script", "link", "img", "iframe", "object", "form", "base"} & set(page.elements)
    names = {name for _, name, _ in page.attributes}
    assert not {name for name in names if name.startswith("on")} | names & {"style", "src", "srcset"}


def test_only_web_addresses_are_links() -> None:
    urls = (
        "https://a.b/?c=1&d",
        "http://a.b",
        "javascript:alert(1)",
        "data:text/html,x",
        "//a.b",
        " https://a.b",
    )
    found = tuple(runs.finding(url=url, line=line) for line, url in enumerate(urls, 1))
    page = Page(
        written(replace(runs.SAMPLE, verdicts=(replace(runs.LINT, reading=Reading(findings=found)),)))
    )
    links = [value for tag, name, value in page.attributes if (tag, name) == ("a", "href")]
    assert links == ["#gates", "https://a.b/?c=1&d", "http://a.b"]


@pytest.mark.parametrize("word", FEINTS)
def test_foreign_words_are_text_and_nothing_else(word: str) -> None:
    plain, page = Page(written(speaking("word"))), Page(written(speaking(word)))
    assert page.elements == plain.elements
    assert [name for _, name, _ in page.attributes] == [name for _, name, _ in plain.attributes]


@settings(deadline=None, max_examples=15)
@given(runs.ANY.filter(str.strip))
def test_any_words_are_text_and_nothing_else(word: str) -> None:
    plain, page = Page(written(speaking("word"))), Page(written(speaking(f"w{word}")))
    assert page.elements == plain.elements


def test_the_page_opens_what_is_red_and_says_the_verdict_in_words() -> None:
    page = Page(written(runs.SAMPLE))
    assert page.text.count("failed: lint, security, tests; broken: types") == 1
    opened = [(name, value) for tag, name, value in page.attributes if tag == "details" and name == "open"]
    assert len(opened) == 6
    assert Page(written(runs.GREEN)).text.count("passed") > 1


def test_every_picture_and_every_column_has_words() -> None:
    page = Page(written(runs.SAMPLE))
    pictures = [value for tag, name, value in page.attributes if (tag, name) == ("svg", "aria-label")]
    assert pictures[0] == "lint: 0.41 s, 0.02 s after the start"
    assert len(pictures) == page.elements.count("svg")
    columns = [value for tag, name, value in page.attributes if tag == "th" and name == "scope"]
    assert columns == ["col"] * page.elements.count("th")


def test_very_many_findings_and_tests_are_counted() -> None:
    cases = tuple(TestCase(classname="a", name=f"b{number}", status="failed") for number in range(6_000))
    tests = replace(runs.TESTS, reading=Reading(cases=cases), limits={})
    page = written(replace(runs.SAMPLE, verdicts=(runs.many(20_000), tests)))
    assert len(page) < 5_000_000
    assert "17500 more in report.json." in page
    assert "3500 more in report.json." in page


def test_which_test_files_ran_is_said_with_their_reasons() -> None:
    chosen = {f"tests/test_{number}.py": f"<b>{number}" for number in range(6_000)}
    ran = replace(runs.TESTS, because=("p/a.py changed", "2 of 9 test files run"), chosen=chosen)
    page = written(replace(runs.SAMPLE, verdicts=(ran,)))
    assert "<dt>ran because</dt><dd>p/a.py changed; 2 of 9 test files run</dd>" in page
    assert '<td class="place"><code>tests/test_7.py</code></td><td>&lt;b&gt;7</td>' in page
    assert "1000 more in report.json. Of the others the results are remembered." in page
    plain = written(replace(runs.SAMPLE, verdicts=(runs.TESTS,)))
    assert "ran because" not in plain
    assert "Test files that ran" not in plain


def test_a_run_without_times_has_no_time_line() -> None:
    assert "timeline" not in written(replace(runs.SAMPLE, verdicts=(runs.BUILD,))).partition("</style>")[2]
    nothing = replace(runs.FORMAT, started=0.0, cost=replace(runs.FORMAT.cost, seconds=0.0))
    assert "<svg" not in written(replace(runs.SAMPLE, verdicts=(nothing,)))
