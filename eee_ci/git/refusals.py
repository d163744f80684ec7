"""Why git gives no answer, in one sentence with the way out."""

import re
from pathlib import Path

from eee_ci import text
from eee_ci.errors import UsageError
from eee_ci.model import Ran

OLDEST = "2.31"
_BARE = "cannot use bare repository|must be run in a work tree"
_TRUST = "if you trust it, run `git config --global --add safe.directory {here}`"
_REBUILD = "rename .git/index and run `git reset`, which builds it anew and keeps your files"
_OBJECTS = (
    "unable to read|bad (tree )?object|object file|loose object|missing blob|lazy fetch|not allowed"
    "|could not (fetch|parse)|invalid sha1 pointer|packfile"
)
# words of git -> what is the matter, and the way out
_REFUSALS = {
    "dubious ownership|unsafe repository": ("another user owns the repository of {here}", _TRUST),
    _BARE: ("{here} is git's own folder or a bare repository", "call eee-ci in a work tree of it"),
    "not a git repository: ": (
        "the file .git of {here} names a repository that is not there",
        "`git worktree repair` in the main work tree mends a moved one",
    ),
    "not a git repository": (
        "{here} is in no git repository",
        "all files are judged but the usual caches and environments",
    ),
    "index file|bad signature|unordered stage|index entry|map index": (
        "git's index of {here} is damaged",
        _REBUILD,
    ),
    r"bad (\w+ )?config|invalid value for": ("git cannot read its configuration ({said})", "mend that file"),
    "unknown repository extension|expected git repo version": (
        "the git on PATH is too old for the repository of {here} ({said})",
        f"install git {OLDEST} or newer",
    ),
    _OBJECTS: (
        "objects of the git repository of {here} are missing or damaged ({said})",
        "`git fsck` tells more; in a partial clone `git fetch --refetch` brings them",
    ),
}


class GitError(UsageError):
    """Git cannot say anything here. `fatal`: there are no files to judge either."""

    def __init__(self, message: str, hint: str = "", *, fatal: bool = False) -> None:
        super().__init__(message, hint)
        self.fatal = fatal

    @property
    def sentence(self) -> str:
        """What happened and the way out, for a note."""
        return f"{self.message}: {self.hint}" if self.hint else self.message


def refusal(folder: Path, ran: Ran) -> GitError:
    """Why git did not answer in a folder, read from its words."""
    said = text.line(text.decode(ran.stderr[-4096:]).strip().split("\n")[0]) or f"exit {ran.exit}"
    here = text.path(folder)
    if ran.exit is None:
        return GitError(f"git did not come to an end in {here}", "look for a hanging file system")
    if ran.exit == 129:  # noqa: PLR2004 - git's exit code for words that it does not know
        return too_old()
    for words, (sentence, hint) in _REFUSALS.items():
        if re.search(words, text.decode(ran.stderr), re.IGNORECASE):
            message = sentence.format(here=here, said=said)
            return GitError(message, hint.format(here=here), fatal=words == _BARE)
    return GitError(f"git failed in {here}: {said}")


def too_old() -> GitError:
    """Git did not know our words."""
    return GitError("the git on PATH is too old", f"install git {OLDEST} or newer")
