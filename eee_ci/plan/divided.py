"""Gates that can judge file by file: only files that nothing is remembered of go out."""

import msgspec

from eee_ci import gates, parts
from eee_ci.memory import Remembered, pieces
from eee_ci.memory import manifest as manifests
from eee_ci.model import Command, Gate, Noun, Outcome, Reading
from eee_ci.plan.keys import Keys
from eee_ci.plan.said import Said
from eee_ci.ports import Divided, Inputs, Site


class Division(Noun, frozen=True, kw_only=True):
    """What is known of the files of a gate. `stale` go out; None: the whole run does, since nobody knows yet
    which files it looks at."""

    key: str
    known: dict[str, Reading] = {}
    stale: tuple[str, ...] | None = None

    @property
    def partial(self) -> bool:
        """Is there enough known that only the stale files go out?"""
        return bool(self.stale and self.known)

    @property
    def everything(self) -> "Division":
        """The same for a whole run."""
        return Division(key=self.key)


def divide(gate: Gate, site: Site, known: Keys, *, limits: object) -> Division | None:
    """What is remembered file by file; None where the gate is not like that here."""
    adapter, needed = gates.DIVIDED.get(gate.tool), known.inputs(gate, site)
    if adapter is None or isinstance(needed, str) or needed.files is None:
        return None
    names = adapter.files(gate, site)
    key = _key(adapter, gate, site, known, needed, limits=limits, listed=names is not None)
    pack = pieces.load(known.store, key)
    names = pack.names if names is None and pack else names
    if names is None or pack is None:
        return Division(key=key)
    told = pieces.known(pack, names, known.files)
    return Division(key=key, known=told, stale=tuple(name for name in names if name not in told))


def _key(
    adapter: Divided, gate: Gate, site: Site, known: Keys, needed: Inputs, *, limits: object, listed: bool
) -> str:
    """All that decides but the judged files themselves; and their names, where only the tool knows which of
    them it looks at."""
    command = adapter.part(gate, site, ("{file}",))
    facts = known.facts(gate, {}, site, command, needed)
    configs = {path: known.files.get(path, "") for path in needed.files or ()}
    paths = () if listed else tuple(known.files)
    return manifests.digest([facts, configs, paths, msgspec.to_builtins(limits) if needed.limits else None])


def remembered(gate: Gate, division: Division, known: Keys) -> Remembered | None:
    """The whole, where every file of it is remembered."""
    if division.stale != ():
        return None
    reading = _whole(gates.DIVIDED[gate.tool], gate, division.known)
    pack = pieces.load(known.store, division.key)
    return (
        None
        if pack is None or reading.errors
        else Remembered(reading=reading, cost=pack.cost, when=pack.when)
    )


def command(gate: Gate, site: Site, division: Division) -> Command | None:
    """The command for the stale files; None where the whole run does as well."""
    if not division.stale or not division.partial:
        return None
    return gates.DIVIDED[gate.tool].part(gate, site, division.stale)


def read(gate: Gate, site: Site, outcome: Outcome, division: Division) -> Said:
    """What was said, of the whole and of each file. Raises ReportError as adapters do."""
    adapter = gates.DIVIDED[gate.tool]
    if not division.partial:
        reading = adapter.read(gate, site, outcome)
        told = None if reading.errors else adapter.pieces(gate, site, outcome, None)
        return Said(reading=reading, pieces=told or {})
    told = adapter.pieces(gate, site, outcome, division.stale)
    if told is None:
        return Said(reading=None)
    return Said(reading=_whole(adapter, gate, {**division.known, **told}), pieces=told, part=True)


def _whole(adapter: Divided, gate: Gate, told: dict[str, Reading]) -> Reading:
    return adapter.total(gate, parts.joined((told[name] for name in sorted(told)), adapter.MEASURES))


def keep(division: Division, said: Said, known: Keys, found: Remembered) -> None:
    """Keep what was said of single files."""
    if said.pieces and said.pieces.keys() <= known.files.keys():
        pieces.keep(
            known.store,
            division.key,
            said.pieces,
            known.files,
            whole=not said.part,
            cost=found.cost,
            when=found.when,
        )
