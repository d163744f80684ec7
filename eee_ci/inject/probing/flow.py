"""Which arcs coverage.py's tracer is told of, read from the byte code of CPython 3.11: pairs of lines that
are run one after the other; the first or second is less than 0 where code is entered or left.

They are those of coverage.py 7 (`ctracer/tracer.c`), which come from the rules of the interpreter
(`maybe_call_line_trace` in `Python/ceval.c`).
"""

from __future__ import annotations

import dis
import types

from .disassembly import apart

Arc = tuple[int, int]
CODES = dis.opmap.get
RESUME, YIELD, SEND = CODES("RESUME", -1), CODES("YIELD_VALUE", -1), CODES("SEND", -1)
RETURN, RERAISE, RAISE = CODES("RETURN_VALUE", -1), CODES("RERAISE", -1), CODES("RAISE_VARARGS", -1)
FORWARD, BACK, BACK_AT_ONCE = (
    CODES(name, -1) for name in ("JUMP_FORWARD", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT")
)
ALWAYS = frozenset((FORWARD, BACK, BACK_AT_ONCE))
ENDS = ALWAYS | {RETURN, RERAISE, RAISE}


class UndecidedError(Exception):
    """Which arc it will be depends on what happens."""


class Flow:
    """Which arcs coverage.py would see between the steps of a code object."""

    def __init__(self, code: types.CodeType) -> None:
        self.parts = apart(code)
        self.leaves = -code.co_firstlineno
        words = self.parts.words
        self.entry = next(
            step for step, word in enumerate(words) if word.operation == RESUME and not word.argument
        )

    def line(self, step: int) -> int | None:
        """The line that the tracer was told last, when this step ends; None where that depends."""
        return self.leaves if step == self.entry else self.parts.lines[step]

    def arc(self, last: int, step: int, target: int) -> Arc | None:
        """Of the way from one step, whose line was told last, to another."""
        line = self.parts.lines[target]
        if line is None:
            return self.ahead(last, target)
        again = target < step and self.parts.words[target].operation != SEND
        return (last, line) if line != last or again else None

    def ahead(self, last: int, step: int) -> Arc:
        """On steps without a line nothing is told: it will be when they are over."""
        words, lines, handlers = self.parts
        been: set[int] = set()
        while lines[step] is None:
            if step in been:
                raise UndecidedError
            been.add(step)
            operation, target, handler = words[step].operation, words[step].target, handlers[step]
            if operation == RETURN or (operation == RERAISE and handler is None):
                return last, self.leaves
            if operation in (YIELD, SEND, RESUME) or (target is not None and operation not in ALWAYS):
                raise UndecidedError
            if operation == RERAISE and handler is not None:
                target = handler.target
            step = step + 1 if target is None else target
        return last, lines[step] or 0
