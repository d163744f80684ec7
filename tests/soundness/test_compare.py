"""Each thing that two checks can say differently is found, and what is of chance or time is not."""

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.soundness import compare, edits, sites, soundness

Report = dict[str, Any]
HOSTS = {"/here/p": "{root}"}
REPORT: Report = {
    "complete": True,
    "verdicts": [
        {
            "gate": "tests",
            "tool": "pytest",
            "status": "failed",
            "mode": "block",
            "asked": True,
            "version": "9.0",
            "origin": "/here/p/.venv",
            "reasons": ["tests_failed is 1, want at most 0"],
            "limits": {},
            "flags": [],
            "cached": None,
            "suppressed": 0,
            "cost": {"seconds": 1.0},
            "reading": {
                "findings": [{"rule": "test-failed", "message": "no", "line": 3, "fingerprint": "f"}],
                "cases": [{"classname": "t", "name": "a", "status": "failed", "file": "t.py", "line": 3}],
                "measures": {"coverage": 91.5, "seconds": 1.2},
                "errors": [],
                "notes": [],
                "files": {"p/a.py": {"statements": 3, "covered": 2, "excluded": 0}},
            },
        }
    ],
}


def said(
    change: Callable[[Report], object] = lambda _: None, code: int = 1, root: str = "/here/p"
) -> compare.Facts:
    report = copy.deepcopy(REPORT)
    change(report)
    return compare.facts(report, code, {root: "{root}"})


def verdict(report: Report) -> Report:
    found: Report = report["verdicts"][0]
    return found


def reading(report: Report) -> Report:
    found: Report = verdict(report)["reading"]
    return found


DIFFERENT: dict[str, tuple[Callable[[Report], object], compare.Key]] = {
    "complete": (lambda r: r.update(complete=False), ("complete",)),
    "status": (lambda r: verdict(r).update(status="passed"), ("tests", "status")),
    "asked": (lambda r: verdict(r).update(asked=False), ("tests", "asked")),
    "suppressed": (lambda r: verdict(r).update(suppressed=1), ("tests", "suppressed")),
    "flags": (lambda r: verdict(r).update(flags=["flaky"]), ("tests", "flags")),
    "reason": (lambda r: verdict(r)["reasons"].append("more"), ("tests", "reason", "more")),
    "error": (lambda r: reading(r)["errors"].append("oh"), ("tests", "error", "oh")),
    "coverage": (lambda r: reading(r)["measures"].update(coverage=91.4), ("tests", "measure", "coverage")),
    "measure gone": (lambda r: reading(r)["measures"].pop("coverage"), ("tests", "measure", "coverage")),
    "case status": (lambda r: reading(r)["cases"][0].update(status="passed"), ("tests", "case", "t", "a")),
    "case gone": (lambda r: reading(r)["cases"].pop(), ("tests", "case", "t", "a")),
    "case twice": (lambda r: reading(r)["cases"].append(reading(r)["cases"][0]), ("tests", "case", "t", "a")),
    "coverage of a file": (
        lambda r: reading(r)["files"]["p/a.py"].update(covered=3),
        ("tests", "files", "p/a.py", "covered"),
    ),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_differs_is_found_and_nothing_else(name: str) -> None:
    change, key = DIFFERENT[name]
    assert [one.key for one in compare.differences(said(change), said())] == [key]


def test_another_exit_code_is_a_difference() -> None:
    (found,) = compare.differences(said(code=0), said(code=1))
    assert str(found) == "exit code: warm 0, from scratch 1"


@pytest.mark.parametrize("field", ["line", "rule"])
def test_another_finding_is_one_gone_and_one_new(field: str) -> None:
    found = compare.differences(said(lambda r: reading(r)["findings"][0].update({field: "7"})), said())
    assert sorted((one.warm, one.scratch) for one in found) == [('"no"', "nothing"), ("nothing", '"no"')]


def says(words: str) -> compare.Facts:
    return said(lambda r: reading(r)["findings"][0].update(message=words))


def test_another_message_is_a_difference_unless_no_two_checks_have_the_same() -> None:
    (found,) = compare.differences(says("yes"), said())
    assert (found.key[:2], found.warm, found.scratch) == (("tests", "finding"), '"yes"', '"no"')
    assert compare.told_apart(says("yes"), said(), said()) == ([found], [])
    assert compare.told_apart(says("yes"), said(), says("perhaps")) == ([], [found])


def test_the_same_finding_twice_is_a_difference() -> None:
    (found,) = compare.differences(
        said(lambda r: reading(r)["findings"].append(REPORT["verdicts"][0]["reading"]["findings"][0])), said()
    )
    assert (found.warm, found.scratch) == ('"no", "no"', '"no"')


@pytest.mark.parametrize(
    "change",
    [
        lambda r: verdict(r).update(cached="yes", cost={"seconds": 9.0}, started=3.0, attempts=2, log="x"),
        lambda r: reading(r)["measures"].update(seconds=7.0),
        lambda r: reading(r)["notes"].append("as remembered"),
        lambda r: r.update(seconds=3.0, tree="abc", commit="def"),
    ],
)
def test_times_costs_and_marks_of_memory_are_no_difference(change: Callable[[Report], object]) -> None:
    assert compare.differences(said(change), said()) == []


def test_the_same_words_about_another_place_are_no_difference() -> None:
    there = said(lambda r: verdict(r).update(origin="/there/p/.venv"), root="/there/p")
    assert compare.differences(there, said()) == []


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("<T object at 0x7f12ab>", "<T object at 0x7f99ff>"),
        ("in /tmp/pytest-of-me/pytest-3/x", "in /tmp/pytest-of-me/pytest-14/x"),
        ("in /tmp/eee-ci-6e4f4cdcf016/tmp/x", "in /tmp/eee-ci-b5c1d325f984/tmp/x"),
        ("into '/tmp/tmp_3chhm8g.zip'", "into '/tmp/tmp3f6jospm.zip'"),
        ("took 1.25s", "took 0.5s"),
        ("[2026-11-27 09:52:49,350] ERROR in app", "[2026-11-27 09:52:43,111] ERROR in app"),
        ("running then: sh -c x (pid 13695)", "running then: sh -c x (pid 7)"),
    ],
)
def test_what_is_of_chance_in_a_message_is_no_difference(one: str, two: str) -> None:
    def says(words: str, mark: str) -> compare.Facts:
        return said(lambda r: reading(r)["findings"][0].update(message=words, fingerprint=mark))

    assert compare.differences(says(one, "f1"), says(two, "f2")) == []


