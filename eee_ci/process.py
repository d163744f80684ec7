"""The one place that starts processes."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from eee_ci.model import Ran


def run(argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], timeout: float, feed: bytes = b"") -> Ran:
    """Run a short command to its end and return all it said; `signal` 9 and no exit when time ran out."""
    started = os.times()
    try:
        done = subprocess.run(  # noqa: PLW1510 - the caller judges the exit code
            list(argv), cwd=cwd, env=dict(env), input=feed, capture_output=True, timeout=timeout
        )
    except subprocess.TimeoutExpired as slow:
        return Ran(argv=tuple(argv), signal=9, stdout=slow.stdout or b"", stderr=slow.stderr or b"")
    code = done.returncode
    return Ran(
        argv=tuple(argv),
        exit=code if code >= 0 else None,
        signal=-code if code < 0 else None,
        stdout=done.stdout,
        stderr=done.stderr,
        seconds=os.times().elapsed - started.elapsed,
    )
