"""`.eee-ci/status.json`: `running` during a run, the exit code after it, so that a killed run is seen."""

import os
from pathlib import Path

import msgspec

from eee_ci import files
from eee_ci.errors import WriteError
from eee_ci.warm import quick


def begin(home: Path) -> tuple[str, ...]:
    """Note that a run goes on; a sentence when the one before never ended."""
    before = _load(home)
    _save(home, quick.RUNNING % os.getpid())
    pid = before.get("pid")
    if before.get("state") == "running" and isinstance(pid, int) and not _alive(pid):
        return ("the previous run did not finish",)
    return ()


def end(home: Path, exit_code: int) -> None:
    """Note how the run ended."""
    _save(home, quick.ENDED % exit_code)


def _load(home: Path) -> dict[str, object]:
    try:
        return msgspec.json.decode((home / quick.STATUS).read_bytes(), type=dict[str, object])
    except (OSError, msgspec.DecodeError):
        return {}


def _save(home: Path, state: bytes) -> None:
    try:
        # it tells of killed processes, and damaged it tells nothing: the disk need not be waited for
        files.publish(home / quick.STATUS, state, flush=False)
    except WriteError:
        return  # a convenience; reports that cannot be written are told elsewhere


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
