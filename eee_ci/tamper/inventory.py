"""T4: every test of the base is still there, still runs, and is run as often."""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from eee_ci import text
from eee_ci.finding import Finding, Noun
from eee_ci.model import TestCase
from eee_ci.tamper import retaking, rules, source
from eee_ci.tamper.strength import Function

NUMBER = 4
Id = tuple[str, str]  # class and name, as in JUnit, without the parameters


class Test(Noun, frozen=True, kw_only=True):
    """A test function in a source."""

    __test__ = False  # the name is the noun's; pytest must not collect it

    path: str
    name: str  # dotted, within its file
    function: Function


class Known(Noun, frozen=True, kw_only=True):
    """The tests of a patch: those of before with what became of them, and the new ones."""

    kept: tuple[tuple[Test, Test], ...] = ()
    gone: tuple[Test, ...] = ()
    new: tuple[Test, ...] = ()


def judge(pairs: tuple[rules.Pair, ...], _candidate: rules.Files, told: rules.Rules) -> Iterator[Finding]:
    """Tests that a patch takes out of the sources: deleted, or named so that nobody collects them."""
    for test in known(pairs, told).gone:
        yield rules.found(
            NUMBER,
            f"the test {test.name} of {text.path(test.path)} is gone; want every test of the base",
            test.path,
            test.function.lineno,
        )


def known(pairs: Iterable[rules.Pair], told: rules.Rules) -> Known:
    """A test survives under its name in its file, else with its body under another name, else under its name
    in another file."""
    pairs = rules.altered(pairs)
    before = [test for pair in pairs for test in tests(pair.path, pair.before, told)]
    after = [test for pair in pairs for test in tests(pair.path, pair.after, told)]
    kept: list[tuple[Test, Test]] = []
    for same in (_placed, _bodied, _named):
        olds = {same(test): test for test in before}
        news = {same(test): test for test in after}
        met = [(olds[key], news[key]) for key in olds if key in news]
        kept += met
        before = [test for test in before if all(test is not old for old, _ in met)]
        after = [test for test in after if all(test is not new for _, new in met)]
    return Known(kept=tuple(kept), gone=tuple(before), new=tuple(after))


def tests(path: str, data: bytes | None, told: rules.Rules) -> Iterator[Test]:
    """By pytest's own names: it collects `test*` functions and methods."""
    if data is None or not source.is_python(path) or not retaking.is_test(path, told.tests):
        return
    tree = source.parsed(data)
    for name, function in source.qualified(tree) if tree is not None else ():
        if function.name.startswith("test") and _collected(name):
            yield Test(path=path, name=name, function=function)


def _collected(name: str) -> bool:
    """Not what is nested in another function."""
    return all(part[:1].isupper() or "Test" in part for part in name.split(".")[:-1])


def _placed(test: Test) -> object:
    return test.path, test.name


def _bodied(test: Test) -> object:
    return "".join(ast.dump(statement) for statement in test.function.body)


def _named(test: Test) -> object:
    return test.name


def outcomes(
    base: Iterable[TestCase], candidate: Iterable[TestCase], renamed: Mapping[str, str] | None = None
) -> Iterator[Finding]:
    """Two runs compared. `renamed` maps the names of tests before to those after, for tests that a patch
    moved honestly; a name found nowhere else under another class counts as moved as well."""
    old, new = list(base), list(candidate)
    yield from _lost(old, new, renamed or {})
    yield from _skipped(old, new)


def _lost(old: list[TestCase], new: list[TestCase], renamed: Mapping[str, str]) -> Iterator[Finding]:
    before, after = Counter(map(_id, old)), Counter(map(_id, new))
    files = {_id(case): case for case in old}
    spare = Counter({name: count for key, count in (after - before).items() for name in [key[1]]})
    for key, count in sorted(before.items()):
        missing = count - after[key]
        name = renamed.get(key[1], key[1])
        moved = min(missing, spare[name]) if missing > 0 else 0
        spare[name] -= moved
        if missing > moved:
            left = count - missing + moved
            yield rules.found(NUMBER, _sentence(key, count, left), files[key].file, files[key].line)


def _sentence(key: Id, before: int, left: int) -> str:
    shown = "::".join(part for part in key if part)
    if not left:
        return f"{shown} ran before and is gone; want every test of the base"
    return f"{shown} ran with {text.count(before, 'case')} before and {left} now; want as many"


def _skipped(old: list[TestCase], new: list[TestCase]) -> Iterator[Finding]:
    ran = {_full(case) for case in old if case.status != "skipped"}
    functions = {_id(case) for case in old if case.status != "skipped"}
    known_ = {_full(case) for case in old}
    for case in new:
        fresh = _full(case) in ran or (_full(case) not in known_ and _id(case) in functions)
        if case.status == "skipped" and fresh:
            why = f": {case.message}" if case.message else ""
            yield rules.found(
                NUMBER,
                f"{case.classname}::{case.name} ran before and is skipped now{why}; want it to run",
                case.file,
                case.line,
            )


def _id(case: TestCase) -> Id:
    return case.classname, case.name.partition("[")[0]


def _full(case: TestCase) -> Id:
    return case.classname, case.name
