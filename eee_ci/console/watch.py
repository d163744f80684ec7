"""The run as it goes: one overwritten line on a live terminal, a sign of life every minute elsewhere."""

import time
from collections.abc import Callable

from eee_ci.console import Console, summary
from eee_ci.model import Verdict

_HEARTBEAT = 60.0  # some CI systems end a run that says nothing for ten minutes


class Watch:
    """Follows the gates of one run."""

    def __init__(
        self, console: Console, *, quiet: bool, verbose: bool, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._console, self._quiet, self._verbose, self._clock = console, quiet, verbose, clock
        self._spoke = clock()

    def started(self, gate: str) -> None:
        if self._verbose:
            self._say(f"{gate}: started")

    def ended(self, verdict: Verdict) -> None:
        if self._verbose:
            self._say(f"{verdict.gate}: {verdict.status} ({summary.seconds(verdict.cost.seconds)})")

    def beat(self, running: tuple[tuple[str, float], ...]) -> None:
        words = ", ".join(f"{name} {summary.seconds(spent)}" for name, spent in running)
        if self._quiet:
            return
        self._console.status(f"running: {words}" if words else "")
        if not self._console.live and self._clock() - self._spoke >= _HEARTBEAT:
            self._say(f"still running: {words}")

    def _say(self, line: str) -> None:
        self._console.status("")
        self._console.lines([line])
        self._spoke = self._clock()
