"""Small projects whose tests run under the recorder, in a process of their own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from eee_ci import inject

PACKAGE = {
    "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["src"]\n',
    "src/p/__init__.py": "",
    "src/p/a.py": (
        "class C:\n    x = 1\n\n    def m(self):\n        return self.x\n\n\ndef f():\n    return 2\n"
    ),
}

MEASURING = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}


class Run(NamedTuple):
    """What one run left behind."""

    exit: int
    output: str
    record: dict[str, Any]
    data: Path

    def file(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = self.record["files"][path]
        return found


def write(root: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, encoding="utf-8")


def run(
    root: Path,
    files: dict[str, str],
    *words: str,
    python: str = sys.executable,
    cover: bool = True,
    **wish: Any,
) -> Run:
    """The files are added to the package `p`; the words go to pytest."""
    scratch = root.parent / f"{root.name}.scratch"
    scratch.mkdir(exist_ok=True)
    write(root, {**PACKAGE, **files})
    report, data = scratch / "record.json", scratch / "coverage.data"
    for old in (report, data):
        old.unlink(missing_ok=True)
    select = {"v": 1, "root": str(root), "report": str(report), "skip": [], "first": [], **wish}
    write(scratch, {"select.json": json.dumps(select)})
    measure = (f"--cover={data}", "--source=src", "--omit=tests", "--omit=tests/*") if cover else ()
    launcher = (python, inject.script("launch.py"), "--cwd-on-path")
    pytest_ = (f"--record={scratch}/select.json", "-m", "pytest", "-p", "no:cacheprovider", "-q", *words)
    env = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(scratch)}
    if (
        MEASURING and python == sys.executable
    ):  # once more for whoever measures us: two tracers do not go together
        measured(root, scratch, (*launcher, *pytest_), env)
    ran = start((*launcher, *measure, *pytest_), root, env)
    record = json.loads(report.read_text("utf-8")) if report.is_file() else {}
    return Run(ran.returncode, ran.stdout + ran.stderr, record, data)


def start(argv: tuple[str, ...], root: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """A program in the project's folder, to its end."""
    return subprocess.run(
        argv,
        cwd=root,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def measured(root: Path, scratch: Path, argv: tuple[str, ...], env: dict[str, str]) -> None:
    """The same in a copy of the project, where it may leave behind what it likes."""
    copy = root.parent / f"{root.name}.measured"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(root, copy, symlinks=True)
    select = scratch / "select.json"
    wanted = select.read_text(encoding="utf-8")
    select.write_text(wanted.replace(json.dumps(str(root)), json.dumps(str(copy))), encoding="utf-8")
    start(argv, copy, {**env, **MEASURING, "EEE_CI_RECORDER_MEASURED": "1"})
    select.write_text(wanted, encoding="utf-8")
    (scratch / "record.json").unlink(missing_ok=True)
