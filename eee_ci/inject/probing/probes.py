"""Puts probes into code of CPython 3.11 that note which arcs are run.

coverage.py's tracer is called for each line, and for it the interpreter looks at each step of everybody. The
arcs are known before: so a probe stands where the tracer would be told something, and the code of
libraries runs as it is. Where it cannot be known there is no probe, but `UndecidedError`.
"""

from __future__ import annotations

import types
from collections.abc import Iterable
from typing import Any

from .arcs import Again, Seen
from .assembly import NOWHERE, PLAIN, Handler, Word, located, settled, together, written
from .flow import ALWAYS, BACK, BACK_AT_ONCE, CODES, ENDS, RERAISE, RETURN, SEND, YIELD, Arc, Flow

NOP, COPY, LOAD, STORE = (CODES(name, -1) for name in ("NOP", "COPY", "LOAD_CONST", "STORE_SUBSCR"))
GENERATOR = CODES("RETURN_GENERATOR", -1)
END = written(STORE, 0)
ROOM = 5  # on the stack: a place, an exception, and the three words of a probe
OPPOSITE = {
    CODES(f"POP_JUMP_BACKWARD_IF_{one}", -1): CODES(f"POP_JUMP_FORWARD_IF_{other}", -1)
    for pair in (("TRUE", "FALSE"), ("NONE", "NOT_NONE"))
    for one, other in (pair, pair[::-1])
}


def probed(code: types.CodeType, seen: Seen) -> types.CodeType:
    """The same code, and all code in it, with probes. Raises UndecidedError."""
    inner = [probed(held, seen) if type(held) is types.CodeType else held for held in code.co_consts]
    made = Probed(code, seen, inner)
    raw, places, exceptions = together(made.words())
    ready = code.replace(
        co_code=raw,
        co_linetable=places,
        co_exceptiontable=exceptions,
        co_consts=tuple(inner),
        co_stacksize=code.co_stacksize + ROOM,
    )
    for again in made.again:
        again.settle(ready)
    seen.again += made.again
    return ready


