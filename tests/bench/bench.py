"""How long six gates take: through eee-ci, and through other programs that run the same commands.

    python tests/bench/bench.py [--projects flask httpx] [--scenarios cold unchanged leaf ...] [--rounds 5]

All take turns within each round, so that a machine that slows down slows all of them; what is written are
medians over the rounds, and medians of ratios within a round. A run whose exit code or verdict is another
than expected is told as failed, never as quick.
"""

import argparse
import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(CHECKOUT))
from tests.bench import cold, repositories, rivals, scenarios, stage, tables  # noqa: E402 - a script
from tests.bench.stage import GIT, TURNS, UNIT, Stage  # noqa: E402 - a script sets its path first
from tests.real import projects  # noqa: E402 - a script sets its path first

SAME, OVERHEAD = "same", "overhead"
FILES = (1_000, 10_000, 100_000)
SCENARIOS = (SAME, *scenarios.OF_A_PROJECT, OVERHEAD, *(f"files-{count}" for count in FILES))
BASES = ("make", "prek", "doit", scenarios.BOUND, TURNS, UNIT, GIT)
COVERED = "pytest-cov==7.0.0"  # the usual way to measure coverage, which no project here pins


def main(words: Sequence[str] | None = None) -> int:
    arguments = _arguments(words)
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: rivals.JOBS])  # all alike, on any machine
    lines: list[str] = []
    for part in parts(arguments):
        lines.extend(part)
        text = "\n".join(lines) + "\n"
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(text, encoding="utf-8")  # after each: what is measured is kept
        sys.stdout.write("\n".join(part) + "\n")
        sys.stdout.flush()
    return 0


def parts(arguments: argparse.Namespace) -> Iterator[list[str]]:
    """One Markdown table after another."""
    with tempfile.TemporaryDirectory(prefix="eee-ci-bench-") as scratch:
        for name in arguments.projects:
            yield from _of_project(name, Path(scratch) / name, arguments)
        if OVERHEAD in arguments.scenarios:
            root = repositories.made(Path(scratch) / "few" / "root", 3)
            place = _stage(root, Path(scratch) / "few" / "folder", repositories.TRUE, arguments)
            for again in (False, True):
                rounds = scenarios.overhead(place, arguments.rounds, _tell, again=again)
                title = f"six gates that do nothing, {'run again' if again else 'from nothing'}"
                yield _table(title, place, rounds)
        for count in FILES:
            if f"files-{count}" in arguments.scenarios:
                yield _of_files(count, Path(scratch) / f"files-{count}", arguments)


def _of_project(name: str, folder: Path, arguments: argparse.Namespace) -> Iterator[list[str]]:
    project = projects.PROJECTS[name]._replace(copy="bench")
    wanted = [known for known in scenarios.OF_A_PROJECT if known in arguments.scenarios]
    if SAME in arguments.scenarios:
        yield _same(name, folder / "same", arguments)
    if not wanted:
        return
    with projects.use(project) as root:
        _covered(root)
        place = _stage(root, folder, stage.usual(root, folder / "dist"), arguments)
        for known in wanted:
            _tell(f"{name}, {known}")
            slip = scenarios.SLIPS.get(name, {}).get(known)
            if slip is None and known not in ("cold", "unchanged"):
                yield [f"## {name} {project.version}: {known}", "", "no such edit is written down", ""]
                continue
            rounds = scenarios.measured(place, known, slip, arguments.rounds, _tell)
            yield _table(f"{name} {project.version}, six gates: {scenarios.TITLES[known]}", place, rounds)


def _same(name: str, scratch: Path, arguments: argparse.Namespace) -> list[str]:
    """Nothing but the order differs: all run the commands of eee-ci's own plan."""
    scratch.mkdir(parents=True)
    with projects.use(projects.PROJECTS[name]) as root:
        course = cold.Course(root, scratch, rivals.JOBS)
        rounds = [course.round(turn) for turn in range(arguments.rounds)]
    return [*cold.lines(f"{name} {projects.PROJECTS[name].version}", rounds), ""]


def _of_files(count: int, folder: Path, arguments: argparse.Namespace) -> list[str]:
    _tell(f"{count} files")
    root = repositories.made(rivals.home() / "repositories" / f"files-{count}", count, inputs=True)
    place = _stage(root, folder, repositories.TRUE, arguments)
    rounds = scenarios.many_files(place, arguments.rounds, _tell)
    return _table(f"{count:,} files, six gates that do nothing: nothing changed", place, rounds)


def _stage(root: Path, folder: Path, gates: rivals.Gates, arguments: argparse.Namespace) -> Stage:
    return stage.build(root, folder, gates, wanted=(*arguments.rivals, UNIT, GIT))


def _covered(root: Path) -> None:
    """pytest-cov beside the project's pins."""
    python = root / ".venv/bin/python"
    with contextlib.suppress(projects.UnavailableError):
        projects.run(python, "-c", "import pytest_cov", cwd=root)
        return
    uv = Path(sys.executable).parent / "uv"
    ways = (
        (uv, "pip", "install", "--quiet", "--python", python),
        (python, "-m", "pip", "install", "--quiet"),
    )
    projects.run(*ways[0 if uv.exists() else 1], COVERED, cwd=root)


def _table(title: str, place: Stage, rounds: Sequence[tables.Round]) -> list[str]:
    counted = f"{title} ({len(rounds)} rounds, medians)"
    rows = list(tables.table(counted, rounds, BASES))
    missing = scenarios.absent(place)
    return [*rows, *missing, *([""] if missing else [])]


def _tell(words: str) -> None:
    sys.stderr.write(words + "\n")


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    _several(parser, "--projects", sorted(projects.PROJECTS), ["flask", "httpx"])
    _several(parser, "--scenarios", SCENARIOS, SCENARIOS)
    known = [rival.name for rival in rivals.RIVALS]
    _several(parser, "--rivals", known, known)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=CHECKOUT / ".eee-ci" / "bench.md", metavar="FILE")
    return parser.parse_args(words)


def _several(
    parser: argparse.ArgumentParser, option: str, known: Sequence[str], default: Sequence[str]
) -> None:
    listed = ", ".join(known)
    parser.add_argument(
        option, nargs="*", choices=known, default=default, metavar="NAME", help=f"of {listed}"
    )


if __name__ == "__main__":
    sys.exit(main())
