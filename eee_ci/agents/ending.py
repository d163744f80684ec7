"""The end of a run: patches and reports are written, what was accepted is applied where that is wanted."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from eee_ci import files, history, text, workspace
from eee_ci import tree as trees
from eee_ci.agent import Patch, Result, Stage
from eee_ci.agents import deliver, mails
from eee_ci.agents.analysis import HISTORY
from eee_ci.agents.journal import Journal
from eee_ci.agents.planner import Plan
from eee_ci.agents.resuming import Order
from eee_ci.agents.work import Ended
from eee_ci.errors import EeeCiError
from eee_ci.model import Cost, Finding, Tree
from eee_ci.tree.content import PLAIN
from eee_ci.workspace import Private


class End(NamedTuple):
    """A run whose items all have their results, or that was stopped."""

    order: Order
    log: Journal
    folder: Path
    private: Private
    plan: Plan
    results: Mapping[str, Result]
    tip: str
    findings: tuple[Finding, ...] = ()  # on the roster

    @property
    def listed(self) -> tuple[Result, ...]:
        """In the order of the plan."""
        return tuple(self.results[item.id] for item in self.plan.items if item.id in self.results)


def stopped(end: End, root: Path) -> Stage:
    """What there is of a run that a signal stopped; its place stays, to be resumed."""
    note = f"the run was stopped: `eee-ci agents resume {end.order.run}` goes on with it"
    end.log.note("stopped")
    return replace(_stage(end, root), notes=(note,))


def delivered(end: End, root: Path) -> Stage:
    """Everything in the folder of the run, and in the work tree what is to be there. Killed on the way, it is
    done once more with the same end."""
    whole = end.private.patch(end.private.base, end.tip)
    deliver.patches(end.folder, end.private, end.listed, whole)
    files.publish(end.folder / deliver.MAILS, mails.of(end.private, end.tip))
    notes: tuple[str, ...] = ()
    applied = False
    if end.order.mode == "apply" and whole.changes:
        applied, notes = _applied(end, root, whole)
    stage = replace(_stage(end, root), applied=applied, notes=(*notes, *_remembered(end, root)))
    deliver.report(end.folder, stage, whole, end.plan.said)
    end.log.note("delivered", stage=stage)
    tidied(end.log, end.private.place.folder)
    return stage


def tidied(log: Journal, place: Path) -> None:
    """Nothing is left outside of the folder of the run; only then it is finished."""
    files.discard(place)
    log.note("finished")


def _applied(end: End, root: Path, whole: Patch) -> tuple[bool, tuple[str, ...]]:
    """Write what is not there yet: an earlier process may have got half-way. What somebody else changed
    meanwhile stays as it is, and then nothing is written."""
    for parent in {(root / change.path).parent for change in whole.changes}:
        files.sweep(parent)
    now = trees.snapshot(root)
    left = tuple(change for change in whole.changes if not _is_there(now, change.path, whole))
    end.log.note("applying", files=[change.path for change in whole.changes])
    try:
        workspace.apply(root, now, replace(whole, changes=left), end.private)
    except EeeCiError as error:
        return False, (f"not applied: {text.line(error.message)} ({error.hint})",)
    end.log.note("applied")
    return True, ()


def _is_there(now: Tree, path: str, whole: Patch) -> bool:
    change = next(each for each in whole.changes if each.path == path)
    mode = now.modes.get(path, PLAIN) if path in now.files else None
    return (now.files.get(path), mode) == (change.after, change.mode_after)


def _stage(end: End, root: Path) -> Stage:
    read = end.log.read()
    begun, last = read.lines[0].at, read.lines[-1].at
    layers = dict.fromkeys(
        layer for line in read.of("ended") for layer in msgspec.convert(line.facts["ended"], Ended).layers
    )
    return Stage(
        run=end.order.run,
        task=end.order.task,
        mode="apply" if end.order.mode == "apply" else "suggest",
        base=end.private.user,
        folder=str(end.folder.relative_to(root)),
        started=begun,
        seconds=round((_moment(last) - _moment(begun)).total_seconds(), 3),
        sandbox=tuple(layers),
        results=end.listed,
        findings=end.findings,
    )


def _moment(at: str) -> datetime:
    return datetime.fromisoformat(at)


def _remembered(end: End, root: Path) -> Iterator[str]:
    """What items cost and whether anything came of them, for the next analysis."""
    costs = {
        f"{HISTORY}{result.agent}": Cost(seconds=result.seconds, cpu=result.cpu, peak=result.peak)
        for result in end.listed
        if result.seconds is not None
    }
    failed = [
        f"{HISTORY}{result.agent}" for result in end.listed if result.end not in ("accepted", "unverified")
    ]
    if said := history.record(root, costs, failed=failed):
        yield said
