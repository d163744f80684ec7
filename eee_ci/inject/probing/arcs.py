"""Keeps the arcs of files that were run, as probes note them."""

from __future__ import annotations

import types
from typing import Any

from .flow import YIELD, Arc


class Slots(dict[int, None]):
    """The numbers of the arcs of one file that were run. It is a constant of code, which can be hashed."""

    __hash__ = object.__hash__  # type: ignore[assignment]  # a dict's is None

    def emptied(self) -> list[int]:
        """What was in it; a thread may be adding to it."""
        found = list(self)
        for number in found:
            del self[number]
        return found

    def __reduce__(self) -> Any:
        return dict, ()  # in another process nobody asks for them


class Again:
    """The arc of what is raised again: the interpreter goes back to the step that it came from first, which
    is noted, and looks at that one. From some steps there is no arc."""

    def __init__(self, arc: Arc) -> None:
        self.slots, self.arc = Slots(), arc
        self.silent: set[int] = set()

    def settle(self, code: types.CodeType) -> None:
        """What was thrown in at a `yield` is no end to coverage.py; within a line there is no change."""
        if self.arc[1] < 0:
            raw = code.co_code
            self.silent.update(at for at in range(len(raw) // 2) if raw[2 * at] == YIELD)  # fillers are zero
        else:
            for begin, end, line in code.co_lines():
                self.silent.update(range(begin // 2, end // 2) if line == self.arc[1] else ())


class Seen:
    """The arcs of one file."""

    def __init__(self) -> None:
        self.slots = Slots()
        self.numbers: dict[Arc, int] = {}
        self.arcs: list[Arc] = []
        self.again: list[Again] = []

    def number(self, arc: Arc) -> int:
        if arc not in self.numbers:
            self.numbers[arc] = len(self.arcs)
            self.arcs.append(arc)
        return self.numbers[arc]

    def take(self, *, last: bool = False) -> list[Arc]:
        """The arcs that were run since the last time. Nothing is raised again without other arcs of its file:
        only at the last time it is looked for without any."""
        if not self.slots and not last:
            return []
        found = [self.arcs[number] for number in self.slots.emptied()]
        return found + [again.arc for again in self.again if set(again.slots.emptied()) - again.silent]
