"""The merge queue: one patch at a time goes onto the tip and is judged there; what is red drops out alone."""

from msgspec.structs import replace

from eee_ci import text
from eee_ci.agent import Patch
from eee_ci.agents import verifying
from eee_ci.agents.bench import Bench, Candidate
from eee_ci.agents.contents import Contents
from eee_ci.agents.verifying import Verified
from eee_ci.agents.work import Decision, Work
from eee_ci.config.agents import FIXERS
from eee_ci.model import Run
from eee_ci.workspace import Conflict, Private


class Queue:
    """Keeps the tip: a commit of the private repository upon the base, and what the gates say of it."""

    def __init__(self, bench: Bench, run: str, tip: str, before: Run) -> None:
        self._bench, self._run = bench, run
        self.tip, self.before = tip, before

    @property
    def private(self) -> Private:
        return self._bench.private

    def offer(self, work: Work, patch: Patch) -> Decision:
        """Merge a patch with the tip and judge the whole against it: that is the patch alone as long as
        nothing else was accepted meanwhile. A conflict is told with its paths; the patch stays whole."""
        tree: str | Conflict = patch.tree
        if patch.base != self.tip:
            tree = self._bench.private.merge(self.tip, patch)
        if isinstance(tree, Conflict):
            paths = ", ".join(tree.paths)
            return Decision(
                end="conflict", reasons=(f"others changed the same lines of {paths}",), patch=patch
            )
        candidate = Candidate(work.item, work.limits, self.tip, self.before, tree)
        verified = verifying.verify(self._bench, candidate)
        if work.backend.kind == FIXERS and verified.decision.end == "rejected":
            verified = self._spared(candidate, verified)
        decision = verified.decision
        if decision.end != "accepted" or verified.run is None:
            return replace(decision, patch=decision.patch or patch)
        commit = self._bench.private.commit(verified.tree, [self.tip], message(work, self._run))
        self._bench.private.keep(f"refs/eee-ci/{self._run}/{work.item.id}", commit)
        self.tip, self.before = commit, verified.run
        return replace(decision, commit=commit)

    def _spared(self, candidate: Candidate, whole: Verified) -> Verified:
        """What fixers do to a file has nothing to do with the others: the same without the files in which
        findings appeared, judged once more; as it was if that does not help."""
        spoilt, patch = whole.decision.spoilt, whole.decision.patch
        changed = {change.path for change in patch.changes} if patch else set()
        if not spoilt or not changed.issuperset(spoilt) or changed == set(spoilt):
            return whole
        before = Contents(self.private, candidate.tip, spoilt)
        tree = self.private.write(candidate.tree, {path: before.entry(path) for path in spoilt})
        rest = verifying.verify(self._bench, candidate._replace(tree=tree))
        if rest.decision.end != "accepted":
            return whole
        why = f"left as it was: {', '.join(map(text.path, spoilt))} ({'; '.join(whole.decision.reasons)})"
        return rest._replace(decision=replace(rest.decision, reasons=(why, *rest.decision.reasons)))


def message(work: Work, run: str) -> str:
    """What the commit says: the title, and who made it by which means."""
    model = work.agent.model or work.backend.model
    trailers = {
        "Eee-Run": run,
        "Eee-Agent": work.agent.name,
        "Eee-Backend": work.backend.name,
        "Eee-Model": model or "none",
        "Assisted-by": f"{work.agent.name} ({work.backend.kind})",
    }
    told = "\n".join(f"{name}: {_line(value)}" for name, value in trailers.items())
    return f"{_line(work.item.title)}\n\n{told}\n"


def _line(words: str) -> str:
    return " ".join(words.split())
