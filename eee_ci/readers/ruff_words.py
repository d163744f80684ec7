"""What `ruff format` says: JSON, or words where an older version knows no other."""

import re
from collections.abc import Iterator

import msgspec

from eee_ci import reading, text
from eee_ci.errors import ReportError
from eee_ci.model import Ran
from eee_ci.readers import ruff

_UNFORMATTED = re.compile(r"^Would reformat: (.+)$", re.MULTILINE)
_SYNTAX = re.compile(r"^error: Failed to parse (.+?):(\d+):(\d+): (.+)$", re.MULTILINE)


def entries(data: bytes, ran: Ran, *, stopped: bool, as_json: bool) -> list[ruff.Diagnostic]:
    """The entries of a run."""
    errors = text.decode(ran.stderr)
    if not data.strip() and (stopped or ruff.NOTHING in errors):
        return list(_words("", errors))
    if as_json:
        return reading.shaped(data, "the report of ruff", list[ruff.Diagnostic])
    said = text.decode(data)
    if ran.exit == 0 and "already formatted" not in said:
        raise ReportError(f"ruff ended with exit 0 but without its word on the files{reading.said(ran)}")
    return list(_words(said, errors))


def _words(said: str, errors: str) -> Iterator[ruff.Diagnostic]:
    """What older versions say in words."""
    for path in _UNFORMATTED.findall(said):
        yield ruff.Diagnostic(path, "File would be reformatted", "unformatted")
    for path, row, column, message in _SYNTAX.findall(errors):
        yield ruff.Diagnostic(path, message, location=ruff.Spot(int(row[:9]), int(column[:9])))


def without_syntax(ran: Ran) -> Ran:
    """The run without the lines that became findings, so that they are not its troubles as well."""
    rest = _SYNTAX.sub("", text.decode(ran.stderr))
    return msgspec.structs.replace(ran, stderr=rest.encode("utf-8", "replace"))
