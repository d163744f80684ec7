"""What the recorder inside of the judged interpreter saw: record.json as nouns."""

import math
from collections.abc import Iterator

import msgspec

from eee_ci import text
from eee_ci.errors import ReportError

VERSION = 1


class Recorded(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one test file did, or what happened outside of any. Paths are relative to the root. `executed` has
    the functions entered, by file; None where that could not be recorded. `untrusted`: why it cannot be
    skipped, whatever else is known."""

    cases: tuple[tuple[str, str], ...] = ()  # (classname, name) as in JUnit, in the order they ran
    seconds: float = 0.0
    modules: tuple[str, ...]
    executed: dict[str, tuple[str, ...]] | None
    data: tuple[str, ...]
    stats: tuple[str, ...]
    absent: tuple[str, ...]
    listings: tuple[str, ...]
    imports: tuple[str, ...]
    untrusted: tuple[str, ...]
    fixtures: tuple[str, ...] = ()  # labels of the shared fixtures it uses


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded session. `untracked` says why nothing of it may be trusted."""

    v: int
    python: str
    complete: bool
    untracked: str | None
    files: dict[str, Recorded]
    shared: Recorded
    import_executed: dict[str, tuple[str, ...]]


NOTHING = Recorded(
    modules=(), executed={}, data=(), stats=(), absent=(), listings=(), imports=(), untrusted=()
)


def load(data: bytes) -> Record:
    """The record; a ReportError where it is damaged or contradicts itself."""
    try:
        record = msgspec.json.decode(data, type=Record)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ReportError(f"the record of the tests cannot be read: {text.line(str(error))}") from None
    if fault := next(_faults(record), ""):
        raise ReportError(f"the record of the tests contradicts itself: {fault}")
    return record


def doubt(record: Record) -> str:
    """Why nothing may be concluded from a record; empty when all is well."""
    if record.untracked is not None:
        return f"the tests could not be followed: {text.line(record.untracked) or 'no reason given'}"
    return "" if record.complete else "the tests did not run to their end"


def _faults(record: Record) -> Iterator[str]:
    if record.v != VERSION:
        yield f"version {record.v}, want {VERSION}"
    for name, recorded in (*record.files.items(), ("", record.shared)):
        strange = [path for path in (*filter(None, [name]), *_paths(recorded)) if not _below(path)]
        if strange:
            yield f"{text.path(strange[0])} is no path below the root"
        if not 0 <= recorded.seconds < math.inf:
            yield f"{text.path(name)} took {recorded.seconds} seconds"
        if name.endswith(".py") and name not in recorded.modules:
            yield f"{text.path(name)} ran without being imported"
        if len(set(recorded.cases)) != len(recorded.cases):
            yield f"{text.path(name)} has a test case twice"
    if any(not _below(path) for path in record.import_executed):
        yield "functions of a file that is not below the root"


def _paths(recorded: Recorded) -> Iterator[str]:
    yield from recorded.modules
    yield from recorded.executed or ()
    yield from recorded.data
    yield from (path for path in recorded.stats if path not in ("", "."))
    yield from (path for path in recorded.listings if path not in ("", "."))
    yield from recorded.absent


def _below(path: str) -> bool:
    return not path.startswith("/") and "\0" not in path and not {"", ".", ".."} & set(path.split("/"))
