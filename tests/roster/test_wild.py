"""Two hundred agent files with everything that is wrong with those in the wild: no end, no silence."""

import random

import pytest

from eee_ci import roster
from eee_ci.roster.rules import RULES
from tests.roster import wild

# What a file alone cannot be: seen only in folders, in git and beside other files.
_ELSEWHERE = {"no-file", "too-many", "no-object", "duplicate-name"}


@pytest.mark.parametrize("seed", range(3))
def test_of_two_hundred_files_none_ends_it_and_none_is_silent(seed: int) -> None:
    files = wild.made(seed)
    found = roster.read({path: one.data for path, one in files.items()})
    print("\n".join(wild.table(found, len(files))))  # noqa: T201 - shown when it fails, or with -s
    said: dict[str, set[str]] = {path: set() for path in files}
    for finding in found.findings:
        assert finding.path is not None
        said[finding.path].add(finding.rule)
    assert len(files) == wild.FILES
    assert {path: one.rules - said[path] for path, one in files.items() if not one.rules <= said[path]} == {}


@pytest.mark.parametrize("kind", wild.KINDS)
def test_a_file_is_used_or_skipped_with_an_error(kind: str) -> None:
    one = wild.one(kind, random.Random(7))
    found = roster.read({one.path: one.data})
    assert bool(found.agents) is one.used
    errors = {finding.rule for finding in found.findings if finding.severity == "high"}
    assert (errors == set()) is (one.used or one.rules == {"no-agent"})


def test_a_sound_file_has_no_finding() -> None:
    one = wild.one("sound", random.Random(1))
    assert roster.read({one.path: one.data}).findings == ()


def test_every_rule_is_met_by_a_file() -> None:
    met = {rule for kind in wild.KINDS.values() for rule in kind.rules}
    assert set(RULES) - met == _ELSEWHERE


def test_the_same_files_in_another_order_are_the_same_roster() -> None:
    files = {path: one.data for path, one in wild.made(5).items()}
    assert roster.read(dict(reversed(files.items()))) == roster.read(files)
