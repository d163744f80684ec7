"""Git folders of our own: nothing of the user's config holds in them, and contents stay as they are."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from eee_ci import files, git
from eee_ci.files import plain
from eee_ci.git.refusals import GitError
from eee_ci.model import Ran

MERGES = (2, 38)  # the first git that merges without a work tree
# No attribute of a judged tree may convert contents, run a program, or hide what a diff would show.
ATTRIBUTES = b"* -text -ident !eol !filter !working-tree-encoding !diff !merge !whitespace !export-subst\n"
_SETTINGS = (
    "core.autocrlf=false",
    "core.protectHFS=true",  # no tree names git's folder, in any spelling of any file system
    "core.protectNTFS=true",
    "core.compression=1",  # these objects live for a run
    "core.quotePath=true",
    "diff.renames=false",
    "merge.conflictStyle=merge",
)
_WHO = "eee-ci"
_MAIL = "eee-ci@localhost"
_DAY = "@946684800 +0000"  # the same files give the same commit
VARIABLES = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TEMPLATE_DIR": "",
    "GIT_AUTHOR_NAME": _WHO,
    "GIT_AUTHOR_EMAIL": _MAIL,
    "GIT_AUTHOR_DATE": _DAY,
    "GIT_COMMITTER_NAME": _WHO,
    "GIT_COMMITTER_EMAIL": _MAIL,
    "GIT_COMMITTER_DATE": _DAY,
}


class Store(NamedTuple):
    """A git folder that we made. `project` is the judged folder: no program comes from there. `work` is the
    work tree and `staged` the index of the commands that need one."""

    folder: Path
    project: Path
    work: Path | None = None
    staged: Path | None = None


def make(folder: Path, *, project: Path, algorithm: str = "sha1") -> Store:
    """An empty one, in a folder that is not there yet: no template, no hook, no remote, one branch."""
    store = Store(folder, project)
    files.folder(folder.parent)
    words = ("init", "--quiet", "--bare", "--initial-branch=main", f"--object-format={algorithm}")
    git.run(folder.parent, *words, "--", str(folder), project=project, env=VARIABLES, environ=_environ())
    plain.put(folder / "info/attributes", ATTRIBUTES)
    return store


def ask(
    store: Store,
    *words: str,
    feed: bytes = b"",
    good: Sequence[int] = (0,),
    env: Mapping[str, str] | None = None,
) -> Ran:
    """What a git command says there; it reads and writes no other repository, and no config but its own."""
    where = {"GIT_DIR": str(store.folder), **(env or {})}
    if store.work is not None:
        where["GIT_WORK_TREE"] = str(store.work)
    if store.staged is not None:
        where["GIT_INDEX_FILE"] = str(store.staged)
    switches = [word for setting in _SETTINGS for word in ("-c", setting)]
    home = store.work or store.folder
    return git.run(
        home,
        *switches,
        *words,
        feed=feed,
        project=store.project,
        env=VARIABLES | where,
        good=good,
        environ=_environ(),
    )


def _environ() -> dict[str, str]:
    """An agent that runs meanwhile might read it from `/proc`: it holds nothing of worth."""
    return {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}


def word(store: Store, *words: str, feed: bytes = b"") -> str:
    """The one word that a command answers, such as an object's id."""
    return ask(store, *words, feed=feed).stdout.decode("ascii", "replace").strip()


def listed(paths: Iterable[str]) -> bytes:
    """Paths as the `-z` input of a command."""
    return b"".join(os.fsencode(path) + b"\0" for path in paths)


def merges(store: Store) -> None:
    """GitError where git is too old to merge two commits without a work tree."""
    said = ask(store, "version").stdout.split()
    numbers = said[2].split(b".")[:2] if len(said) > 2 else []  # noqa: PLR2004 - git version X
    if tuple(int(number) for number in numbers if number.isdigit()) < MERGES:
        found = said[2].decode("ascii", "replace") if numbers else "unknown"
        raise GitError(
            f"patches cannot be merged with git {found}", "install git 2.38 or newer, which has `merge-tree`"
        )
