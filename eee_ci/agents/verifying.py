"""A patch before the gates of the base: no tampering, then nothing worse and something better than before."""

from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from eee_ci import tamper
from eee_ci.agent import Item, Limits, Patch
from eee_ci.agents import bench as benches
from eee_ci.agents import comparing, oracle, proving
from eee_ci.agents.bench import Bench, Candidate, judged
from eee_ci.agents.comparing import Compared
from eee_ci.agents.contents import Contents
from eee_ci.agents.oracle import Sides
from eee_ci.agents.work import Decision
from eee_ci.model import Finding, Run, Verdict


class Verified(NamedTuple):
    """The decision, and the run of what would be accepted."""

    decision: Decision
    run: Run | None = None
    tree: str = ""


def verify(bench: Bench, candidate: Candidate) -> Verified:
    """The tamper gate first; what passes it goes before the gates."""
    patch = bench.private.patch(candidate.tip, candidate.tree)
    if not patch.changes:
        return Verified(Decision(end="no-op", reasons=("it changed nothing",), patch=patch))
    if over := _over(candidate.limits, patch):
        return Verified(Decision(end="budget", reasons=(over,), patch=patch))
    paths = [change.path for change in patch.changes]
    base = Contents(bench.private, candidate.tip, paths)
    now = Contents(bench.private, candidate.tree, paths)
    rules = replace(bench.rules, scope=candidate.item.scope)
    tampering = tamper.judge(base, now, patch.changes, rules)
    if tamper.tampered(tampering):
        return Verified(_tampered(tampering, patch))
    taken = tamper.retaken(base, now, patch.changes, rules)
    allowed = {finding.path for finding in tampering}
    again = [path for path in (*taken.restore, *taken.remove) if path not in allowed]
    tree = bench.private.write(candidate.tree, {path: base.entry(path) for path in again})
    tests = {path: base.entry(path) for path in taken.tests}
    sides = Sides(patch.changes, base, now)
    return _gated(bench, candidate._replace(tree=tree), sides, tampering, tests)


def _gated(
    bench: Bench,
    candidate: Candidate,
    sides: Sides,
    tampering: tuple[Finding, ...],
    tests: dict[str, tuple[str, bytes] | None],
) -> Verified:
    """The gates on the candidate; where it changes existing tests, these gates with those of the base too."""
    private, item = bench.private, candidate.item
    patch = private.patch(candidate.tip, candidate.tree)
    now = judged(bench, candidate.tree)
    compared = comparing.compare(candidate.before, now, item)
    found = oracle.judge(bench, candidate, now, sides)
    judges = benches.test_gates(candidate.before)  # none where only others were asked for
    if tests and judges and not compared.reasons and not tamper.tampered(found):
        older = judged(bench, private.write(candidate.tree, tests), judges)
        compared = _both(compared, comparing.compare(_some(candidate.before, older), older, item))
    tampering = (*tampering, *found)
    if tamper.tampered(found):
        return Verified(_tampered(tampering, patch))
    decision = _decided(bench, item, now, compared)
    if bench.proofs and decision.end in ("accepted", "unverified"):
        proven = proving.judge(bench, candidate, now, sides)
        tampering = (*tampering, *proven.findings)
        if tamper.tampered(proven.findings):
            return Verified(_tampered(tampering, patch))
        decision = replace(decision, reasons=(*decision.reasons, *proven.said))
    return Verified(replace(decision, tampering=tampering, patch=patch), now, candidate.tree)


def _decided(bench: Bench, item: Item, now: Run, compared: Compared) -> Decision:
    told = Decision(end="rejected", fixed=compared.fixed, left=compared.left)
    if compared.reasons:
        return replace(told, reasons=compared.reasons, spoilt=compared.spoilt)
    if item.targets:
        if comparing.progress(item, compared):
            left = f"{len(compared.left)} of its findings are left"
            return replace(told, end="accepted", reasons=(left,) if compared.left else ())
        return replace(told, end="no-op", reasons=("none of its findings is gone",))
    if bench.accept is None:
        why = "the gates found nothing against it, and nothing says when the task is done (`--accept`)"
        return replace(told, end="unverified", reasons=(why,))
    accept = _verdict(now, bench.accept)
    if accept is not None and accept.status == "passed":
        return replace(told, end="accepted")
    said = accept.reasons[:1] if accept is not None else ()
    return replace(told, reasons=("the command that accepts the task does not pass", *said))


def _tampered(found: tuple[Finding, ...], patch: Patch) -> Decision:
    stopping = [finding for finding in found if tamper.tampered([finding])]
    reasons = tuple(f"{finding.rule}: {finding.message}" for finding in stopping)
    return Decision(end="tampered", reasons=reasons, tampering=found, patch=patch)


def _over(limits: Limits, patch: Patch) -> str | None:
    lines = sum((change.added or 0) + (change.removed or 0) for change in patch.changes)
    for used, most, what in ((len(patch.changes), limits.files, "files"), (lines, limits.lines, "lines")):
        if most is not None and used > most:
            return f"it changed {used} {what}, and may change {most}"
    return None


def _some(run: Run, other: Run) -> Run:
    """The run with the gates of another one only."""
    asked = {verdict.gate for verdict in other.verdicts if verdict.asked}
    return replace(run, verdicts=tuple(verdict for verdict in run.verdicts if verdict.gate in asked))


def _both(one: Compared, older: Compared) -> Compared:
    told = tuple(_with_old_tests(older.reasons))
    return replace(one, reasons=(*one.reasons, *told))


def _with_old_tests(reasons: tuple[str, ...]) -> Iterator[str]:
    return (f"with the tests of the base: {reason}" for reason in reasons)


def _verdict(run: Run, gate: str) -> Verdict | None:
    return next((verdict for verdict in run.verdicts if verdict.gate == gate), None)
