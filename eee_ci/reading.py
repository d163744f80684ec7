"""What adapters share when they read: exit codes, reports, and findings made comparable.

A finding leaves here with a path relative to the root, a full 1-based region in code points, a
fingerprint that survives moved code, and its place in one fixed order.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

import msgspec

from eee_ci import digests, sources, text
from eee_ci.errors import ReportError
from eee_ci.model import SEVERITIES, Finding, Gate, Outcome, Ran
from eee_ci.ports import Site, Tool

T = TypeVar("T")
Unit = sources.Unit
LARGEST_REPORT = 64 * 1024 * 1024
FOUND = "findings"  # the word of an exit code that promises findings


def last(outcome: Outcome) -> Ran:
    """The step that ended the command; a ReportError when nothing ran to its end."""
    if outcome.problem:
        raise ReportError(outcome.problem)
    if not outcome.steps:
        raise ReportError("no process was started")
    return outcome.steps[-1]


def exits(ran: Ran, table: Mapping[int, str]) -> str:
    """The word for the exit code in the adapter's table; a ReportError for a code outside of it."""
    if ran.exit is None and ran.signal is not None:
        raise ReportError(f"{name(ran)} was ended by signal {ran.signal}{said(ran)}")
    word = table.get(ran.exit) if ran.exit is not None else None
    if word is None:
        undefined = f"{name(ran)} ended with exit {ran.exit}, which it does not define{said(ran)}"
        raise ReportError(f"{undefined}; run it by hand to see why")
    if word.startswith("error"):
        raise ReportError(f"{name(ran)} ended with exit {ran.exit}{word.removeprefix('error')}{said(ran)}")
    return word


def name(ran: Ran) -> str:
    """The program of a step, in a word."""
    words = [word for word in ran.argv if not word.startswith("-")]
    if "-m" in ran.argv[:-1]:
        return ran.argv[ran.argv.index("-m") + 1]
    return PurePosixPath(words[0]).name if words else "the program"


def version(tool: Tool) -> tuple[int, ...]:
    """The numbers at the front of a tool's version, to compare; empty when it is not known."""
    front = re.match(r"v?(\d+(?:\.\d+)*)", tool.version or "", re.ASCII)
    return tuple(int(number[:9]) for number in front[1].split(".")) if front else ()


def said(ran: Ran, lines: int = 6) -> str:
    """`: ` and the last words on standard error, else on standard output; empty when it was silent."""
    for stream in (ran.stderr, ran.stdout):
        rows = (text.line(row) for row in text.decode(stream[-8192:]).split("\n"))
        tail = [row[:300] for row in rows if any(sign.isalnum() for sign in row)][-lines:]
        if tail:
            return ": " + " | ".join(tail)
    return ""


def report(outcome: Outcome, file: str) -> bytes:
    """The bytes of a kept file; a ReportError when it is missing or over 64 MiB."""
    data = outcome.files.get(file)
    if data is None:
        raise ReportError(f"{name(last(outcome))} wrote no report{said(last(outcome))}")
    if len(data) > LARGEST_REPORT:
        raise ReportError(f"the report of {name(last(outcome))} is over {LARGEST_REPORT >> 20} MiB")
    return data


def json(data: bytes, what: str) -> Any:
    """Parsed JSON; a ReportError that says where it breaks."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ReportError(f"{what} is not readable JSON: {error}") from None


def shaped(data: bytes, what: str, shape: type[T]) -> T:
    """Parsed JSON of a known shape; a ReportError that says where it is different."""
    try:
        return msgspec.json.decode(data, type=shape)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        wrong = f"{what} is not the JSON it should be ({text.line(str(error))[:200]})"
        raise ReportError(f"{wrong}; run the tool by hand to see why") from None


def configs(root: str, names: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """The tool's config files that are there, by name; a ReportError for one that does not parse, since
    some tools go on with their defaults then."""
    from eee_ci import settings

    found: dict[str, Mapping[str, Any]] = {}
    for file in names:
        path = Path(root, file)
        if not os.path.lexists(path):
            continue
        try:
            found[file] = settings.parsed(path.suffix, path.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError, RecursionError) as error:
            wrong = f"{file} cannot be read as configuration: {text.line(str(error))}"
            raise ReportError(f"{wrong}; mend the file") from None
    return found


def table(config: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """The nested table; empty where it is missing or something else."""
    for key in keys:
        below = config.get(key)
        config = below if isinstance(below, Mapping) else {}
    return config


def targets(gate: Gate, default: Iterable[str] = ()) -> tuple[str, ...]:
    """The paths to hand to the tool: the gate's own, else the default, else the whole project."""
    return gate.paths or tuple(default) or (".",)


