"""What the tests of the config room share: three tools, and a project with one config file."""

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from msgspec import Meta

from eee_ci import config
from eee_ci.errors import ConfigError
from eee_ci.model import Gate, Noun

# a slow machine is no fault of the code
calm = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])


class Linting(Noun, frozen=True, kw_only=True):
    """The keys of a tool with plain options."""

    fix: bool = False
    isolation: bool | str = "auto"
    depth: int | None = None
    table: dict[str, int] = {}
    raw: Any = None


class Session(Noun, frozen=True, kw_only=True):
    """The keys of a tool that must be told something."""

    session: str


class Report(Noun, frozen=True, kw_only=True):
    """Keys below a key, with a rule of their own."""

    format: Literal["sarif", "regex"]
    pattern: Annotated[str, Meta(max_length=9)] = ""

    def __post_init__(self) -> None:
        if self.format == "regex" and not self.pattern:
            raise ValueError("a regex needs a pattern")


class Anything(Noun, frozen=True, kw_only=True):
    """The keys of a tool with a rule over two of them."""

    run: tuple[str, ...] = ()
    matcher: list[str] = []
    fix: str = ""
    exits: dict[int, Literal["pass", "findings"]] = {}
    words: Annotated[list[str], Meta(min_length=1, max_length=2)] | None = None
    report: Report | None = None

    def __post_init__(self) -> None:
        if self.fix and not self.run:
            raise ValueError("'fix' needs 'run'")


TOOLS = {
    "ruff": config.ToolSpec(options=Linting, pinnable=True),
    "nox": config.ToolSpec(options=Session, pinnable=False),
    "command": config.ToolSpec(options=Anything, pinnable=False),
}
# the presets name all tools; what keys these have is no matter here
ALL_TOOLS = TOOLS | {
    name: config.ToolSpec(options=Noun, pinnable=True)
    for name in ("ruff-format", "mypy", "pytest", "bandit", "build", "complexity", "tsc")
}


def write(root: Path, text: str | bytes, name: str = "eee-ci.yaml") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def load(root: Path, text: str | bytes | None = None) -> config.Config:
    if text is not None:
        write(root, text)
    return config.load(root, file=None, tools=ALL_TOOLS)


def faults(root: Path, text: str | bytes | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(root, text)
    return [str(fault) for fault in caught.value.faults]


def gate(root: Path, keys: str) -> Gate:
    """The one gate of a config, from its keys in flow style; its tool is ruff unless they say so."""
    tool = "" if "tool:" in keys else "tool: ruff, "
    return load(root, f"version: 1\ngates:\n  a: {{{tool}{keys}}}\n").gates[0]


def fault(root: Path, keys: str) -> str:
    """The one fault of such a gate, without its place."""
    tool = "" if "tool:" in keys else "tool: ruff, "
    (only,) = faults(root, f"version: 1\ngates:\n  a: {{{tool}{keys}}}\n")
    return only.split(": ", 1)[1]


def without_place(loaded: config.Config) -> config.Config:
    return msgspec.structs.replace(loaded, source="", origins={}, files=())
