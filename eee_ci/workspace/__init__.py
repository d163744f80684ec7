"""Where agents work: a private repository of the user's files, clones of it, and the way back of a patch.

The user's work tree, index and `.git` are read only, until `apply`."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from eee_ci.agent import Backend, Patch
from eee_ci.git import private
from eee_ci.model import Tree
from eee_ci.workspace import applying, guarding, laying, merging, objects, opening, surroundings, taking
from eee_ci.workspace.nouns import Conflict as Conflict
from eee_ci.workspace.nouns import Known as Known
from eee_ci.workspace.nouns import Odd as Odd
from eee_ci.workspace.nouns import Place
from eee_ci.workspace.nouns import Taken as Taken


class Private:
    """A private repository. Objects in it are never changed or removed; a run ends with its whole folder."""

    def __init__(self, place: Place) -> None:
        self.place = place

    @property
    def root(self) -> Path:
        """The user's project."""
        return self.place.root

    @property
    def base(self) -> str:
        """The commit of the files as they were found."""
        return self.place.base

    @property
    def user(self) -> str | None:
        """The user's own commit beneath them; None where there is none."""
        return self.place.user

    def checkout(self, treeish: str, target: Path) -> Path:
        """Exactly the files of a tree or commit in an empty folder, without git; the project's root in it."""
        return laying.checkout(self.place, treeish, target)

    def clone(self, commit: str, target: Path) -> Path:
        """The files of a commit in an empty folder, as a repository of its own without remotes or history
        beyond the base; the project's root in it. `take` and `guard` want the target itself."""
        return laying.clone(self.place, commit, target)

    def take(self, clone: Path, base: str) -> Taken:
        """What a clone at a commit has become. While anything is odd the patch is to be refused."""
        return taking.take(self.place, clone, base)

    def patch(self, base: str, tree: str) -> Patch:
        """A tree (or commit) of ours as a patch of a commit."""
        return taking.describe(self.place, base, self.tree(tree))

    def diff(self, patch: Patch) -> bytes:
        """The patch as `git apply` takes it."""
        return taking.diff(self.place, patch.base, patch.tree)

    def guard(self, clone: Path) -> str:
        """A digest of the clone's git config, hooks and info: equal before and after, or the item stops."""
        return guarding.guard(clone)

    def merge(self, ours: str, patch: Patch) -> str | Conflict:
        """The tree of `ours` (a tree, or a commit that descends from the patch's base) and the patch."""
        return merging.merge(self.place, ours, patch)

    def commit(self, tree: str, parents: Iterable[str], message: str) -> str:
        """A commit; the same words give the same id."""
        return objects.commit(self.place.store, tree, parents, message)

    def tree(self, treeish: str) -> str:
        """The tree of a commit."""
        return private.word(self.place.store, "rev-parse", "--verify", f"{treeish}^{{tree}}")

    def keep(self, name: str, commit: str) -> None:
        """A ref, such as `refs/eee-ci/RUN/AGENT`."""
        private.ask(self.place.store, "update-ref", name, commit)

    def listing(self, treeish: str) -> dict[str, Known]:
        """The project's files of a tree or commit, by their paths from its root."""
        prefix = self.place.prefix
        found = objects.listing(self.place.store, treeish)
        return {path.removeprefix(prefix): known for path, known in found.items() if path.startswith(prefix)}

    def contents(self, ids: Iterable[str]) -> dict[str, bytes]:
        """The contents of blobs."""
        return objects.contents(self.place.store, ids)

    def write(self, base: str, changed: Mapping[str, tuple[str, bytes] | None]) -> str:
        """The tree of a commit or tree with some files of the project replaced (mode and content) or, with
        None, removed: to take protected files from the base again, or to plant a canary."""
        return objects.rewrite(self.place.store, base, changed, self.place.prefix)


def open(  # noqa: A001 - the door's word for it
    root: Path, place: Path, base: str | None = None, *, before: Tree | None = None
) -> Private:
    """A private repository in a fresh folder outside the user's tree, with the files of the snapshot (taken
    now where none is given) as its one commit. `base`: the commit that the project has to be at."""
    return Private(opening.make(root, place, base, before))


def again(place: Path) -> Private:
    """The one that an earlier run left there; a UsageError when there is none."""
    return Private(opening.again(place))


def apply(root: Path, before: Tree, patch: Patch, private: Private) -> None:
    """Write a verified patch into the user's work tree: all of it, or a UsageError and nothing. Each file
    has to be what the snapshot saw; nothing is written through a link or into a `.git`."""
    applying.apply(root, before, patch, private.place)


def environment(
    backend: Backend,
    scratch: str | Path,
    *,
    key: str | None = None,
    environ: Mapping[str, str] = os.environ,
    root: Path = Path("/"),
) -> dict[str, str]:
    """The whole environment of an agent, made from a list of names. `key` is the one variable handed on where
    the backend names none; `root` the user's project, from which no program comes."""
    return surroundings.environment(backend, scratch, key=key, environ=environ, root=root)
