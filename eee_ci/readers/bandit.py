"""bandit's JSON, and exclude patterns in its words."""

from collections.abc import Iterable, Iterator

import msgspec

from eee_ci import reading, text
from eee_ci.model import Finding, Gate, Severity

SEVERITY: dict[str, Severity] = {"HIGH": "high", "MEDIUM": "medium", "LOW": "low"}


class Cwe(msgspec.Struct, frozen=True):
    id: int | None = None


class Result(msgspec.Struct, frozen=True):
    filename: str
    line_number: int
    test_id: str
    issue_text: str
    issue_severity: str
    issue_cwe: Cwe = Cwe()
    line_range: tuple[int, ...] = ()
    col_offset: int = -1
    end_col_offset: int = 0
    more_info: str | None = None


class Skipped(msgspec.Struct, frozen=True):
    filename: str
    reason: str


class Report(msgspec.Struct, frozen=True):
    results: tuple[Result, ...]
    errors: tuple[Skipped, ...]
    metrics: dict[str, dict[str, float]]


def patterns(excludes: Iterable[str]) -> Iterator[str]:
    """The judge's patterns in bandit's words, never wider. bandit also excludes, wherever it is, what holds a
    pattern word for word: so each has a sign that no path holds. And it may set `./` before a path, which a
    wildcard at the start must not take for a folder."""
    for pattern in (exclude.removeprefix("./").rstrip("/") for exclude in excludes):
        if not pattern or "," in pattern or pattern.startswith("["):
            continue  # the judge applies all of them anyway
        rest = pattern.lstrip("*")
        if pattern.startswith("?"):
            bare = f"[!.]{pattern[1:]}"
        elif pattern.startswith("*"):
            bare = f"[!.]{pattern}" if rest[:1] in ("/", "?", "[") else pattern
        else:
            bare = f"[{pattern[0]}]{pattern[1:]}"
        yield from (bare, f"[.]/{pattern}", f"{bare}/*", f"[.]/{pattern}/*")


def finding(one: Result, gate: Gate, category: str) -> Finding:
    """The columns are those of the whole call, the line is the one of the fault in it."""
    first, single = one.line_range[:1] == (one.line_number,), one.line_range == (one.line_number,)
    return Finding(
        tool=gate.tool,
        rule=one.test_id,
        message=one.issue_text,
        severity=SEVERITY.get(one.issue_severity, "low"),
        category=category,
        path=one.filename,
        line=one.line_number,
        column=one.col_offset + 1 if first and one.col_offset >= 0 else None,
        end_line=one.line_number if single else None,
        end_column=one.end_col_offset + 1 if single and one.end_col_offset > 0 else None,
        url=one.more_info,
        cwe=one.issue_cwe.id,
    )


def errors(report: Report, root: str) -> Iterator[str]:
    """A sentence for each file that could not be judged, in the order of their paths: bandit's own depends on
    whether it was handed a file or found it."""
    skipped = ((reading.relative(one.filename, root) or one.filename, one.reason) for one in report.errors)
    for path, reason in sorted(skipped):
        yield text.line(f"bandit could not judge {path}: {reason}; mend the file or exclude it")
