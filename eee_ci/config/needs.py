"""`needs` between gates: they name gates that are there, and never lead back."""

from collections.abc import Iterable, Mapping


def circles(needs: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """Each way that leads back to its start, as `(a, b, a)`; as many as have to be cut to end them all.
    Walked with a list of its own, as a chain of gates may be longer than Python's stack."""
    found: list[tuple[str, ...]] = []
    done: set[str] = set()
    for start in needs:
        way: dict[str, None] = {}
        todo = [(start, True)]
        while todo:
            name, arrives = todo.pop()
            if not arrives:
                way.popitem()
                done.add(name)
            elif name in way:
                names = list(way)
                found.append((*names[names.index(name) :], name))
            elif name in needs and name not in done:
                way[name] = None
                todo.append((name, False))
                todo.extend((need, True) for need in reversed(list(needs[name])))
    return found
