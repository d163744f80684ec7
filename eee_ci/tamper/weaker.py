"""T5: a test that survives asserts at least what it did."""

from collections import Counter
from collections.abc import Iterator

from eee_ci import text
from eee_ci.finding import Finding
from eee_ci.tamper import inventory, rules
from eee_ci.tamper.strength import Strength, strength

NUMBER = 5


def judge(pairs: tuple[rules.Pair, ...], _candidate: rules.Files, told: rules.Rules) -> Iterator[Finding]:
    """Surviving tests against what they were; new ones against asserting nothing."""
    known = inventory.known(pairs, told)
    for old, new in known.kept:
        for what in weaker(strength(old.function), strength(new.function)):
            yield _found(new, what)
    for test in known.new:
        for what in hollow(strength(test.function)):
            yield _found(test, what)


def weaker(old: Strength, new: Strength) -> Iterator[str]:
    """In what the new one is weaker, a clause each."""
    if new.asserts < old.asserts:
        yield f"has {text.count(new.asserts, 'assertion')}, and had {old.asserts}"
    elif new.equal < old.equal:
        yield f"compares in {text.count(new.equal, 'assertion')}, and did in {old.equal}"
    if new.constant > old.constant:
        yield "asserts what is always true"
    if new.broad > old.broad:
        yield "expects any exception, and expected a certain one"
    if new.exact < old.exact:
        yield "no longer looks at the message of an exception"
    if new.guarded > old.guarded:
        yield "asserts below a condition, a loop or a try, and did so outright"
    if new.dead > old.dead:
        yield "leaves before it asserts"
    if new.width > old.width:
        yield f"takes a tolerance of {new.width:g}, and took {old.width:g}"
    if old.cases is not None and new.cases is not None and new.cases < old.cases:
        yield f"is run with {text.count(new.cases, 'case')}, and was with {old.cases}"
    yield from _changed(Counter(old.expected), Counter(new.expected))


def hollow(new: Strength) -> Iterator[str]:
    """Why a new test cannot fail, a clause each."""
    if new.constant and new.constant == new.asserts:
        yield "asserts only what is always true"
    if new.cases == 0:
        yield "is run with no case"


def _changed(old: Counter[str], new: Counter[str]) -> Iterator[str]:
    gone, come = old - new, new - old
    if gone and come:
        yield f"expects {_listed(come)}, and expected {_listed(gone)}"


def _listed(values: Counter[str]) -> str:
    shown = [text.clip(value, 60) for value in sorted(values.elements())]
    return ", ".join(shown[:3]) + (" ..." if shown[3:] else "")


def _found(test: inventory.Test, what: str) -> Finding:
    return rules.found(
        NUMBER,
        f"the test {test.name} {what}; want it as strong as in the base",
        test.path,
        test.function.lineno,
    )
