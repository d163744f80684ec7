"""A candidate's run against that of its base: what is gone, what is new, what got worse. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator

from eee_ci import text
from eee_ci.agent import Item
from eee_ci.model import CaseStatus, Finding, Noun, Run, Verdict

_RANK = {"passed": 0, "failed": 1, "skipped": 2, "broken": 3}
_UNCOVERED = "uncovered_lines"
_SHOWN = 5


class Compared(Noun, frozen=True, kw_only=True):
    """`reasons` speak against the candidate, a sentence each; none: it did no harm. `fixed` are findings that
    are gone, `left` the item's targets that are still there, `spoilt` the files that have new ones."""

    reasons: tuple[str, ...] = ()
    spoilt: tuple[str, ...] = ()
    fixed: tuple[Finding, ...] = ()
    left: tuple[Finding, ...] = ()


def compare(base: Run, now: Run, item: Item) -> Compared:
    """All that changed for better or worse. A run that did not come to its end proves nothing."""
    if not now.complete:
        return Compared(reasons=("the gates were stopped before their end",))
    before, after = _findings(base), _findings(now)
    fixed = [finding for print_, finding in before.items() if print_ not in after]
    appeared = [finding for print_, finding in after.items() if print_ not in before]
    gone, new = _unexplained(fixed, appeared), _unexplained(appeared, fixed)
    mended = {finding.fingerprint for finding in gone}
    return Compared(
        reasons=(*_told(new), *_worse(base, now), *_lost(base, now), *_uncovered(base, now)),
        spoilt=tuple(sorted({finding.path for finding in new if finding.path})),
        fixed=tuple(gone),
        left=tuple(
            after.get(target, before[target])
            for target in item.targets
            if target in before and target not in mended
        ),
    )


def progress(item: Item, compared: Compared) -> bool:
    """Is a target gone? An item without targets has none that could be."""
    return not item.targets or bool({found.fingerprint for found in compared.fixed} & set(item.targets))


def _findings(run: Run) -> dict[str, Finding]:
    """The findings of all gates by fingerprint, which lines and columns are no part of."""
    return {
        finding.fingerprint: finding
        for verdict in run.verdicts
        if verdict.asked
        for finding in verdict.reading.findings
    }


def _unexplained(findings: Iterable[Finding], others: Iterable[Finding]) -> list[Finding]:
    """Those that are not the same fault on a line that says something else now: a repair of one fault gives
    the others on its line new fingerprints."""
    same = Counter(map(fault, others))
    kept = []
    for finding in findings:
        if same[fault(finding)]:
            same[fault(finding)] -= 1
        else:
            kept.append(finding)
    return kept


def fault(finding: Finding) -> tuple[str, str, str | None, str]:
    """What makes it the same on a line that says something else by now."""
    return finding.tool, finding.rule, finding.path, finding.message


def _told(new: list[Finding]) -> Iterator[str]:
    if new:
        shown = ", ".join(f"{found.rule} in {found.path or 'no file'}" for found in new[:_SHOWN])
        more = f" and {len(new) - _SHOWN} more" if len(new) > _SHOWN else ""
        yield text.line(f"{text.count(len(new), 'new finding')}: {shown}{more}")


def _worse(base: Run, now: Run) -> Iterator[str]:
    after = {verdict.gate: verdict for verdict in now.verdicts}
    for before in base.verdicts:
        one = after.get(before.gate)
        if not before.asked:
            continue
        if one is None or not one.asked:
            yield f"the gate {before.gate} did not run"
        elif _RANK[one.status] > _RANK[before.status]:
            why = f": {one.reasons[0]}" if one.reasons else ""
            yield text.line(f"the gate {before.gate} was {before.status} and is {one.status}{why}")


def _lost(base: Run, now: Run) -> Iterator[str]:
    """Tests that are gone, or did pass and do not any more."""
    before, after = _cases(base), _cases(now)
    gone = [name for name in before if name not in after]
    worse = [
        name
        for name, status in before.items()
        if status == "passed" and name in after and after[name] != "passed"
    ]
    for names, what in ((gone, "is gone"), (worse, "passed before and does not any more")):
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            yield text.line(f"the test {'::'.join(names[0][1:])}{more} {what}")


def _cases(run: Run) -> dict[tuple[str, ...], CaseStatus]:
    return {
        (verdict.gate, case.classname, case.name): case.status
        for verdict in run.verdicts
        for case in verdict.reading.cases
    }


def _uncovered(base: Run, now: Run) -> Iterator[str]:
    """Coverage may fall only because covered lines went: never by a line more that no test runs."""
    after = {verdict.gate: verdict for verdict in now.verdicts}
    for before in base.verdicts:
        one = after.get(before.gate)
        if one is None or "coverage" not in before.reading.measures:
            continue
        old, new = _measure(before, "coverage"), _measure(one, "coverage")
        if new is None or old is None:
            yield f"the coverage of {before.gate} is not known any more"
        elif new < old and not _explained(before, one):
            yield f"the coverage of {before.gate} fell from {old:.2f} to {new:.2f} %"


def _explained(before: Verdict, now: Verdict) -> bool:
    old, new = _measure(before, _UNCOVERED), _measure(now, _UNCOVERED)
    return old is not None and new is not None and new <= old


def _measure(verdict: Verdict, name: str) -> float | None:
    return verdict.reading.measures.get(name)
