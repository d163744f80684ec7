"""The tamper gate: does a patch repair the code, or what judges it?

Pure: files of the base and of the candidate come in as bytes, findings go out. The rules are `EEE-T001` to
`EEE-T009`, each in a file of its own. What the base config allows is told as well, but only informs.
"""

from collections.abc import Container, Iterable, Mapping

from eee_ci.agent import Change
from eee_ci.finding import Finding
from eee_ci.tamper import (
    inventory,
    mutants,
    oracle,
    planting,
    protection,
    proving,
    reaching,
    retaking,
    shadows,
    shape,
    suppressions,
    thresholds,
    weaker,
)
from eee_ci.tamper import rules as ruling

Files = ruling.Files
Rules = ruling.Rules
Allow = ruling.Allow
Caps = ruling.Caps
Retaken = retaking.Retaken
Suite = oracle.Suite
Canary = planting.Canary
Mutant = mutants.Mutant
Fate = mutants.Fate
Proof = proving.Proof
REPLAY = oracle.REPLAY
protected = protection.protected
retaken = retaking.retaken
is_test = retaking.is_test
tampered = ruling.tampered
settled = ruling.settled
canary = planting.canary
sings = planting.sings
changed_lines = mutants.changed
mutants_of = mutants.mutants
spread = mutants.spread
judge_mutants = mutants.judge
proof = proving.proof
judge_proof = proving.judge

_STATIC: tuple[ruling.Rule, ...] = (
    protection.judge,
    shadows.judge,
    suppressions.judge,
    inventory.judge,
    weaker.judge,
    thresholds.judge,
    reaching.judge,
    shape.judge,
)


def judge(
    base: Files, candidate: Files, changes: Iterable[Change], rules: Rules | None = None
) -> tuple[Finding, ...]:
    """What the files alone show: T1, T3 to T8. `base` and `candidate` hold at least the changed files; the
    names of all files of the candidate, for what a new file takes the place of."""
    told = rules or Rules()
    pairs = ruling.pairs(base, candidate, changes)
    return ruling.settled((found for rule in _STATIC for found in rule(pairs, candidate, told)), told)


def suite(
    base: Suite,
    candidate: Suite,
    changes: Iterable[Change] = (),
    *,
    renamed: Mapping[str, str] | None = None,
    anew: Container[str] = (),
    rules: Rules | None = None,
) -> tuple[Finding, ...]:
    """What two runs of the tests show: T4 and T7. `renamed` comes from `renames`, where the candidate was run
    with its own tests; `anew` are files with the same code as before in other lines."""
    changed = tuple(changes)
    found = (
        *oracle.agrees(candidate),
        *inventory.outcomes(base.cases, candidate.cases, renamed),
        *oracle.covers(base, candidate, (change.path for change in changed)),
        *oracle.present(base, candidate, (change.path for change in changed if change.after), anew),
    )
    return ruling.settled(found, rules or Rules())


def renames(
    base: Files, candidate: Files, changes: Iterable[Change], rules: Rules | None = None
) -> dict[str, str]:
    """The tests that kept their body and have another name, old to new."""
    known = inventory.known(ruling.pairs(base, candidate, changes), rules or Rules())
    return {
        old.function.name: new.function.name
        for old, new in known.kept
        if old.function.name != new.function.name
    }
