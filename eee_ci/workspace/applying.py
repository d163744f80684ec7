"""The way of a verified patch into the user's work tree: all of it or nothing."""

from pathlib import Path

from eee_ci import text
from eee_ci.agent import Change, Patch
from eee_ci.errors import UsageError
from eee_ci.files.swapping import Edit, State, swap
from eee_ci.model import Tree
from eee_ci.tree.content import EXECUTABLE, PLAIN
from eee_ci.workspace import names, objects, taking
from eee_ci.workspace.nouns import Place

_AGAIN = "nothing was written: run again on the files as they are now"


def apply(root: Path, before: Tree, patch: Patch, place: Place) -> None:
    """See the door of this room."""
    changes = patch.changes
    if faults := [fault for change in changes if (fault := _fault(change, before))]:
        raise UsageError("; ".join(faults), _AGAIN)
    if taking.describe(place, patch.base, patch.tree) != patch:
        raise UsageError("the patch is not the one that the private repository holds", "start a new run")
    ids = [blob for change in changes for blob in (change.before, change.after) if blob is not None]
    texts = objects.contents(place.store, ids)
    swap(root.resolve(), [_edit(change, texts) for change in changes])


def _fault(change: Change, before: Tree) -> str | None:
    """Why a change may not be written, by its words alone."""
    shown = text.path(change.path)
    if what := names.trouble(change.path):
        return f"{shown} {what}"
    if not {change.mode_before, change.mode_after} <= {PLAIN, EXECUTABLE, None}:
        return f"{shown} is no regular file"
    mode = before.modes.get(change.path, PLAIN) if change.path in before.files else None
    if (before.files.get(change.path), mode) != (change.before, change.mode_before):
        return f"{shown} is another one than when the run began"
    return None


def _edit(change: Change, texts: dict[str, bytes]) -> Edit:
    return Edit(
        change.path,
        _state(change.before, change.mode_before, texts),
        _state(change.after, change.mode_after, texts),
    )


def _state(blob: str | None, mode: str | None, texts: dict[str, bytes]) -> State | None:
    return None if blob is None else State(texts[blob], mode == EXECUTABLE)
