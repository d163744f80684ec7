"""What the stage does with a patch, in small: judge the files, run pytest on base, candidate and the
verification tree, compare the runs, and let a canary sing. Real runs of pytest, each in a folder of its own."""

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
    """One patch, judged. `plain` is the run that a trusting stage would believe, `verified` the one that counts."""

    plain: tamper.Suite
    verified: tamper.Suite
    files: tuple[Finding, ...]
    runs: tuple[Finding, ...]
    canary: tuple[Finding, ...]

    @property
    def stopped(self) -> bool:
        return tamper.tampered((*self.files, *self.runs))

    def row(self, what: str) -> str:
        failed = sum(case.status in ("failed", "error") for case in self.plain.cases)
        told = f"{len(self.plain.cases)} tests, {failed} failures" if self.plain.report else "missing"
        by = ["-".join(("file", *_rules(self.files))), "-".join(("runs", *_rules(self.runs)))]
        sung = "canary caught it" if self.canary else ""
        return f"{what:<44} {self.plain.exit!s:>4}  {told:<22} {' '.join(by):<44} {sung:<17} {self.verified.exit}"


def judge(folder: Path, base: Texts, patch: Texts, env: dict[str, str] | None = None) -> Judged:
    """The whole course of one patch."""
    old, new = data(base), data({**base, **patch})
    what = changes(old, new)
    before = run(write(folder / "base", old), env=env)
    plain = run(write(folder / "plain", new), env=env)
    taken = tamper.retaken(old, new, what, tamper.Rules())
    tree = {path: content for path, content in new.items() if path not in taken.remove}
    tree |= {path: old[path] for path in (*taken.restore, *taken.tests)}
    planted = tamper.canary(["tests/test_shop.py"], NONCE)
    assert planted is not None
    cage = write(folder / "canary", {**new, planted.path: planted.data})
    there = [path for path in (planted.path, planted.beside) if (cage / path).exists()]
    return Judged(
        plain=plain,
        verified=run(write(folder / "verified", tree), env=env),
        files=tamper.judge(old, new, what),
        runs=tamper.suite(before, plain, what, renamed=tamper.renames(old, new, what)),
        canary=tamper.sings(planted, run(cage, *there, env=env)),
    )


def run(root: Path, *words: str, env: dict[str, str] | None = None) -> tamper.Suite:
    """pytest as the gate starts it: the report lies outside of the tree, under a fresh name."""
    report = root.parent / f"{root.name}.junit.xml"
    kept = {"PATH": os.environ["PATH"], "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    argv = [sys.executable, "-m", "pytest", "-q", f"--rootdir={root}", f"--junitxml={report}", *words]
    done = subprocess.run(
        argv,
        cwd=root,
        env={**kept, **(env or {})},
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


def _rules(findings: tuple[Finding, ...]) -> list[str]:
    return sorted({finding.rule.removeprefix("EEE-T00") for finding in findings})
