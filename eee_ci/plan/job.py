"""A gate ready to run."""

import math

import msgspec

from eee_ci import schedule
from eee_ci.memory import Manifest, Remembered
from eee_ci.model import Command, Gate, Limit, Noun
from eee_ci.plan.divided import Division
from eee_ci.plan.said import Said
from eee_ci.plan.selected import Selection
from eee_ci.ports import Site


class Job(Noun, frozen=True, kw_only=True):
    """A gate ready to run. Without a command it cannot: `missing` says why, a sentence each.
    `skip` is the reason of a gate that was left out on request. `remembered` is what it said on the same
    inputs; without it `because` says why it runs. With a `manifest` its reading may be kept."""

    gate: Gate
    limits: dict[str, Limit]
    site: Site
    command: Command | None = None
    missing: tuple[str, ...] = ()
    skip: str = ""
    expected: float = 0.0
    cores: int = 1
    manifest: Manifest | None = None
    remembered: Remembered | None = None
    because: tuple[str, ...] = ()
    useful: float | None = None  # cores that it kept busy before
    memory: int | None = None  # bytes that it is expected to need
    division: Division | None = None  # of a gate that can judge file by file
    selection: Selection | None = None  # of a test gate
    processes: int = 1  # that share its work
    notes: tuple[str, ...] = ()  # on how it came to be run like this
    share: float = 1.0  # of the gate's work; the rest is remembered
    whole: Command | None = None  # where `command` is for a part of the files: the one for all of them

    @property
    def node(self) -> schedule.Node:
        return schedule.Node(
            name=self.gate.id,
            seconds=self.expected,
            cores=self.held,
            needs=self.gate.needs,
            memory=self.memory,
        )

    @property
    def held(self) -> int:
        """Cores that it takes from the others: of those it may use no more than it keeps busy."""
        return self.cores if self.useful is None else max(1, min(self.cores, math.ceil(self.useful)))

    @property
    def chosen(self) -> dict[str, str]:
        """The test files that run while others are remembered, each with its reason."""
        if self.selection is None or not self.selection.choice.skip:
            return {}
        return {path: self.selection.choice.why.get(path, "") for path in self.selection.choice.run}

    @property
    def may_repeat(self) -> bool:
        """Can it have to run again once its outcome is read?"""
        return bool(self.gate.retries) or self.whole is not None or self.processes > 1

    def wider(self, said: Said) -> "Job":
        """The same job for all of its files, in one process, since a part of them told too little."""
        why = (f"then all of them: {said.widened}",) if said.widened else ()
        chosen = self.selection.everything if self.selection else None
        return msgspec.structs.replace(
            self,
            command=self.whole,
            whole=None,
            processes=1,
            division=self.division.everything if self.division else None,
            selection=msgspec.structs.replace(chosen, lost=said.lost) if chosen else None,
            because=(*self.because, *why),
            notes=(*self.notes, *said.notes),
        )
