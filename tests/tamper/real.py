"""What the stage does with a patch, in small: judge the files, run pytest on base, candidate and verification
tree, compare the runs, and let a canary sing. Real runs of pytest, each in a folder of its own."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec

from eee_ci import tamper
from eee_ci.errors import ReportError
from eee_ci.finding import Finding
from eee_ci.readers import junit
from tests.tamper.scene import Texts, changes, data

NONCE = "quince"


class Judged(msgspec.Struct):
    """One patch, judged. `plain` is the run that a trusting stage would believe, `verified` the one that
    counts; `canary` None: it was not asked."""

    plain: tamper.Suite
    verified: tamper.Suite
    files: tuple[Finding, ...]
    runs: tuple[Finding, ...]
    canary: tuple[Finding, ...] | None = None

    def row(self, what: str) -> str:
        failed = sum(case.status in ("failed", "error") for case in self.plain.cases)
        told = f"{len(self.plain.cases)} tests, {failed} failures" if self.plain.report else "missing"
        sung = {None: "", True: "caught", False: "quiet"}[None if self.canary is None else bool(self.canary)]
        cells = (what, self.plain.exit, told, _rules(self.files), _rules(self.runs), sung, self.verified.exit)
        return line(*map(str, cells))


def line(*cells: str) -> str:
    """One row of the table of vectors."""
    return "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, (42, 4, 19, 14, 6, 6, 8), strict=True))


def judge(folder: Path, base: Texts, patch: Texts, before: tamper.Suite, *, canary: bool = False) -> Judged:
    """The whole course of one patch; `before` is the run of the base. A verification tree that is the base
    has its result."""
    old, new = data(base), data({**base, **patch})
    what = changes(old, new)
    plain = run(write(folder / "plain", new))
    taken = tamper.retaken(old, new, what, tamper.Rules())
    tree = {path: content for path, content in new.items() if path not in taken.remove}
    tree |= {path: old[path] for path in (*taken.restore, *taken.tests)}
    return Judged(
        plain=plain,
        verified=before if tree == old else plain if tree == new else run(write(folder / "verified", tree)),
        files=tamper.judge(old, new, what),
        runs=tamper.suite(before, plain, what, renamed=tamper.renames(old, new, what)),
        canary=sing(folder / "canary", new) if canary else None,
    )


def sing(root: Path, files: dict[str, bytes]) -> tuple[Finding, ...]:
    """The canary beside the tests of these files."""
    planted = tamper.canary(["tests/test_shop.py"], NONCE)
    assert planted is not None
    write(root, {**files, planted.path: planted.data})
    return tamper.sings(planted, run(root, planted.path, planted.beside))


def run(root: Path, *words: str) -> tamper.Suite:
    """pytest as the gate starts it: the report lies outside of the tree, under a fresh name."""
    report = root.parent / f"{root.name}.junit.xml"
    env = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    if not list(root.glob("*.dist-info")):  # the plugins of this environment only take time
        env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    argv = [sys.executable, "-m", "pytest", "-q", f"--rootdir={root}", f"--junitxml={report}", *words]
    done = subprocess.run(
        argv,
        cwd=root,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=False,
    )
    try:
        cases = junit.cases(report.read_bytes(), "the report") if report.exists() else []
    except ReportError:
        return tamper.Suite(exit=done.returncode, report=False)
    return tamper.Suite(cases=tuple(cases), exit=done.returncode, report=report.exists())


def write(root: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def _rules(findings: tuple[Finding, ...]) -> str:
    return " ".join(sorted({f"T{finding.rule[-1]}" for finding in findings})) or "-"
