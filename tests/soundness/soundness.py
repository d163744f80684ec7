"""Does memory ever change a verdict: a real project is edited again and again, and each time a check that
remembers is held against one that does not.

    python tests/soundness/soundness.py --project flask --edits 50 [--seed 1] [--gates tests lint]

A difference is shown with the edit that brought it out and the words that repeat it; then the exit code is 1.
What two checks from scratch do not agree on either is flaky: it is counted apart.
"""

import argparse
import itertools
import resource
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, Protocol

CHECKOUT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(CHECKOUT))
from tests.real import projects  # noqa: E402 - started as a script
from tests.soundness import compare, edits, sites, trees  # noqa: E402 - a script sets its path first
from tests.soundness.sites import Checked, Site  # noqa: E402 - a script sets its path first
from tests.soundness.trees import Tree  # noqa: E402 - a script sets its path first

GATES = ("tests", "lint", "format", "types", "security", "complexity")
# their tests serve on one port: two runs at a time, of anybody on the machine, wait for each other
FIXED_PORT = frozenset({"httpx"})
MEMORY = 6 << 30  # an edit can make a loop endless that fills a list
COMMITTED = 4  # every how many edits the work copy is committed: clean files and dirty ones are told apart
MOST = 40  # differences shown of one edit
LONGEST = 80  # lines of its diff

Say = Callable[[str], object]


class Pair(NamedTuple):
    """The same tree, checked with memory and without."""

    warm: Checked
    scratch: Checked


class Sum(NamedTuple):
    """What came of a number of edits."""

    edits: int = 0
    wrong: int = 0
    flaky: int = 0
    warm: float = 0.0
    scratch: float = 0.0
    ran: int = 0
    known: int = 0

    def line(self) -> str:
        files = f"{self.ran} of {self.known} test files ran" if self.known else "selection unknown"
        return (
            f"{self.edits} edits, {self.wrong} with differences, {self.flaky} flaky, "
            f"warm {self.warm:.1f} s, from scratch {self.scratch:.1f} s, {files}"
        )


class Checks(Protocol):
    """How a tree is checked."""

    def both(self, tree: Tree) -> Pair: ...

    def again(self, tree: Tree) -> Checked: ...


class Course:
    """The two sites, and which gates are asked."""

    def __init__(self, warm: Site, scratch: Site, gates: Sequence[str], *, together: bool) -> None:
        self._warm, self._scratch, self._gates = warm, scratch, gates
        self._together = together
        self._count = 0

    def both(self, tree: Tree) -> Pair:
        """The tree, checked where the last one was and where there was none."""
        self._count += 1
        self._warm.hold(tree)
        if self._count % COMMITTED == 0:
            self._warm.commit()
        self._empty(tree)
        jobs = 1 if self._together else sites.cores()
        with ThreadPoolExecutor(2 if self._together else 1) as pool:
            checks = [pool.submit(site.check, self._gates, jobs=jobs) for site in (self._warm, self._scratch)]
            return Pair(*(check.result() for check in checks))

    def again(self, tree: Tree) -> Checked:
        self._empty(tree)
        return self._scratch.check(self._gates, jobs=sites.cores())

    def _empty(self, tree: Tree) -> None:
        self._scratch.forget()
        self._scratch.hold(tree)


def judged(pair: Pair, again: Callable[[], Checked], say: Say) -> compare.Told:
    """The differences of a pair, told apart by a further check from scratch when there are any."""
    if pair.warm.report is None or pair.scratch.report is None:  # equal silence is no agreement
        return compare.Told([compare.Difference(("report.json",), *map(_written, pair))], [])
    if not compare.differences(pair.warm.facts, pair.scratch.facts):
        return compare.Told([], [])
    told = compare.told_apart(pair.warm.facts, pair.scratch.facts, again().facts)
    for name, found in (("DIFFERENT", told.wrong), ("flaky", told.flaky)):
        for one in sorted(found, key=_detail)[:MOST]:
            say(f"  {name}: {one}")
        if len(found) > MOST:
            say(f"  {name}: and {len(found) - MOST} more")
    return told


def _detail(one: compare.Difference) -> bool:
    """Whether it is one of many: what the gate came to is told before its tests and findings."""
    return one.key[1:2] in (("case",), ("finding",))


def _written(checked: Checked) -> str:
    return compare.ABSENT if checked.report is None else "written"


def added(total: Sum, pair: Pair, told: compare.Told) -> Sum:
    ran, known = compare.selected(pair.warm.report) or (0, 0)
    return Sum(
        total.edits + 1,
        total.wrong + bool(told.wrong),
        total.flaky + bool(told.flaky),
        total.warm + pair.warm.seconds,
        total.scratch + pair.scratch.seconds,
        total.ran + ran,
        total.known + known,
    )


