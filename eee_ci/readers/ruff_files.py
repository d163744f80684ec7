"""Ruff file by file: which ones it looked at, by its own log, and what its judgement of each depends on."""

import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

import msgspec

from eee_ci import inputs, parts, reading, text
from eee_ci.errors import ReportError
from eee_ci.model import Gate, Outcome, Ran, Reading
from eee_ci.ports import How, Inputs, Site
from eee_ci.readers import ruff

MEASURES: dict[str, How] = {"files": "sum"}
_LOOKED = re.compile(r"\[DEBUG\] (?:Checking: |format_path; path=)(.+)$", re.MULTILINE)
_MAY_EXTEND = re.compile(rb"extend(?![-\w])|\\[uU]")  # the parser is slow, and few configs do
_IGNORE = {".gitignore", ".ignore"}


def looked(ran: Ran, site: Site, files: tuple[str, ...] | None) -> set[str] | None:
    """The files that were looked at. None where the log does not tell: where it was too long, or a name in
    it is none of the tree's. Of files that were handed over the number is enough when it is theirs."""
    count = ruff.counted(ran)
    if files is not None and count == len(files):
        return set(files)
    known = frozenset(site.files)
    told = {reading.relative(path, site.root) for path in _LOOKED.findall(text.decode(ran.stderr))}
    found = {path for path in told if path in known}
    return found if not ran.omitted and count == len(told) == len(found) else None


def pieces(
    outcome: Outcome,
    site: Site,
    files: tuple[str, ...] | None,
    read: Callable[[Outcome], Reading],
    done: Collection[int],
) -> dict[str, Reading] | None:
    """The pieces of a gate with one step and one report; `read` reads the whole, `done` are the exit codes
    after which the next lot runs."""
    found: dict[str, Reading] = {}
    for lot, one in lots(outcome, files, (ruff.REPORT,), 1, done):
        at = looked(one.steps[-1], site, lot)
        whole = parts.split(read(one), {path: {"files": 1.0} for path in at}) if at is not None else None
        if whole is None or (lot is not None and whole.keys() != set(lot)):
            return None
        found |= whole
    return found


def lots(
    outcome: Outcome,
    files: tuple[str, ...] | None,
    reports: tuple[str, ...],
    steps: int,
    done: Collection[int],
) -> Iterator[tuple[tuple[str, ...] | None, Outcome]]:
    """Each lot of files with its outcome; the whole is one lot without names."""
    if files is None:
        yield None, outcome
        return
    handed = parts.batches(files)
    last = reading.last(outcome)
    if last.exit not in done:
        reading.exits(last, ruff.EXITS)
    if len(outcome.steps) < len(handed) * steps:
        raise ReportError(f"{reading.name(last)} did not judge all of the files{reading.said(last)}")
    yield from zip(handed, parts.slices(outcome, reports, len(handed), steps), strict=True)


def unlisted(_gate: Gate, _site: Site) -> None:
    """Only ruff knows what its settings and git's leave, and to list the files costs it as much as to judge
    some: so a whole run tells them, where it needs no other process."""


def total(_gate: Gate, joined: Reading) -> Reading:
    """The whole; no file at all is an error."""
    if joined.errors or joined.measures.get("files") != 0:
        return joined
    return msgspec.structs.replace(joined, errors=(ruff.EMPTY,))


def needed(gate: Gate, site: Site) -> Inputs | None:
    """Config files of the tree, of the folders above and of the user, what they extend, and what git
    ignores: ruff obeys it. None where a config extends what only the environment knows."""
    above = [*inputs.above(site.root, ruff.CONFIGS), *_personal()]
    own = [f"{site.root}/{file}" for file in site.files if file.rpartition("/")[2] in ruff.CONFIGS]
    extended = _extended([*own, *(path for path in above if os.path.exists(path))])  # noqa: PTH110 - pathlib costs more than the call
    if extended is None:
        return None
    also = (*above, *inputs.ignores(site.root), *extended)
    return inputs.of(gate, site, {*ruff.CONFIGS, *_IGNORE}, also)


def _personal() -> Iterator[str]:
    for folder in (inputs.settings(), Path.home() / "Library/Application Support"):
        yield from (str(folder / "ruff" / name) for name in ruff.CONFIGS)


def _extended(configs: list[str]) -> list[str] | None:
    """All that these configs extend, and so on."""
    found: list[str] = []
    todo = list(configs)
    while todo:
        config = todo.pop()
        wish = _extends(config)
        if wish is None or "$" in wish:
            return None
        path = os.path.normpath(Path(config).parent / os.path.expanduser(wish))  # noqa: PTH111 - pathlib costs more than the call
        if wish and path not in found:
            found.append(path)
            todo.append(path)
    return found


def _extends(config: str) -> str | None:
    """The file that a config extends, "" for none; None where it cannot be read."""
    try:
        if not Path(config).is_file() or not _MAY_EXTEND.search(Path(config).read_bytes()):
            return ""
        read = reading.configs(str(Path(config).parent), (Path(config).name,))
    except (ReportError, OSError):
        return None
    known: Mapping[str, object] = next(iter(read.values()), {})
    if Path(config).name == "pyproject.toml":
        known = reading.table(known, "tool", "ruff")
    wish = known.get("extend", "")
    return wish if isinstance(wish, str) else None
