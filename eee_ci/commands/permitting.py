"""Where no agent may work at all: on what strangers send, and on what an agent has made already."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from eee_ci import git
from eee_ci.commands.github import PRIVILEGED
from eee_ci.errors import UsageError

_LARGEST = 16 << 20
_TRAILER = "Eee-Run:"


def refusal(root: Path, environ: Mapping[str, str]) -> str | None:
    """Why agents may not work here, in a sentence."""
    event = environ.get("GITHUB_EVENT_NAME", "")
    if event in PRIVILEGED:
        return f"no agent works on the event {event}, which has the rights of the base"
    if event == "pull_request" and _is_fork(environ):
        return "no agent works on a pull request from a fork"
    if _is_ours(root):
        return "the last commit was made by a run of agents already (its message has a trailer Eee-Run)"
    return None


def refuse(root: Path, environ: Mapping[str, str]) -> None:
    """A UsageError where agents may not work."""
    if why := refusal(root, environ):
        raise UsageError(why, "run without agents here")


def _is_fork(environ: Mapping[str, str]) -> bool:
    """What cannot be read is taken for a stranger's."""
    try:
        file = Path(environ.get("GITHUB_EVENT_PATH", ""))
        if file.stat().st_size > _LARGEST:
            return True
        request = _map(msgspec.json.decode(file.read_bytes(), type=dict[str, Any]).get("pull_request"))
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return True
    head, base = (_map(_map(request.get(side)).get("repo")).get("full_name") for side in ("head", "base"))
    return head is None or head != base


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _is_ours(root: Path) -> bool:
    try:
        said = git.ask(git.repository(root), "log", "-1", "--format=%B").stdout
    except git.GitError:  # no repository, or no commit yet
        return False
    return any(line.startswith(_TRAILER) for line in said.decode("utf-8", "replace").splitlines())
