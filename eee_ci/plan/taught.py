"""What a run of chosen test files tells, with what is remembered of the others, and what it teaches."""

from eee_ci import gates, selection, text
from eee_ci.memory import Manifest
from eee_ci.model import Gate, Outcome
from eee_ci.plan.keys import Keys
from eee_ci.plan.said import Learned, Said
from eee_ci.plan.selected import COVERAGE, STATES, Selection
from eee_ci.ports import Site
from eee_ci.readers import selected
from eee_ci.selection import Record, State


def read(gate: Gate, site: Site, outcome: Outcome, chosen: Selection) -> Said:
    """What the tests said, together with what is remembered."""
    covers = gates.SELECTING[gate.tool].covers(gate)
    if little := selected.little(outcome, chosen.choice, covers=covers):
        return Said(reading=None, widened=little)
    if lost := selected.lost(outcome, chosen.choice, chosen.state):
        return Said(reading=None, widened=f"they cover less of {text.path(min(lost))} than before", lost=lost)
    told = gates.TABLE[gate.tool].read(gate, site, outcome)
    record = selected.record(outcome)
    if doubt := _doubt(record, chosen):
        return Said(reading=None, widened=doubt)
    whole = selected.completed(told, chosen.choice, chosen.state)
    if record is None or told.errors:
        return Said(reading=whole)
    state = selection.learn(
        chosen.state,
        chosen.choice,
        record=record,
        cases=selected.by_name(told.cases),
        tree=chosen.tree,
        env_key=chosen.env_key,
    )
    chance = selected.unsteady(outcome, chosen.lost, site.root)
    state = selection.with_unsteady(state, chosen.state, chance)
    learned = Learned(state=selection.pack(state), coverage=outcome.files.get(selected.AFTER))
    return Said(reading=whole, learned=learned)


def _doubt(record: Record | None, chosen: Selection) -> str:
    """Why it cannot be told from what ran what the others would come to, or all in their own order."""
    state = chosen.state or State()
    if not chosen.choice.skip:
        return selection.displaced(record, chosen.choice, state) if record else ""
    if record is None:
        return "what they did was not recorded"
    return (
        selection.doubt(record)
        or selection.disturbed(record, chosen.choice, state)
        or selection.reminded(record, chosen.choice, state, chosen.tree)
    )


def recalled(gate: Gate, manifest: Manifest, known: Keys) -> None:
    """What a run taught that was remembered as a whole is the newest knowledge again."""
    noted = known.store.latest(STATES, known.scope(gate))
    if manifest.key in noted[1:]:
        known.store.note(STATES, known.scope(gate), manifest.key)


def keep(gate: Gate, manifest: Manifest, known: Keys, learned: Learned) -> None:
    """Keep what a run taught."""
    key = manifest.key
    if learned.coverage is not None and not known.store.put(COVERAGE, key, learned.coverage):
        return
    if known.store.put(STATES, key, learned.state):
        known.store.note(STATES, known.scope(gate), key)
