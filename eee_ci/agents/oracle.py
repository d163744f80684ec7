"""T4 and T7: does the run of a candidate tell the truth? By comparison, and by tests that must fail."""

import functools
import secrets
from collections.abc import Container

from eee_ci import tamper
from eee_ci.agent import Change
from eee_ci.agents import bench as benches
from eee_ci.agents.bench import Bench, Candidate
from eee_ci.model import Finding, Run, Verdict
from eee_ci.tamper import source

_PYTEST = "pytest"
_FAILED = ("failed", "error")


class Sides:
    """The files of a patch, before and after."""

    def __init__(self, changes: tuple[Change, ...], base: tamper.Files, now: tamper.Files) -> None:
        self.changes, self.base, self.now = changes, base, now

    @property
    def runs_alike(self) -> bool:
        """Is it the same code, laid out anew? Then no run of it can lie where that of the base did not."""
        return len(self.anew) == len(self.changes)

    @functools.cached_property
    def anew(self) -> tuple[str, ...]:
        """The files whose code is the same, laid out anew."""
        return tuple(
            change.path
            for change in self.changes
            if change.before is not None
            and change.after is not None
            and change.mode_before == change.mode_after
            and source.is_python(change.path)
            and source.same(self.base[change.path], self.now[change.path])
        )


def judge(bench: Bench, candidate: Candidate, now: Run, sides: Sides) -> tuple[Finding, ...]:
    """Findings on the runs of the test gates. The canary has a run of its own, and is never kept."""
    found: list[Finding] = []
    renamed = tamper.renames(sides.base, sides.now, sides.changes, bench.rules)
    after = {verdict.gate: verdict for verdict in now.verdicts}
    was, there = frozenset(sides.base), frozenset(sides.now)  # names: to ask for each would fetch its content
    for before in candidate.before.verdicts:
        if before.tool == _PYTEST and before.asked and before.reading.cases and before.gate in after:
            one = after[before.gate]
            found += tamper.suite(
                suite(before, was),
                suite(one, there),
                sides.changes,
                renamed=renamed,
                anew=sides.anew,
                rules=bench.rules,
            )
            if not sides.runs_alike:
                found += _canary(bench, candidate, before)
    return tuple(found)


def suite(verdict: Verdict, files: Container[str]) -> tamper.Suite:
    """What a verdict tells of a run of the tests. That exit code and report agree was held when it was read:
    else it is broken. Coverage counts of `files` of the tree: nothing says that what the tests write besides
    stays as it is."""
    cases = verdict.reading.cases
    ended = verdict.status in ("passed", "failed")
    failed = any(case.status in _FAILED for case in cases)
    known = verdict.reading.files
    measured = {path: covered for path, covered in known.items() if path in files} if known else None
    return tamper.Suite(
        cases=cases, exit=int(failed) if ended else None, report=bool(cases), measured=measured
    )


def _canary(bench: Bench, candidate: Candidate, before: Verdict) -> tuple[Finding, ...]:
    collected = [case.file for case in before.reading.cases if case.file]
    planted = tamper.canary(collected, f"c{secrets.token_hex(5)}")
    if planted is None:
        return ()
    tree = bench.private.write(candidate.tree, {planted.path: ("100644", planted.data)})
    with benches.placed(bench, tree) as root:
        ran = bench.judge(root, (before.gate,), paths=(planted.path, planted.beside), beat=bench.beat)
    one = next(verdict for verdict in ran.verdicts if verdict.gate == before.gate)
    failed = any(case.status in _FAILED for case in one.reading.cases)
    told = tamper.Suite(
        cases=one.reading.cases, exit=int(failed or one.status == "failed"), report=bool(one.reading.cases)
    )
    return tamper.sings(planted, told)
