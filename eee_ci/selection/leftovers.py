"""What test files leave changed in their process. Others may come to something else after it: so who does it
always runs, and when that is another thing than before, all run.

Not so where that is a filled cache (`caches`): whoever comes next fills it, and must fill it with the same.
"""

import re
from collections.abc import Iterable

from eee_ci import text
from eee_ci.selection.record import Record
from eee_ci.selection.state import Choice, Known, State

LEFT = "leaves behind a change of "  # so the recorder begins
UNCLEAR = "may leave behind another process than before"
CONTENT = "[...]"
# So it ends where it can be told whether it is the same: in every case, or where a cache is filled with it
_SIGN = re.compile(r" (?:\([0-9a-f]{8}\)|\[[0-9a-f]{8}\])$")
_PLAIN = re.compile(r" \([0-9a-f]{8}\)$")


def disturbed(record: Record, choice: Choice, state: State) -> str:
    """Why the files that ran leave another process than they did before; empty when they do not."""
    now = {path: left(recorded.untrusted) for path, recorded in record.files.items()}
    before = {path: _all(state.known[path]) for path in choice.run if path in state.known}
    known = names(line for one in state.known.values() for line in _all(one))
    cached = _cached(state)
    if odd := _odd({**now, "": left(record.shared.untrusted)}, cached):
        return odd
    for path in sorted(now.keys() | before.keys()):
        found, was = now.get(path, frozenset()), before.get(path, frozenset())
        if new := sorted(names(found) - known):
            return f"{text.path(path)} {new[0]}"
        moved = not _by_doubt(state.known.get(path), choice.why.get(path, ""))
        if moved and (found - cached != was - cached or not _signed(found - cached)):
            return f"{text.path(path)} {UNCLEAR}"
    gone = sorted(names(*before.values()) - names(*now.values()))
    return f"nothing {gone[0]} any more" if gone else ""


def displaced(record: Record, choice: Choice, state: State) -> str:
    """Why it may come of the order in which all ran, affected ones first; empty when it does not."""
    if choice.skip or not choice.first:
        return ""
    cached = _cached(state)
    for path, recorded in sorted(record.files.items()):
        if path not in choice.fixed and (new := sorted(left(recorded.untrusted) - cached)):
            return f"they ran in another order, and {text.path(path)} {new[0]}"
    return ""


def unclear(known: Known) -> bool:
    """Does it leave something of which it cannot be told whether it is the same?"""
    return not _signed(left(known.doubts))


def left(reasons: Iterable[str]) -> frozenset[str]:
    """Those reasons that say what is left."""
    return frozenset(line for reason in reasons if (line := text.line(reason)).startswith(LEFT))


def names(*lines: Iterable[str]) -> frozenset[str]:
    """The same without their signs."""
    return frozenset(_SIGN.sub("", line) for some in lines for line in some)


def bound(line: str) -> str:
    """What is said of the name where a line is about what is in it."""
    return _SIGN.sub("", line).removesuffix(CONTENT)


def is_signed(line: str) -> bool:
    """Can it be told of a filled cache whether it is the same?"""
    return _SIGN.search(line) is not None


def _odd(now: dict[str, frozenset[str]], cached: frozenset[str]) -> str:
    """Who fills a cache that another one fills, and not with the same."""
    of_caches = names(cached)
    for path, found in sorted(now.items()):
        if any(line not in cached for line in found if _SIGN.sub("", line) in of_caches):
            return f"{text.path(path) if path else 'pytest'} {UNCLEAR}"
    return ""


def _cached(state: State) -> frozenset[str]:
    """What caches are filled with, by anybody."""
    return frozenset(line for one in state.known.values() for line in one.fills)


def _all(known: Known) -> frozenset[str]:
    return left((*known.doubts, *known.fills))


def _signed(lines: Iterable[str]) -> bool:
    return all(map(_PLAIN.search, lines))


def _by_doubt(known: Known | None, why: str) -> bool:
    """Does it run only because it always does?"""
    return known is not None and why in known.doubts
