"""The files of bandit shared out among several processes, and what these reported joined again."""

import json
import os
from collections.abc import Iterable, Iterator

import msgspec

from eee_ci import inject, parts, reading
from eee_ci.errors import ReportError
from eee_ci.model import Command, Gate, Outcome
from eee_ci.ports import Site
from eee_ci.readers import bandit, bandit_files, workers

REPORT, WISH = "bandit.json", "bandit-wish.json"
ENDS = (0, 1)
EACH = 100_000


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
    report = f"{{scratch}}/{REPORT}"
    at = next(number for number, step in enumerate(whole.steps) if report in step.argv)
    first = whole.steps[at]
    words = first.argv[: first.argv.index(report) - 1]
    run = ("{python}", "-I", "-S", inject.script("side_by_side.py"), f"{{scratch}}/{WISH}", *words)
    files = bandit_files.listed(gate, site) or ()
    lots = [lot for share in _shares(_sizes(site.root, files), processes) for lot in parts.batches(share)]
    runs = [("--output", f"{{scratch}}/{_report(lot)}", "--", *files) for lot, files in enumerate(lots)]
    return msgspec.structs.replace(
        whole,
        steps=(*whole.steps[:at], msgspec.structs.replace(first, argv=run)),
        # not with msgspec, which refuses names that are not UTF-8
        give={**whole.give, WISH: json.dumps({"most": processes, "runs": runs}).encode()},
        keep=(*whole.keep, WISH, *map(_report, range(len(lots)))),
    )


def _sizes(root: str, files: Iterable[str]) -> dict[str, int]:
    return {file: _size(f"{root}/{file}") for file in files}


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116 - pathlib costs more than the call
    except OSError:  # bandit will say it
        return 0


def _shares(sizes: dict[str, int], number: int) -> Iterator[list[str]]:
    """Shares of about as many bytes: the largest file first, each to who has the least."""
    shares: list[list[str]] = [[] for _ in range(number)]
    loads = [0] * number
    for file in sorted(sizes, key=lambda file: (-sizes[file], file)):
        least = loads.index(min(loads))
        shares[least].append(file)
        loads[least] += sizes[file]
    return (share for share in shares if share)


def _report(lot: int) -> str:
    return f"bandit-{lot}.json"


def apart(outcome: Outcome, lots: list[tuple[str, ...]]) -> list[tuple[tuple[str, ...], Outcome]]:
    """Each lot of files with its outcome; several processes have one outcome for all of them."""
    if WISH in outcome.files:
        return [(tuple(file for lot in lots for file in lot), outcome)]
    return list(zip(lots, parts.slices(outcome, (REPORT,), len(lots)), strict=True))


def report(outcome: Outcome) -> bandit.Report:
    """What one process reported; or several, in the order in which one does."""
    if WISH not in outcome.files:
        return _shaped(outcome, REPORT)
    lots = len(json.loads(outcome.files[WISH])["runs"])
    told = [_shaped(outcome, _report(lot)) for lot in range(lots)]
    return bandit.Report(
        results=tuple(sorted((one for part in told for one in part.results), key=lambda one: one.filename)),
        errors=tuple(one for part in told for one in part.errors),
        metrics={file: counts for part in told for file, counts in part.metrics.items()},
    )


def _shaped(outcome: Outcome, name: str) -> bandit.Report:
    return reading.shaped(reading.report(outcome, name), "the report of bandit", bandit.Report)


def doubt(outcome: Outcome) -> str:
    """Whatever stops one of them may be due to there being several."""
    ran = reading.last(outcome)
    if ran.exit not in ENDS:
        return f"bandit in several processes ended with exit {ran.exit}"
    try:
        report(outcome)
    except ReportError as error:
        return str(error)
    return ""