def test_a_report_that_is_missing_is_a_difference() -> None:
    found = compare.differences(compare.facts(None, 3, {}), said())
    assert compare.Difference(("report.json",), "missing", "nothing") in found


def test_what_two_checks_from_scratch_disagree_on_is_flaky_and_the_rest_is_wrong() -> None:
    failed = said(lambda r: reading(r)["cases"][0].update(status="passed"))
    both = said(
        lambda r: [reading(r)["cases"][0].update(status="passed"), reading(r)["measures"].pop("coverage")]
    )
    told = compare.told_apart(both, said(), failed)
    assert [one.key[1] for one in told.wrong] == ["measure"]
    assert [one.key[1] for one in told.flaky] == ["case"]


def test_the_number_of_selected_test_files_is_read_from_the_reasons() -> None:
    report = copy.deepcopy(REPORT)
    assert compare.selected(report) is None
    verdict(report)["because"] = ["a.py changed", "3 of 25 test files run"]
    assert compare.selected(report) == (3, 25)


class Fake:
    """A course that answers what it was told to."""

    def __init__(self, *pairs: soundness.Pair, again: sites.Checked | None = None) -> None:
        self._pairs = iter(pairs)
        self._again = again
        self.seen: list[dict[str, bytes]] = []

    def both(self, tree: Any) -> soundness.Pair:
        self.seen.append(tree)
        return next(self._pairs)

    def again(self, _tree: Any) -> sites.Checked:
        assert self._again is not None
        return self._again


def checked(change: Callable[[Report], object] = lambda _: None, *, seconds: float = 1.0) -> sites.Checked:
    report = copy.deepcopy(REPORT)
    change(report)
    return sites.Checked(compare.facts(report, 1, {}), report, seconds, "")


def steps(*contents: bytes) -> Iterator[edits.Edit]:
    before: dict[str, bytes] = {"a.py": contents[0]}
    for number, content in enumerate(contents):
        yield edits.Edit(number, "operator", before, {"a.py": content})
        before = {"a.py": content}


def test_equal_checks_add_up_to_a_quiet_sum() -> None:
    lines: list[str] = []
    pair = soundness.Pair(
        checked(lambda r: verdict(r).update(because=["2 of 5 test files run"])), checked(seconds=4.0)
    )
    total = soundness.run(Fake(pair, pair), steps(b"0", b"1"), lines.append, str)
    assert total == soundness.Sum(2, 0, 0, 2.0, 8.0, 4, 10)
    assert not any("DIFFERENT" in line for line in lines)


