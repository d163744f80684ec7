"""A project with an environment of its own that has tools in name only: enough for plans, which run none."""

import os
import sys
from pathlib import Path

from eee_ci import config, plan, tree
from eee_ci.cache import Store
from eee_ci.cache.seal import Seal
from eee_ci.memory import Remembered
from eee_ci.model import Reading
from eee_ci.plan import Job, Plan

CONFIG = """\
version: 1
python: .venv
sources: [src]
tests: [tests]
env: {pass: [DEPLOY, STAGE], set: {FIXED: "1"}}
gates:
  lint: {tool: ruff, args: [--preview]}
  types: {tool: mypy}
  size: {tool: complexity, limits: {complexity_max: 9}}
  asked: {tool: command, run: ["{python}", -c, pass], inputs: ["**/*"]}
  open: {tool: command, run: ["{python}", -c, pass]}
"""
FILES = {
    "eee-ci.yaml": CONFIG,
    "pyproject.toml": "[project]\nname = 'p'\n",
    "src/a.py": "A = 1\n",
    "src/b.py": "B = 1\n",
    "tests/test_a.py": "def test_a() -> None: ...\n",
    ".gitignore": "generated.py\n/.venv\n",
}
MADE = "sha256=0,0"


class Site:
    """The project, its environment, and a store."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self.root = folder / "project"
        self.environ = {"PATH": os.defpath, "HOME": str(folder), **environ}
        (folder / "cache").mkdir(mode=0o700, parents=True)
        self.store = Store(str(folder / "cache"), Seal(b"s" * 32), 1 << 30)
        for name, content in FILES.items():
            self.write(name, content)
        self.packages.mkdir(parents=True)
        (self.root / ".venv" / "bin").mkdir()
        (self.root / ".venv" / "bin" / "python").symlink_to(os.path.realpath(sys.executable))
        (self.root / ".venv" / "pyvenv.cfg").write_text(
            f"home = {Path(os.path.realpath(sys.executable)).parent}\nversion = {sys.version.split()[0]}\n"
            "include-system-site-packages = false\n",
            encoding="utf-8",
        )
        self.program("ruff", b"\x7fELF one")
        for name, version in (("ruff", "0.17.5"), ("mypy", "2.4.1"), ("attrs", "25.4.0")):
            self.install(name, version)

    @property
    def packages(self) -> Path:
        """The environment's site folder."""
        version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
        return self.root / ".venv" / "lib" / version / "site-packages"

    def write(self, name: str, content: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")

    def program(self, name: str, content: bytes) -> None:
        path = self.root / ".venv" / "bin" / name
        path.write_bytes(content)
        path.chmod(0o755)

    def install(self, name: str, version: str, record: str = MADE) -> None:
        for old in self.packages.glob(f"{name}-*.dist-info"):
            for file in old.iterdir():
                file.unlink()
            old.rmdir()
        folder = self.packages / f"{name}-{version}.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Name: {name}\nVersion: {version}\n", encoding="utf-8")
        (folder / "RECORD").write_text(f"{name}.py,{record}\n", encoding="utf-8")

    def plan(self) -> Plan:
        loaded = config.load(self.root, file=None, tools=plan.toolspecs())
        return plan.make(loaded, tree.snapshot(self.root), environ=self.environ, store=self.store)

    def job(self, gate: str) -> Job:
        (found,) = (job for job in self.plan().jobs if job.gate.id == gate)
        return found

    def remember(self, gate: str) -> None:
        """Keep a reading as a run does that ended well."""
        from eee_ci import memory

        made = self.plan()
        (job,) = (job for job in made.jobs if job.gate.id == gate)
        assert made.keys is not None
        assert job.manifest is not None, job.because
        memory.keep(
            self.store,
            job.manifest,
            made.keys.listed(job.gate, job.site),
            scope=made.keys.scope(job.gate),
            found=Remembered(reading=Reading(measures={"files": 2.0}), when="then"),
            root=made.root,
        )
