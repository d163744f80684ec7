"""Puts a patch on top of what was merged before it, without a work tree."""

from eee_ci import git
from eee_ci.agent import Patch
from eee_ci.git import private
from eee_ci.workspace import objects
from eee_ci.workspace.nouns import Conflict, Place

_CLEAN, _CONFLICT = 0, 1
_WORDS = ("merge-tree", "--write-tree", "-z", "--name-only", "--no-messages")


def merge(place: Place, ours: str, patch: Patch) -> str | Conflict:
    """The tree of both; `ours` is a tree, or a commit that descends from the patch's base."""
    private.merges(place.store)
    theirs = objects.commit(place.store, patch.tree, (patch.base,), "theirs")
    if private.word(place.store, "cat-file", "-t", ours) == "tree":
        ours = objects.commit(place.store, ours, (patch.base,), "ours")
    said = private.ask(place.store, *_WORDS, ours, theirs, good=(_CLEAN, _CONFLICT))
    tree, *names = git.records(said)
    if said.exit == _CLEAN:
        return tree
    return Conflict(tuple(sorted({name.removeprefix(place.prefix) for name in names})))
