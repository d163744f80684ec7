"""What test files leave changed in their process. Others may come to something else after it: so who does it
always runs, and when that is another thing than before, all run."""

import re

from eee_ci import text
from eee_ci.selection.record import Record
from eee_ci.selection.state import Choice, Known, State

LEFT = "leaves behind a change of "  # so the recorder begins
UNCLEAR = "may leave behind another process than before"
_SIGN = re.compile(r" \([0-9a-f]{8}\)$")  # and so it ends where it can be told whether it is the same


def disturbed(record: Record, choice: Choice, state: State) -> str:
    """Why the files that ran leave another process than they did before; empty when they do not."""
    now = {path: _left(recorded.untrusted) for path, recorded in record.files.items()}
    before = {path: _left(state.known[path].doubts) for path in choice.run if path in state.known}
    known = _names(*(_left(one.doubts) for one in state.known.values()))
    for path in sorted(now.keys() | before.keys()):
        found, was = now.get(path, frozenset()), before.get(path, frozenset())
        if new := sorted(_names(found) - known):
            return f"{text.path(path)} {new[0]}"
        moved = not _by_doubt(state.known.get(path), choice.why.get(path, ""))
        if moved and (found != was or not _signed(found)):
            return f"{text.path(path)} {UNCLEAR}"
    gone = sorted(_names(*before.values()) - _names(*now.values()))
    return f"nothing {gone[0]} any more" if gone else ""


def unclear(known: Known) -> bool:
    """Does it leave something of which it cannot be told whether it is the same?"""
    return not _signed(_left(known.doubts))


def _left(reasons: tuple[str, ...]) -> frozenset[str]:
    return frozenset(line for reason in reasons if (line := text.line(reason)).startswith(LEFT))


def _names(*left: frozenset[str]) -> frozenset[str]:
    return frozenset(_SIGN.sub("", one) for some in left for one in some)


def _signed(left: frozenset[str]) -> bool:
    return all(map(_SIGN.search, left))


def _by_doubt(known: Known | None, why: str) -> bool:
    """Does it run only because it always does?"""
    return known is not None and why in known.doubts
