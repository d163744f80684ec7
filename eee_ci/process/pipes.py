"""Output taken from a pipe in bounded memory: the head and the tail are kept, the middle is counted."""

import fcntl
import os

from eee_ci.process.quiet import suppress

HEAD = TAIL = 256 * 1024
SIZE = 1024 * 1024  # of the pipe and of one read: fewer switches between writer and reader
_SET_SIZE = getattr(fcntl, "F_SETPIPE_SZ", None)


def pair(size: int = 0) -> tuple[int, int]:
    """A new pipe, as large as asked where the system gives it; nothing we start inherits it by chance."""
    reader, writer = os.pipe()
    if size and _SET_SIZE is not None:
        with suppress(OSError):  # over the user's share of pipe memory: the usual size will do
            fcntl.fcntl(reader, _SET_SIZE, size)
    return reader, writer


class Capture:
    """The reading end of a step's output. `writer` is to be handed to the process, then closed."""

    def __init__(self, size: int = SIZE, *, head: int = HEAD) -> None:
        self._most = head
        self.reader, self.writer = pair(size)
        os.set_blocking(self.reader, False)
        self.total = 0
        self._head = bytearray()
        self._tail = bytearray()

    def read(self, buffer: bytearray) -> bool:
        """Take what is there, at most the buffer full; False when nothing more will come."""
        try:
            length = os.readv(self.reader, [buffer])
        except BlockingIOError:
            return True
        self._take(memoryview(buffer)[:length])
        return length > 0

    def drain(self, buffer: bytearray) -> None:
        """Take what the pipe holds now. It never waits: somebody else may keep the other end open."""
        before = -1
        limit = self.total + 2 * SIZE
        while before < self.total < limit:
            before = self.total
            self.read(buffer)

    def close(self) -> None:
        os.close(self.reader)

    @property
    def omitted(self) -> int:
        return self.total - len(self._head) - min(len(self._tail), TAIL)

    def data(self) -> bytes:
        """The head and the tail, with a line between them that says how much is missing."""
        missing = b"\n[eee-ci left out %d bytes here]\n" % self.omitted if self.omitted else b""
        return bytes(self._head) + missing + bytes(self._tail[-TAIL:])

    def _take(self, piece: memoryview) -> None:
        self.total += len(piece)
        space = self._most - len(self._head)
        if space:
            self._head += piece[:space]
            piece = piece[space:]
        self._tail += piece[-TAIL:]
        if len(self._tail) > 2 * TAIL:  # cut now and then, not each time: many small writes stay cheap
            del self._tail[:-TAIL]
