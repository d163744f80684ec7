"""T9, where the config asks for it: the new tests of a task fail without the patch, and the tests mind faults
in what a patch changed."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from eee_ci import tamper
from eee_ci.agents import bench as benches
from eee_ci.agents.bench import Bench, Candidate
from eee_ci.agents.oracle import Sides
from eee_ci.model import Finding, Run, TestCase, Verdict
from eee_ci.tamper import Fate, Mutant, Proof


class Proven(NamedTuple):
    """What is asked for and not proven, and sentences on what is."""

    findings: tuple[Finding, ...] = ()
    said: tuple[str, ...] = ()


def judge(bench: Bench, candidate: Candidate, now: Run, sides: Sides) -> Proven:
    """A finding that is to go is proof enough of a fault, and code that is only laid out anew has no new
    ones."""
    gates = benches.test_gates(now)
    found: list[Finding] = []
    said: list[str] = []
    if "tests" in bench.proofs and not candidate.item.targets:
        wanted = tamper.proof(sides.base, sides.now, sides.changes, bench.rules)
        missing = tamper.judge_proof(wanted, _on_base(bench, candidate, sides, wanted, gates))
        found += missing
        said += [] if missing else ["its new tests fail without it"]
    if "mutants" in bench.proofs and not sides.runs_alike:
        gone, come = _mutants(bench, sides)
        before = list(_fates(bench, candidate.tip, gone, candidate.before, gates))
        after = list(_fates(bench, candidate.tree, come, now, gates))
        unseen = tamper.judge_mutants(before, after)
        found += unseen
        said += ["the tests see faults in what it changed"] if after and not unseen else []
    return Proven(tamper.settled(found, bench.rules), tuple(said))


def _on_base(
    bench: Bench, candidate: Candidate, sides: Sides, wanted: Proof, gates: tuple[str, ...]
) -> tuple[TestCase, ...]:
    """What the new tests come to where all but their files is as it was."""
    if not wanted.tests:
        return ()
    tests = {path: ("100644", sides.now[path]) for path in wanted.files}
    tree = bench.private.write(candidate.tip, tests)
    with benches.placed(bench, tree) as root:
        ran = bench.judge(root, gates, paths=wanted.files, beat=bench.beat)
    return tuple(
        case
        for verdict in ran.verdicts
        if verdict.gate in gates
        for case in (*verdict.reading.cases, *_not_imported(verdict, wanted))
        if _is_wanted(case, wanted)
    )


def _not_imported(verdict: Verdict, wanted: Proof) -> Iterator[TestCase]:
    """Files of which no test ran, since what they import comes with the patch: that is a failure as well."""
    for finding in verdict.reading.findings if verdict.status == "broken" else ():
        if finding.path in wanted.files:
            yield TestCase(classname="", name=finding.message, status="error", file=finding.path)


def _is_wanted(case: TestCase, wanted: Proof) -> bool:
    """One of the tests, or their whole file."""
    if case.status == "error" and case.file in wanted.files:
        return True
    name = case.name.partition("[")[0]
    return any(test.startswith(f"{case.file}::") and test.endswith(f"::{name}") for test in wanted.tests)


def _mutants(bench: Bench, sides: Sides) -> tuple[tuple[Mutant, ...], tuple[Mutant, ...]]:
    """Those of the lines that go, and those of the lines that come; the tests themselves have none."""
    gone: list[Mutant] = []
    come: list[Mutant] = []
    for change in sides.changes:
        if tamper.is_test(change.path, bench.rules.tests):
            continue
        old = sides.base[change.path] if change.before is not None else None
        new = sides.now[change.path] if change.after is not None else None
        lines = tamper.changed_lines(old, new)
        gone += tamper.mutants_of(change.path, old or b"", lines[0])
        come += tamper.mutants_of(change.path, new or b"", lines[1])
    return tamper.spread(gone), tamper.spread(come)


def _fates(
    bench: Bench, tree: str, mutants: Iterable[Mutant], whole: Run, gates: tuple[str, ...]
) -> Iterator[Fate]:
    """Each mutant in the tree, before the tests that passed without it."""
    passed = _passed(whole, gates)
    listing = bench.private.listing(tree)
    for mutant in mutants:
        changed = bench.private.write(tree, {mutant.path: (listing[mutant.path].mode, mutant.data)})
        ran = benches.judged(bench, changed, gates)
        ended = all(verdict.status in ("passed", "failed") for verdict in ran.verdicts if verdict.asked)
        yield Fate(mutant=mutant, seen=bool(passed - _passed(ran, gates)) if ended else None)


def _passed(run: Run, gates: tuple[str, ...]) -> set[tuple[str, ...]]:
    return {
        (verdict.gate, case.classname, case.name)
        for verdict in run.verdicts
        if verdict.gate in gates
        for case in verdict.reading.cases
        if case.status == "passed"
    }
