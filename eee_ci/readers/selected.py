"""Tests that an edit can have broken: pytest with the recorder, its results completed by remembered ones."""

import contextlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

import msgspec

from eee_ci import reading, selection
from eee_ci.errors import ReportError
from eee_ci.model import Command, Noun, Outcome, Reading, Step, TestCase
from eee_ci.readers import coverage, tests
from eee_ci.readers.workers import Workers
from eee_ci.selection import Choice, Record, State

SELECT, RECORD = "select.json", "record.json"
WISH, FACTS, BEFORE, AFTER = "coverage-wish.json", "coverage-facts.json", "coverage-before", "coverage-after"
UNUSABLE = 3  # exit code of covreport: what is remembered cannot be used
NO_TESTS = 5  # exit code of pytest
Lines = dict[str, tuple[int, ...]]  # by path


class Options(Noun, frozen=True, kw_only=True):
    """`coverage: false` runs the tests alone. `select: affected` runs the test files that an edit can have
    broken and remembers the others, `affected-first` runs these first and then the rest, `all` follows none.
    `auto` is `affected-first` in CI and `affected` elsewhere. `workers` shares all test files out among
    so many processes, `auto` as many as there are cores; then none is followed. `probes: false` leaves the
    byte code that is measured as it is: coverage.py's tracer runs instead, which is slower. `loopback: true`
    trusts connections to a server within the process of the tests, on a numeric loopback address: test files
    that open no other socket run only when an edit can have broken them."""

    coverage: bool = True
    probes: bool = True
    select: Literal["auto", "all", "affected-first", "affected"] = "auto"
    workers: Workers = 1
    loopback: bool = False

    def __post_init__(self) -> None:
        if self.workers != 1 and self.select in ("affected", "affected-first"):
            message = f"workers and select: {self.select} exclude each other: tests in several processes are "
            raise ValueError(f"{message}not followed; leave one of them out")


class Facts(Noun, frozen=True, kw_only=True):
    """What covreport found out: lines of unchanged files that nobody runs any more."""

    lost: Lines = {}


def recorded(
    whole: Command, choice: Choice, *, before: bytes | None, covers: bool, loopback: bool
) -> Command:
    """The command of the gate with the recorder at work: it leaves out what the choice skips."""
    first, *_ = whole.steps
    at = first.argv.index("-m", first.argv.index("--cwd-on-path"))
    argv = (*first.argv[:at], f"--record={{scratch}}/{SELECT}", *first.argv[at:])
    wish = {"v": 1, "root": "{root}", "report": f"{{scratch}}/{RECORD}", "loopback": loopback}
    order = {} if choice.skip else {"first": choice.first, "fixed": choice.fixed}
    give = {SELECT: msgspec.json.encode({**wish, "skip": choice.skip, **order})}
    steps: tuple[Step, ...] = (msgspec.structs.replace(first, argv=argv),)
    if covers:
        give[WISH] = msgspec.json.encode(_wish(choice, remembered=before is not None))
        steps = (*steps, coverage.merging(first, WISH))
    if before is not None:
        give[BEFORE] = before
    return msgspec.structs.replace(whole, steps=steps, give=give, keep=(*whole.keep, RECORD, FACTS, AFTER))


def _wish(choice: Choice, *, remembered: bool) -> dict[str, object]:
    ran = tuple(f"file:{path}" for path in choice.run)
    told: dict[str, object] = {
        "data": f"{{scratch}}/{coverage.DATA}",
        "report": f"{{scratch}}/{coverage.REPORT}",
        "memo": "{cache}/analysis",
        "merged": f"{{scratch}}/{AFTER}",
        "facts": f"{{scratch}}/{FACTS}",
    }
    if remembered:
        told |= {
            "remembered": f"{{scratch}}/{BEFORE}",
            "labels": choice.kept,
            "drop": choice.drop,
            "maps": {path: {str(a): b for a, b in lines.items()} for path, lines in choice.maps.items()},
            "caches": choice.caches,
            "old": ran,
            "new": ran,
        }
    return told


def little(outcome: Outcome, choice: Choice, *, covers: bool) -> str:
    """Why the files that ran do not tell enough; empty where they do. Not where they hold no test, which is
    an error unless others do."""
    if not choice.skip:
        return ""
    if outcome.steps and outcome.steps[0].exit == NO_TESTS:
        return "they hold no test"
    if not covers or len(outcome.steps) < 2:  # noqa: PLR2004 - the tests, then their coverage
        return ""
    if outcome.steps[-1].exit == UNUSABLE:
        return "what was covered before does not fit to what they cover"
    return ""


def lost(outcome: Outcome, choice: Choice, state: State | None) -> Lines:
    """What the files that ran covered before and do not now: others, which were left out, may be what covers
    it in a whole run. Not what is known to be covered by chance."""
    facts = outcome.files.get(FACTS)
    if not choice.skip or facts is None:  # without any the reading says what went wrong
        return {}
    found = reading.shaped(facts, "the facts on coverage", Facts).lost
    chance = state.unsteady if state else {}
    left = {path: tuple(sorted({*lines} - {*chance.get(path, ())})) for path, lines in found.items()}
    return {path: lines for path, lines in left.items() if lines}


def unsteady(outcome: Outcome, missed: Lines, root: str) -> Lines:
    """Of lines that some files did not cover any more, those that all files together do not cover, either:
    nobody stood in for them."""
    data = outcome.files.get(AFTER) if missed else None
    if data is None:
        return {}
    import sqlite3  # this and what reads Python is loaded where it is needed

    from eee_ci.inject.regions import LINES

    with contextlib.closing(sqlite3.connect(":memory:")) as held:
        held.deserialize(data)
        rows = held.execute(LINES).fetchall()
    names = {path: os.path.relpath(Path(root, path), root) for path in {row[1] for row in rows}}
    ran = {(names[path], line) for _, path, line in rows}
    return {path: tuple(line for line in lines if (path, line) not in ran) for path, lines in missed.items()}


def record(outcome: Outcome) -> Record | None:
    """What the recorder saw; None where it wrote nothing that can be read."""
    data = outcome.files.get(RECORD)
    if data is None:
        return None
    try:
        return selection.load(data)
    except ReportError:
        return None


def completed(told: Reading, choice: Choice, state: State | None) -> Reading:
    """The reading with the cases of the test files that were left out, in one fixed order."""
    known = state.known if state else {}
    remembered = [case for path in choice.skip for case in known[path].cases]
    cases = tests.ordered((*told.cases, *remembered))
    return msgspec.structs.replace(told, cases=cases, measures={**told.measures, **tests.measures(cases)})


def by_name(cases: Iterable[TestCase]) -> Mapping[tuple[str, str], TestCase]:
    """The cases by class and name."""
    return {(case.classname, case.name): case for case in cases}
