"""What a path looks like from outside. Light: the quickest answer needs nothing else."""

import os

TICK = 50_000_000  # nanoseconds: what changed later than that before a look could change again unseen
LINKED = 0o120000
_FOLDER = 0o040000
_KIND = 0o170000


def of(path: str) -> tuple[int, ...] | None:
    """Mode, inode, size, times and device of a path itself; None where nothing is. The change time cannot be
    put back by hand: an equal signature means equal content but for a change within one tick of the clock."""
    try:
        found = os.lstat(path)
    except (OSError, ValueError):
        return None
    return (found.st_mode, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_dev)


def names(folder: str) -> str:
    """What is in a folder, by name and kind; empty where it cannot be listed."""
    try:
        with os.scandir(folder) as items:
            rows = [f"{item.name}\0{item.is_dir(follow_symlinks=False)}{item.is_symlink()}" for item in items]
    except OSError:
        return ""
    return "\0\0".join(("", *sorted(rows)))


def is_folder(found: tuple[int, ...] | None) -> bool:
    """Is it a folder?"""
    return found is not None and found[0] & _KIND == _FOLDER


def same_place(one: tuple[int, ...] | None, other: tuple[int, ...] | None) -> bool:
    """Are both of the same folder, whatever its times say?"""
    return one is not None and other is not None and place(one) == place(other)


def place(found: tuple[int, ...]) -> tuple[int, ...]:
    """What stays the same of a folder while its content changes."""
    return (found[0], found[1], found[5])


def old(found: tuple[int, ...]) -> int:
    """From when on it could not change once more and look the same; as `time.time_ns`."""
    return max(found[3], found[4]) + TICK


def young(found: tuple[int, ...], now: int) -> bool:
    """Could it change once more and look the same?"""
    return old(found) > now


def is_link(found: tuple[int, ...] | None) -> bool:
    """Is it a symbolic link?"""
    return found is not None and found[0] & _KIND == LINKED
