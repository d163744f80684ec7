"""The environment of an agent: a few names, its own home, one key."""

from collections.abc import Mapping
from pathlib import Path

from eee_ci import search
from eee_ci.agent import Backend

_PASSED = ("LANG", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
_GIT = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "credential.helper",  # empty: none, whatever stands before it
    "GIT_CONFIG_VALUE_0": "",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
}
# What a workflow steers itself by; the config of a backend cannot hand it on either.
NEVER = ("GITHUB_", "ACTIONS_", "RUNNER_", "LD_", "DYLD_", "EEE_RUN_ID")


def environment(
    backend: Backend, scratch: str | Path, *, key: str | None, environ: Mapping[str, str], root: Path
) -> dict[str, str]:
    """See the door of this room."""
    passed = {name: environ[name] for name in _PASSED if name in environ}
    made = {"LANG": "C.UTF-8", "TERM": "dumb", "NO_COLOR": "1"} | passed | _GIT
    made |= {
        "PATH": search.path(environ, root),
        "HOME": f"{scratch}/home",
        "TMPDIR": f"{scratch}/tmp",  # noqa: S108  # nosec B108 - in the scratch folder
        "XDG_CONFIG_HOME": f"{scratch}/home/.config",
        "XDG_CACHE_HOME": f"{scratch}/home/.cache",
    }
    named = backend.key or key
    if named and named in environ:
        made[named] = environ[named]
    made |= backend.env
    return {name: value for name, value in sorted(made.items()) if not name.startswith(NEVER)}
