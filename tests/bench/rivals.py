"""The rivals: how each is installed into a folder of its own, told of the same commands, and started."""

import json
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.bench.measure import Failed
from tests.real import projects

Gates = Mapping[str, Sequence[str]]  # a gate's name to its command, the longest first

PREK, DOIT, TURBO = "prek==0.5.10", "doit==0.37.0", "@turbo/linux-64@2.11.11"
JOBS = 2
PREFIX = "gate:"  # turbo's tasks are npm scripts, and some names mean something to npm
MEMORY = ("doit.db", "turbo-cache", "memory")  # below a stage's folder


class Rival(NamedTuple):
    """A program that runs the same gates. `write` brings its config, `words` start it."""

    name: str
    install: Callable[[], "str | Failed"]  # the program
    write: Callable[[Path, Path, Gates], None]  # root, folder
    words: Callable[[str, Path, Gates], Sequence[str]]  # program, folder


def home() -> Path:
    """The folder of installed rivals, kept between runs: `EEE_CI_RIVALS`, or one in the user's cache."""
    named = os.environ.get("EEE_CI_RIVALS")
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(named) if named else Path(cache) / "eee-ci-rivals"


def environment(folder: Path) -> dict[str, str]:
    """For all alike: nobody finds a cache of an earlier day, or calls home."""
    return projects.environment() | {
        "HOME": str(folder / "home"),
        "EEE_CI_CACHE_DIR": str(folder / "memory"),
        "PREK_HOME": str(folder / "prek-home"),
        "TURBO_TELEMETRY_DISABLED": "1",
        "DO_NOT_TRACK": "1",
        "NO_COLOR": "1",
    }


def _on_path(name: str) -> str | Failed:
    return shutil.which(name) or Failed(f"{name} is not on PATH")


def _from_pypi(name: str, requirement: str) -> str | Failed:
    folder = home() / requirement
    program = folder / "bin" / name
    if not program.exists():
        home().mkdir(parents=True, exist_ok=True)
        try:
            projects.run(sys.executable, "-m", "venv", "--clear", folder, cwd=home())
            projects.run(folder / "bin/python", "-m", "pip", "install", "--quiet", requirement, cwd=home())
        except projects.UnavailableError as error:
            return Failed(str(error))
    return str(program)


def _turbo() -> str | Failed:
    """The native binary: the script around it takes half a second to start.

    Installed where a `package.json` says so, not by `--prefix`: that moves npm's global config as well,
    and a machine that names its certificates or registry there would be asked in vain.
    """
    folder = home() / "npm"
    program = folder / "node_modules/@turbo/linux-64/bin/turbo"
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}\n', encoding="utf-8")
        try:
            projects.run("npm", "install", "--loglevel=error", "--no-audit", "--no-fund", TURBO, cwd=folder)
        except (projects.UnavailableError, OSError) as error:
            return Failed(str(error))
    return str(program)


def _write_make(root: Path, folder: Path, gates: Gates) -> None:
    names = " ".join(gates)
    rules = (
        f"{gate}:\n\t@cd {shlex.quote(str(root))} && {shlex.join(words)}\n" for gate, words in gates.items()
    )
    text = f"all: {names}\n.PHONY: all {names}\n{''.join(rules)}"
    (folder / "Makefile").write_text(text, encoding="utf-8")


def _write_prek(_root: Path, folder: Path, gates: Gates) -> None:
    same = {"language": "system", "pass_filenames": False, "always_run": True, "require_serial": True}
    hooks = [
        {"id": gate, "name": gate, "entry": shlex.join(words), "priority": 0, **same}
        for gate, words in gates.items()
    ]
    text = json.dumps({"repos": [{"repo": "local", "hooks": hooks}]})  # which is YAML as well
    (folder / "prek.yaml").write_text(text, encoding="utf-8")


def _write_doit(root: Path, folder: Path, gates: Gates) -> None:
    """Each task depends on all files that git knows."""
    rows = [
        "import subprocess",
        f"ROOT = {str(root)!r}",
        f"DOIT_CONFIG = {{'backend': 'sqlite3', 'dep_file': {str(folder / 'doit.db')!r}}}",
        "LISTED = subprocess.run(['git', '-C', ROOT, 'ls-files', '-z'], capture_output=True, text=True)",
        "FILES = [ROOT + '/' + name for name in LISTED.stdout.split('\\0') if name]",
    ]
    for gate, words in gates.items():
        action = f"cd {shlex.quote(str(root))} && {shlex.join(words)}"
        rows.append(f"def task_{gate}(): return {{'actions': [{action!r}], 'file_dep': FILES}}")
    (folder / "dodo.py").write_text("\n".join([*rows, ""]), encoding="utf-8")


def _write_turbo(root: Path, _folder: Path, gates: Gates) -> None:
    """These must stand in the tree, for all contenders alike."""
    named = {"name": "p", "version": "1.0.0"}
    scripts = {f"{PREFIX}{gate}": shlex.join(words) for gate, words in gates.items()}
    files = {
        "package.json": {**named, "private": True, "packageManager": "npm@11.19.1", "scripts": scripts},
        "package-lock.json": {**named, "lockfileVersion": 3, "requires": True, "packages": {"": named}},
        "turbo.json": {"tasks": {name: {"outputs": [], "passThroughEnv": ["*"]} for name in scripts}},
    }
    for name, content in files.items():
        (root / name).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _turbo_words(program: str, folder: Path, gates: Gates) -> Sequence[str]:
    names = (f"{PREFIX}{gate}" for gate in gates)
    return (program, "run", *names, f"--concurrency={JOBS}", "--cache-dir", str(folder / "turbo-cache"))


RIVALS = (
    Rival(
        "make",
        lambda: _on_path("make"),
        _write_make,
        lambda program, folder, _: (program, "-s", "-k", f"-j{JOBS}", "-f", str(folder / "Makefile")),
    ),
    Rival(
        "prek",
        lambda: _from_pypi("prek", PREK),
        _write_prek,
        lambda program, folder, _: (program, "run", "--all-files", "-c", str(folder / "prek.yaml")),
    ),
    Rival(
        "doit",
        lambda: _from_pypi("doit", DOIT),
        _write_doit,
        lambda program, folder, _: (program, "-f", str(folder / "dodo.py"), "-n", str(JOBS), "-P", "thread"),
    ),
    Rival("turbo", _turbo, _write_turbo, _turbo_words),
)
