"""The slash command and the skill by which coding agents find eee-ci; what is there is never overwritten."""

from pathlib import Path

from eee_ci import files, text
from eee_ci.errors import WriteError
from eee_ci.roster import ENTRANCES

WRITTEN, UNCHANGED, OTHER = "written", "there already", "differs; left as it is"
LINKED = "behind a link; left as it is"
FINE = (WRITTEN, UNCHANGED)


def write(root: Path) -> dict[str, str]:
    """Write what is missing; for each path what was done."""
    return {path: _write(root, path, source.read_bytes()) for path, source in ENTRANCES.items()}


def _write(root: Path, path: str, data: bytes) -> str:
    target = root / path
    if any(place.is_symlink() for place in (target, *target.parents) if place.is_relative_to(root)):
        return LINKED
    try:
        if target.exists():
            return UNCHANGED if target.is_file() and target.read_bytes() == data else OTHER
        files.publish(target, data)
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    except WriteError as error:
        return text.line(error.message)
    return WRITTEN