def run(course: Checks, steps: Iterator[edits.Edit], say: Say, repeat: Callable[[int], str]) -> Sum:
    total = Sum()
    for edit in steps:
        pair = course.both(edit.after)
        if not edit.number and not all(map(_judged, pair)):
            said = " | ".join(map(_statuses, pair))
            raise SystemExit(f"{said}: want each gate passed or failed before any edit")
        files = compare.selected(pair.warm.report)
        ran = f", {files[0]} of {files[1]} test files" if files else ""
        say(
            f"{edit.number} {edit.title}: {_statuses(pair.warm)}; warm {pair.warm.seconds:.1f} s, "
            f"from scratch {pair.scratch.seconds:.1f} s{ran}"
        )
        told = judged(pair, lambda: course.again(edit.after), say)  # noqa: B023 - called within the turn
        if told.wrong or told.flaky:
            _shown(edit, say)
            say(f"  repeat: {repeat(edit.number)}")
        total = added(total, pair, told)
    return total


def _shown(edit: edits.Edit, say: Say) -> None:
    lines = list(edit.diff())
    for line in lines[:LONGEST]:
        say(f"    {line}")
    if len(lines) > LONGEST:
        say(f"    ... and {len(lines) - LONGEST} more lines")


def _judged(checked: Checked) -> bool:
    """Whether it says anything at all: where all is broken from the start, edits change nothing."""
    asked = [v["status"] for v in (checked.report or {}).get("verdicts", ()) if v["asked"]]
    return bool(asked) and set(asked) <= {"passed", "failed"}


def _statuses(checked: Checked) -> str:
    if checked.report is None:
        return f"NO REPORT\n{checked.said.strip()}"
    return ", ".join(f"{v['gate']} {v['status']}" for v in checked.report["verdicts"] if v["asked"])


def main(words: Sequence[str] | None = None) -> int:
    arguments = _arguments(words)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    project = projects.PROJECTS[arguments.project]
    gates = (*arguments.gates, *(("build",) if arguments.build else ()))
    with (
        tempfile.TemporaryDirectory(prefix="eee-ci-soundness-") as memory,
        sites.pair(project, Path(memory)) as (warm, scratch),
    ):
        start = dict(trees.read(warm.root))
        start[sites.CONFIG] = sites.loosened(
            start[sites.CONFIG], gates, timeout=arguments.timeout, select=arguments.select
        )
        together = not arguments.alone and project.name not in FIXED_PORT and sites.cores() > 1
        course = Course(warm, scratch, gates, together=together)
        total = run(course, _steps(start, arguments), _say, lambda number: _repeat(arguments, number))
    _say(total.line())
    return 1 if total.wrong else 0


def _steps(start: Tree, arguments: argparse.Namespace) -> Iterator[edits.Edit]:
    """The tree as it came, then the edits; those before `--after` are done at once and not checked."""
    steps = edits.sequence(
        start,
        sites.layout(start[sites.CONFIG]),
        seed=arguments.seed,
        count=arguments.edits,
        kinds=arguments.kinds,
    )
    yield edits.Edit(0, "as it came", start, start)
    yield from itertools.islice(steps, arguments.after, None)


def _repeat(arguments: argparse.Namespace, number: int) -> str:
    named = ("--project", arguments.project, "--seed", str(arguments.seed), "--edits", str(number))
    chosen = [*("--gates", *arguments.gates), *(("--kinds", *arguments.kinds) if arguments.kinds else ())]
    rest = [*(("--select", arguments.select) if arguments.select else ()), *(["--build"] * arguments.build)]
    after = ("--after", str(arguments.after)) if arguments.after else ()
    return f"nox -s soundness -- {shlex.join([*named, *after, *chosen, *rest])}"


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("--project", choices=sorted(projects.PROJECTS), default="flask")
    parser.add_argument("--edits", type=int, default=20, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--after", type=int, default=0, metavar="N", help="do the first N edits unchecked")
    parser.add_argument("--gates", nargs="+", choices=GATES, default=list(GATES))
    parser.add_argument("--build", action="store_true", help="also the build gate, which is slow")
    kinds = [*edits.KINDS, edits.UNDO, edits.BACK]
    parser.add_argument(
        "--kinds", nargs="+", choices=kinds, default=(), metavar="KIND", help=", ".join(kinds)
    )
    parser.add_argument(
        "--select", metavar="MODE", help="the pytest gate's `select:` in the project's config"
    )
    parser.add_argument("--timeout", default="5m", help="the end of a gate that an edit made endless")
    parser.add_argument("--alone", action="store_true", help="the two checks one after the other")
    return parser.parse_args(words)


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
