"""A command made final for a place: root, scratch folder, cache and interpreter filled in."""

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec.structs import replace

from eee_ci.model import Command

_VARIABLE = re.compile(r"\{(root|scratch|cache|python)\}")


def filled(name: str, content: bytes, values: Mapping[str, str]) -> bytes:
    """The variables filled in where it is JSON: they stand in its strings."""
    if not name.endswith(".json"):
        return content
    quoted = {name: msgspec.json.encode(value).decode()[1:-1] for name, value in values.items()}
    return _VARIABLE.sub(lambda match: quoted[match[1]], content.decode()).encode()


def final(command: Command, values: Mapping[str, str]) -> Command:
    """The command with the four variables filled in, once; other braces are the tool's."""

    def fill(word: str) -> str:
        return _VARIABLE.sub(lambda match: values[match[1]], word)

    steps = tuple(
        replace(step, argv=tuple(map(fill, step.argv)), cwd=str(Path(values["root"], fill(step.cwd))))
        for step in command.steps
    )
    env = {"TMPDIR": "{scratch}/tmp", **command.env}
    return replace(command, steps=steps, env={name: fill(value) for name, value in env.items()})
