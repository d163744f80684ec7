"""What the control group says about memory: how often the kernel killed for want of it, and the limit."""

import os

_ROOT = "/sys/fs/cgroup"
_FILES = {  # of version 2, where the controller has no name, and of version 1
    "": ("", "memory.events", "memory.max"),
    "memory": ("memory", "memory.oom_control", "memory.limit_in_bytes"),
}
_UNLIMITED = 1 << 60  # version 1 writes a number just as large


def kills(root: str = _ROOT, own: str = "/proc/self/cgroup") -> int | None:
    """How many processes of our group were killed so far; None when the kernel does not say."""
    for folder, events, _ in _groups(root, own):
        for row in _rows(f"{folder}/{events}"):
            word, _, number = row.partition(" ")
            if word == "oom_kill":
                return int(number)
    return None


def limit(root: str = _ROOT, own: str = "/proc/self/cgroup") -> int | None:
    """The bytes our group may use; None when there is no limit or it is not known."""
    for folder, _, most in _groups(root, own):
        for row in _rows(f"{folder}/{most}"):
            if row.isdecimal() and int(row) < _UNLIMITED:
                return int(row)
    return None


def _groups(root: str, own: str) -> list[tuple[str, str, str]]:
    found = []
    for row in _rows(own):
        _, controllers, path = row.split(":", 2)
        for controller in controllers.split(","):
            if controller in _FILES:
                mount, events, most = _FILES[controller]
                found.append((os.path.join(root, mount, path.lstrip("/")), events, most))
    return found


def _rows(path: str) -> list[str]:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return []
    with os.fdopen(handle, encoding="utf-8") as stream:
        return stream.read().splitlines()
