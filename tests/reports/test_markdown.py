"""`summary.md`: the verdict first, inside GitHub's limit, and no way out of it for foreign words."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from eee_ci import reports
from eee_ci.model import Cost, Finding, Reading, Run, TestCase, Verdict
from tests.reports import runs
from tests.reports.pages import Page

FEINTS = [
    "</td></tr></table></details>\n\n# owned", "| a | b |\n|---|---|", "```\n\ncode", "![x](http://x.y/z.png)",
    "<img src=x onerror=alert(1)>", "[a](javascript:b)", "https://example.org www.example.org", "- x\n- y",
    "@somebody #1",
    "    indented", "&lt;b&gt;", "<!-- ", "]]>", "\\", "`", "--", "***", "<details>", "::error::x",
]  # fmt: skip  # read in rows


def written(run: Run) -> str:
    return reports.render(run, ["markdown"])["summary.md"].decode()


def shown(run: Run) -> Page:
    cmarkgfm = pytest.importorskip("cmarkgfm", reason="cmarkgfm, GitHub's own Markdown, is not installed")
    page = cmarkgfm.github_flavored_markdown_to_html(written(run), 1 << 17)  # with raw HTML kept
    return Page(page)


def blocks(page: Page) -> list[str]:
    """The elements, without the line breaks and parted words that any text may have."""
    return [tag for tag in page.elements if tag not in ("br", "wbr")]


def speaking(word: str) -> Run:
    """A run in which tools and people say this everywhere."""
    found = (
        runs.finding(rule=word, message=word, path=word, fix=word),
        runs.finding(path=None, message=word),
    )
    cases = (TestCase(classname=word, name=word, status="failed", message=word, file=word, text=word),)
    reading = Reading(findings=found, cases=cases, errors=(word, word), notes=(word,), measures={word: 1.0})
    limits = {word: runs.TESTS.limits["coverage"]}
    failed = Verdict(
        gate="a", tool=word, status="failed", reasons=(word, word), reading=reading, limits=limits
    )
    broken = Verdict(gate="b", tool=word, status="broken", reasons=(word,), log=f"x\n{word}\ny")
    skipped = Verdict(gate="c", tool=word, status="skipped", reasons=(word,), flags=(word,), cached=word)
    run = replace(runs.SAMPLE, project=word, config=word, branch=word, commit=word, notes=(word,))
    return replace(run, environment={word: word}, verdicts=(failed, broken, skipped))


def test_the_file_looks_as_reviewed(gold: Callable[[str, bytes], None]) -> None:
    gold("summary.md", written(runs.SAMPLE).encode())


def test_what_bounded_the_run_is_said_once_below_the_gates() -> None:
    ran = [
        replace(runs.LINT, gate=f"g{end}", started=0.0, ended=end, cost=Cost(seconds=end))
        for end in (1.0, 4.0)
    ]
    lines = written(replace(runs.SAMPLE, verdicts=tuple(ran), notes=())).splitlines()
    assert [line for line in lines if "pace" in line] == [
        "pace: g4.0 bounds the run: 4.00 s of 4.90 s; splitting it over 2 cores would save up to 1.50 s"
    ]
    assert lines[lines.index(next(line for line in lines if "pace" in line)) - 1] == ""


@pytest.mark.parametrize(
    ("run", "first"),
    [
        (runs.SAMPLE,
         "❌ failed: lint, security, tests; broken: types; skipped: build; only warns: complexity"),
        (runs.GREEN, "✅ passed"),
        (replace(runs.GREEN, verdicts=(runs.FORMAT, runs.COMPLEXITY)), "✅ passed; only warns: complexity"),
        (replace(runs.GREEN, verdicts=()), "❌ not passed: no gate gave a verdict"),
        (replace(runs.GREEN, verdicts=(runs.NOX,)), "❌ not passed: no gate gave a verdict"),
        (replace(runs.GREEN, exit_code=3), "❌ not passed: exit 3"),
        (replace(runs.GREEN, verdicts=(runs.TYPES,)), "❌ broken: types"),
        (replace(runs.GREEN, complete=False, signal=2), "❌ stopped by signal 2"),
        (replace(runs.GREEN, complete=False, verdicts=(runs.LINT,)),
         "❌ stopped before its end; failed: lint"),
    ],
)  # fmt: skip  # read in rows
def test_the_verdict_comes_first_and_is_green_only_when_all_says_so(run: Run, first: str) -> None:
    icon, said = first.split(" ", 1)
    assert written(run).splitlines()[0] == f"## {icon} eee-ci: {said}"


def test_all_gates_asked_for_are_rows_of_one_table() -> None:
    page = shown(runs.SAMPLE)
    assert page.elements[:3] == ["h2", "p", "table"]
    assert page.elements[page.elements.index("table") :].count("tbody") == 1
    assert sum(tag == "td" for tag in page.elements[: page.elements.index("details")]) == 7 * 5
    assert "not asked for: nox" in page.text


@pytest.mark.parametrize("word", FEINTS)
def test_foreign_words_are_text_and_nothing_else(word: str) -> None:
    plain, page = shown(speaking("word")), shown(speaking(word))
    assert blocks(page) == blocks(plain)
    assert page.comments == []


@settings(deadline=None, max_examples=40)
@given(runs.ANY.filter(str.strip))
def test_any_words_are_text_and_nothing_else(word: str) -> None:
    plain, page = shown(speaking("word")), shown(speaking(f"w{word}"))
    assert blocks(page) == blocks(plain)


def test_nobody_is_mentioned_and_nothing_referred_to() -> None:
    page = shown(speaking("@somebody and #1"))
    assert not any("@somebody" in word or "#1" in word for word in page.words)


def large(gates: int, findings: int, *, name: str = "gate") -> Run:
    found: tuple[Finding, ...] = tuple(
        runs.finding(message="<" * 2_000, line=line) for line in range(findings)
    )
    verdicts = [
        replace(runs.LINT, gate=f"{name}{number}", reading=Reading(findings=found)) for number in range(gates)
    ]
    return replace(runs.SAMPLE, verdicts=tuple(verdicts))


@pytest.mark.parametrize(
    ("gates", "findings", "said"),
    [
        (1, 300, "100 more findings, see report.json."),
        (10, 300, "280 more findings, see report.json."),
        (70, 100, "95 more findings, see report.json."),
        (1_000, 20, "20 more findings, see report.json."),
    ],
)
def test_what_has_no_room_is_counted(gates: int, findings: int, said: str) -> None:
    page = written(large(gates, findings))
    assert len(page.encode()) <= 900 * 1024
    assert said in page
    assert page.startswith("## ❌ eee-ci: failed: gate0")


@pytest.mark.parametrize(("gates", "table"), [(2_000, True), (3_500, False)])
def test_of_very_many_gates_the_table_is_shown_or_their_number(gates: int, table: bool) -> None:
    page = written(large(gates, 1, name="a" * 250))
    assert len(page.encode()) <= 900 * 1024
    assert f"{gates} gates not passed: there is no room for more, see report.json." in page
    assert ("| gate |" in page) is table


def test_gates_that_are_not_red_leave_no_words_about_red_ones() -> None:
    gates = tuple(replace(runs.FORMAT, gate=f"{'a' * 250}{number}") for number in range(3_500))
    assert "not passed" not in written(replace(runs.GREEN, verdicts=gates))


def test_the_last_lines_of_a_broken_gate_are_shown() -> None:
    log = "\n".join(f"line {number}" for number in range(5_000))
    page = shown(replace(runs.SAMPLE, verdicts=(replace(runs.TYPES, log=log),)))
    assert "line 4998\nline 4999" in page.text
    assert "line 1000" not in page.text
