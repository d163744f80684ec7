"""What is said about a work place: entries, what is odd, conflicts, and where the private repository lies."""

from pathlib import Path
from typing import NamedTuple

from eee_ci import text
from eee_ci.agent import Patch
from eee_ci.finding import Noun
from eee_ci.git.private import Store


class Known(NamedTuple):
    """A file of a commit."""

    mode: str
    id: str
    size: int


class Odd(NamedTuple):
    """Something in a clone that no patch may carry. It is never part of the patch's tree."""

    path: str
    what: str

    def __str__(self) -> str:
        return f"{text.path(self.path)} {self.what}"


class Taken(NamedTuple):
    """What an agent left behind. A patch is to be trusted with nothing while anything is odd."""

    patch: Patch
    odd: tuple[Odd, ...] = ()


class Conflict(NamedTuple):
    """Files that both sides changed; relative to the root of the project."""

    paths: tuple[str, ...]


class Note(Noun, frozen=True, kw_only=True):
    """What is kept beside a private repository, so that it can be opened again."""

    root: str
    prefix: str
    base: str
    user: str | None
    algorithm: str


class Place(NamedTuple):
    """Where a private repository is. `root` is the user's project; `prefix` leads to it from the top of the
    user's repository, which is what the trees of the private one hold; `base` is the commit of the files that
    were found; `user` the user's own commit, None without one."""

    folder: Path
    root: Path
    prefix: str
    base: str
    user: str | None
    algorithm: str

    @property
    def store(self) -> Store:
        return Store(self.folder / "private.git", self.root)
