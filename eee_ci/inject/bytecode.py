"""What code imports, read from its byte code."""

from __future__ import annotations

import dis
import re
import sys
import types
from typing import Any, Iterator  # noqa: UP035 - Python 3.8

IMPORT, EXTENDED = dis.opmap["IMPORT_NAME"], dis.opmap["EXTENDED_ARG"]
LOADS = {dis.opmap[name]: name for name in dis.opmap if name.startswith("LOAD_")}
PUSHES = {dis.opmap[name] for name in ("PUSH_NULL",) if name in dis.opmap}
CHANGERS = ("LOAD_ATTR", "LOAD_METHOD")  # they work on what was loaded
NAMED = re.compile(
    r"_*((real|orig|original|old|saved|true|builtins?|default|native)_*)?import_*(orig|original|func|fn)?_*"
)
# What may stand between the name and the call: whatever else does may make another name of it.
BESIDE = {
    dis.opmap[name]
    for name in dis.opmap
    if name.startswith(("LOAD_", "CALL", "BUILD_LIST", "BUILD_MAP", "BUILD_TUPLE"))
    or name in ("PUSH_NULL", "PRECALL", "KW_NAMES", "LIST_EXTEND")
}
FILLERS = {dis.opmap[name] for name in ("CACHE", "PRECALL", "NOP") if name in dis.opmap}


def instructions(raw: bytes) -> Iterator[tuple[int, int, int]]:
    """Offset, operation and argument; fillers are left out."""
    extended = 0
    for at in range(0, len(raw), 2):
        operation = raw[at]
        number = raw[at + 1] | extended
        extended = number << 8 if operation == EXTENDED else 0
        if operation != EXTENDED and operation not in FILLERS:
            yield at, operation, number


def statements(code: Any) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    """The import statements of a code object: name, level, and the names after `import`. A level that is not
    understood is -1."""
    before: list[tuple[int, int]] = [(0, 0), (0, 0)]
    for _, operation, number in instructions(code.co_code):
        if operation == IMPORT:
            level, names = (constant(code, *load) for load in before)
            known = isinstance(level, int) and (names is None or isinstance(names, tuple))
            name = code.co_names[number]
            yield name, level if known else -1, names or () if known else ()
        before = [before[1], (operation, number)]


def constant(code: Any, operation: int, number: int) -> Any:
    kind = LOADS.get(operation)
    if kind == "LOAD_SMALL_INT":
        return number
    return code.co_consts[number] if kind in ("LOAD_CONST", "LOAD_CONST_IMMORTAL") else ""


def calls_import(code: types.CodeType) -> bool:
    """Does this code call `__import__` itself, under whatever name?"""
    if code.co_filename.startswith("<frozen importlib"):
        return False
    words = (*code.co_names, *code.co_varnames, *code.co_freevars, *code.co_consts)
    return any(isinstance(word, str) and NAMED.fullmatch(word) for word in words)


def argument(frame: types.FrameType) -> str | None:
    """What `__import__` is called with, `.*` behind it when its modules may be meant; None where the code
    around does not simply say it."""
    code = frame.f_code
    steps = [step[1:] for step in instructions(code.co_code[: frame.f_lasti + 2])]
    shift = 1 if sys.version_info >= (3, 11) else 0
    for at in range(len(steps) - 1, -1, -1):
        kind, number = LOADS.get(steps[at][0], ""), steps[at][1]
        number = number >> shift if kind == "LOAD_GLOBAL" else number
        if kind in ("LOAD_GLOBAL", "LOAD_NAME") and code.co_names[number] == "__import__":
            rest = steps[at + 1 :]
            break
    else:
        return None
    while rest and rest[0][0] in PUSHES:
        del rest[0]
    if len(rest) < 2 or LOADS.get(rest[1][0], "LOAD_ATTR" if len(rest) > 2 else "") in CHANGERS:  # noqa: PLR2004 - a name and its end
        return None
    name = value(frame, *rest[0])
    if not isinstance(name, str) or any(operation not in BESIDE for operation, _ in rest[1:]):
        return None
    return name if len(rest) == 2 else f"{name}.*"  # noqa: PLR2004 - the load and the call


def value(frame: types.FrameType, operation: int, number: int) -> Any:
    """What a simple load puts on the stack."""
    code, kind = frame.f_code, LOADS.get(operation, "")
    if kind == "LOAD_CONST":
        return code.co_consts[number]
    if kind in ("LOAD_FAST", "LOAD_FAST_CHECK", "LOAD_FAST_BORROW") and number < len(code.co_varnames):
        return frame.f_locals.get(code.co_varnames[number])
    if kind == "LOAD_NAME":
        return frame.f_locals.get(code.co_names[number])
    return None
