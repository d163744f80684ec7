"""The answer of a run on which nothing changed, before anything heavy is loaded.

A run that leaves all its gates remembered puts down what it said, with the signature of every path and the
digest of every variable that the verdict depends on. The same words in the same place are answered from there
when all of that is as it was, and the reports are untouched. Gates that run each time, and that nothing but
their exit code decides on, are run by `quick`, which fills in the reports. Whatever is doubtful is no answer:
the full program runs then, and knows why.
"""

import marshal
import os
import sys
import time

from eee_ci import signature
from eee_ci.cache.place import Off, opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import TypedDict

    from eee_ci.cache.store import Store
    from eee_ci.warm.quick import Handed, Live

    class Entry(TypedDict):
        """What is put down: `variables` maps names to digests, empty for those that do not matter; `stats`
        are paths with their signatures, `folders` the digests of the names in those that are folders; `said`
        has a placeholder where the seconds stand. `live` are the gates that run, if any."""

        variables: dict[str, str]
        stats: list[tuple[str, tuple[int, ...] | None]]
        folders: dict[str, str]
        said: str
        exit: int
        live: Live | None


KIND = "run"
SCHEMA = 3
PLACEHOLDER = "\x00seconds\x00"
_WIDE = 60  # columns from which the summary is a table
_VERBS = ("check",)
_FULL = frozenset(("--json", "--verbose", "--github", "--trace", "--no-cache", "--fail-fast", "-h", "--help"))
CODING = ("utf-8", "backslashreplace")
_began = time.monotonic()


def answer(words: list[str]) -> "int | Handed | None":
    """The exit code of the remembered run, its words printed; None when the full program has to run, and what
    it is to judge where gates ran already."""
    if not eligible(words, os.environ):
        return None
    try:
        here = folder(words)
        store = opened(os.environ, judged=top(here))
        if isinstance(store, Off):
            return None
        data = store.get(KIND, key(words, here, *terminal(os.environ)))
        entry = marshal.loads(data) if data is not None else None  # noqa: S302  # nosec B302 - sealed by this user
        if entry is None or not holds(entry, os.environ, store.digest):
            return None
        live = entry["live"]
    except (OSError, ValueError, EOFError, TypeError, KeyError):
        return None
    if live is not None:
        return _run(entry, live, store)
    _print(entry["said"].replace(PLACEHOLDER, f"{time.monotonic() - _began:.1f} s").encode(*CODING))
    return int(entry["exit"])


def _run(entry: "Entry", live: "Live", store: "Store") -> "int | Handed | None":
    """Run the gates that run each time; signals are held until the reports are there."""
    from eee_ci.process.signals import Signals
    from eee_ci.warm import quick

    if not quick.ready(live):
        return None
    with Signals() as signals:
        handed = quick.gone(live, signals, os.environb)
        handed.changed = tuple(_differing(entry, store.digest))
        said = quick.told(live, handed, entry["exit"]) if quick.as_before(live, handed) else None
        if said is None:
            handed.known = frozenset(path for path, _ in entry["stats"])
            return handed
    _print(said)
    return int(entry["exit"])


def eligible(words: list[str], environ: "Mapping[str, str]") -> bool:
    """Can this command line be answered so at all?"""
    verb = words[2:3] if words[:1] == ["-C"] else words[:1]
    return (
        bool(verb)
        and verb[0] in _VERBS
        and not any(word.partition("=")[0] in _FULL for word in words)
        and "GITHUB_ACTIONS" not in environ
    )


def written(entry: "Entry") -> bytes:
    """The entry as it is kept."""
    return marshal.dumps(entry)  # type: ignore[arg-type]  # of plain values throughout


def folder(words: list[str]) -> str:
    """The real folder that the words are said in, or lead to."""
    return os.path.realpath(words[1] if words[0] == "-C" else ".")


def top(here: str) -> str:
    """The folder whose files are judged, or one above it: from in there no remembered answer is taken."""
    at = here
    while True:
        if os.path.lexists(f"{at}/.git"):
            return at
        if at == "/":
            return here
        at = at.rpartition("/")[0] or "/"


def key(words: list[str], here: str, colour: bool, wide: bool) -> str:
    """Whose answer: the words, the folder they are said in, and how the terminal shows it."""
    return "\0".join((str(SCHEMA), sys.version, sys.executable, here, str(colour), str(wide), *words))


def terminal(environ: "Mapping[str, str]") -> tuple[bool, bool]:
    """Colour and width, by the rules of the console."""
    if not os.isatty(1):
        return False, True
    plain = bool(environ.get("NO_COLOR")) or environ.get("TERM", "") in ("", "dumb")
    try:
        columns = os.get_terminal_size(1).columns
    except OSError:
        columns = 0
    return not plain, (columns or 80) >= _WIDE


def holds(entry: "Entry", environ: "Mapping[str, str]", digest: "Callable[[str, str], str]") -> bool:
    """Is everything as it was?"""
    variables = entry["variables"]
    if not environ.keys() <= variables.keys():
        return False
    for name, was in variables.items():
        if was and (name not in environ or digest("variable", f"{name}={environ[name]}") != was):
            return False
    return not any(True for _ in _differing(entry, digest))


def _differing(entry: "Entry", digest: "Callable[[str, str], str]") -> "Iterator[str]":
    """The paths that are not as they were."""
    folders = entry["folders"]
    for path, was in entry["stats"]:
        if signature.of(path) != was and not _same_names(path, was, folders.get(path), digest):
            yield path


def _same_names(
    path: str, was: "tuple[int, ...] | None", known: str | None, digest: "Callable[[str, str], str]"
) -> bool:
    """Of a folder the names decide: its times change with every file that is made for a moment, such as git's
    lock of the index."""
    same = known is not None and signature.same_place(signature.of(path), was)
    return same and digest("folder", signature.names(path)) == known


def _print(data: bytes) -> None:
    try:
        while data:
            data = data[os.write(1, data) :]
    except OSError:  # nobody listens; the exit code says it
        return
