"""Faults in plain words: where, what was found, what is wanted, and the name that was probably meant."""

from collections.abc import Collection, Iterable
from itertools import islice

from eee_ci import text
from eee_ci.config.nodes import Node, Place
from eee_ci.errors import Fault

MOST = 20  # names that a message lists
MOST_COMPARED = 300
LONGEST = 60  # characters of a value that a message repeats


def fault(place: Place, path: str, message: str) -> Fault:
    return Fault(place.file, place.line, place.column, f"{text.line(path)}: {message}" if path else message)


def quoted(raw: str) -> str:
    """What stood in the file, harmless and short, in quotes."""
    shown = text.line(raw)
    return f"'{shown if len(shown) <= LONGEST else shown[:LONGEST] + '…'}'"


def found(node: Node) -> str:
    match node.value:
        case dict():
            return "a map"
        case list():
            return "a list"
        case None:
            return node.written or "nothing"
        case str():
            return quoted(node.value)
        case _:
            return text.line(node.written)


def listed(names: Iterable[str]) -> str:
    shown = list(islice(names, MOST + 1))
    return ", ".join(shown if len(shown) <= MOST else [*shown[:MOST], "…"])


def near(name: str, names: Collection[str]) -> str:
    """` (did you mean 'x'?)`, or nothing when no name is close. Among very many names none is looked for:
    a file with a thousand wrong ones would take seconds."""
    from difflib import get_close_matches

    if len(names) > MOST_COMPARED:
        return ""
    close = get_close_matches(name[:LONGEST].lower(), sorted(names), n=1)
    return f" (did you mean '{close[0]}'?)" if close else ""


def joined(path: str, key: str) -> str:
    short = key if len(key) <= LONGEST else key[:LONGEST] + "…"
    return f"{path}.{short}" if path else short
