"""`eee-ci cache`: where remembered results lie, how many there are; prunes, clears and verifies them."""

import argparse
import os
import time
from collections.abc import Callable, Iterator

from eee_ci import commands, text
from eee_ci.cache import Off, Store, opened, space
from eee_ci.console import Console
from eee_ci.errors import FAILED, GREEN, UsageError

_MANY = {"GiB": 30, "MiB": 20, "KiB": 10}


def run(arguments: argparse.Namespace) -> int:
    """0, or 1 when `verify` found damage; a cache that is off is a sentence and exit 2."""
    if arguments.json and arguments.action != "stats":
        raise UsageError("--json belongs to `eee-ci cache stats`", "leave it out")
    store = opened(os.environ)
    if isinstance(store, Off):
        raise UsageError(f"the cache is off: {store.reason}", "EEE_CI_CACHE_DIR can name another folder")
    console = Console()
    if arguments.json:
        found = space.usage(store.folder, store.limit)
        console.raw(commands.pretty(found))
        return GREEN
    return _ACTIONS[arguments.action](store, console)


def _where(store: Store, console: Console) -> int:
    console.lines([text.path(store.folder)])
    return GREEN


def _stats(store: Store, console: Console) -> int:
    console.lines(lines(space.usage(store.folder, store.limit), now=time.time()))
    return GREEN


def lines(found: space.Usage, *, now: float) -> Iterator[str]:
    """What the cache holds, for people."""
    yield f"folder  {text.path(found.folder)}"
    yield f"limit   {amount(found.limit)}"
    yield f"holds   {_entries(found.entries)}, {amount(found.bytes)}"
    width = max(map(len, found.kinds), default=0)
    for name, kind in found.kinds.items():
        yield f"  {text.line(name):{width}}  {_entries(kind.entries)}, {amount(kind.bytes)}"
    if found.oldest_use is not None and found.newest_use is not None:
        yield f"used    {_ago(now - found.oldest_use)} to {_ago(now - found.newest_use)}"


def _prune(store: Store, console: Console) -> int:
    swept = space.prune(store.folder, store.limit, down_to=store.limit)
    console.lines([f"{_went(swept)}; {amount(swept.left)} of {amount(store.limit)} in use"])
    return GREEN


def _clear(store: Store, console: Console) -> int:
    console.lines([_went(space.clear(store.folder))])
    return GREEN


def _verify(store: Store, console: Console) -> int:
    found = space.verify(store.folder, store.seal)
    read = f"read {text.count(found.files, 'file')}"
    if not found.damaged:
        console.lines([f"{read}, all as they were written"])
        return GREEN
    console.lines([f"{read}, removed {found.damaged} that {_was(found.damaged)} damaged"])
    return FAILED


_ACTIONS: dict[str, Callable[[Store, Console], int]] = {
    "where": _where,
    "stats": _stats,
    "prune": _prune,
    "clear": _clear,
    "verify": _verify,
}


def amount(size: int) -> str:
    """Bytes for people: `12.5 MiB`."""
    for unit, shift in _MANY.items():
        if size >= 1 << shift:
            return f"{size / (1 << shift):.1f} {unit}"
    return text.count(size, "byte")


def _entries(number: int) -> str:
    return f"{number} entry" if number == 1 else f"{number} entries"


def _went(swept: space.Swept) -> str:
    return f"removed {text.count(swept.files, 'file')}, {amount(swept.bytes)}"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


def _ago(seconds: float) -> str:
    days = int(max(seconds, 0.0) // 86_400)
    return f"{text.count(days, 'day')} ago" if days else "today"
