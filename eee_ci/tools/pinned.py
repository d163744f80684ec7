"""Exactly one version of a tool, from uv: fetched once, offline ever after."""

import re
import sys

from eee_ci.model import Step
from eee_ci.ports import Tool

_VERSION = re.compile(r"[0-9][A-Za-z0-9.+!_-]*")
MARK = "pinned"
_TOUCH = "import sys; open(sys.argv[1], 'x').close()"
_ABSENT = (0, 1, 2)  # uv's codes for what it has not got while offline; anything else is an accident


def version(wanted: str) -> bool:
    """Is it a version and nothing more, such as a URL?"""
    return _VERSION.fullmatch(wanted) is not None


def tool(uv: str, name: str, program: str, wanted: str) -> Tool:
    """The tool as uv starts it, without the network."""
    argv = (*_start(uv, offline=True), "--from", f"{name}=={wanted}", program)
    return Tool(name=name, argv=argv, version=wanted, origin="pinned")


def prepare(pinned: Tool) -> tuple[Step, ...]:
    """The steps that go before a pinned tool's own: look offline, and fetch only when it is not there yet.
    None for other tools."""
    if pinned.origin != "pinned":
        return ()
    uv, name = pinned.argv[0], pinned.argv[-2]
    touch = ("--from", name, "python", "-I", "-c", _TOUCH, "{scratch}/" + MARK)
    return (
        Step(argv=(*_start(uv, offline=True), *touch), go_on=_ABSENT, cwd="{scratch}"),
        Step(argv=(*_start(uv, offline=False), *touch), skip_if=MARK, cwd="{scratch}"),
    )


def _start(uv: str, *, offline: bool) -> tuple[str, ...]:
    return (uv, "tool", "run", *(("--offline",) if offline else ()), "--python", sys.executable)
