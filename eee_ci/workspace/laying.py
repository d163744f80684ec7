"""Lays the files of the private repository out in empty folders: plain ones, and clones for agents."""

from pathlib import Path

from eee_ci import files, text
from eee_ci.errors import UsageError
from eee_ci.files import plain
from eee_ci.git import private
from eee_ci.workspace import objects
from eee_ci.workspace.nouns import Place

_CONFIG = {
    "core.bare": "false",
    "core.autocrlf": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "user.name": "eee-ci agent",
    "user.email": "eee-ci@localhost",
    "commit.gpgSign": "false",
}


def checkout(place: Place, treeish: str, target: Path) -> Path:
    """Exactly the files of a tree or commit, and no git; where the project's root is among them."""
    _empty(target)
    with objects.index(place.store) as store:
        private.ask(store, "read-tree", treeish)
        private.ask(store._replace(work=target), "checkout-index", "--all", "--force", "--quiet")
    return files.folder(target / place.prefix)


def clone(place: Place, commit: str, target: Path) -> Path:
    """The files of a commit in a repository of their own, which shares nothing with any other and knows of
    none; where the project's root is in it."""
    _empty(target)
    own = private.make(target / ".git", project=place.root, algorithm=place.algorithm)
    pack = str(own.folder / "objects/pack/pack")
    private.ask(
        place.store, "pack-objects", "--quiet", "--revs", "--window=0", pack, feed=f"{commit}\n".encode()
    )
    for name, value in _CONFIG.items():
        private.ask(own, "config", name, value)
    plain.put(own.folder / "info/exclude", (place.store.folder / "info/exclude").read_bytes())
    private.ask(own, "update-ref", "refs/heads/main", commit)
    private.ask(own._replace(work=target), "read-tree", "--reset", "-u", commit)
    return files.folder(target / place.prefix)


def _empty(target: Path) -> None:
    files.folder(target)
    if target.is_symlink() or any(target.iterdir()):
        raise UsageError(f"{text.path(target)} is not an empty folder", "choose another one")
