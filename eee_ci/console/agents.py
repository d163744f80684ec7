"""The agents at work: some lines that are drawn anew on a live terminal, a line for each change elsewhere."""

import time
from collections.abc import Callable

from eee_ci.agents import monitor
from eee_ci.agents.monitor import Snapshot
from eee_ci.console import Console

_REDRAW = 0.25  # seconds; more often eyes cannot follow
_HEARTBEAT = 60.0


class AgentWatch:
    """Follows the items of one run."""

    def __init__(
        self, console: Console, *, quiet: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._console, self._quiet, self._clock = console, quiet, clock
        self._drawn = self._spoke = clock()

    def said(self, line: str) -> None:
        """A change of state."""
        if not self._quiet:
            self._console.block([])
            self._console.lines([line])
            self._spoke = self._clock()

    def show(self, snapshot: Snapshot) -> None:
        """How it stands now."""
        now = self._clock()
        if self._quiet or now - self._drawn < _REDRAW:
            return
        self._drawn = now
        self._console.block(list(monitor.lines(snapshot)))
        if not self._console.live and now - self._spoke >= _HEARTBEAT:
            self._console.lines(monitor.lines(snapshot))
            self._spoke = now

    def close(self) -> None:
        """Take the lines away."""
        self._console.block([])
