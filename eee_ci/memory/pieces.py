"""What was said of single files, in one pack a gate: a look-up for all of them, however many there are."""

from collections.abc import Iterable, Mapping

import msgspec

from eee_ci.model import Cost, Noun, Reading
from eee_ci.ports import Store

KIND = "pieces"
CONTENTS = 4  # as many contents of a file are remembered, of other branches for instance


class Pack(Noun, frozen=True, kw_only=True):
    """Readings by path and content id, the newest content last; what the last run cost, and when it was."""

    readings: dict[str, dict[str, Reading]] = {}
    names: tuple[str, ...] | None = None  # the files that the last whole run looked at
    cost: Cost = Cost()
    when: str = ""


def load(store: Store, key: str) -> Pack | None:
    """The pack of a gate, None where there is none."""
    data = store.get(KIND, key)
    try:
        return None if data is None else msgspec.msgpack.decode(data, type=Pack)
    except msgspec.DecodeError:  # of another version of eee-ci
        return None


def known(pack: Pack, names: Iterable[str], ids: Mapping[str, str]) -> dict[str, Reading]:
    """What is remembered of these files as they are now."""
    found = ((name, pack.readings.get(name, {}).get(ids.get(name, ""))) for name in names)
    return {name: reading for name, reading in found if reading is not None}


def keep(
    store: Store,
    key: str,
    told: Mapping[str, Reading],
    ids: Mapping[str, str],
    *,
    whole: bool,
    cost: Cost,
    when: str,
) -> None:
    """Add what was said of some files; of the `whole` run they are all that it looked at."""
    pack = load(store, key) or Pack()  # another run may have added to it meanwhile
    readings = dict(pack.readings)
    for name, reading in told.items():
        older = {found: one for found, one in readings.get(name, {}).items() if found != ids[name]}
        readings[name] = dict([*older.items(), (ids[name], reading)][-CONTENTS:])
    names = tuple(sorted(told)) if whole else pack.names
    fresh = Pack(readings=readings, names=names, cost=cost, when=when)
    store.put(KIND, key, msgspec.msgpack.encode(fresh))
