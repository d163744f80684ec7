"""A finding, and what every noun is made from."""

from typing import Literal

import msgspec

Severity = Literal["critical", "high", "medium", "low", "info"]

SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low", "info")  # worst first


class Noun(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What all nouns share: nothing about them changes once they are made."""


class Finding(Noun, frozen=True, kw_only=True):
    """One thing a tool objects to. `path` is relative to the root with `/`, None where there is no file;
    lines and columns are 1-based, columns count code points, the end column is exclusive.
    `fingerprint` stays when code moves; `line_hash` is GitHub's primaryLocationLineHash."""

    tool: str
    rule: str
    message: str
    severity: Severity = "medium"
    category: str = "lint"  # lint format types security tests coverage complexity build
    path: str | None = None
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    url: str | None = None
    fix: str | None = None  # one sentence on what mends it
    cwe: int | None = None
    fingerprint: str = ""
    line_hash: str | None = None
