"""The one room that starts processes: short ones of our own by `run`, jobs by the `supervisor`."""

import os
import sys
from collections.abc import Mapping, Sequence

TYPE_CHECKING = False  # the guardian passes through here, and starts without msgspec and `typing`
if TYPE_CHECKING:
    from pathlib import Path

    from eee_ci.model import Ran

PROBE = os.urandom(8).hex()  # what EEE_RUN_ID of our own short processes is


def run(
    argv: Sequence[str], *, cwd: "str | Path", env: Mapping[str, str], timeout: float, feed: bytes = b""
) -> "Ran":
    """Run a short command of our own to its end and return all it said. An OSError when it cannot start.

    When time runs out its whole tree is killed: signal 9 and no exit. Of more than 256 MiB of output
    the middle is `omitted`, and there is no exit either."""
    from eee_ci.process import probe

    ensure_standard_streams()
    return probe.run(argv, cwd=cwd, env=env, timeout=timeout, feed=feed)


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
    from eee_ci.process import cgroup, kernel, kin, spawn

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
