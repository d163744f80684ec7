"""The one place that runs git: no hook, filter, monitor, prompt, lock, network or GIT_ variable has a say."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from eee_ci import search, text
from eee_ci.git.refusals import GitError as GitError  # the error of this door
from eee_ci.git.refusals import refusal, too_old
from eee_ci.model import Ran
from eee_ci.process import short

TIMEOUT = 300.0
# What a repository's own config may not decide, since it can be written by what is judged.
SETTINGS = (
    "core.fsmonitor=false",  # a command, run by every `status`
    "core.hooksPath=/dev/null",
    "core.untrackedCache=false",  # would trust the times of folders
    "core.trustctime=true",  # false hides an edit whose time was put back
    "core.checkStat=default",  # as does minimal
    "core.fileMode=true",  # false hides a changed mode
    "core.symlinks=true",
    "safe.bareRepository=explicit",
    "protocol.allow=never",
    "protocol.ext.allow=never",
    "submodule.recurse=false",
    "gc.auto=0",
    "maintenance.auto=false",
)
VARIABLES = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",  # for a git that is too old to know the line above
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "LC_ALL": "C",  # the words that a refusal is known by
    "LANGUAGE": "C",
}
_KEYS = ("clean", "smudge", "process", "required")


class Repository(NamedTuple):
    """Where a folder lies in a repository: `root` is the folder, `prefix` leads to it from the work tree's
    top (`a/b/`, or empty), `folder` is the git folder, `common` the one that all work trees share."""

    root: Path
    prefix: str
    folder: Path
    common: Path
    config: dict[str, str]
    project: Path  # programs do not come from here; above `root` in a repository within the project

    @property
    def top(self) -> Path:
        return self.root.parents[self.prefix.count("/") - 1] if self.prefix else self.root

    def flag(self, name: str, *, default: bool) -> bool:
        """A yes or no of the config."""
        value = self.config.get(name)
        return default if value is None else value.lower() not in ("false", "no", "off", "0", "")

    @property
    def algorithm(self) -> str:
        """What content ids are made with."""
        return self.config.get("extensions.objectformat", "sha1").lower()

    @property
    def filters(self) -> tuple[str, ...]:
        """The names of configured filters: programs that git would run on contents."""
        names = (name.removeprefix("filter.") for name in self.config if name.startswith("filter."))
        parts = (name.rpartition(".") for name in names)
        return tuple(dict.fromkeys(name for name, dot, key in parts if dot and key in _KEYS))


def repository(root: Path, *, project: Path | None = None) -> Repository:
    """The repository that a folder lies in; GitError with the reason and the way out when there is none."""
    real, home = Path(os.path.realpath(root)), project or root
    where = run(real, "rev-parse", "--is-inside-work-tree", "--show-cdup", "--absolute-git-dir", project=home)
    listed = run(real, "config", "--list", "--show-scope", "-z", project=home)
    within, _, rest = os.fsdecode(where.stdout).partition("\n")
    up, _, folder = rest.partition("\n")  # this one may hold line feeds
    if within != "true":
        raise GitError(f"the git repository of {text.path(real)} keeps its work tree elsewhere")
    if not folder.startswith("/"):
        raise too_old()
    below = real.parts[len(real.parts) - up.count("../") :]
    git_folder = Path(folder.removesuffix("\n"))
    prefix = "".join(f"{part}/" for part in below)
    return Repository(real, prefix, git_folder, _common(git_folder), _settings(listed.stdout), home)


def ask(repo: Repository, *words: str, feed: bytes = b"", env: dict[str, str] | None = None) -> Ran:
    """What a git command says in the repository's folder, with the filters of its config switched off."""
    return run(repo.root, *words, feed=feed, filters=repo.filters, project=repo.project, env=env)


def run(
    folder: Path,
    *words: str,
    feed: bytes = b"",
    filters: Sequence[str] = (),
    project: Path | None = None,
    env: dict[str, str] | None = None,
    good: Sequence[int] = (0,),
    environ: Mapping[str, str] = os.environ,
) -> Ran:
    """What a git command says in a folder; GitError when it ends otherwise. `env` is on top of `environ`."""
    folders = search.path(environ, project or folder)
    program = search.program("git", folders)
    if program is None:
        raise GitError("git was not found on PATH", "install it to have ignored files left out")
    switches = (*SETTINGS, *_off(filters))
    argv = (program, "--no-pager", *(word for setting in switches for word in ("-c", setting)), *words)
    variables = {name: value for name, value in environ.items() if not name.startswith(("GIT_", "LC_"))}
    variables |= VARIABLES | {"PATH": folders} | _odd(filters) | (env or {})
    try:
        ran = short.run(argv, cwd=folder, env=variables, timeout=TIMEOUT, feed=feed)
    except OSError as error:
        raise GitError(f"git could not be started in {text.path(folder)}: {error.strerror}") from None
    if ran.exit not in good:
        raise refusal(folder, ran)
    return ran


def version(environ: Mapping[str, str]) -> str | None:
    """The version of the git on PATH; None where there is none that starts."""
    try:
        ran = short.run(("git", "--version"), cwd="/", env={"PATH": environ.get("PATH", "")}, timeout=TIMEOUT)
    except OSError:
        return None
    words = ran.stdout.split()
    return words[2].decode("ascii", "replace") if ran.exit == 0 and len(words) > 2 else None  # noqa: PLR2004 - git version X


def records(ran: Ran) -> Iterator[str]:
    """The records of a `-z` answer; names that are not UTF-8 survive as surrogates."""
    return (os.fsdecode(record) for record in ran.stdout.split(b"\0") if record)


def _common(folder: Path) -> Path:
    """The git folder of the main work tree, which a linked one names in a file."""
    try:
        named = os.fsdecode((folder / "commondir").read_bytes()).removesuffix("\n")
    except OSError:
        return folder
    return Path(os.path.realpath(folder / named))


def _settings(listed: bytes) -> dict[str, str]:
    """The config without what we said ourselves on the command line."""
    words = [os.fsdecode(word) for word in listed.split(b"\0")]
    scoped = zip(words[::2], words[1::2], strict=False)  # an empty word follows the last NUL
    pairs = [word.partition("\n") for scope, word in scoped if scope != "command"]
    return {key: value if mark else "true" for key, mark, value in pairs}


def _off(filters: Sequence[str]) -> list[str]:
    """Empty commands: git then takes contents as they are."""
    plain = [name for name in filters if "=" not in name]
    return [f"filter.{name}.{key}" for name in plain for key in ("clean=", "process=", "required=false")]


def _odd(filters: Sequence[str]) -> dict[str, str]:
    """The same for names with `=`, which `-c` would cut in two."""
    values = {"clean": "", "process": "", "required": "false"}
    odd = [(f"filter.{name}.{key}", values[key]) for name in filters if "=" in name for key in values]
    listed = [
        pair
        for at, (key, value) in enumerate(odd)
        for pair in ((f"GIT_CONFIG_KEY_{at}", key), (f"GIT_CONFIG_VALUE_{at}", value))
    ]
    return dict(listed) | ({"GIT_CONFIG_COUNT": str(len(odd))} if odd else {})
