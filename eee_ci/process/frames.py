"""Messages between the engine and the guardian: a length, then plain values, over a pipe."""

import marshal
import os
from _collections_abc import Iterator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_LENGTH = 8


def pack(message: "Any") -> bytes:
    """One message as bytes."""
    data = marshal.dumps(message)
    return len(data).to_bytes(_LENGTH, "little") + data


class Inbox:
    """The messages that come out of a pipe."""

    def __init__(self, reader: int) -> None:
        self.reader = reader
        self.open = True  # False when nobody can write to it any more
        self._held = bytearray()

    def read(self) -> "Iterator[Any]":
        """Wait until something comes; then what is complete of it."""
        piece = os.read(self.reader, 1024 * 1024)
        self.open = bool(piece)
        self._held += piece
        while (end := self._end()) <= len(self._held):
            message = bytes(self._held[_LENGTH:end])
            del self._held[:end]
            yield marshal.loads(message)  # noqa: S302  # nosec B302 - only our other half writes here

    def _end(self) -> int:
        return _LENGTH + int.from_bytes(self._held[:_LENGTH], "little")


class Outbox:
    """Messages on their way into a pipe whose reader may be busy: sending never waits."""

    def __init__(self, writer: int) -> None:
        self.writer = writer
        self._held = bytearray()
        os.set_blocking(writer, False)

    def send(self, message: "Any") -> bool:
        """True when all of it went out; else call `flush` when there is room."""
        self._held += pack(message)
        return self.flush()

    def flush(self) -> bool:
        try:
            while self._held:
                del self._held[: os.write(self.writer, self._held[: 1024 * 1024])]
        except BlockingIOError:
            return False
        return True
