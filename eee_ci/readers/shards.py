"""The test files of pytest shared out among several processes, and what these said joined again."""

import re
from collections import Counter
from collections.abc import Iterable

import msgspec

from eee_ci import environment, inject, reading
from eee_ci.errors import ReportError
from eee_ci.model import Command, Gate, Noun, Outcome, Step
from eee_ci.ports import Site
from eee_ci.readers import coverage, workers

MARK = "{shard!}"  # the number of a process, in the words of shards.py
REPORT, WISH, MEASURED = "shards.json", "shards-wish.json", "coverage-wish.json"
JUNIT = "junit.xml"
USUAL = re.compile(r"(?:^|/)(?:test_[^/]*|[^/]*_test)\.py$")  # how test files are called
PART = 0.75  # of the gate's time: the rest must not be over when the processes hang


class Shard(Noun, frozen=True, kw_only=True):
    """What one process wrote down: test files that it saw and those that were its own, node ids that it
    collected of these and those that it ran."""

    unfit: str = ""
    complete: bool
    seen: tuple[str, ...]
    mine: tuple[str, ...]
    items: tuple[str, ...]
    ran: tuple[str, ...]
    failed: dict[str, str]
    seconds: dict[str, float]


class Report(Noun, frozen=True, kw_only=True):
    """What shards.py wrote down; `trouble` is why the processes say nothing."""

    trouble: str
    number: int
    shards: tuple[Shard, ...]


def number(gate: Gate, site: Site, most: int) -> int:
    """As many as the config says; one where a file's name is not UTF-8, of which pytest reports nothing."""
    return workers.number(gate, most) if all(map(_is_utf8, site.files)) else 1


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def told(processes: int) -> str:
    """Why no test file is left out."""
    return f"all test files run, in {processes} processes: what runs in several is not followed"


def spread(gate: Gate, site: Site, whole: Command, processes: int) -> Command:
    """The command with its first step in several processes."""
    first, *_ = whole.steps
    changed = {
        f"--cover={{scratch}}/{coverage.DATA}": f"--cover={{scratch}}/{coverage.DATA}.{MARK}",
        f"--junitxml={{scratch}}/{JUNIT}": f"--junitxml={{scratch}}/{_junit(MARK)}",
        "cache_dir={scratch}/cache": f"cache_dir={{scratch}}/cache-{MARK}",
    }
    words = [changed.get(word, word) for word in first.argv]
    at = words.index("-m", words.index("--cwd-on-path"))
    words.insert(at, f"--shard={{scratch}}/shard-{MARK}.json.wish")
    words.insert(words.index(f"--junitxml={{scratch}}/{_junit(MARK)}"), f"--basetemp={{scratch}}/s{MARK}/t")
    run = ("{python}", "-I", "-S", inject.script("shards.py"), f"{{scratch}}/{WISH}", *words)
    give = {WISH: msgspec.json.encode(_wish(site, processes, whole.timeout))}
    steps: tuple[Step, ...] = (msgspec.structs.replace(first, argv=run),)
    if gate.options.get("coverage", True):
        give[MEASURED] = msgspec.json.encode(
            {
                "data": f"{{scratch}}/{coverage.DATA}",
                "report": f"{{scratch}}/{coverage.REPORT}",
                "memo": "{cache}/analysis",
            }
        )
        steps = (*steps, coverage.merging(first, MEASURED))
    keep = (REPORT, *(_junit(str(name)) for name in range(processes)), coverage.REPORT)
    return msgspec.structs.replace(
        whole, steps=steps, give=give, keep=keep, env={**whole.env, **_alone(whole, processes)}
    )


def _wish(site: Site, shards: int, timeout: float) -> dict[str, object]:
    return {
        "files": [path for path in site.files if USUAL.search(path)],
        "root": "{root}",
        "shards": shards,
        "scratch": "{scratch}",
        "report": f"{{scratch}}/{REPORT}",
        "memory": "{cache}/shards.json",
        "seconds": PART * timeout,
    }


def _alone(whole: Command, shards: int) -> dict[str, str]:
    """One core for each process, where the config says nothing else."""
    told, alone = environment.workers(shards), environment.workers(1)
    return {name: alone[name] for name in told if whole.env.get(name) == told[name]}


def _junit(name: str) -> str:
    return f"junit-{name}.xml"


def junits(outcome: Outcome) -> tuple[str, ...]:
    """The names of the reports: that of one process, or those of several."""
    if REPORT not in outcome.files:
        return (JUNIT,)
    return tuple(_junit(str(name)) for name in range(len(_report(outcome).shards)))


def doubt(outcome: Outcome) -> str:
    """Why it is not believed what the processes said: then one has to run them all; empty when it is."""
    try:
        told = _report(outcome)
    except ReportError as error:
        return str(error)
    silent = "a process wrote nothing down" if len(told.shards) != told.number else ""
    return told.trouble or silent or lost(told.shards)


def _report(outcome: Outcome) -> Report:
    return reading.shaped(reading.report(outcome, REPORT), "the report on the processes", Report)


def lost(shards: tuple[Shard, ...]) -> str:
    """What they left out, or did twice, in a sentence: each test file is one process's own, each of its tests
    ran there."""
    files = Counter(path for shard in shards for path in shard.mine)
    seen = {path for shard in shards for path in shard.seen}
    if name := _first(path for path in seen if files[path] != 1):
        return f"{name} was run by {files[name]} of {len(shards)} processes"
    if name := _first(path for shard in shards for path in seen - set(shard.seen)):
        return f"{name} was not seen by all processes"
    tests = Counter(test for shard in shards for test in shard.items)
    if name := _first(test for test, times in tests.items() if times != 1):
        return f"{name} was collected by {tests[name]} processes"
    if name := _first(
        test for shard in shards for test, times in _difference(shard.items, shard.ran) if times
    ):
        return f"{name} was collected and not run, or run twice"
    return "" if all(shard.complete for shard in shards) else "a process did not come to its end"


def _difference(items: tuple[str, ...], ran: tuple[str, ...]) -> Iterable[tuple[str, int]]:
    counted = Counter(items)
    counted.subtract(ran)
    return counted.items()


def _first(names: Iterable[str]) -> str:
    return min(names, default="")
