"""When files run something that remembers for the first time, others may find what it remembered."""

from eee_ci import text
from eee_ci.model import Tree
from eee_ci.selection import memory
from eee_ci.selection.record import NOTHING, Record
from eee_ci.selection.resolving import Resolved
from eee_ci.selection.state import State


def reminded(record: Record, state: State, tree: Tree) -> str:
    """Which file ran something that remembers, and did not before an edit of what that may call."""
    resolved = Resolved(tree)
    before = {"": state.shared, **{path: known.recorded for path, known in state.known.items()}}
    for path, raw in {"": record.shared, **record.files}.items():
        now, was = resolved.of(raw)[0], before.get(path, NOTHING)
        new = memory.ran(now, state.remembering, state.measured)
        if new := new - memory.ran(was, state.remembering, state.measured):
            place, name = min(new)
            return f"{text.path(path) if path else 'pytest'} ran {text.line(name)} of {text.path(place)} anew"
    return ""