class Probed(Flow):
    """The words of a code object with probes."""

    def __init__(self, code: types.CodeType, seen: Seen, consts: list[Any]) -> None:
        super().__init__(code)
        self.seen, self.consts = seen, consts
        self.nothing = written(LOAD, len(consts))
        self.begin = self.nothing + written(LOAD, len(consts) + 1)
        consts += [None, seen.slots]
        self.known: dict[Arc, bytes] = {}
        self.labels = len(self.parts.words)
        self.yields = any(word.operation == YIELD for word in self.parts.words)
        self.sent: dict[int, tuple[int, Arc]] = {}  # what is told when a SEND is over, by the step after it
        self.asides: dict[Any, int] = {}  # what is reached by a jump or an exception alone, behind all else
        self.caught: dict[tuple[int, Handler | None], Handler | None] = {}
        self.behind: list[Word] = []
        self.again: list[Again] = []

    def words(self) -> list[Word]:
        found: list[Word] = []
        words, _, handlers = self.parts
        for step, word in enumerate(words):
            word.label, word.handler, last = step, handlers[step], self.line(step)
            if step < self.entry:
                self.before(word)
                found.append(word)
            elif last is None:  # told on the way to this step
                found.append(word)
            else:
                found += self.step(step, word, last)
        return found + self.behind

    def before(self, word: Word) -> None:
        """Before all that is told; what is thrown into a generator that did not begin is."""
        if word.operation == GENERATOR:
            arc = self.leaves, self.leaves
            word.handler = Handler(self.aside(arc, arc, Word(RERAISE, 1)), 0, 1)

    def step(self, step: int, word: Word, last: int) -> Iterable[Word]:
        """A step, with what is told before and after it."""
        operation, handler = word.operation, word.handler
        if step != self.entry:
            word.handler = self.caught_by(operation, last, handler, step)
        found: list[Word] = []
        if step in self.sent:  # nothing but that jump leads here: the step before goes back
            label, arc = self.sent[step]
            found.append(self.probe(arc, label=label))
        if word.target is not None:
            found += self.jumping(step, word, last)
        elif operation in (RETURN, RERAISE):
            found += led(self.leaving(word, last, handler), word)
        else:
            found.append(word)
        after = self.arc(last, step, step + 1) if operation not in ENDS else None
        if after is not None:
            found.append(self.probe(after))
        return found

    def jumping(self, step: int, word: Word, last: int) -> Iterable[Word]:
        """A jump, with what it tells when it is made."""
        operation, target = word.operation, word.target or 0
        arc = self.arc(last, step, target)
        if arc is None:
            return (word,)
        if operation in ALWAYS:
            return led(self.noting(arc), word)
        if operation == SEND:  # the interpreter wants it right before its YIELD_VALUE
            word.target = self.label()
            self.sent[target] = word.target, arc
        elif operation in OPPOSITE:
            return self.turned(word, arc)
        else:
            word.target = self.aside((arc, target), arc, Word(BACK_AT_ONCE, target=target))
        return (word,)

    def turned(self, word: Word, arc: Arc) -> Iterable[Word]:
        """A jump back on a condition, as one ahead on its opposite and one back."""
        place, target = settled(word.place), word.target
        word.operation, word.target = OPPOSITE[word.operation], self.label()
        back = Word(BACK, place=place, target=target)
        back.handler = word.handler
        return word, self.probe(arc, place), back, Word(NOP, place=place, label=word.target)

    def leaving(self, word: Word, last: int, handler: Handler | None) -> bytes:
        """What is told in any case by a step that leaves the code, or raises again."""
        again = word.operation == RERAISE
        arc = self.ahead(last, handler.target) if again and handler is not None else (last, self.leaves)
        if again and word.argument and (arc[1] > 0 or self.yields):
            return self.raised(arc, word.argument)
        return b"" if arc[0] == arc[1] else self.noting(arc)

    def raised(self, arc: Arc, height: int) -> bytes:
        """Code that notes from where an exception came that is raised again: that is on the stack."""
        self.again.append(Again(arc))
        self.consts.append(self.again[-1].slots)
        place = written(LOAD, len(self.consts) - 1)
        return self.nothing + place + written(COPY, height + 3) + END

    def caught_by(self, operation: int, last: int, handler: Handler | None, step: int) -> Handler | None:
        """Where an exception of a step goes now."""
        if operation in (RERAISE, RETURN):
            return handler
        if operation == YIELD:  # thrown in: coverage.py takes that for a call, and the end for none
            last = self.leaves
            if handler is None or self.ahead(last, handler.target) == (last, last):
                return handler
        elif handler is not None and self.parts.lines[handler.target] == last and handler.target > step:
            return handler
        if (last, handler) not in self.caught:
            self.caught[last, handler] = self.catching(last, handler)
        return self.caught[last, handler]

    def catching(self, last: int, handler: Handler | None) -> Handler:
        """Where it is noted, and goes on from there."""
        if handler is None:
            arc = last, self.leaves
            return Handler(self.aside(("leave", arc), arc, Word(RERAISE, 1)), 0, 1)
        arc = self.ahead(last, handler.target)
        label = self.aside((arc, handler), arc, Word(BACK_AT_ONCE, target=handler.target))
        return Handler(label, handler.depth, handler.tells)

    def aside(self, key: Any, arc: Arc, last: Word) -> int:
        """The label of a probe and what follows it, apart from the rest."""
        if key not in self.asides:
            self.asides[key] = self.label()
            self.behind += (self.probe(arc, label=self.asides[key]), last)
        return self.asides[key]

    def label(self) -> int:
        self.labels += 1
        return self.labels

    def probe(self, arc: Arc, place: bytes = NOWHERE, label: int | None = None) -> Word:
        raw = self.noting(arc)
        return Word(PLAIN, place=located(place, len(raw) // 2), label=label, raw=raw)

    def noting(self, arc: Arc) -> bytes:
        """Code that notes the arc. It raises nothing, calls nothing, and nothing can come in between."""
        if arc not in self.known:
            self.known[arc] = self.begin + written(LOAD, len(self.consts)) + END
            self.consts.append(self.seen.number(arc))
        return self.known[arc]


def led(probe: bytes, word: Word) -> tuple[Word, ...]:
    """A probe that is jumped to in the place of a word, then the word, both on its line: whoever traces is
    told nothing more."""
    if not probe:
        return (word,)
    before = Word(PLAIN, place=located(word.place, len(probe) // 2), label=word.label, raw=probe)
    word.label, word.place = None, settled(word.place)
    return before, word
