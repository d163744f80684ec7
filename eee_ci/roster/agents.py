"""The keys of a file as an agent: what is heeded, what is not, and what is wrong."""

import os
import re
from pathlib import PurePosixPath
from typing import Any

from eee_ci import text
from eee_ci.agent import Agent, Origin
from eee_ci.config.words import near, quoted
from eee_ci.roster import documents, fields, tooling
from eee_ci.roster.fields import Field, Fields
from eee_ci.roster.rules import Desk

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@\[\]-]{0,127}")
_MODES = ("default", "acceptEdits", "auto", "dontAsk", "plan", "manual")
_BYPASS = "bypassPermissions"
_EFFORTS = ("low", "medium", "high", "xhigh", "max")
_LONG = 1024  # characters of a description
_TURNS = 10_000


def agent(data: bytes, desk: Desk, *, origin: Origin) -> Agent | None:
    """The agent of a file; None, and a finding that says why, where it is none."""
    parts = documents.document(data, desk)
    found = fields.fields(parts.keys, desk) if parts is not None else None
    if parts is None or found is None:
        return None
    name, description = _name(found, desk), _description(found, desk)
    denied = _denied(found, desk)
    if name is None or description is None or denied is None:
        return None
    _strangers(found, desk)
    if not parts.prompt:
        desk.say("no-prompt", "has no text below the keys")
    return Agent(
        name=name,
        description=description,
        prompt=parts.prompt,
        origin=origin,
        path=text.decode(os.fsencode(desk.path)),
        backend=_known_name("backend", found, desk),
        tools=_tools(found, desk),
        denied=denied,
        model=_model(found, desk),
        max_turns=_turns(found, desk),
        effort=_one_of("effort", _EFFORTS, found, desk),
        permission_mode=_mode(found, desk),
        extra=_extra(found, desk),
    )


def _name(found: Fields, desk: Desk) -> str | None:
    field = found.get("name")
    said = _text("name", field, desk)
    if field is None or not said:
        desk.say("no-name", "has no name; it is skipped", field.line if field else 1)
        return None
    name = "-".join(said.lower().split())
    if not _NAME.fullmatch(name):
        desk.say("bad-name", f"name: {quoted(said)} cannot be a name; it is skipped", field.line)
        return None
    if name != said:
        desk.say("name-spelling", f"name: {quoted(said)} is read as {quoted(name)}", field.line)
    if PurePosixPath(desk.path).stem != name:
        desk.say("name-of-file", f"name: {quoted(name)} is not the name of the file", field.line)
    return name


def _description(found: Fields, desk: Desk) -> str | None:
    field = found.get("description")
    said = _text("description", field, desk)
    if field is None or not said:
        desk.say("no-description", "has no description; it is skipped", field.line if field else 1)
        return None
    if len(said) > _LONG:
        desk.say(
            "long-description", f"description: {len(said)} characters, want {_LONG} at the most", field.line
        )
    return said


def _text(name: str, field: Field | None, desk: Desk) -> str | None:
    """A text; a number or the like as it is written."""
    if field is None or field.value is None:
        return None
    if field.written is None:
        desk.say("bad-type", f"{name}: found {_kind(field.value)}, want a text; it is ignored", field.line)
        return None
    if not isinstance(field.value, str):
        desk.say("bad-type", f"{name}: found {_kind(field.value)}, read as text", field.line)
    return field.written.strip()


def _kind(value: Any) -> str:
    match value:
        case dict():
            return "a map"
        case list():
            return "a list"
        case bool():
            return "true or false"
        case _:
            return "a number"


def _tools(found: Fields, desk: Desk) -> tuple[str, ...] | None:
    field = found.get("tools")
    return None if field is None else tooling.allowed(field.value, desk, field.line)


def _denied(found: Fields, desk: Desk) -> tuple[str, ...] | None:
    field = found.get("disallowedTools")
    return () if field is None else tooling.denied(field.value, desk, field.line)


def _model(found: Fields, desk: Desk) -> str | None:
    said = _text("model", found.get("model"), desk)
    if not said or said == "inherit":
        return None
    if not _MODEL.fullmatch(said):
        desk.say(
            "free-text-model",
            f"model: {quoted(said)} is no id; the backend's own is used",
            found["model"].line,
        )
        return None
    return said


def _turns(found: Fields, desk: Desk) -> int | None:
    field = found.get("maxTurns")
    if field is None:
        return None
    said = (field.written or "").strip()
    if not (said.isascii() and said.isdecimal() and 0 < int(said[:9]) <= _TURNS):
        desk.say("bad-value", f"maxTurns: want a whole number from 1 to {_TURNS}; it is ignored", field.line)
        return None
    return int(said)


def _mode(found: Fields, desk: Desk) -> str | None:
    """Never one that asks for nothing, whatever a file says."""
    if _text("permissionMode", found.get("permissionMode"), Desk(desk.path)) == _BYPASS:
        line = found["permissionMode"].line
        desk.say("bypass-permissions", f"permissionMode: {_BYPASS} is never heeded", line)
        return None
    return _one_of("permissionMode", _MODES, found, desk)


def _one_of(name: str, values: tuple[str, ...], found: Fields, desk: Desk) -> str | None:
    said = _text(name, found.get(name), desk)
    if said is None or said in values:
        return said
    desk.say(
        "bad-value",
        f"{name}: found {quoted(said)}, want one of {', '.join(values)}; it is ignored",
        found[name].line,
    )
    return None


def _known_name(name: str, found: Fields, desk: Desk) -> str | None:
    said = _text(name, found.get(name), desk)
    if said is None or _NAME.fullmatch(said):
        return said
    desk.say("bad-value", f"{name}: {quoted(said)} cannot be a name; it is ignored", found[name].line)
    return None


def _strangers(found: Fields, desk: Desk) -> None:
    """Keys that have no effect here, each said once."""
    for name, field in found.items():
        if name in fields.STARTING:
            desk.say(
                "ignored-key", f"{name}: ignored: an agent file starts no program", field.line, field.column
            )
        elif name in fields.UNHEEDED:
            desk.say("unheeded-key", f"{name}: has no effect here", field.line, field.column)
        elif name == fields.OF_COMMANDS:
            desk.say(
                "near-key",
                "allowed-tools: a key of commands and skills (did you mean 'tools'?)",
                field.line,
                field.column,
            )
        elif name not in fields.KNOWN:
            meant = "" if desk.full else near(name, fields.KNOWN)
            rule = "near-key" if meant else "unknown-key"
            desk.say(rule, f"{quoted(name)}: no key of agents{meant}", field.line, field.column)


def _extra(found: Fields, desk: Desk) -> dict[str, Any]:
    """What nobody else heeds, to be shown; and which fixers it stands for."""
    extra = {name: field.value for name, field in found.items() if name not in fields.HEEDED}
    field = found.get("fixers")
    if field is not None:
        words = field.value if isinstance(field.value, list) else [field.value]
        if words and all(isinstance(word, str) and _NAME.fullmatch(word) for word in words):
            extra["fixers"] = words
        else:
            desk.say("bad-type", "fixers: want a list of names; it is ignored", field.line)
    return extra
