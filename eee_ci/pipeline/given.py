"""What gates did before the full program was there, judged like anything else."""

import os
from collections.abc import Mapping

import msgspec

from eee_ci import digests
from eee_ci.model import Command, Outcome, Tree, Verdict
from eee_ci.ports import Place, Running
from eee_ci.process import supervisor
from eee_ci.warm.quick import Handed


class Given:
    """Has the outcomes of some commands already; the others, and what is to run once more, go to the executor
    behind it."""

    def __init__(self, executor: Running, handed: Handed) -> None:
        self.handed = handed
        self._executor = executor
        self._facts = {} if handed.signal else dict(handed.facts)
        self._digests = handed.digests
        self._ready: list[tuple[str, Outcome]] = []

    def submit(self, job: str, command: Command, place: Place) -> None:
        facts = self._facts.pop(job, None)
        if facts is None or digest(command) != self._digests[job]:
            self._executor.submit(job, command, place)
        else:
            self._ready.append((job, supervisor.outcome(facts)))

    def collect(self, timeout: float | None) -> list[tuple[str, Outcome]]:
        arrived, self._ready = self._ready, []
        return arrived or self._executor.collect(timeout)

    def stop(self, *, now: bool) -> None:
        self._executor.stop(now=now)


def digest(command: Command) -> str:
    """Tells a command from any other."""
    return digests.sha256(msgspec.json.encode(command)).hexdigest()


def timed(verdicts: tuple[Verdict, ...], spans: Mapping[str, tuple[float, float]]) -> tuple[Verdict, ...]:
    """With the times at which the gates really ran."""
    return tuple(
        msgspec.structs.replace(one, started=round(spans[one.gate][0], 3), ended=round(spans[one.gate][1], 3))
        if one.attempts == 1 and one.gate in spans
        else one
        for one in verdicts
    )


def changed(handed: Handed, now: Tree) -> tuple[str, ...]:
    """The files of the tree that differ since before the gates ran; where only their times do, none."""
    if handed.tree == now.id:
        return ()
    differing = set(handed.changed)
    before = {_inside(path, now) for path in handed.known}
    changed = {_inside(path, now) for path in differing} & (now.files.keys() | before)
    gone = {path for path in changed if path not in now.files and os.path.lexists(f"{now.root}/{path}")}
    return tuple(sorted((changed - gone) | (now.files.keys() - before)))


def _inside(path: str, tree: Tree) -> str:
    return path.removeprefix(f"{tree.root}/")
