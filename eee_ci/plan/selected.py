"""Test gates: only the test files that an edit can have broken run, the others are remembered."""

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from eee_ci import memory, selection, text
from eee_ci.memory import Manifest, Remembered
from eee_ci.memory import manifest as manifests
from eee_ci.model import Command, Gate, Noun, Tree
from eee_ci.plan.keys import Keys
from eee_ci.readers import selected
from eee_ci.selection import Choice, State

STATES, COVERAGE = "tests", "coverage"
NEAR = 4  # how many states are looked at, each of which costs some milliseconds
LITTLE = 0.1  # of the tests' time: an earlier state has to save more than that
Mode = Literal["all", "affected-first", "affected"]


class Selection(Noun, frozen=True, kw_only=True):
    """What is chosen, by what was known; `before` is the remembered coverage. `key` names the run that it was
    learned in; `loopback` says that connections within the process of the tests are trusted. `lost` are lines
    for whose sake all test files run."""

    choice: Choice
    env_key: str
    tree: Tree
    key: str = ""
    state: State | None = None
    before: bytes | None = None
    loopback: bool = False
    lost: selected.Lines = {}

    @property
    def everything(self) -> "Selection":
        """The same for a run of all test files, in their own order."""
        choice = Choice(run=(*self.choice.run, *self.choice.skip))
        return msgspec.structs.replace(self, choice=choice, before=None)


def select(
    gate: Gate, manifest: Manifest, known: Keys, environ: Mapping[str, str], *, covers: bool
) -> Selection | None:
    """The choice for a test gate; None where its tests are neither chosen nor followed."""
    mode = _mode(gate, environ)
    if mode == "all":
        return None
    # coverage is remembered with absolute paths: another checkout has to learn for itself
    env_key = manifests.digest([manifest.facts, sorted(known.ignored.items()), known.tree.root])
    loopback = bool(gate.options.get("loopback"))
    best: Selection | None = None
    doubtful: set[str] = set()  # by the newest: what failed is not taken for passed by going further back
    for key, state in _states(known, gate, env_key):
        choice = selection.choose(state, known.tree, env_key=env_key)
        if mode == "affected-first":
            choice = msgspec.structs.replace(choice, run=(*choice.run, *choice.skip), skip=())
        chosen = Selection(
            choice=choice, env_key=env_key, tree=known.tree, key=key, state=state, loopback=loopback
        )
        if best is None:
            doubtful = {path for path, one in state.known.items() if one.doubts} if state else set()
        if best is None or (_saves(chosen, best) and doubtful.isdisjoint(choice.skip)):
            best = chosen
        if mode == "affected-first" or share(best) <= LITTLE:
            break
    return _covered(best, known) if best and covers and best.choice.skip else best


def _saves(chosen: Selection, best: Selection) -> bool:
    """Does the choice by an earlier state run fewer files, and in less time?"""
    return len(chosen.choice.run) < len(best.choice.run) and share(chosen) + LITTLE < share(best)


def _covered(chosen: Selection, known: Keys) -> Selection:
    """With the coverage of what is skipped, without which everything runs."""
    before = known.store.get(COVERAGE, chosen.key)
    if before is not None:
        return msgspec.structs.replace(chosen, before=before)
    why = "the remembered coverage is gone"
    everything = chosen.everything
    choice = msgspec.structs.replace(everything.choice, all_because=why)
    return msgspec.structs.replace(everything, choice=choice)


def remembered(chosen: Selection, known: Keys) -> Remembered | None:
    """What the tests said before, where no test file can be affected and no measured line has moved."""
    choice = chosen.choice
    if choice.run or not choice.skip or choice.maps or choice.drop:
        return None
    return memory.known(known.store, chosen.key, known.tree.root)


def some(chosen: Selection) -> Selection:
    """At least one test: pytest calls it an error when there is none, and coverage of edited files is put
    together around a run."""
    return msgspec.structs.replace(chosen, choice=_some(chosen.choice, chosen.state))


def _some(choice: Choice, state: State | None) -> Choice:
    if not choice.skip or state is None or any(_holds(state, path) for path in choice.run):
        return choice
    holding = [path for path in choice.skip if _holds(state, path)]
    if choice.run and not holding:
        return choice
    quickest = min(holding or choice.skip, key=lambda path: (state.known[path].recorded.seconds, path))
    rest = tuple(path for path in choice.skip if path != quickest)
    kept = tuple(label for label in choice.kept if label != f"file:{quickest}")
    others = (
        "no other one that has to run is known to hold a test"
        if choice.run
        else "no test file can be affected"
    )
    why = {**choice.why, quickest: f"{others}; the quickest one runs"}
    run = tuple(sorted((*choice.run, quickest)))
    return msgspec.structs.replace(choice, run=run, skip=rest, kept=kept, why=why)


def _holds(state: State, path: str) -> bool:
    """Had it tests that ran?"""
    return path in state.known and bool(state.known[path].cases)


def _mode(gate: Gate, environ: Mapping[str, str]) -> Mode:
    """By default everything runs where nobody waits, and only what can be affected where somebody does."""
    wish = gate.options.get("select", "auto")
    if wish != "auto":
        return {"all": "all", "affected-first": "affected-first", "affected": "affected"}[wish]  # type: ignore[return-value]  # the values of the option
    return "affected-first" if environ.get("CI") else "affected"


def _states(known: Keys, gate: Gate, env_key: str) -> Iterator[tuple[str, State | None]]:
    """What was known last in the same environment, the newest first: whoever goes back, or to another branch
    and on, is nearer to an earlier state. Where there is none, the newest of any, which explains."""
    newest: tuple[str, State | None] = ("", None)
    count = 0
    for key in known.store.latest(STATES, known.scope(gate)):
        data = known.store.get(STATES, key)
        state = selection.unpack(data) if data is not None else None
        if state is None:
            continue
        if state.env_key == env_key:
            yield key, state
            count += 1
        elif newest[1] is None:
            newest = (key, state)
        if count == NEAR:
            return
    if not count:
        yield newest


def told(choice: Choice) -> tuple[str, ...]:
    """How many test files run, or why all of them."""
    if choice.skip:
        return (f"{len(choice.run)} of {text.count(len(choice.run) + len(choice.skip), 'test file')} run",)
    return (f"all test files run: {choice.all_because}",) if choice.all_because else ()


def share(chosen: Selection) -> float:
    """Which part of the tests' time the chosen files took before; all of it where that is not known."""
    if chosen.state is None or not chosen.choice.skip:
        return 1.0
    spent = {path: one.recorded.seconds for path, one in chosen.state.known.items()}
    rest = sum(spent.get(path, 0.0) for path in chosen.choice.skip)
    total = sum(spent.values())
    return max(0.05, 1 - rest / total) if total else 1.0


def command(whole: Command, chosen: Selection, *, covers: bool) -> Command:
    """The command with the recorder at work."""
    return selected.recorded(
        whole, chosen.choice, before=chosen.before, covers=covers, loopback=chosen.loopback
    )
