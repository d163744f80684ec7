"""Real projects to judge: their source archives, pinned to the byte, each with an environment of its own.

They live in a folder outside of the checkout that is kept between runs: `EEE_CI_REAL`, or one in the
user's cache.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
STAMP = "ready"
_AUTHOR = ("-c", "user.name=real", "-c", "user.email=real@example.org", "-c", "core.hooksPath=/dev/null")
_OUTSIDE = ("__pycache__/", ".venv/")  # what the archives have no .gitignore for


class Project(NamedTuple):
    """A source archive of the package index. Its pins are those of its own lock file where it has one:
    with newer tools it would not be green."""

    name: str
    version: str
    sha256: str
    tests: int = 0  # how many run at least, so that "green" says something
    copy: str = ""  # a further one of the same project, for who needs two or wants to change it

    @property
    def pins(self) -> Path:
        return HERE / "pins" / f"{self.name}.txt"

    @property
    def config(self) -> Path:
        return HERE / "configs" / f"{self.name}.yaml"

    @property
    def folder(self) -> Path:
        return cache() / self.copy / f"{self.name}-{self.version}"


FLASK = Project("flask", "3.1.3", "0ef0e52b8a9cd932855379197dd8f94047b359ca0a78695144304cb45f87c9eb", 490)
CLICK = Project("click", "8.5.1", "9bbfada76703fd1d784b83eea012e3e8c6a001a876543ef104fa56aaaeb072b4", 2400)
ATTRS = Project("attrs", "26.1.0", "d03ceb89cb322a8fd706d4fb91940737b6642aa36998fe130a9bc96c985eff32", 1370)
PACKAGING = Project(
    "packaging", "26.3", "94edc256424af38762eb31306eed28beb9f0efc50a8837492c9d6fd6004aed79", 62000
)
HTTPX = Project("httpx", "0.28.1", "75e98c5f16b0f35b567856f597f06ff2270a374470a5c2392242528e3e3e42fc", 1400)
JINJA2 = Project("jinja2", "3.1.6", "0137fb05990d35f1275a587e9aee6d56da821fc83491a0fb838183be43f66d6d", 908)
PROJECTS = {project.name: project for project in (FLASK, CLICK, ATTRS, PACKAGING, HTTPX, JINJA2)}


class UnavailableError(Exception):
    """An archive or a package could not be fetched or installed."""


def cache() -> Path:
    """The folder that is kept between runs."""
    named = os.environ.get("EEE_CI_REAL")
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(named) if named else Path(home) / "eee-ci-real"


@contextlib.contextmanager
def use(project: Project) -> Iterator[Path]:
    """The project as its archive brought it, with our config beside it, for one user at a time."""
    project.folder.parent.mkdir(parents=True, exist_ok=True)
    with (project.folder.parent / f"{project.name}.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        root = _ready(project)
        restore(project)
        try:
            yield root
        finally:
            restore(project)


def restore(project: Project) -> None:
    """Back to the archive plus today's config, committed; nothing is remembered of earlier runs."""
    root = project.folder
    git(root, "checkout", "--quiet", "--force", "-B", "main", "archive-as-it-came")
    git(root, "clean", "--quiet", "-ffdx", "--exclude=/.venv")
    shutil.copyfile(project.config, root / "eee-ci.yaml")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message=judge it with eee-ci")


def git(root: Path, *words: str) -> str:
    return run("git", *_AUTHOR, *words, cwd=root)


def run(*words: str | Path, cwd: Path) -> str:
    """A program's standard output; UnavailableError with its last words when it fails."""
    done = subprocess.run(
        words,
        cwd=cwd,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        said = " | ".join((done.stderr or done.stdout).strip().splitlines()[-5:])
        raise UnavailableError(f"{' '.join(map(str, words))}: exit {done.returncode}: {said}")
    return done.stdout


def environment() -> dict[str, str]:
    """The caller's, less what would reach into another project or slow Python down."""
    left_out = ("PYTHON", "VIRTUAL_ENV", "COVERAGE_", "PYTEST_", "GIT_", "UV_PROJECT")
    return {name: value for name, value in os.environ.items() if not name.startswith(left_out)}


def _ready(project: Project) -> Path:
    """Made once, and again when the recipe changes."""
    recipe = _recipe(project)
    stamp = project.folder / ".venv" / STAMP
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != recipe:
        shutil.rmtree(project.folder, ignore_errors=True)
        _unpack(_archive(project), project.folder)
        _repository(project.folder)
        _environment(project)
        stamp.write_text(recipe, encoding="utf-8")
    return project.folder


def _recipe(project: Project) -> str:
    files = (project.pins, Path(__file__))
    made_of = (repr(project), sys.version, str(project.folder), *(file.read_text("utf-8") for file in files))
    return hashlib.sha256("\0".join(made_of).encode()).hexdigest()


def _archive(project: Project) -> Path:
    """The source archive from the package index, by its hash. pip, since uv does not download."""
    folder = cache() / "archives"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{project.name}-{project.version}.tar.gz"
    if not file.is_file():
        pip = _environment_with_pip(cache() / "pip")
        wanted = folder / f"{project.name}.txt"
        wanted.write_text(
            f"{project.name}=={project.version} --hash=sha256:{project.sha256}\n", encoding="utf-8"
        )
        source = ("--no-deps", "--no-binary", project.name, "--require-hashes", "--requirement", wanted)
        run(pip, "-m", "pip", "download", "--quiet", *source, "--dest", folder, cwd=folder)
    if hashlib.sha256(file.read_bytes()).hexdigest() != project.sha256:
        raise UnavailableError(f"{file} is not the archive that was pinned: remove it")
    return file


def _unpack(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as opened:
        opened.extractall(folder.parent, filter="data")


def _repository(root: Path) -> None:
    git(root, "init", "--quiet", "--initial-branch=main")
    (root / ".git" / "info" / "exclude").write_text("\n".join(_OUTSIDE), encoding="utf-8")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message=the archive as it came")
    git(root, "tag", "archive-as-it-came")


def _environment(project: Project) -> None:
    """`.venv` with the pins and the project itself, editable, all of it compiled: nobody else does it."""
    root = project.folder
    python = root / ".venv" / "bin" / "python"
    install: tuple[str | Path, ...]
    if uv := _uv():
        run(uv, "venv", "--quiet", "--python", sys.executable, ".venv", cwd=root)
        install = (uv, "pip", "install", "--quiet", "--python", python)
    else:
        install = (_environment_with_pip(root / ".venv"), "-m", "pip", "install", "--quiet")
    run(*install, "--requirement", project.pins, cwd=root)
    run(*install, "--no-build-isolation", "--no-deps", "--editable", ".", cwd=root)
    run(python, "-m", "compileall", "-q", "-j2", "-x", "/tests?/", root / ".venv" / "lib", cwd=root)


def _environment_with_pip(folder: Path) -> Path:
    python = folder / "bin" / "python"
    if not python.exists():
        run(sys.executable, "-m", "venv", folder, cwd=folder.parent)
    return python


def _uv() -> str | None:
    beside = Path(sys.executable).parent / "uv"
    return str(beside) if beside.exists() else shutil.which("uv")
