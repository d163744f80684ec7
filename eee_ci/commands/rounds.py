"""The rounds of `eee-ci watch`: one judges, an edit stops it and begins the next."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Protocol, Self

from eee_ci import tree
from eee_ci.console import Console
from eee_ci.model import Tree
from eee_ci.pipeline.attempts import listed
from eee_ci.process import foreground

_IN_A_ROW = 3  # rounds in which the same files changed: it seems that a gate does it


class Child(Protocol):
    """A round on its way."""

    def ended(self) -> int | None:
        """Its exit code; None while it runs."""

    def ask(self, number: int) -> None:
        """Send it a signal."""

    def end(self, number: int) -> None:
        """Return when it is over."""


class Rounds:
    """Keeps the round that runs and the tree that was judged last; `step` is called again and again."""

    def __init__(
        self,
        console: Console,
        project: Path,
        words: Sequence[str],
        *,
        start: Callable[[Sequence[str]], Child] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console, self._project, self._words, self._clock = console, project, words, clock
        self._start = start or _started
        self._child: Child | None = None
        self._judged: Tree | None = None  # as it was when the round began, or when it had ended
        self._due = True
        self._asked: float | None = None
        self._changed: list[frozenset[str]] = []  # during the last rounds, one after another
        self._made: set[str] = set()  # as it seems by the gates themselves
        self._tried = False  # one more round, to be sure of that

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end(signal.SIGTERM)

    def step(self, *, edited: bool) -> None:
        """Look what became of the round, heed an edit, begin a round that is due."""
        if self._child is not None and self._child.ended() is not None:
            self._over()
        elif edited and not self._due and self._judged is not None:
            self._heed(self._judged)
        if self._due and self._child is None:
            self._begin()
        elif self._due and self._child is not None:
            self._hurry(self._child)

    def end(self, number: int) -> None:
        """End the round that runs."""
        if self._child is not None:
            self._child.end(number)
            self._child = None
            self._console.status("")

    def _begin(self) -> None:
        self._judged, self._due, self._asked = tree.snapshot(self._project), False, None
        self._child = self._start(self._words)

    def _over(self) -> None:
        """What changed meanwhile is judged anew; else there is only to wait."""
        self._child = None
        if self._due or self._judged is None:
            return
        now = tree.snapshot(self._project)  # first: an edit between the two is seen by the second
        changed = self._since(self._judged)
        again = self._by_hand(changed)
        if not again and changed and not self._tried:  # it may have been edited by hand this once
            again, self._tried = changed, True
        if again:
            self._again(again)
            return
        self._judged, self._changed = now, []
        self._console.lines([self._console.paint("eee-ci: watching for changes; Ctrl-C ends it", "grey")])

    def _heed(self, judged: Tree) -> None:
        """An edit. Files that git ignores, or that only were touched, are none."""
        changed = self._since(judged)
        if self._child is None:
            self._made -= set(changed)  # nobody else is at work now
        else:
            changed = self._by_hand(changed)
        if changed:
            self._again(changed)

    def _since(self, judged: Tree) -> tuple[str, ...]:
        """What changed, but not the file that we speak to ourselves."""
        return tuple(path for path in tree.changed_since(judged) if not _is_output(self._project / path))

    def _by_hand(self, changed: Collection[str]) -> tuple[str, ...]:
        """Of what changed during a round all but what the gates write anew each time: it would never end."""
        left = frozenset(changed) - self._made
        if left:
            self._changed = [*self._changed, left][-_IN_A_ROW:]
        if left and self._changed == [left] * _IN_A_ROW:
            self._made, self._tried = self._made | left, False
            self._say(f"note: {listed(sorted(left))} changed in each round: heeded only between rounds now")
            return ()
        return tuple(sorted(left))

    def _again(self, changed: Sequence[str]) -> None:
        self._due = True
        self._say(f"eee-ci: {listed(changed)} changed: judging anew")

    def _say(self, line: str) -> None:
        self._console.status("")
        self._console.lines(["", line])

    def _hurry(self, child: Child) -> None:
        """Ask the round to end, and after a while a second time, which means at once."""
        now = self._clock()
        if self._asked is None or now - self._asked >= foreground.PATIENCE:
            child.ask(signal.SIGTERM)
            self._asked = now


def _is_output(path: Path) -> bool:
    with contextlib.suppress(OSError):  # gone, or a stream is closed
        return any(os.path.samestat(path.stat(), os.fstat(stream)) for stream in (1, 2))
    return False


def _started(words: Sequence[str]) -> Child:
    return foreground.Foreground(words, cwd=str(Path.cwd()), env=os.environ)
