"""Runs commands on this machine, each in a fresh scratch folder, under the guardian."""

from pathlib import Path
from typing import Self

from msgspec.structs import replace

from eee_ci import files, placing
from eee_ci.errors import EeeCiError
from eee_ci.files import plain
from eee_ci.model import Command, Outcome
from eee_ci.ports import Place, Usage
from eee_ci.process.signals import Signals
from eee_ci.process.supervisor import Supervisor

LARGEST = 64 * 1024 * 1024  # bytes read of a kept file; one more shows that it is larger


class Local:
    """The executor for this machine; the guardian starts with the first command, or by `warm`."""

    def __init__(self, signals: Signals | None = None, *, supervisor: Supervisor | None = None) -> None:
        self._supervisor = supervisor or Supervisor(signals=signals)
        self._jobs: dict[str, tuple[Path, Command]] = {}
        self._refused: list[tuple[str, Outcome]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._supervisor.close()
        for folder, _command in self._jobs.values():
            files.discard(folder)

    def warm(self) -> None:
        """Start the guardian early, so that it is ready when the first command comes."""
        self._supervisor.warm()

    def submit(self, job: str, command: Command, place: Place) -> None:
        """Start a command; what stands in its way becomes its outcome."""
        try:
            scratch = files.scratch_folder()
            self._jobs[job] = (scratch, command)
            final = self._prepare(command, place, scratch)
        except (EeeCiError, OSError) as error:
            self._refused.append((job, Outcome(problem=f"cannot prepare its folder: {error}")))
        else:
            self._supervisor.submit(job, final, str(scratch))

    def collect(self, timeout: float | None) -> list[tuple[str, Outcome]]:
        """Outcomes that arrived, with the files they are to keep."""
        ended = self._supervisor.collect(0 if self._refused else timeout)
        arrived, self._refused = [*self._refused, *ended], []
        return [(job, self._finish(job, outcome)) for job, outcome in arrived]

    def stop(self, *, now: bool) -> None:
        """End all that runs: TERM, and KILL after some seconds, or KILL at once."""
        self._supervisor.stop(now=now)

    def end(self, job: str, *, now: bool) -> None:
        """End one job in the same way."""
        self._supervisor.stop(now=now, job=job)

    def peek(self, job: str, name: str, most: int) -> bytes:
        """The beginning of a file that the job writes."""
        if job not in self._jobs:
            return b""
        return files.kept(self._jobs[job][0], (name,), most).get(name, b"")[:most]

    def usage(self, job: str) -> Usage | None:
        """What its processes take now."""
        found = self._supervisor.usage(job)
        return Usage(cpu=found[0], memory=found[1], processes=found[2]) if found else None

    def _prepare(self, command: Command, place: Place, scratch: Path) -> Command:
        files.folder(scratch / "tmp")
        root = place.tree.root
        if command.copy:
            from eee_ci.tree import export

            root = str(scratch / "tree")
            root = str(export(place.tree, Path(root)))
        for step in command.steps:
            files.folder((scratch / step.stdout).parent)
        values = {"root": root, "scratch": str(scratch), "cache": place.cache, "python": place.python}
        for name, content in command.give.items():
            plain.put(scratch / name, placing.filled(name, content, values))
        return placing.final(command, values)

    def _finish(self, job: str, outcome: Outcome) -> Outcome:
        if job not in self._jobs:  # there was not even a folder
            return outcome
        scratch, command = self._jobs.pop(job)
        try:
            streams = tuple(step.stdout for step in command.steps if step.stdout)
            return replace(outcome, files=files.kept(scratch, (*command.keep, *streams), LARGEST))
        finally:
            files.discard(scratch)
