"""mypy's configuration and its JSON lines, with columns put right."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from eee_ci import inputs, reading, text
from eee_ci.errors import ReportError
from eee_ci.model import Finding, Gate, Ran
from eee_ci.ports import Inputs, Site
from eee_ci.sources import Sources, points

CONFIGS = ("mypy.ini", ".mypy.ini", "pyproject.toml", "setup.cfg")  # in mypy's order; the first one counts
SYNTAX = "syntax"
REFERENCE = "https://mypy.readthedocs.io/en/stable/_refs.html#code-"
NATIVE_SINCE = (2, 4)  # the parser that is the default from here on gives columns of another kind
_SUMMARY = re.compile(r"(?:Success: .*|Found \d+ errors? in .*)")
_WORDS = re.compile(r"(?P<file>[^:]+):(?P<line>\d{1,9}): error: (?P<message>.+?)  \[syntax\]")
_IGNORED = re.compile(r"^(?:\.?mypy\.ini|pyproject\.toml|setup\.cfg): \[.+$", re.MULTILINE)
_FILES = re.compile(r"(?:no issues found in|checked) (\d{1,9}) source files?")


class Entry(msgspec.Struct, frozen=True):
    """One line of `--output json`."""

    file: str
    line: int
    message: str
    column: int = -1
    end_line: int | None = None  # with both ends since 1.20
    end_column: int | None = None
    hint: str | None = None
    code: str | None = None
    severity: str = "error"


class Output(NamedTuple):
    """Standard output: entries, and lines that are something else. `files` only where it was said."""

    entries: tuple[Entry, ...]
    other: tuple[str, ...]
    files: int | None


def settings(root: str) -> Mapping[str, Any]:
    """The project's `[mypy]` section, empty when there is none."""
    for file in CONFIGS:
        config = reading.configs(root, (file,)).get(file, {})
        section = reading.table(config, *(("tool", "mypy") if file.endswith(".toml") else ("mypy",)))
        if section or (config and file.endswith("mypy.ini")):
            return section
    return {}


def needed(gate: Gate, site: Site) -> Inputs | None:
    """Everything that could be imported, in the tree or ignored by git, and the configs of the project, of
    the folders above and of the user. A plugin may read anything; None where nobody knows what counts."""
    try:
        own = settings(site.root)
    except ReportError:
        return Inputs()
    if "mypy_path" in own:
        return None
    if "plugins" in own:
        return Inputs()
    user = (inputs.settings() / "mypy/config", Path.home() / ".mypy.ini", Path.home() / ".config/mypy/config")
    above = inputs.above(site.root, CONFIGS)
    scripts = (path for path in gate.paths if path in site.files)
    also = (*scripts, *inputs.strays(site), *above, *map(str, user))
    found = inputs.of(gate, site, {*CONFIGS, "py.typed"}, also)
    if found is None or found.files is None:
        return found
    typed = {file for file in site.files if file.endswith((".py", ".pyi"))}
    return msgspec.structs.replace(found, files=tuple(sorted(typed.union(found.files))))


def exclude(pattern: str) -> str | None:
    """The judge's exclude pattern as mypy's regular expression; None where they cannot be made equal, so that
    only the judge applies it."""
    bare = pattern.removeprefix("./").rstrip("/")
    if not bare or "[" in bare:
        return None
    signs = {"*": ".*", "?": "."}
    return f"^{''.join(signs.get(sign, re.escape(sign)) for sign in bare)}(?:/|$)"


def read(data: bytes) -> Output:
    """The lines told apart. Before 2.1 a syntax error comes in words even when JSON was asked for."""
    entries, other, files = [], [], None
    for row in text.decode(data).split("\n"):
        if row.startswith("{"):
            entries.append(reading.shaped(row.encode("utf-8", "replace"), "a line of mypy", Entry))
        elif words := _WORDS.fullmatch(row):
            entries.append(Entry(words["file"], int(words["line"]), words["message"], code=SYNTAX))
        elif row.strip() and not _SUMMARY.fullmatch(row):
            other.append(text.line(row))
        files = int(count[1]) if (count := _FILES.search(row)) else files
    return Output(tuple(entries), tuple(other), files)


def _region(entry: Entry, root: str, sources: Sources, version: tuple[int, ...]) -> dict[str, int | None]:
    """The place of an entry, 1-based, in code points."""
    path = reading.relative(entry.file, root)
    row = sources.line(path, entry.line) if path else None
    start = None if entry.column < 0 else entry.column + 1
    end = None if (entry.end_column or 0) < 1 else (entry.end_column or 0) + 1
    if entry.code == SYNTAX:  # 1-based code points as it is
        start, end = (entry.column if entry.column > 0 else None), None
    elif row is not None and start is not None and not row.isascii():
        if version and version < NATIVE_SINCE:
            last = sources.line(path, entry.end_line or entry.line) if path else None
            start, end = points(row, start, "utf8"), points(last, end, "utf8") if end else None
        else:
            start, end = _twice_decoded(row, entry.column), None
    return {"line": entry.line, "column": start, "end_line": entry.end_line, "end_column": end}


def _twice_decoded(row: str, raw: int) -> int:
    """mypy takes a column in code points for one in bytes and decodes it once more: it tells the character
    whose last byte comes at or before that byte. Turned back, the next character leaves as many candidates
    as it has bytes; the one where a word begins is meant."""
    first = max(len(row[: raw + 1].encode()) - 1, 0)
    last = first + max(len(row[raw + 1 : raw + 2].encode()), 1)
    begins = (at for at in range(first, min(last, len(row))) if _begins(row, at))
    return next(begins, min(first, len(row))) + 1


def _begins(row: str, at: int) -> bool:
    inside = at > 0 and row[at].isalnum() and row[at - 1].isalnum()
    return not row[at].isspace() and not inside


def ignored(ran: Ran) -> Iterator[str]:
    """A sentence for each setting that mypy did not understand: it goes on with its default."""
    for line in _IGNORED.findall(text.decode(ran.stderr)):
        yield f"mypy passes over a part of its configuration: {text.line(line)}; mend it"


def stops(output: Output, ran: Ran) -> Iterator[str]:
    """What ended mypy before it had judged; a syntax error is the project's and a finding. A plugin's trouble
    comes as JSON on standard error."""
    rows = (row for row in ran.stderr.split(b"\n") if row.startswith(b"{"))
    for entry in (*output.entries, *read(b"\n".join(rows)).entries):
        if entry.code != SYNTAX and entry.severity == "error":
            place = text.line(entry.file) + (f":{entry.line}" if entry.line > 0 else "")
            yield f"mypy could not go on, mend {place}: {text.line(entry.message)}"
    yield from (f"mypy could not go on: {line}" for line in output.other)


def findings(entries: Iterable[Entry], gate: Gate, site: Site, category: str) -> Iterator[Finding]:
    """The entries as findings. A note that stands for itself only informs; the others are hints already."""
    sources, version = Sources(site.root), reading.version(site.tools["mypy"])
    for entry in entries:
        found = Finding(
            tool=gate.tool,
            rule=entry.code or "mypy",
            message=entry.message,
            severity="high" if entry.severity == "error" else "info",
            category=category,
            path=entry.file,
            url=f"{REFERENCE}{entry.code}" if entry.code else None,
            fix=entry.hint,
        )
        yield msgspec.structs.replace(found, **_region(entry, site.root, sources, version))
