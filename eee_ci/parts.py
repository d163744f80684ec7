"""Readings of single files: taken from a reading of many, and put together to exactly the whole again."""

from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from eee_ci import reading
from eee_ci.model import Command, Finding, Outcome, Reading, Step
from eee_ci.ports import How

ARGUMENTS = 100_000  # bytes of file names in one command line; the system takes more, but not everywhere


def split(whole: Reading, told: Mapping[str, Mapping[str, float]]) -> dict[str, Reading] | None:
    """The reading file by file. `told` has the measures of each file that was looked at. None where
    something belongs to none of them: nothing may get lost."""
    if whole.errors or whole.notes or whole.cases or whole.files:
        return None
    found: dict[str, list[Finding]] = {path: [] for path in told}
    for finding in whole.findings:
        if finding.path not in found:
            return None
        found[finding.path].append(finding)
    return {
        path: Reading(findings=tuple(found[path]), measures=dict(measures)) for path, measures in told.items()
    }


def joined(pieces: Iterable[Reading], how: Mapping[str, How]) -> Reading:
    """The readings as one. A measure that one of them does not know is not known of all."""
    known = list(pieces)
    findings = sorted((finding for one in known for finding in one.findings), key=reading.order)
    return Reading(findings=tuple(findings), measures=dict(_measures(known, how)))


def _measures(pieces: list[Reading], how: Mapping[str, How]) -> Iterator[tuple[str, float]]:
    for name, way in how.items():
        values = [one.measures[name] for one in pieces if name in one.measures]
        if len(values) == len(pieces):
            yield name, sum(values) if way == "sum" else max(values, default=0.0)


def batches(files: Iterable[str]) -> list[tuple[str, ...]]:
    """The files in lots that fit into a command line each; never none."""
    lots: list[list[str]] = [[]]
    room = ARGUMENTS
    for file in files:
        size = len(file.encode("utf-8", "surrogateescape")) + 1
        if size > room and lots[-1]:
            lots.append([])
            room = ARGUMENTS
        lots[-1].append(file)
        room -= size
    return [tuple(lot) for lot in lots]


def numbered(report: str, lot: int) -> str:
    """The name of a lot's report."""
    return f"{lot}-{report}" if lot else report


def command(
    files: Iterable[str], reports: Iterable[str], make: Callable[[tuple[str, ...], int], Iterable[Step]]
) -> Command:
    """A command that judges all the lots; `make` makes the steps of one, given its number."""
    lots, names = batches(files), tuple(reports)
    steps = (step for number, lot in enumerate(lots) for step in make(lot, number))
    keep = (numbered(name, number) for number in range(len(lots)) for name in names)
    return Command(steps=tuple(steps), keep=tuple(keep))


def slices(outcome: Outcome, reports: Iterable[str], lots: int, steps: int = 1) -> list[Outcome]:
    """The outcome of each lot, as if it had been the only one; the caller knows that all of them ran."""
    names = tuple(reports)
    ran = outcome.steps[-lots * steps :]
    return [
        msgspec.structs.replace(
            outcome,
            steps=ran[lot * steps : (lot + 1) * steps],
            files={
                name: outcome.files[numbered(name, lot)]
                for name in names
                if numbered(name, lot) in outcome.files
            },
        )
        for lot in range(lots)
    ]
