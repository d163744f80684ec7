"""Merges what coverage.py measured now with what it measured before, and reports both as `coverage json`
would report one full run.

    python covreport.py [--lend=coverage:DIR] WISH

in the project's folder; `--lend` as for launch.py; WISH is a JSON file:
    data        what was measured now; put together from those of several processes when it is not there
    report      where the JSON report goes
    memo        optional folder in which the reports of single files are kept
    merged      optional: where the data goes that the next run may remember
    remembered  optional: such data of an earlier run, of the same folder
    labels      the contexts to take from the remembered data
    drop        files whose remembered lines are left out
    maps        {path: {"old line": new line}} for remembered lines of changed files; others are left out
    old, new    contexts whose lines are compared: those remembered, and those measured now
    caches      files in which who comes first may take another branch than before
    facts       optional: where {"lost": {path: [line]}} goes: lines of unchanged files that `old` had run and
                `new` did not, and in `caches` lines with a branch that `old` took and now nobody does

exit code   0  reported
            1  no data, or coverage.py could not report; as `coverage json` says it
            2  the wish is not understood
            3  the remembered data cannot be used: run everything
Standard library and coverage.py only, Python 3.8.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sqlite3
import sys
import types
from typing import Any, Callable, Iterable, Iterator  # noqa: UP035 - Python 3.8

HERE = os.path.dirname(os.path.realpath(__file__))
NO_DATA, MISUSED, UNUSABLE = 1, 2, 3


def main(argv: list[str]) -> int:
    sys.path[:] = [entry for entry in sys.path if os.path.realpath(entry or ".") != HERE]
    launch = sibling("launch")
    launch.settle(os.getcwd(), "coverage")
    *lent, file = argv or [""]
    for option in lent:
        launch.lend(option.partition("=")[2])
    sys.path.insert(0, os.getcwd())  # plugins of the project's settings
    try:
        with open(file, encoding="utf-8") as stream:
            wish = json.load(stream)
        data, report = wish["data"], wish["report"]
    except (OSError, ValueError, TypeError, KeyError) as error:
        return say(MISUSED, f"covreport.py: want a JSON file with `data` and `report`: {error!r}")
    import coverage.exceptions

    merging = sibling("covmerge")
    try:
        gather(coverage, data)
        merged = wish.get("merged") or f"{report}.data"
        merging.merge(wish, data, merged)
        cov = loaded(coverage, merged)
        sibling("covmemo").report(cov, report, wish.get("memo"), sibling("covlean").report)
        if wish.get("facts"):
            put(wish["facts"], facts(wish, data, merged, merging.relative))
    except (merging.UnusableError, sqlite3.Error) as error:
        return say(UNUSABLE, f"the remembered coverage cannot be used: {error}")
    except coverage.exceptions.CoverageException as error:
        return say(NO_DATA, str(error))
    return 0


def say(code: int, sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return code


def sibling(name: str) -> types.ModuleType:
    """Another file of this folder, which is on nobody's path."""
    spec = importlib.util.spec_from_file_location(f"eee_ci_{name}", os.path.join(HERE, f"{name}.py"))
    module = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]  # the file is there, so is its spec
    spec.loader.exec_module(module)  # type: ignore[union-attr]  # the file is there, so is its loader
    return module


def gather(coverage: Any, data: str) -> None:
    """As `coverage combine`, when several processes measured."""
    if not os.path.exists(data):
        cov = coverage.Coverage(data_file=data, messages=False)
        cov.combine(strict=True)
        cov.save()


def loaded(coverage: Any, data: str) -> Any:
    """Ready to report, with the project's [paths] applied."""
    cov = coverage.Coverage(data_file=data, messages=False)
    if cov.get_option("paths"):
        cov = coverage.Coverage(data_file=f"{data}.mapped", messages=False)
        cov.combine([data], strict=True, keep=True)
        cov.save()
    else:
        cov.load()
    return cov


def facts(wish: dict[str, Any], data: str, merged: str, relative: Callable[[str], str]) -> dict[str, Any]:
    """What is no longer executed."""
    regions = sibling("regions")
    lost: dict[str, set[int]] = {}
    if wish.get("remembered"):
        before = lines(regions.lines(wish["remembered"]), wish.get("old", ()), relative)
        after = lines(regions.lines(data), wish.get("new", ()), relative)
        changed = {*wish.get("drop", ()), *wish.get("maps", ())}
        for path in sorted(before.keys() - changed):
            gone = before[path] - after.get(path, set())
            if gone:
                lost[path] = gone
        for path, line in untaken(wish, regions.arcs, merged, relative):
            lost.setdefault(path, set()).add(line)
    return {"lost": {path: sorted(gone) for path, gone in sorted(lost.items())}}


def untaken(
    wish: dict[str, Any], arcs: Callable[..., Any], merged: str, relative: Callable[[str], str]
) -> Iterator[tuple[str, int]]:
    """The lines, as they were, of branches of `caches` that nobody takes any more."""
    caches = {*wish.get("caches", ())} - {*wish.get("drop", ())}
    if not caches:
        return

    def wanted(path: str) -> bool:
        return relative(path) in caches

    now = {(relative(path), start, end) for _, path, start, end in arcs(merged, wanted)}
    labels, maps = {*wish.get("old", ())}, wish.get("maps", {})
    for label, file, start, end in arcs(wish["remembered"], wanted):
        path = relative(file)
        if label in labels:
            goal = moved(start, maps.get(path)), moved(end, maps.get(path))
            if None not in goal and (path, *goal) not in now:
                yield path, abs(start)


def moved(line: int, lines: dict[str, int] | None) -> int | None:
    """Where a line is now; None where it has changed. Those below zero are a function's entry or exit."""
    if lines is None:
        return line
    goal = lines.get(str(abs(line)))
    return goal if goal is None or line > 0 else -goal


def lines(
    rows: Iterable[tuple[str, str, int]], labels: Iterable[str], relative: Callable[[str], str]
) -> dict[str, set[int]]:
    wanted, found = set(labels), {}  # type: ignore[var-annotated]  # Python 3.8
    for label, path, line in rows:
        if label in wanted:
            found.setdefault(relative(path), set()).add(line)
    return found


def put(path: str, content: object) -> None:
    with open(f"{path}.part", "w", encoding="utf-8") as stream:
        json.dump(content, stream, sort_keys=True)
    os.replace(f"{path}.part", path)


if __name__ == "__main__":
    sibling("launch").collect_seldom()
    sys.exit(main(sys.argv[1:]))
