"""`report.json`: the whole run, and all that any other report is made from."""

import re
from typing import Any

import msgspec

from eee_ci import text
from eee_ci.errors import UsageError
from eee_ci.model import Run
from eee_ci.rendering import encoded, words

SCHEMA = 1
_HINT = "give a report.json that `eee-ci check` wrote"


class _Versioned(msgspec.Struct):
    """What is read first: another version may have another shape."""

    schema: Any = None


def render(run: Run) -> dict[str, bytes]:
    """`report.json`, which decodes back to an equal run."""
    return {"report.json": encoded.json_lines(run)}


def load(data: bytes, source: str) -> Run:
    """The run that was written; a UsageError that names the place where it is none of ours."""
    try:
        _version(msgspec.json.decode(data, type=_Versioned).schema, source)
        run = msgspec.json.decode(data, type=Run)
    except msgspec.ValidationError as error:
        place = re.search(r" - at `\$\.?([^`]*)`$", str(error))
        said = text.line(str(error)[: place.start()] if place else str(error))
        raise UsageError(f"{source}: {place[1] if place else 'the document'}: {said}", _HINT) from None
    except msgspec.DecodeError as error:
        raise UsageError(
            f"{source}{_position(data, str(error))}: not readable JSON: {error}", _HINT
        ) from None
    except UnicodeDecodeError:
        raise UsageError(f"{source}: a text in it is not UTF-8", _HINT) from None
    except RecursionError:
        raise UsageError(f"{source}: nested too deeply for a report", _HINT) from None
    _started(run, source)
    return run


def _version(found: Any, source: str) -> None:
    if found != SCHEMA:
        hint = "render it with the version of eee-ci that wrote it, or run `eee-ci check` again"
        said = "nothing" if found is None else text.line(repr(found))[:40]
        raise UsageError(f"{source}: schema: found {said}, want {SCHEMA}", hint)


def _started(run: Run, source: str) -> None:
    try:
        words.started(run)
    except ValueError:
        said = f"found {text.line(run.started)!r}, want a time like 2026-11-22T06:00:00Z"
        raise UsageError(f"{source}: started: {said}", _HINT) from None


def _position(data: bytes, said: str) -> str:
    """`:line:column` of a syntax error."""
    byte = re.search(r"\(byte (\d+)\)", said)
    if byte is None:
        return ""
    before = data[: int(byte[1])]
    line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
    return f":{line}:{column}"
