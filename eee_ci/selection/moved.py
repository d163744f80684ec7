"""All that moved since a state, and what of it a record depends on."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from itertools import chain

from eee_ci import text
from eee_ci.model import Tree
from eee_ci.selection import ground, memory
from eee_ci.selection.changes import MODULES, Changes, base, stem
from eee_ci.selection.edits import Edits
from eee_ci.selection.record import Recorded
from eee_ci.selection.state import State, ids


class Moved:
    """All that moved since the state, asked for each record."""

    def __init__(self, state: State, tree: Tree) -> None:
        self._state = state
        self.changes = changes = Changes(state.files, ids(tree))
        self.edits = Edits(state, tree)
        self._outside = {
            path for path, old in state.outside.items() if ground.look_again(tree.root, path, old) != old
        }
        self._touched = changes.edited | changes.deleted
        self._absent = changes.appeared | self._outside
        self._stats = changes.edited | changes.gone | self._outside
        self._data = self._touched | self._outside
        stems = {stem(path) for path in changes.added if path.endswith(MODULES)}
        self._importers = _importers(state, stems | changes.made)
        self._displaced = {path for path in state.imported if stems and not stems.isdisjoint(_places(path))}

    def reasons(self, recorded: Recorded) -> Iterator[str]:
        """Why this record may not hold any more, a sentence each."""
        yield from self._world(recorded)
        yield from self._modules(recorded)

    def remembered(self) -> dict[str, str]:
        """Modules that may remember something of what moved, such as a file that one test read for all."""
        records = [self._state.shared, *(known.recorded for known in self._state.known.values())]
        return {
            path: f"{text.path(path)} may remember that {reason}"
            for one in records
            if (reason := next(self._world(one), ""))
            for path in self._minding(one)
        }

    def _minding(self, recorded: Recorded) -> set[str]:
        """The modules of which something that remembers ran there, or when they were imported."""
        state = self._state
        early = {
            path
            for path in recorded.modules
            if not set(state.remembering.get(path, ())).isdisjoint(state.import_executed.get(path, ()))
        }
        return early.union(path for path, _ in memory.ran(recorded, state.remembering, state.measured))

    def _world(self, recorded: Recorded) -> Iterator[str]:
        for path in _hit(self._data, recorded.data) or _hit(self._stats, recorded.stats):
            yield self._sentence(path)
        for path in _hit(self._absent, recorded.absent):
            yield f"{text.path(path)}, which was looked for, is there now"
        for path in _hit(self.changes.listed, recorded.listings):
            yield f"the list of files in {text.path(path)} changed"

    def _modules(self, recorded: Recorded) -> Iterator[str]:
        executed = recorded.executed or {}
        for path in _hit(self._data, chain(recorded.modules, executed)):
            if path not in self.changes.edited:
                yield self._sentence(path)
            elif reason := self.edits.reason(path, recorded):
                yield reason
        for path in _hit(self._importers, recorded.modules):
            yield f"{text.path(path)} may import what is new"
        for path in _hit(self._displaced, recorded.modules):
            yield f"a new module may stand in the place of {text.path(path)}"

    def _sentence(self, path: str) -> str:
        verb = "changed" if path in self._outside else self.changes.verb(path)
        return f"{text.path(path)} {verb}"


def _hit(moved: AbstractSet[str], paths: Iterable[str]) -> list[str]:
    return sorted({path for path in paths if path in moved}) if moved else []


def _places(path: str) -> Iterator[str]:
    """Where a module is imported from, and the packages that it is in."""
    place = stem(path)
    while place:
        yield place
        place = place.rpartition("/")[0]


def _importers(state: State, new: Iterable[str]) -> frozenset[str]:
    """The files that import a word which a new module or folder may be meant by."""
    return frozenset(path for place in new for path in state.importers.get(base(place), ()))
