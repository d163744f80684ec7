"""Waits for many files at once and calls who asked for each one."""

import select
from _collections_abc import Callable


class Ears:
    """Handlers by descriptor. `buffer` is what all of them read into, one at a time."""

    def __init__(self, size: int) -> None:
        self.buffer = bytearray(size)
        self._poll = select.poll()
        self._handlers: dict[int, Callable[[], object]] = {}

    def add(self, number: int, handler: Callable[[], object], events: int = select.POLLIN) -> None:
        self._handlers[number] = handler
        self._poll.register(number, events)

    def drop(self, number: int) -> None:
        if self._handlers.pop(number, None) is not None:
            self._poll.unregister(number)

    def listen(self, seconds: float | None) -> None:
        """Wait for anything, at most so long, and call the handlers."""
        for number, _ in self._poll.poll(None if seconds is None else max(0.0, seconds * 1000)):
            handler = self._handlers.get(number)  # an earlier handler may have dropped it
            if handler is not None:
                handler()
