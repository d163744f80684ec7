"""A config file's text: a regular file, not too large, UTF-8 without control characters."""

import os
import re
import stat
from pathlib import Path

from eee_ci.errors import Fault

LARGEST = 1024 * 1024
# what YAML does not allow; compiled when needed, since it takes longer than reading a config
_CONTROL = "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def text_of(path: Path, label: str, faults: list[Fault]) -> str | None:
    """The text, or None and a fault."""
    try:
        data = _bytes(path)
    except OSError as error:
        faults.append(Fault(label, 0, 0, f"cannot be read: {error.strerror or error}"))
        return None
    except ValueError as error:
        faults.append(Fault(label, 0, 0, str(error)))
        return None
    return _decoded(data, label, faults)


def _bytes(path: Path) -> bytes:
    """O_NONBLOCK, so that a FIFO or a terminal cannot hold us; then the open file itself is asked."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    try:
        mode = os.fstat(handle).st_mode
        if not stat.S_ISREG(mode):
            raise ValueError(f"is {_kind(mode)}; want a regular file")
        with open(handle, "rb", closefd=False) as stream:
            data = stream.read(LARGEST + 1)
    finally:
        os.close(handle)
    if len(data) > LARGEST:
        raise ValueError("is over 1 MiB; want a config, which is far smaller")
    return data


def _kind(mode: int) -> str:
    kinds = {stat.S_IFDIR: "a directory", stat.S_IFIFO: "a FIFO", stat.S_IFCHR: "a device"}
    return kinds.get(stat.S_IFMT(mode), "no regular file")


def _decoded(data: bytes, label: str, faults: list[Fault]) -> str | None:
    if data.startswith(_UTF16):
        faults.append(Fault(label, 1, 1, "is UTF-16; save it as UTF-8"))
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        message = f"byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8"
        faults.append(Fault(label, *_place(before), message))
        return None
    plain = text.isascii() and text.replace("\n", "").isprintable()
    if not plain and (found := re.search(_CONTROL, text)):
        code = ord(found.group())
        what = "a NUL character (is it UTF-16? save it as UTF-8)" if code == 0 else f"U+{code:04X}"
        faults.append(Fault(label, *_place(text[: found.start()]), f"found {what}; remove it"))
        return None
    return text


def _place(before: str) -> tuple[int, int]:
    return before.count("\n") + 1, len(before) - before.rfind("\n")
