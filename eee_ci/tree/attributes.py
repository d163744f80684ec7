"""Which files git stores otherwise than they lie on disk: line ends, encodings, keywords, filters."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from eee_ci import git

_ASKED = ("text", "crlf", "eol", "ident", "working-tree-encoding", "filter")
_NOTHING = ("unspecified", "unset")


class Converted(NamedTuple):
    """Paths whose index entry does not tell what is on disk; `filtered` are those with a filter program."""

    paths: frozenset[str] = frozenset()
    filtered: frozenset[str] = frozenset()


def converted(repo: git.Repository, paths: Iterable[str]) -> Converted:
    """The converted ones among paths relative to the judged folder."""
    known = sorted(paths)
    ends = repo.flag("core.autocrlf", default=False)
    if not _described(repo, known):
        return Converted(frozenset(known) if ends else frozenset())
    asked = b"".join(os.fsencode(path) + b"\0" for path in known)
    said = list(git.records(git.ask(repo, "check-attr", "-z", "--stdin", *_ASKED, feed=asked)))
    told = [row for row in zip(said[::3], said[1::3], said[2::3], strict=True) if row[2] not in _NOTHING]
    filtered = frozenset(path for path, name, _ in told if name == "filter")
    return Converted(frozenset(known if ends else (path for path, _, _ in told)), filtered)


def _described(repo: git.Repository, paths: Iterable[str]) -> bool:
    """Is there any file of attributes? Without one git need not be asked."""
    if any(path.rpartition("/")[2] == ".gitattributes" for path in paths):
        return True
    above = [Path(folder, ".gitattributes") for folder in repo.root.parents[: repo.prefix.count("/")]]
    return any(os.path.lexists(file) for file in (*above, repo.common / "info/attributes", _own(repo)))


def _own(repo: git.Repository) -> Path:
    """The user's own file of attributes."""
    named = repo.config.get("core.attributesfile")
    config = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(os.path.expanduser(named or f"{config}/git/attributes"))  # noqa: PTH111 - an unknown ~user stays
