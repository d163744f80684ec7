"""Starts one process: own session, default signals, no file of ours left open in it, any folder."""

import errno
import os
from _collections_abc import Mapping

from eee_ci.process.quiet import suppress

TYPE_CHECKING = False  # `typing` itself would be the largest import of the guardian
if TYPE_CHECKING:
    import signal
    from typing import Any
else:
    import _signal as signal  # `signal` itself brings enum along

NULL = b"/dev/null"
_HERE = getattr(os, "O_PATH", os.O_RDONLY)  # enough to come back, and needs no right to list the folder


class FolderError(OSError):
    """The folder to start in cannot be entered."""


def start(
    argv: list[bytes],
    *,
    env: Mapping[bytes, bytes],
    cwd: bytes,
    streams: tuple[int | None, int | None, int | None],
) -> int:
    """The pid. A stream is a descriptor above 2, or None for /dev/null. An OSError when it cannot start.

    posix_spawn does not copy our memory, runs nothing of ours in the child and reports the kernel's
    refusal at once. It knows no folder, so ours changes for the moment: callers have one thread."""
    here = os.open(".", _HERE | os.O_CLOEXEC)
    try:
        _enter(cwd)
        _keep_to_ourselves()
        program = find(argv[0], env.get(b"PATH", b""))
        return _spawn(program, argv, env, [*map(_place, range(3), streams)])
    finally:
        os.fchdir(here)
        os.close(here)


def find(name: bytes, path: bytes) -> bytes:
    """Where the program is, along absolute folders only: the judged project must not slip one in."""
    if b"/" in name:
        return name
    refused = False
    for folder in path.split(b":"):
        candidate = os.path.join(folder, name)
        if folder.startswith(b"/") and os.path.isfile(candidate):
            if os.access(candidate, os.X_OK):
                return candidate
            refused = True
    code = errno.EACCES if refused else errno.ENOENT
    raise OSError(code, os.strerror(code), name)


def _enter(folder: bytes) -> None:
    try:
        os.chdir(folder)
    except OSError as error:
        raise FolderError(error.errno, error.strerror, folder) from None


def _place(number: int, stream: int | None) -> tuple[int, int, int] | tuple[int, int, bytes, int, int]:
    if stream is None:
        return (os.POSIX_SPAWN_OPEN, number, NULL, os.O_RDWR, 0)
    return (os.POSIX_SPAWN_DUP2, stream, number)


def _keep_to_ourselves() -> None:
    """What somebody left open for us to inherit ends with us; our own files do that by themselves."""
    for number in map(int, os.listdir("/dev/fd")):
        with suppress(OSError):  # the one that listed them
            if number > 2 and os.get_inheritable(number):  # noqa: PLR2004 - stderr
                os.set_inheritable(number, False)


def _spawn(program: bytes, argv: list[bytes], env: Mapping[bytes, bytes], actions: "list[Any]") -> int:
    defaults = signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}
    try:
        return os.posix_spawn(
            program, argv, env, file_actions=actions, setsid=True, setsigdef=defaults, setsigmask=()
        )
    except NotImplementedError:  # pragma: no cover - a C library without sessions: a group is what is left
        return os.posix_spawn(
            program, argv, env, file_actions=actions, setpgroup=0, setsigdef=defaults, setsigmask=()
        )


def has_sessions() -> bool:
    """Can a process be started in a session of its own here?"""
    try:
        pid = os.posix_spawn("/bin/true", ["true"], {}, setsid=True)
    except (NotImplementedError, OSError):
        return False
    os.waitpid(pid, 0)
    return True
