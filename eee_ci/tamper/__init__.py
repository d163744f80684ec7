"""The tamper gate: does a patch repair the code, or what judges it?

Pure: files of the base and of the candidate come in as bytes, findings go out. The rules are `EEE-T001` to
`EEE-T009`, each in a file of its own. What the base config allows is told as well, but only informs.
"""

from collections.abc import Iterable

from eee_ci.agent import Change
from eee_ci.finding import Finding
from eee_ci.tamper import (
    inventory,
    shadows,
    shape,
    suppressions,
    thresholds,
    weaker,
)
from eee_ci.tamper import (
    protected as protection,
)
from eee_ci.tamper import (
    retaken as retaking,
)
from eee_ci.tamper import (
    rules as ruling,
)

Files = ruling.Files
Rules = ruling.Rules
Allow = ruling.Allow
Caps = ruling.Caps
Retaken = retaking.Retaken
protected = protection.protected
retaken = retaking.retaken
tampered = ruling.tampered

_STATIC: tuple[ruling.Rule, ...] = (
    protection.judge,
    shadows.judge,
    suppressions.judge,
    inventory.judge,
    weaker.judge,
    thresholds.judge,
    shape.judge,
)


def judge(
    base: Files, candidate: Files, changes: Iterable[Change], rules: Rules | None = None
) -> tuple[Finding, ...]:
    """What the files alone show: T1, T3, T4 to T8. `base` and `candidate` hold at least the changed files;
    the names of all files of the candidate, for what a new file takes the place of."""
    told = rules or Rules()
    pairs = ruling.pairs(base, candidate, changes)
    return ruling.settled((found for rule in _STATIC for found in rule(pairs, candidate, told)), told)
