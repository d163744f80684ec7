"""T4 and T7: does the run of a candidate tell the truth? By comparison, and by a test that must fail."""

from typing import TYPE_CHECKING

from eee_ci.model import Finding, Run

if TYPE_CHECKING:
    from eee_ci.agents.verifying import Bench, Candidate


def judge(bench: "Bench", candidate: "Candidate", now: Run) -> tuple[Finding, ...]:
    """Findings on the run itself."""
    return ()
