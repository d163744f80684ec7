"""Faults in the changed lines, and new tests on old code."""

import ast

from eee_ci import tamper
from eee_ci.model import CaseStatus, TestCase
from tests.tamper.scene import Texts, changes, data

SOURCE = b"""\
def f(a, b):
    "\xc3\xa4"; x = "\xc3\xa4" if a < b else 1
    if a and not b:
        return a + b
    while f(a, b):
        pass
    return True
"""


def test_each_operator_makes_a_fault() -> None:
    made = tamper.mutants_of("a.py", SOURCE, range(1, 9))
    assert [(mutant.line, mutant.what) for mutant in made] == [
        (2, "2 for 1"),
        (2, "`<=` in a comparison"),
        (3, "`or`"),
        (3, "a condition turned round"),
        (3, "a missing `not`"),
        (4, "None returned"),
        (4, "`-` in a calculation"),
        (5, "a condition turned round"),
        (7, "`False`"),
    ]


def test_a_fault_changes_its_place_alone() -> None:
    (fault,) = (m for m in tamper.mutants_of("a.py", SOURCE, [2]) if "<=" in m.what)
    assert fault.data == SOURCE.replace(b"a < b", b"(a <= b)")


def test_every_mutant_is_python_and_differs() -> None:
    made = tamper.mutants_of("a.py", SOURCE, range(1, 9))
    assert SOURCE not in {mutant.data for mutant in made}
    assert len({ast.unparse(ast.parse(mutant.data)) for mutant in made}) == len(made)


def test_only_the_asked_lines_have_faults() -> None:
    assert {mutant.line for mutant in tamper.mutants_of("a.py", SOURCE, [4])} == {4}


def test_there_are_not_too_many() -> None:
    long = b"".join(b"x%d = %d + 1\n" % (n, n) for n in range(500))
    found = [tamper.mutants_of(path, long, range(1, 501)) for path in ("a.py", "b.py")]
    assert all(len(of_one) <= 40 for of_one in found)
    kept = tamper.spread([*found[0], *found[1]])
    assert len(kept) <= 40
    assert {mutant.path for mutant in kept} == {"a.py", "b.py"}


def test_what_is_no_python_has_none() -> None:
    assert tamper.mutants_of("a.py", b"def (", [1]) == ()
    assert tamper.mutants_of("a.txt", b"x = 1", [1]) == ()


def test_changed_lines_are_known_on_both_sides() -> None:
    assert tamper.changed_lines(b"a\nb\nc\n", b"a\nB\nB\nc\nd\n") == ((2,), (2, 3, 5))
    assert tamper.changed_lines(None, b"a\n") == ((), (1,))


def fates(*seen: bool | None) -> list[tamper.Fate]:
    (mutant, *_) = tamper.mutants_of("a.py", SOURCE, [4])
    return [tamper.Fate(mutant=mutant, seen=one) for one in seen]


def test_as_many_faults_seen_as_before_is_enough() -> None:
    assert tamper.judge_mutants(fates(True, False), fates(True, False)) == ()
    assert tamper.judge_mutants(fates(True, False), fates(None, None)) == ()
    assert tamper.judge_mutants(fates(True), []) == ()


def test_fewer_faults_seen_than_before_is_told_at_each() -> None:
    found = tamper.judge_mutants(fates(True, True), fates(True, False))
    assert [(one.rule, one.path, one.line, one.message) for one in found] == [
        (
            "EEE-T009",
            "a.py",
            4,
            "no test minds None returned (50% of the faults in what changed are seen by a test; want 100%)",
        )
    ]


def test_of_new_code_half_the_faults_must_be_seen() -> None:
    assert tamper.judge_mutants([], fates(True, False)) == ()
    assert len(tamper.judge_mutants([], fates(False, False, True))) == 2


BASE: Texts = {"tests/test_a.py": "def test_old():\n    assert f() == 1\n"}
NEW = "\n\nclass TestMore:\n    def test_new(self):\n        assert f() == 2\n"


def proof(text: str) -> tamper.Proof:
    base, candidate = data(BASE), data({**BASE, "tests/test_a.py": str(BASE["tests/test_a.py"]) + text})
    return tamper.proof(base, candidate, changes(base, candidate), tamper.Rules())


def case(status: CaseStatus) -> TestCase:
    return TestCase(classname="tests.test_a.TestMore", name="test_new", status=status)


def test_the_new_tests_of_a_patch_are_named_for_pytest() -> None:
    assert proof(NEW) == tamper.Proof(
        files=("tests/test_a.py",), tests=("tests/test_a.py::TestMore::test_new",)
    )


def test_a_new_test_that_fails_on_the_base_proves_the_repair() -> None:
    assert tamper.judge_proof(proof(NEW), [case("failed")]) == ()


def test_new_tests_that_pass_on_the_base_prove_nothing() -> None:
    (found,) = tamper.judge_proof(proof(NEW), [case("passed")])
    assert found.message == (
        "the new tests pass on the base as well (test_a.py::TestMore::test_new);"
        " want one that fails without the repair"
    )


def test_new_tests_that_did_not_run_prove_nothing() -> None:
    (found,) = tamper.judge_proof(proof(NEW), [])
    assert "were not run on the base" in found.message


def test_a_repair_without_a_new_test_proves_nothing() -> None:
    (found,) = tamper.judge_proof(proof(""), [])
    assert found.message == "comes with no new test; want one that fails without the repair"
