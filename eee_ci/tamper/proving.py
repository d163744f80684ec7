"""T9, opt-in: the tests that come with the repair of a fault fail without the repair."""

import posixpath
from collections.abc import Iterable, Sequence

from eee_ci.agent import Change
from eee_ci.finding import Finding, Noun
from eee_ci.model import TestCase
from eee_ci.tamper import inventory, oracle, rules

NUMBER = 9


class Proof(Noun, frozen=True, kw_only=True):
    """What to run on the base: these test files of the candidate put over it, and these tests in them."""

    files: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()  # pytest's node ids, without parameters


def proof(base: rules.Files, candidate: rules.Files, changes: Iterable[Change], told: rules.Rules) -> Proof:
    """The new tests of a patch; none: it proves nothing."""
    new = inventory.known(rules.pairs(base, candidate, changes), told).new
    return Proof(
        files=tuple(sorted({test.path for test in new})),
        tests=tuple(sorted(f"{test.path}::{test.name.replace('.', '::')}" for test in new)),
    )


def judge(wanted: Proof, on_base: Sequence[TestCase]) -> tuple[Finding, ...]:
    """`on_base` are the cases of those tests, run on the base. One that fails proves the fault; those that
    pass there as well may stand for what worked already."""
    if not wanted.tests:
        return (rules.found(NUMBER, "comes with no new test; want one that fails without the repair", None),)
    if any(case.status in oracle.FAILING for case in on_base):
        return ()
    names = ", ".join(posixpath.basename(test) for test in wanted.tests[:3])
    said = "were not run on the base" if not on_base else "pass on the base as well"
    return (
        rules.found(
            NUMBER, f"the new tests {said} ({names}); want one that fails without the repair", wanted.files[0]
        ),
    )
