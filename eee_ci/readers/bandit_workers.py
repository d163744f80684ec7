"""The files of bandit shared out among several processes, and what these reported joined again."""

import os
from collections.abc import Iterable, Iterator

import msgspec

from eee_ci import inject, parts, reading
from eee_ci.errors import ReportError
from eee_ci.model import Command, Gate, Noun, Outcome
from eee_ci.ports import Site
from eee_ci.readers import bandit, bandit_files, workers

REPORT, WISH = "bandit.json", "bandit-wish.json"
ENDS = (0, 1)
# Bytes of source that a process of `auto` has at least. With a core that idles two end sooner than one from
# 100 kB on: bandit takes 0.25 s to start and 2 to 3 s for 1 MB, to start two instead of one takes 0.05 s. At
# 200 kB 0.1 s are saved for 0.2 s more of CPU, at 800 kB 0.9 s of 2.3 for as much.
EACH = 100_000


class Wish(Noun, frozen=True, kw_only=True):
    """What side_by_side.py is told."""

    most: int
    runs: tuple[tuple[str, ...], ...]


def number(gate: Gate, site: Site, most: int) -> int:
    """As many as the config says, `auto` only so many as pay; one where nobody but bandit finds its files."""
    wish = workers.number(gate, most)
    files = bandit_files.listed(gate, site) if wish > 1 else None
    if not files:
        return 1
    if gate.options.get("workers") == "auto":
        wish = min(wish, sum(_sizes(site.root, files).values()) // EACH)
    return max(1, min(wish, len(files)))


def told(processes: int) -> str:
    """Nothing is left undone by it."""
    del processes
    return ""


def spread(gate: Gate, site: Site, whole: Command, processes: int) -> Command:
    """The command with its files in lots, each for a process of its own that writes its own report."""
    import json  # only here: msgspec refuses names that are not UTF-8

    report = f"{{scratch}}/{REPORT}"
    at = next(number for number, step in enumerate(whole.steps) if report in step.argv)
    first = whole.steps[at]
    words = first.argv[: first.argv.index(report) - 1]
    argv = ("{python}", "-I", "-S", inject.script("side_by_side.py"), f"{{scratch}}/{WISH}", *words)
    runs = list(_runs(_sizes(site.root, bandit_files.listed(gate, site) or ()), processes))
    return msgspec.structs.replace(
        whole,
        steps=(*whole.steps[:at], msgspec.structs.replace(first, argv=argv)),
        give={**whole.give, WISH: json.dumps({"most": processes, "runs": runs}).encode()},
        keep=(*whole.keep, WISH, *(_report(run) for run in range(len(runs)))),
    )


def _runs(sizes: dict[str, int], processes: int) -> Iterator[tuple[str, ...]]:
    """The last words of each run: a share of the files, or as much of it as fits into a command line."""
    lots = (lot for share in _shares(sizes, processes) for lot in parts.batches(share))
    for number, lot in enumerate(lots):
        yield ("--output", f"{{scratch}}/{_report(number)}", "--", *lot)


def _sizes(root: str, files: Iterable[str]) -> dict[str, int]:
    return {file: _size(f"{root}/{file}") for file in files}


def _size(path: str) -> int:
    """An empty file is some work too, and so is one of which bandit will say that it cannot be read."""
    try:
        return os.stat(path).st_size or 1  # noqa: PTH116 - pathlib costs more than the call
    except OSError:
        return 1


def _shares(sizes: dict[str, int], number: int) -> Iterator[list[str]]:
    """Shares of about as many bytes: the largest file first, each to who has the least."""
    shares: list[list[str]] = [[] for _ in range(number)]
    loads = [0] * number
    for file in sorted(sizes, key=lambda file: (-sizes[file], file)):
        least = loads.index(min(loads))
        shares[least].append(file)
        loads[least] += sizes[file]
    return (share for share in shares if share)


def _report(run: int) -> str:
    return f"bandit-{run}.json"


def apart(outcome: Outcome, lots: list[tuple[str, ...]]) -> list[tuple[tuple[str, ...], Outcome]]:
    """Each lot of files with its outcome; several processes have one outcome for all of them."""
    if WISH in outcome.files:
        return [(tuple(file for lot in lots for file in lot), outcome)]
    return list(zip(lots, parts.slices(outcome, (REPORT,), len(lots)), strict=True))


def report(outcome: Outcome) -> bandit.Report:
    """What one process reported, or several."""
    if WISH not in outcome.files:
        return _shaped(outcome, REPORT)
    wish = reading.shaped(outcome.files[WISH], "what the processes were told", Wish)
    told = [_shaped(outcome, _report(run)) for run in range(len(wish.runs))]
    return bandit.Report(
        results=tuple(one for part in told for one in part.results),
        errors=tuple(one for part in told for one in part.errors),
        metrics={file: counts for part in told for file, counts in part.metrics.items()},
    )


def _shaped(outcome: Outcome, name: str) -> bandit.Report:
    return reading.shaped(reading.report(outcome, name), "the report of bandit", bandit.Report)


def doubt(outcome: Outcome) -> str:
    """Whatever stops one of them may be due to there being several."""
    ran = reading.last(outcome)
    if ran.exit not in ENDS:
        ended = f"was ended by signal {ran.signal}" if ran.exit is None else f"ended with exit {ran.exit}"
        return f"bandit in several processes {ended}"
    try:
        report(outcome)
    except ReportError as error:
        return str(error)
    return ""
