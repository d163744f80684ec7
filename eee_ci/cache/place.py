"""Where the store lies, and whether it can be used; if not, a sentence says why and the run goes on."""

import os
import stat
from _collections_abc import Mapping

from eee_ci.cache.disk import read
from eee_ci.cache.seal import Seal
from eee_ci.cache.store import Store

DEFAULT_LIMIT = 2 << 30
_SECRET = 32  # bytes
_DIGITS = 15
_UNITS = {"K": 10, "M": 20, "G": 30}
_TOO_OPEN = stat.S_IWGRP | stat.S_IWOTH
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Off:
    """There is no store; `reason` says why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


class _Unfit(Exception):  # noqa: N818 - it never leaves this module
    """The place cannot be used."""


def opened(environ: Mapping[str, str], *, judged: str = "") -> Store | Off:
    """The user's store, made if need be. Inside the judged project it is off: a commit could bring a secret
    and entries sealed with it."""
    try:
        limit = _limit(environ.get("EEE_CI_CACHE_SIZE", ""))
        folder = _named(environ)
        if judged:
            _refuse_below(folder, judged)
        _prepare(folder)
        return Store(folder, Seal(_secret(folder)), limit)
    except _Unfit as unfit:
        return Off(str(unfit))
    except OSError as error:
        return Off(f"{error.filename or 'the cache folder'}: {error.strerror}")


def _limit(said: str) -> int:
    if not said:
        return DEFAULT_LIMIT
    unit = _UNITS.get(said[-1].upper(), 0)
    number = said[:-1] if unit else said
    if not number.isascii() or not number.isdecimal() or len(number) > _DIGITS:
        raise _Unfit(f"EEE_CI_CACHE_SIZE: found {said!r}, want a number such as 500M or 2G")
    if not int(number):
        raise _Unfit("EEE_CI_CACHE_SIZE is 0")
    return int(number) << unit


def _named(environ: Mapping[str, str]) -> str:
    named = environ.get("EEE_CI_CACHE_DIR", "")
    if named:
        return _absolute("EEE_CI_CACHE_DIR", named)
    shared = environ.get("XDG_CACHE_HOME", "")
    if shared.startswith("/"):  # its specification: what is relative does not count
        return f"{shared.rstrip('/')}/eee-ci"
    home = environ.get("HOME", "")
    if not home:
        raise _Unfit("neither EEE_CI_CACHE_DIR nor HOME is set")
    home = _absolute("HOME", home)
    if os.stat(home).st_uid != os.geteuid():  # noqa: PTH116 - pathlib is heavy
        raise _Unfit(f"HOME, {home}, belongs to another user")  # who would be left with files of ours
    return f"{home}/.cache/eee-ci"


def _absolute(name: str, path: str) -> str:
    if not path.startswith("/"):
        raise _Unfit(f"{name}: found {path!r}, want an absolute path")
    return path.rstrip("/")  # with a slash at its end a link would be followed


def _refuse_below(folder: str, judged: str) -> None:
    top = os.path.realpath(judged)
    if os.path.commonpath((top, os.path.realpath(folder))) == top:
        raise _Unfit(f"{folder} lies in the judged project")


def _prepare(folder: str) -> None:
    try:
        found = os.lstat(folder)
    except FileNotFoundError:
        from eee_ci.files import entries

        entries.folder(folder)
        found = os.lstat(folder)
    if not stat.S_ISDIR(found.st_mode):
        what = "a link" if stat.S_ISLNK(found.st_mode) else "a file"
        raise _Unfit(f"{folder}: found {what}, want a folder")
    if found.st_uid != os.geteuid():
        raise _Unfit(f"{folder} belongs to another user")
    if found.st_mode & _TOO_OPEN:
        raise _Unfit(f"{folder} can be written by others: chmod 700 closes it")
    if not os.access(folder, os.W_OK | os.X_OK, effective_ids=True):
        raise _Unfit(f"{folder} is read-only")


def _secret(folder: str) -> bytes:
    """The secret. One that is damaged, or that others could read, is replaced: all entries are misses."""
    path = f"{folder}/secret"
    if (found := _trusted(path)) is not None:
        return found
    from eee_ci.files import entries

    for replace in (False, True):  # many first runs at once: the first one's stands
        entries.settle(path, os.urandom(_SECRET), replace=replace)
        if (found := _trusted(path)) is not None:
            return found
    raise _Unfit(f"{path} cannot be kept to this user")


def _trusted(path: str) -> bytes | None:
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return None
    if found.st_uid != os.geteuid() or found.st_mode & _OTHERS:
        return None
    data = read(path)
    return data if data is not None and len(data) == _SECRET else None
