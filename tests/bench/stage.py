"""Where contenders meet: a repository, the same gates for each of them, and what makes a run cold."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

from tests.bench import measure, rivals, tables
from tests.bench.measure import Failed, Took
from tests.bench.rivals import Gates
from tests.real import projects

CHECKOUT = Path(__file__).resolve().parent.parent.parent
OURS, UNIT, GIT, TURNS = "eee-ci", "python -c pass", "git status", "one after another"
LEAVINGS = (
    *(".venv/", ".eee-ci/", "__pycache__/", ".mypy_cache/", ".ruff_cache/", ".pytest_cache/", ".hypothesis/"),
    *(".coverage", ".coverage.*", ".turbo/", "node_modules/", "dist/", "build/", "*.egg-info/"),
)
# by what they took on the projects here: make has no other way to begin with the longest
LONGEST_FIRST = ("tests", "types", "build", "security", "lint", "format")


class Contender(NamedTuple):
    """A program to be measured. `judges`: it is eee-ci, which starts from its checkout and whose verdict
    is looked at; the others start in the project."""

    name: str
    words: Sequence[str]
    judges: bool = False


Prepare = Callable[[Contender, int], object]


class Stage(NamedTuple):
    """A repository, the folder of everybody's config and memory, and who takes part."""

    root: Path
    folder: Path
    env: Mapping[str, str]
    contenders: tuple[Contender, ...]
    absent: Mapping[str, Failed]  # rivals that could not be had, and why
    alone: tuple[Contender, ...] = ()  # each gate's own command

    def named(self, *names: str) -> "Stage":
        """With some of its contenders only."""
        return self._replace(contenders=tuple(one for one in self.contenders if one.name in names))

    def run(self, contender: Contender) -> Took | Failed:
        said = self.folder / "said"
        cwd = CHECKOUT if contender.judges else self.root
        took = measure.run(contender.words, cwd=cwd, env=self.env, said=said)
        if contender.judges and isinstance(took, Took):
            return misjudged(self.root / ".eee-ci/reports/report.json") or took
        return took

    def forget(self) -> None:
        """Caches, byte code, remembered runs: nobody finds anything of his own or of others."""
        projects.git(self.root, "clean", "--quiet", "-ffdx", "--exclude=/.venv")
        for name in (*rivals.MEMORY, "prek-home", "home"):
            path = self.folder / name
            path.unlink(missing_ok=True) if path.is_file() else shutil.rmtree(path, ignore_errors=True)
        (self.folder / "home").mkdir()


def misjudged(report: Path) -> Failed | None:
    """Whether a run of ours that ended well was one: each gate that was asked has passed."""
    try:
        verdicts = json.loads(report.read_bytes())["verdicts"]
    except (OSError, ValueError, KeyError) as error:
        return Failed(f"its report cannot be read: {error}")
    wrong = [f"{v['gate']} {v['status']}" for v in verdicts if v["asked"] and v["status"] != "passed"]
    return Failed(f"exit 0, but {', '.join(wrong)}") if wrong else None


def build(root: Path, folder: Path, gates: Gates, *, wanted: Sequence[str]) -> Stage:
    """The stage with all that could be installed. Files that must stand in the tree are committed."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "home").mkdir(exist_ok=True)
    found: list[Contender] = []
    absent: dict[str, Failed] = {}
    for rival in rivals.RIVALS:
        if rival.name in wanted:
            program = rival.install()
            if isinstance(program, Failed):
                absent[rival.name] = program
            else:
                rival.write(root, folder, gates)
                found.append(Contender(rival.name, rival.words(program, folder, gates)))
    exclude = root / ".git/info/exclude"
    exclude.write_text("\n".join([*LEAVINGS, ""]), encoding="utf-8")
    projects.git(root, "add", "--all")
    projects.git(root, "commit", "--quiet", "--allow-empty", "--message=the rivals' files")
    ours = (
        sys.executable,
        "-m",
        "eee_ci",
        "-C",
        str(root),
        "check",
        "--quiet",
        f"--jobs={rivals.JOBS}",
        *gates,
    )
    others = (
        Contender(OURS, ours, judges=True),
        Contender(UNIT, (sys.executable, "-c", "pass")),
        Contender(GIT, ("git", "status", "--porcelain")),
    )
    env = rivals.environment(folder) | _path(root)
    contenders = (*found, *(one for one in others if one.name == OURS or one.name in wanted))
    alone = tuple(Contender(f"{gate} alone", words) for gate, words in gates.items())
    return Stage(root, folder, env, contenders, absent, alone)


def _path(root: Path) -> dict[str, str]:
    """The project's own programs first, as in an activated environment."""
    known = projects.environment()["PATH"]
    return {"PATH": f"{root}/.venv/bin:{known}"} if (root / ".venv").exists() else {}


def usual(root: Path, out: Path) -> Gates:
    """What people write for the gates of an eee-ci.yaml: the tools by name, pytest-cov with its report."""
    known = yaml.safe_load((root / "eee-ci.yaml").read_bytes())
    gates = {name: known["gates"].get(name, {}) for name in LONGEST_FIRST}
    words = {name: (*gate.get("args", ()), *gate.get("paths", ())) for name, gate in gates.items()}
    scanned = gates["security"].get("paths") or known["sources"]
    return {
        "tests": ("pytest", "-q", "--cov", *words["tests"]),
        "types": ("mypy", *words["types"]),
        "build": ("python", "-m", "build", "--no-isolation", "-o", str(out), "."),
        "security": ("bandit", "-q", "-r", "--exit-zero", *scanned),
        "lint": ("ruff", "check", "--no-fix", "-q", *(words["lint"] or (".",))),
        "format": ("ruff", "format", "--check", "-q", "."),
    }


def rounds(
    stage: Stage, count: int, prepare: Prepare, tell: Callable[[int, tables.Round], object]
) -> Iterator[dict[str, Took | Failed]]:
    """Each contender once a round; another one begins each time, so that a slow hour is everyone's.
    `prepare` comes before each measured run, with the number of runs so far."""
    known = list(stage.contenders)
    turn = 0
    for number in range(count):
        at = number % len(known)
        took: dict[str, Took | Failed] = {}
        for contender in known[at:] + known[:at]:
            turn += 1
            prepare(contender, turn)
            took[contender.name] = stage.run(contender)
        tell(number, took)
        yield {contender.name: took[contender.name] for contender in known}