def absent(paths: Iterable[str], site: Site) -> tuple[str, ...]:
    """A sentence for each path that is neither in the tree nor on disk: many tools pass over it silently."""
    return tuple(
        f"{text.line(path)} does not exist; mend `paths` of the gate, or `sources` and `tests`"
        for path in paths
        if not _exists(site.root, path) and not _is_listed(os.path.normpath(path), site)
    )


def _is_listed(path: str, site: Site) -> bool:
    return path in site.files or any(file.startswith(f"{path}/") for file in site.files)


def _exists(root: str, path: str) -> bool:
    try:
        return Path(root, path).exists()
    except (OSError, ValueError):
        return False


def expect(findings: Iterable[object], word: str, ran: Ran) -> None:
    """A ReportError when the exit code promises findings and none was read."""
    if word == FOUND and not any(True for _ in findings):
        raise ReportError(f"{name(ran)} ended with exit {ran.exit} but reported nothing{said(ran)}")


def relative(path: str, root: str) -> str | None:
    """The path relative to the root with `/`; None when it lies outside or cannot be a file of ours."""
    if not path or "\x00" in path or "://" in path:
        return None
    try:
        path.encode()  # what cannot be written into a report is no path
        whole = os.path.join(root, path)  # noqa: PTH118 - pathlib costs more than all the rest
        inside = os.path.relpath(whole, root)
        if _outside(inside):
            inside = os.path.relpath(os.path.realpath(whole), os.path.realpath(root))
    except (OSError, ValueError):
        return None
    return None if _outside(inside) or inside == "." else inside


def _outside(path: str) -> bool:
    return path == ".." or path.startswith("../")


def finish(root: str, findings: Iterable[Finding], unit: Unit = "points") -> tuple[Finding, ...]:
    """Findings made comparable, worst-sorted by place. Columns come in `unit`s, 1-based."""
    files = sources.Sources(root)
    placed = [_place(finding, root, files, unit) for finding in findings]
    placed.sort(key=order)
    seen: Counter[tuple[str, str, str, str]] = Counter()
    return tuple(_mark(finding, files, seen) for finding in placed)


def order(finding: Finding) -> tuple[str, int, int, str, str, str]:
    """The one order of findings, as a key to sort by."""
    return (
        finding.path or "",
        finding.line or 0,
        finding.column or 0,
        finding.rule,
        finding.message,
        str(SEVERITIES.index(finding.severity)),
    )


def _place(finding: Finding, root: str, files: sources.Sources, unit: Unit) -> Finding:
    path = relative(finding.path, root) if finding.path else None
    rule = text.line(finding.rule) or "unknown"
    message = text.clean(finding.message).strip() or rule
    if finding.path and path is None:
        message = f"{message} (in {text.line(finding.path)}, outside of the project)"
    if path is None or not finding.line or finding.line < 1:
        region: dict[str, int | None] = dict.fromkeys(("line", "column", "end_line", "end_column"))
    else:
        region = {**_region(finding, path, files, unit)}
    return msgspec.structs.replace(
        finding, rule=rule, path=path, message=message, fix=_fix(finding), url=_url(finding), **region
    )


def _fix(finding: Finding) -> str | None:
    return text.line(finding.fix) or None if finding.fix else None


def _url(finding: Finding) -> str | None:
    """Only what a browser may open: a report makes a link of it."""
    return finding.url if finding.url and re.fullmatch(r"https?://[!-~]+", finding.url) else None


def _region(finding: Finding, path: str, files: sources.Sources, unit: Unit) -> dict[str, int]:
    """All four numbers; what the tool does not say becomes the rest of the line."""
    line = finding.line or 1
    end_line = max(finding.end_line or line, line)
    column = sources.points(files.line(path, line), finding.column or 1, unit)
    row = files.line(path, end_line)
    if finding.end_column:
        end_column = sources.points(row, finding.end_column, unit)
    else:
        end_column = len(row) + 1 if row is not None else column + 1
    if end_line == line:
        end_column = max(end_column, column)
    return {"line": line, "column": column, "end_line": end_line, "end_column": max(end_column, 1)}


def _mark(finding: Finding, files: sources.Sources, seen: Counter[tuple[str, str, str, str]]) -> Finding:
    """Fingerprint from the line's own words and their occurrence, never from the line number."""
    row = files.line(finding.path, finding.line) if finding.path and finding.line else None
    words = " ".join(row.split()) if row is not None else finding.message
    key = (finding.tool, finding.rule, finding.path or "", words)
    seen[key] += 1
    digest = digests.sha256("\x00".join((*key, str(seen[key]))).encode("utf-8", "surrogatepass"))
    line_hash = files.line_hash(finding.path, finding.line) if finding.path and finding.line else None
    return msgspec.structs.replace(finding, fingerprint=digest.hexdigest()[:32], line_hash=line_hash)
