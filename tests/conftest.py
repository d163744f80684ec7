"""What all tests share: a project made of a few files, and the real command line run on it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, settings

from eee_ci.model import Run

# no test may depend on how quick the machine is
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

CHECKOUT = Path(__file__).parent.parent
_KEPT = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "EEE_CI_SCHEMAS",
)
_KEPT_PREFIXES = ("PIP_", "UV_", "NPM_", "npm_")
# Measuring makes a process slow, and loads modules: only those that `Project.run` starts are measured.
_MEASURING = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}

Files = dict[str, str]


@pytest.fixture(autouse=True)
def _scrubbed(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test sees the caller's CI, colours or git settings, or touches the caller's git config or cache."""
    for name in os.environ:
        if name not in _KEPT and not name.startswith((*_KEPT_PREFIXES, "PYTEST_", "EEE_CI_")):
            monkeypatch.delenv(name)
    home = tmp_path_factory.getbasetemp() / "git-home"
    home.mkdir(exist_ok=True)
    (home / "gitconfig").write_text(
        "[user]\n\tname = t\n\temail = t@example.org\n[init]\n\tdefaultBranch = main\n", encoding="utf-8"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("EEE_CI_CACHE_DIR", str(home / "caches" / os.urandom(6).hex()))


class Project:
    """A folder with files, and `eee-ci` run in it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, files: Files) -> "Project":
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        return self

    def git(self, *words: str) -> str:
        done = subprocess.run(["git", *words], cwd=self.root, capture_output=True, text=True, check=True)
        return done.stdout

    def commit(self) -> "Project":
        if not (self.root / ".git").exists():
            self.git("init", "-q")
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "files")
        return self

    def run(
        self, *words: str, env: dict[str, str] | None = None, timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """The real command line, in a process of its own."""
        return subprocess.run(
            [sys.executable, "-m", "eee_ci", *words],
            cwd=self.root,
            env={**os.environ, **_MEASURING, "PYTHONPATH": str(CHECKOUT), **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """The same, to be killed on its way."""
        return subprocess.Popen(
            [sys.executable, "-m", "eee_ci", *words],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def report(self) -> Run:
        data = (self.root / ".eee-ci" / "reports" / "report.json").read_bytes()
        return msgspec.json.decode(data, type=Run)


@pytest.fixture
def project(tmp_path: Path) -> Callable[[Files], Project]:
    """Makes a committed git repository of some files."""

    def make(files: Files) -> Project:
        folder = tmp_path / "project"
        folder.mkdir(exist_ok=True)
        return Project(folder).write(files).commit()

    return make
