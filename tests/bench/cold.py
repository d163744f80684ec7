"""Six gates of a real project, cold: one after another, through make, and through eee-ci.

The commands are eee-ci's own, from `eee-ci plan --json`. Contenders take turns within each round, so that a
machine that slows down slows all of them; what is printed are medians over the rounds, and medians of ratios
within a round. The bound is what no order can beat: the longest gate alone, or all CPU over all cores. The
same work takes more CPU where all cores are busy than where one is, on most machines: by how much is told by
the CPU that make took, which does nothing but start the commands.
"""

import json
import shlex
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench import measure
from tests.bench.measure import Failed, Took
from tests.bench.stage import OURS, TURNS
from tests.real import projects

CHECKOUT = Path(__file__).resolve().parent.parent.parent
GATES = ("lint", "format", "types", "tests", "security", "build")
MAKE = "make, longest first"


class Round(NamedTuple):
    """One turn of each contender, and each gate alone."""

    took: dict[str, Took]
    alone: dict[str, Took]
    jobs: int

    @property
    def bound(self) -> float:
        return measure.bound(self.alone.values(), self.jobs)

    @property
    def busy(self) -> float:
        """The bound by the CPU that the commands take where all cores are busy."""
        return max(*(took.wall for took in self.alone.values()), self.took[MAKE].cpu / self.jobs)


class Course:
    """A project and the scripts of its gates; keeps what is needed to run each contender cold."""

    def __init__(self, root: Path, scratch: Path, jobs: int) -> None:
        self._root, self._scratch, self._jobs = root, scratch, jobs
        self._env = projects.environment() | {"EEE_CI_CACHE_DIR": str(scratch / "memory")}
        self._ours = (sys.executable, "-m", "eee_ci", "-C", str(root))
        planned = json.loads(self._said(*self._ours, "plan", "--json", "--no-cache", *GATES))
        self._scripts = {gate["gate"]: self._script(gate, planned["python"]) for gate in _asked(planned)}
        self._order = list(self._scripts)

    def round(self, turn: int) -> Round:
        """Each contender once; another one begins each time. The first round also finds make's order."""
        alone = self._alone() if turn == 0 else {}
        if alone:
            self._order = sorted(alone, key=lambda gate: -alone[gate].wall)
        contenders: list[tuple[str, Callable[[], Took]]] = [
            (TURNS, lambda: measure.in_turn(alone.values())),
            (MAKE, self._make),
            (OURS, self._eee_ci),
        ]
        took: dict[str, Took] = {}
        for name, run in contenders[turn % 3 :] + contenders[: turn % 3]:
            if name == TURNS and turn:
                alone.update(self._alone())
            took[name] = run()
        return Round({name: took[name] for name, _ in contenders}, alone, self._jobs)

    def _alone(self) -> dict[str, Took]:
        self._cold()
        return {gate: self._timed("sh", str(script)) for gate, script in self._scripts.items()}

    def _make(self) -> Took:
        self._cold()
        file = self._scratch / "Makefile"
        rules = "".join(f"{gate}:\n\t@sh {self._scripts[gate]}\n" for gate in self._order)
        names = " ".join(self._order)
        file.write_text(f"all: {names}\n.PHONY: all {names}\n{rules}", encoding="utf-8")
        return self._timed("make", "-s", "-k", f"-j{self._jobs}", "-f", str(file))

    def _eee_ci(self) -> Took:
        self._cold()
        return self._timed(*self._ours, "check", "--quiet", "--no-cache", "--jobs", str(self._jobs), *GATES)

    def _cold(self) -> None:
        """No contender finds anything of another: caches, bytecode of the project, remembered runs."""
        projects.git(self._root, "clean", "--quiet", "-ffdx", "--exclude=/.venv")
        shutil.rmtree(self._scratch / "memory", ignore_errors=True)
        for gate in self._scripts:
            shutil.rmtree(self._folder(gate), ignore_errors=True)
            (self._folder(gate) / "tmp").mkdir(parents=True)
            (self._folder(gate) / "cache").mkdir()

    def _folder(self, gate: str) -> Path:
        return self._scratch / gate

    def _timed(self, *words: str) -> Took:
        took = measure.run(words, cwd=CHECKOUT, env=self._env, said=self._scratch / "said")
        if isinstance(took, Failed):
            raise SystemExit(took.why)
        return took

    def _said(self, *words: str) -> str:
        return subprocess.run(
            words, cwd=CHECKOUT, env=self._env, check=True, stdout=subprocess.PIPE, encoding="utf-8"
        ).stdout

    def _script(self, gate: Mapping[str, Any], python: str) -> Path:
        """The gate's steps as a shell script that ends as the gate's tool did."""
        folder = self._folder(gate["gate"])
        root = folder / "tree" if gate.get("copy") else self._root
        known = {"root": str(root), "scratch": str(folder), "cache": str(folder / "cache"), "python": python}
        file = self._scratch / f"{gate['gate']}.sh"
        rows = [f"cd {shlex.quote(str(self._root))} || exit 9", "worst=0"]
        if gate.get("copy"):
            rows.append(
                f"mkdir {shlex.quote(str(root))} && git archive HEAD | tar -x -C {shlex.quote(str(root))}"
            )
        assigned = [f"{name}={_filled(value, known)}" for name, value in gate["environment"].items()]
        for step in gate["steps"]:
            rows.extend(script_step(step, known, ["env", "-i", *assigned]))
        file.write_text("\n".join([*rows, "exit $worst", ""]), encoding="utf-8")
        return file


