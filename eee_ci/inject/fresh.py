"""Runs mypy, and drops what it remembers where a file could be another one than it saw.

    python fresh.py CACHE PROGRAM ARGS...

mypy trusts a file of the same size and the same second of change, whatever is in it. So all contents that it
may have seen are noted beside its cache, before it starts; a file that looks like one of them but is another
makes the cache worthless. So does a run that did not come to its end, or during which a file changed, unless
nothing changed ever since: nobody knows then what it saw.

Which errors mypy tells in a circle of imports depends on where it entered it, and so on what it remembers. A
file that came or went is therefore a reason to begin anew, and errors are told by a run that did.
Runs on Python 3.8, from the standard library only.
"""

from __future__ import annotations

import json
import os
import sys
import time
from hashlib import blake2b

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SUFFIXES = (".py", ".pyi")
PASSED_OVER = ("__pycache__", "node_modules", "site-packages")
MOST = 64  # contents noted of one file; with more it is time to begin anew
NOTHING: dict[str, Any] = {"open": False, "stats": {}, "seen": {}}


def main(cache: str, argv: list[str]) -> int:
    """The exit code of the program; negative for a signal."""
    started = time.time()
    try:
        state = prepare(cache, os.getcwd())
    except Exception as error:  # noqa: BLE001 - whatever it is: without a cache nothing can be wrong
        sys.stderr.write(f"mypy's cache is not used: {error!r}\n")
        return start([os.devnull if word == cache else word for word in argv])
    kept = os.path.isdir(cache)
    status = start(argv)
    if status > 0 and kept and emptied(1):
        drop(cache)
        status = start(argv)
    save(cache, {**state, "open": False} if unchanged(state, os.getcwd(), started) else None)
    return status


def start(argv: list[str]) -> int:
    """Its exit code; negative for a signal."""
    return os.spawnvp(os.P_WAIT, argv[0], argv)  # nosec B606 - words of the planner, and no shell


def emptied(output: int) -> bool:
    """Is what was said so far taken back? Only of a file that can be."""
    try:
        os.ftruncate(output, 0)
        os.lseek(output, 0, os.SEEK_SET)
    except OSError:
        return False
    return True


def prepare(cache: str, root: str) -> dict[str, Any]:
    """Drop the cache where it may be wrong; the state as it is noted before the start."""
    stats = look(root)
    try:
        seen = noted(load(cache), stats, root)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):  # no state, or a damaged one
        seen = None
    if seen is None:
        drop(cache)
        seen = noted(NOTHING, stats, root) or {}
    state = {"open": True, "stats": stats, "seen": seen}
    save(cache, state)
    return state


def noted(known: dict[str, Any], stats: dict[str, list[int]], root: str) -> dict[str, Any] | None:
    """What was seen of each file, with what is there now; None where the two could be confused."""
    if known["open"] and known["stats"] != stats:
        return None
    if known["stats"] and known["stats"].keys() != stats.keys():
        return None
    seen = {path: list(contents) for path, contents in known["seen"].items()}
    for path, stat in stats.items():
        contents = seen.setdefault(path, [])
        same = not known["open"] and known["stats"].get(path) == stat
        content = contents[-1][2] if same else digest(os.path.join(root, path))
        now = [stat[0], stat[1] // 10**9, content]
        if any(one[:2] == now[:2] and one != now for one in contents) or len(contents) >= MOST:
            return None
        seen[path] = [*(one for one in contents if one != now), now]  # the last one is what is there
    return seen


def unchanged(state: dict[str, Any], root: str, started: float) -> bool:
    """Is all as it was noted? What could have changed within one tick of the clock is read again."""
    stats = look(root)
    return bool(stats == state["stats"]) and all(
        state["seen"][path][-1][2] == digest(os.path.join(root, path))
        for path, stat in stats.items()
        if stat[1] // 10**9 >= int(started) - 1
    )


def drop(cache: str) -> None:
    import shutil  # slow to import, and seldom needed

    if os.path.lexists(cache):
        shutil.rmtree(cache)


def look(root: str) -> dict[str, list[int]]:
    """Size, time of change and identity of every Python file below the root, links followed."""
    found: dict[str, list[int]] = {}
    todo, been = [""], set()
    while todo:
        at = todo.pop()
        for entry in os.scandir(os.path.join(root, at)):
            path = os.path.join(at, entry.name)
            if entry.is_dir():
                stat = os.stat(entry.path)
                if (stat.st_dev, stat.st_ino) not in been and not passed_over(entry):
                    been.add((stat.st_dev, stat.st_ino))
                    todo.append(path)
            elif entry.name.endswith(SUFFIXES) and entry.is_file():
                stat = entry.stat()
                found[path] = [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino, stat.st_dev]
    return found


def passed_over(entry: os.DirEntry[str]) -> bool:
    return (
        entry.name.startswith(".")
        or entry.name in PASSED_OVER
        or os.path.exists(os.path.join(entry.path, "pyvenv.cfg"))
    )


def digest(path: str) -> str:
    with open(path, "rb") as stream:
        return blake2b(stream.read(), digest_size=20).hexdigest()


def load(cache: str) -> Any:
    """The noted state."""
    with open(f"{cache}.seen", encoding="utf-8") as stream:
        return json.load(stream)


def save(cache: str, state: dict[str, Any] | None) -> None:
    """Whole or not at all."""
    os.makedirs(os.path.dirname(cache), exist_ok=True)
    aside = f"{cache}.{os.getpid()}"
    with open(aside, "w", encoding="utf-8") as stream:
        json.dump(state, stream)
    os.replace(aside, f"{cache}.seen")


if __name__ == "__main__":
    ended = main(sys.argv[1], sys.argv[2:])
    if ended < 0:
        os.kill(os.getpid(), -ended)  # as the program ended, so do we
    sys.exit(ended)
