"""How long the parts of a verb took."""

import contextlib
import time
from collections.abc import Callable, Iterator

from eee_ci.rendering.trace import Phase


class Phases:
    """Called with a name and entered, it notes a phase."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.seen: list[Phase] = []

    @contextlib.contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        began = self._clock()
        try:
            yield
        finally:
            self.seen.append(Phase(name=name, started=began, ended=self._clock()))
