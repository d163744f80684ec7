"""Where a project is checked: one site that keeps its memory, and one that never has any."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.real import projects
from tests.soundness import compare, trees
from tests.soundness.trees import Layout, Tree

CHECKOUT = Path(__file__).resolve().parent.parent.parent
CONFIG = "eee-ci.yaml"


class Checked(NamedTuple):
    """What one check ended in."""

    facts: compare.Facts
    report: Mapping[str, Any] | None
    seconds: float
    said: str


class Site(NamedTuple):
    """A folder that is a project with an environment of its own, and where its memory is kept."""

    root: Path
    memory: Path

    def check(self, gates: Sequence[str], *, jobs: int) -> Checked:
        reports = self.memory / "reports"
        shutil.rmtree(reports, ignore_errors=True)  # an old report is no answer
        words = ("-C", str(self.root), "check", *gates, "--quiet", "--jobs", str(jobs))
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "eee_ci", *words, "--report-dir", str(reports)],
            cwd=CHECKOUT,
            env=projects.environment() | {"EEE_CI_CACHE_DIR": str(self.memory / "cache")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        seconds = time.monotonic() - began
        report = _report(reports / "report.json")
        hosts = {str(self.root): "{root}", str(self.memory): "{memory}"}
        return Checked(compare.facts(report, done.returncode, hosts), report, seconds, done.stdout)

    def forget(self) -> None:
        """Nothing is left of earlier checks, in the tree or beside it."""
        projects.git(self.root, "clean", "--quiet", "-ffdx", "--exclude=/.venv")
        shutil.rmtree(self.memory, ignore_errors=True)
        self.memory.mkdir(parents=True)

    def hold(self, tree: Tree) -> None:
        trees.sync(self.root, tree)

    def commit(self) -> None:
        projects.git(self.root, "add", "--all")
        projects.git(self.root, "commit", "--quiet", "--allow-empty", "--message=so far")


def _report(file: Path) -> Mapping[str, Any] | None:
    try:
        report: Mapping[str, Any] = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return None
    return report


@contextlib.contextmanager
def pair(project: projects.Project, memory: Path) -> Iterator[tuple[Site, Site]]:
    """The warm site and the one from scratch, both as the archive came."""
    with contextlib.ExitStack() as stack:
        warm, scratch = (
            Site(stack.enter_context(projects.use(project._replace(copy=name))), memory / name)
            for name in ("warm", "scratch")
        )
        warm.forget()
        yield warm, scratch


def loosened(config: bytes, gates: Sequence[str], *, timeout: str, select: str | None) -> bytes:
    """The project's gate config without its limits, which would hide what is measured, and with a short
    end for what an edit made endless."""
    known = yaml.safe_load(config)
    known["gates"] = {name: gate for name, gate in known["gates"].items() if name in gates}
    for gate in known["gates"].values():
        gate.pop("limits", None)
        gate["timeout"] = timeout
        if select and gate["tool"] == "pytest":
            gate["select"] = select
    return yaml.safe_dump(known, sort_keys=False).encode()


def layout(config: bytes) -> Layout:
    known = yaml.safe_load(config)
    return Layout(tuple(known["sources"]), tuple(known["tests"]))


def cores() -> int:
    return len(os.sched_getaffinity(0))
