"""The words that start an agent confined, and what confines it on this machine."""

import contextlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from eee_ci import inject, text
from eee_ci.process import short

NEEDED = ("files", "privileges", "limits")  # what `sandbox: required` insists on; `offline` without network
REFUSED = 125  # the exit code when a needed layer is missing
_TIMEOUT = 30.0
_WORDS = {
    "files": "writes outside its folders denied (Landlock)",
    "truncate": "files outside cannot be cut short (Landlock)",
    "read-only": "file systems read-only outside its folders (mount namespace)",
    "hidden": "the user's keys and histories cannot be read (Landlock)",
    "offline": "no network",
    "network": "a network namespace with nothing but a loopback",
    "tcp": "TCP denied (Landlock)",
    "sockets": "sockets of other kinds and calls into other processes denied (seccomp)",
    "signals": "no signals to processes outside (Landlock)",
    "privileges": "no privileges, and no way to any",
    "limits": "memory, file size and time of each process limited",
    "processes": "number of processes limited",
    "users": "a user namespace",
}
# where programs keep what opens other doors, in the user's home
SECRETS = (
    *(
        ".ssh",
        ".gnupg",
        ".aws",
        ".azure",
        ".kube",
        ".docker",
        ".netrc",
        ".git-credentials",
        ".npmrc",
        ".pypirc",
    ),
    *(
        ".config/gh",
        ".config/hub",
        ".config/gcloud",
        ".config/git/credentials",
        ".config/pip",
        ".config/rclone",
    ),
    *(".local/share/keyrings", ".password-store", ".terraform.d", ".cargo/credentials", ".m2/settings.xml"),
    *(".cargo/credentials.toml", ".gem/credentials", ".vault-token", ".bash_history", ".zsh_history"),
    *(".python_history", ".claude", ".claude.json", ".codex", ".gemini", ".mozilla", ".config/google-chrome"),
)


class Bounds(NamedTuple):
    """What an agent may use: memory and file size in bytes for each of its processes, and how many those are,
    with their threads."""

    memory: int | None = None
    processes: int = 512
    file_size: int = 1 << 30


_USUAL = Bounds()


class Held(NamedTuple):
    """Which layers held, and why others did not."""

    layers: tuple[str, ...] = ()
    missing: Mapping[str, str] = {}

    def sentences(self) -> tuple[str, ...]:
        """For people: what holds, then what does not."""
        holds = [_WORDS[name] for name in _WORDS if name in self.layers]
        lacks = [f"not: {_WORDS[name]}: {self.missing[name]}" for name in _WORDS if name in self.missing]
        return (*holds, *lacks)


def words(
    argv: Sequence[str],
    *,
    write: Sequence[str | Path],
    network: bool = False,
    required: bool = False,
    bounds: Bounds = _USUAL,
    hide: Sequence[str | Path] | None = None,
    report: str | Path = "",
) -> tuple[str, ...]:
    """The program and its words, started by `confine.py`. It may write to the `write` folders and nowhere
    else. `required`: it does not start (exit 125) where a needed layer is missing. `hide`: what it cannot
    read; the usual keys of this user where nothing is said. `report` gets what `read` reads."""
    hidden = secrets(Path.home()) if hide is None else hide
    needed = (*NEEDED, *(() if network else ("offline",)))
    return (
        *(sys.executable, "-I", "-S", inject.script("confine.py")),
        *(word for path in write for word in ("--write", str(path))),
        *(word for path in hidden for word in ("--hide", str(path))),
        *(() if network else ("--no-net",)),
        "--no-unix",
        *(("--memory", str(bounds.memory)) if bounds.memory is not None else ()),
        *("--processes", str(bounds.processes), "--file-size", str(bounds.file_size)),
        *(("--report", str(report)) if report else ()),
        *(("--require", ",".join(needed)) if required else ()),
        "--",
        *argv,
    )


def secrets(home: Path) -> tuple[str, ...]:
    """What there is of the usual places for keys."""
    return tuple(str(path) for name in SECRETS if os.path.lexists(path := home / name))


def layers() -> tuple[str, ...]:
    """What would confine an agent without network here, in words."""
    return held().sentences()


def held() -> Held:
    """The same by name: tried in a short process, with nothing in it."""
    argv = words((), write=(), hide=("/nowhere",))[:-1]
    try:
        ran = short.run(argv, cwd="/", env={"PATH": os.defpath}, timeout=_TIMEOUT)
    except OSError as error:
        return Held(missing=dict.fromkeys(NEEDED, f"it could not be tried ({error.strerror})"))
    finally:
        tidy()
    return read(ran.stdout) if ran.exit == 0 else Held(missing=dict.fromkeys(NEEDED, _said(ran.stderr)))


def read(report: bytes) -> Held:
    """What `confine.py` reported; nothing held where that cannot be read."""
    try:
        told = msgspec.json.decode(report, type=dict[str, list[str] | dict[str, str]])
        found, missing = told["held"], told["missing"]
    except (msgspec.DecodeError, KeyError):
        return Held(missing=dict.fromkeys(NEEDED, "the report of the confinement cannot be read"))
    return Held(tuple(found), dict(missing) if isinstance(missing, dict) else {})


def tidy() -> None:
    """Remove the control groups of agents that have ended."""
    argv = (sys.executable, "-I", "-S", inject.script("confine.py"), "--tidy")
    with contextlib.suppress(OSError):  # what is left there is empty
        short.run(argv, cwd="/", env={}, timeout=_TIMEOUT)


def _said(stderr: bytes) -> str:
    return text.line(text.decode(stderr).strip().rpartition("\n")[2]) or "it ended without a word"
