"""What test files leave changed in their process. Others may come to something else after it: so who does it
always runs, and when that is another thing than before, all run."""

from eee_ci import text
from eee_ci.selection.record import Record
from eee_ci.selection.state import Choice, State

LEFT = "leaves behind a change of "  # so the recorder begins


def other(record: Record, choice: Choice, state: State) -> str:
    """Why the files that ran leave another process than they did before; empty when they do not."""
    now = {path: _left(recorded.untrusted) for path, recorded in record.files.items()}
    before = {path: _left(state.known[path].doubts) for path in choice.run if path in state.known}
    known = frozenset[str]().union(*(_left(one.doubts) for one in state.known.values()))
    for path in sorted(now.keys() | before.keys()):
        found = now.get(path, frozenset())
        if new := sorted(found - known):
            return f"{text.path(path)} {new[0]}"
        if (found or before.get(path)) and not _by_doubt(path, choice, state):
            return f"{text.path(path)} may leave behind another process than before"
    gone = sorted(frozenset[str]().union(*before.values()) - frozenset[str]().union(*now.values()))
    return f"nothing {gone[0]} any more" if gone else ""


def _left(reasons: tuple[str, ...]) -> frozenset[str]:
    return frozenset(line for reason in reasons if (line := text.line(reason)).startswith(LEFT))


def _by_doubt(path: str, choice: Choice, state: State) -> bool:
    """Does it run only because it always does?"""
    known = state.known.get(path)
    return known is not None and choice.why.get(path) in known.doubts
