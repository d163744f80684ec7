"""The one room that starts processes: short ones of our own by `short`, jobs by the `supervisor`."""

import os
import sys

from eee_ci.process import cgroup, kernel, kin, spawn

PROBE = os.urandom(8).hex()  # the EEE_RUN_ID of our own short processes


def ensure_standard_streams() -> None:
    """Open on /dev/null what of 0, 1 and 2 is closed, so that no file of ours gets such a number."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest free number: this one
    if sys.stdin is None:
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)


def layers() -> tuple[str, ...]:
    """What holds processes here, in words; the more, the less can get away."""
    found = {
        "guardian process": True,
        "own session for each job": spawn.has_sessions(),
        "sub-reaper for orphans": kernel.can_adopt(),
        "process tree and environment from /proc": kin.available(),
        "signal at the parent's end": kernel.can_adopt(),
        "memory hidden from other processes": kernel.can_adopt(),
        "out-of-memory kills told by the control group": cgroup.kills() is not None,
    }
    return tuple(layer for layer, active in found.items() if active)