def test_a_difference_is_shown_with_its_edit_and_how_to_repeat_it() -> None:
    lines: list[str] = []
    wrong = soundness.Pair(checked(lambda r: verdict(r).update(status="passed")), checked())
    fake = Fake(soundness.Pair(checked(), checked()), wrong, again=checked())
    total = soundness.run(fake, steps(b"old\n", b"new\n"), lines.append, lambda number: f"again {number}")
    assert (total.edits, total.wrong, total.flaky) == (2, 1, 0)
    assert '  DIFFERENT: tests / status: warm "passed", from scratch "failed"' in lines
    assert {"    -old", "    +new", "  repeat: again 1"} <= set(lines)


def test_what_is_flaky_is_counted_apart_and_shown() -> None:
    lines: list[str] = []
    other = checked(lambda r: verdict(r).update(status="passed"))
    fake = Fake(soundness.Pair(other, checked()), again=other)
    total = soundness.run(fake, steps(b"0"), lines.append, str)
    assert (total.wrong, total.flaky) == (0, 1)
    assert any(line.startswith("  flaky: tests / status") for line in lines)


def test_two_checks_without_a_report_do_not_agree() -> None:
    silent = sites.Checked(compare.facts(None, 3, {}), None, 0.1, "a bug")
    fake = Fake(soundness.Pair(checked(), checked()), soundness.Pair(silent, silent))
    assert soundness.run(fake, steps(b"0", b"1"), lambda _: None, str).wrong == 1


def test_a_project_that_is_broken_from_the_start_tells_nothing() -> None:
    broken = checked(lambda r: verdict(r).update(status="broken"))
    with pytest.raises(SystemExit, match="want each gate passed or failed before any edit"):
        soundness.run(Fake(soundness.Pair(broken, broken)), steps(b"0"), lambda _: None, str)


def test_a_side_that_is_broken_from_the_start_is_enough_to_tell_nothing() -> None:
    broken = checked(lambda r: verdict(r).update(status="broken"))
    with pytest.raises(SystemExit, match=r"tests broken \| tests failed: want"):
        soundness.run(Fake(soundness.Pair(broken, checked())), steps(b"0"), lambda _: None, str)


def test_what_a_gate_came_to_is_told_before_its_tests() -> None:
    lines: list[str] = []
    other = checked(
        lambda r: [
            reading(r)["cases"].pop(),
            verdict(r).update(status="broken"),
            verdict(r).update(flags=["x"]),
        ]
    )
    fake = Fake(soundness.Pair(checked(), checked()), soundness.Pair(other, checked()), again=checked())
    soundness.run(fake, steps(b"0", b"1"), lines.append, str)
    told = [line.split(": ")[1] for line in lines if line.startswith("  DIFFERENT")]
    assert told == ["tests / flags", "tests / status", "tests / case / t / a"]


CONFIG = b"""\
version: 1
sources: [src]
tests: [tests]
gates:
  lint: {tool: ruff, limits: {findings: 0}}
  tests: {tool: pytest, args: [-x], limits: {coverage: 90}}
  build: {tool: build}
"""


def test_the_config_of_a_copy_has_no_limits_and_only_the_gates_that_are_asked() -> None:
    made = sites.loosened(CONFIG, ["tests", "lint"], timeout="3m", select=None)
    assert made.decode().splitlines() == [
        *("version: 1", "sources:", "- src", "tests:", "- tests", "gates:"),
        *("  lint:", "    tool: ruff", "    timeout: 3m"),
        *("  tests:", "    tool: pytest", "    args:", "    - -x", "    timeout: 3m"),
    ]
    assert sites.layout(made) == (("src",), ("tests",))


def test_selection_is_asked_of_the_tests_alone() -> None:
    made = sites.loosened(CONFIG, ["tests", "lint"], timeout="3m", select="affected").decode()
    assert made.count("select: affected") == 1
    assert made.index("select: affected") > made.index("tool: pytest")


def test_a_check_tells_what_the_command_line_said(tmp_path: Path) -> None:
    root = tmp_path / "p"
    root.mkdir()
    config = 'version: 1\ngates:\n  bad: {tool: command, run: ["false"]}\n'
    (root / "eee-ci.yaml").write_text(config, encoding="utf-8")
    found = sites.Site(root, tmp_path / "memory").check(["bad"], jobs=1)
    assert (found.facts["exit code",], found.facts["bad", "status"]) == ("1", '"failed"')
    assert found.said.startswith("eee-ci: RED")