def _asked(planned: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The plan's gates that take part; one that cannot run ends the benchmark."""
    for gate in planned["gates"]:
        if gate["gate"] in GATES:
            if not gate["runs"]:
                raise SystemExit(f"{gate['gate']} cannot run: {gate['why_not']}")
            yield gate


def script_step(step: Mapping[str, Any], known: Mapping[str, str], prefix: Sequence[str]) -> Iterator[str]:
    words = shlex.join([*prefix, *(_filled(word, known) for word in step["argv"])])
    if step.get("stdout"):
        words += f" >{shlex.quote(known['scratch'])}/{shlex.quote(step['stdout'])}"
    if step.get("stdin"):
        words += f" <{shlex.quote(known['scratch'])}/{shlex.quote(step['stdin'])}"
    words = f"cd {shlex.quote(_filled(step.get('cwd', '{root}'), known))} && {words}"
    if step.get("skip_if"):
        words = f"test -e {shlex.quote(known['scratch'])}/{shlex.quote(step['skip_if'])} || ({words})"
    yield f"({words}) || {{ code=$?; [ $code -le 1 ] || worst=$code; }}"  # 1: findings, within the limits


def _filled(word: str, known: Mapping[str, str]) -> str:
    for name, value in known.items():
        word = word.replace("{" + name + "}", value)
    return word


def lines(project: str, rounds: Sequence[Round]) -> Iterator[str]:
    """The Markdown: contenders, then each gate alone."""
    bound = statistics.median(ended.bound for ended in rounds)
    busy = statistics.median(ended.busy for ended in rounds)
    yield f"# Six gates of {project}, cold, on {rounds[0].jobs} cores ({len(rounds)} rounds, medians)"
    yield ""
    yield "| | wall | of the bound | of the bound with busy cores | of make | of one after another | CPU |"
    yield "|---|---|---|---|---|---|---|"
    yield f"| lower bound | {bound:.2f} s | 1.00 | | | | |"
    yield f"| lower bound with busy cores | {busy:.2f} s | | 1.00 | | | |"
    for name in rounds[0].took:
        walls = [ended.took[name].wall for ended in rounds]
        cpu = statistics.median(ended.took[name].cpu for ended in rounds)
        bases = [(ended.bound, ended.busy, ended.took[MAKE].wall, ended.took[TURNS].wall) for ended in rounds]
        ratios = [
            statistics.median(wall / base for wall, base in zip(walls, column, strict=True))
            for column in zip(*bases, strict=True)
        ]
        spread = f"{statistics.median(walls):.2f} s ({min(walls):.2f}-{max(walls):.2f})"
        yield f"| {name} | {spread} | " + " | ".join(f"{ratio:.2f}" for ratio in ratios) + f" | {cpu:.2f} s |"
    yield ""
    yield "| gate alone | wall | CPU |"
    yield "|---|---|---|"
    for gate in rounds[0].alone:
        wall = statistics.median(ended.alone[gate].wall for ended in rounds)
        cpu = statistics.median(ended.alone[gate].cpu for ended in rounds)
        yield f"| {gate} | {wall:.2f} s | {cpu:.2f} s |"
