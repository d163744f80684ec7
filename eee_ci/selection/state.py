"""What is remembered of the tests: per test file what it depended on, and the tree that this was true for."""

import sys
from collections.abc import Mapping

import msgspec

from eee_ci.model import TestCase, Tree
from eee_ci.selection.record import NOTHING, Recorded

SCHEMA = 3
PARSER = f"{sys.implementation.name} {sys.version_info.major}.{sys.version_info.minor}"  # shapes differ


class Known(msgspec.Struct, frozen=True):
    """A test file: its record, with links resolved, its cases, why it may not be skipped, and which filled
    caches it leaves behind, which is no reason."""

    recorded: Recorded
    cases: tuple[TestCase, ...] = ()
    doubts: tuple[str, ...] = ()
    fills: tuple[str, ...] = ()


class State(msgspec.Struct, frozen=True, kw_only=True):
    """The last complete knowledge. `files` are the content ids, modes included, of the tree that all of it
    holds for. `doubt` says why there is none."""

    schema: int = SCHEMA
    parser: str = PARSER
    env_key: str = ""
    files: dict[str, str] = {}
    known: dict[str, Known] = {}
    shared: Recorded = NOTHING
    import_executed: dict[str, tuple[str, ...]] = {}
    shapes: dict[str, bytes] = {}  # of project modules, packed
    remembering: dict[str, tuple[str, ...]] = {}  # functions that leave something for later callers
    met: dict[str, tuple[str, ...]] = {}  # what one test file ever ran together with these
    lasting: dict[str, tuple[str, ...]] = {}  # these and all that they may call
    variables: frozenset[str] = frozenset()  # names in modules and classes that may hold something mutable
    importers: dict[str, tuple[str, ...]] = {}  # a word of an import statement, and the files with it
    measured: frozenset[str] = frozenset()  # files whose functions were watched
    imported: frozenset[str] = frozenset()  # modules of any record
    outside: dict[str, str] = {}  # what is no part of the tree, and how it looked on disk
    unsteady: dict[str, tuple[int, ...]] = {}  # lines that are run or not by chance
    doubt: str = ""


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What to run. All where `all_because` is not empty. For the coverage of what is skipped: `kept` are the
    contexts that stay, `maps` old to new lines of edited files (a line without a new one has changed), `drop`
    the files of which nothing stays. `unmet`: something that changed may be called by what remembers, and was
    not so far. `caches`: the modules of which those that are skipped fill one. Where all run, the `first` may
    go before others, but none may pass one of the `fixed`, which leave something behind."""

    run: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    why: dict[str, str] = {}
    all_because: str = ""
    kept: tuple[str, ...] = ()
    maps: dict[str, dict[int, int]] = {}
    drop: tuple[str, ...] = ()
    unmet: bool = False
    caches: tuple[str, ...] = ()


def pack(state: State) -> bytes:
    return msgspec.msgpack.encode(state)


def unpack(data: bytes) -> State | None:
    """None where it is damaged, of another schema, or made by another parser."""
    try:
        state = msgspec.msgpack.decode(data, type=State)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return state if (state.schema, state.parser) == (SCHEMA, PARSER) else None


def ids(tree: Tree) -> dict[str, str]:
    """Content ids with the modes of those that are no plain files: a changed mode is a change."""
    modes: Mapping[str, str] = tree.modes
    return {
        path: f"{modes[path]} {content}" if path in modes else content for path, content in tree.files.items()
    }
