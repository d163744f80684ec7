"""One child of ours that speaks on our own standard output, in a session of its own. It ends with us."""

import os
import select
import time
from collections.abc import Mapping, Sequence

from eee_ci import process
from eee_ci.process import kin, spawn
from eee_ci.process.signals import PARENT

PATIENCE = 1.0  # seconds until it is asked a second time, which means at once
LAST = 10.0  # and until it is killed
GONE = 10.0  # and until nobody waits for it any more: the kernel holds it
_TICK = 20  # milliseconds


class Foreground:
    """Started as it is made; an OSError when it cannot be. A Ctrl-C of the terminal is ours alone."""

    def __init__(self, argv: Sequence[str], *, cwd: str, env: Mapping[str, str]) -> None:
        process.ensure_standard_streams()
        given = {**env, PARENT: str(os.getpid())}
        self._status: int | None = None
        self._pid = spawn.start(
            [os.fsencode(word) for word in argv],
            env={os.fsencode(name): os.fsencode(value) for name, value in given.items()},
            cwd=os.fsencode(cwd),
            streams=(None, 1, 2),
        )

    def ended(self) -> int | None:
        """Its exit code, below zero where a signal ended it; None while it runs."""
        if self._status is None:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            self._status = os.waitstatus_to_exitcode(status) if pid else None
        return self._status

    def ask(self, number: int) -> None:
        """Send it a signal, unless it is over."""
        if self.ended() is None:
            os.kill(self._pid, number)

    def end(self, number: int) -> None:
        """Ask it to end, ask again, and kill it; what it started ends with it."""
        for patience in (PATIENCE, LAST):
            self.ask(number)
            if self._wait(patience):
                return
        kin.kill([self._pid])
        self._wait(GONE)

    def _wait(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while self.ended() is None:
            if time.monotonic() >= until:
                return False
            select.poll().poll(_TICK)
        return True
