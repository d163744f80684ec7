"""The signals that ask eee-ci itself to end: remembered, never an exception in the middle of something."""

import os
from _collections_abc import Callable

from eee_ci.process import kernel, pipes
from eee_ci.process.quiet import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from types import FrameType
    from typing import Any, Self
else:
    import _signal as signal  # `signal` itself brings enum along

ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
_NO = ("", "0", "false")
PARENT = "EEE_CI_PARENT"  # in the environment: the process that we are to end with
_PARENT_ENDED = signal.SIGURG  # its default is to be ignored, so it can do no harm outside of the context


class Signals:
    """`first` is the one that came first, `count` how many came: one asks politely, two mean at once.

    To be entered in the main thread. The file `fileno()` becomes readable with each signal.
    A signal that was ignored before (nohup, a shell's background job) stays so."""

    def __init__(self, *, ci: bool | None = None) -> None:
        self.first: int | None = None
        self.count = 0
        named = os.environ.get(PARENT, "")
        self._bound = ci if ci is not None else named.isdecimal() or os.environ.get("CI", "") not in _NO
        self._before: dict[int, Any] = {}
        self._parent = int(named) if named.isdecimal() else os.getppid()

    def __enter__(self) -> "Self":
        self._reader, self._writer = pipes.pair()
        os.set_blocking(self._reader, False)
        os.set_blocking(self._writer, False)
        self._wakeup = signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        for number in ASKING:
            if signal.getsignal(number) != signal.SIG_IGN:
                self._catch(number, self.note)
        if self._bound:
            self._catch(_PARENT_ENDED, self._ask_parent)
            kernel.when_parent_ends(_PARENT_ENDED)
            self._ask_parent()  # it may have ended before
        return self

    def __exit__(self, *_: object) -> None:
        if self._bound:
            kernel.when_parent_ends(0)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup)
        os.close(self._reader)
        os.close(self._writer)

    def fileno(self) -> int:
        return self._reader

    def drain(self) -> None:
        """Make the file wait for the next signal."""
        with suppress(BlockingIOError):
            os.read(self._reader, 4096)

    def _catch(self, number: int, handler: "Callable[[int, FrameType | None], None]") -> None:
        self._before[number] = signal.signal(number, handler)

    def note(self, number: int, _frame: "FrameType | None" = None) -> None:
        """It came."""
        self.first = self.first or number
        self.count += 1

    def _ask_parent(self, _number: int = 0, _frame: "FrameType | None" = None) -> None:
        """In CI and in a round of `watch` the end of the parent means: stop. Runners kill only their direct
        child, often a shell."""
        if os.getppid() != self._parent:
            self._parent = os.getppid()
            self.note(signal.SIGTERM)
