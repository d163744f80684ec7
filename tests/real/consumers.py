"""The programs that read our reports, set up for the tests: lines `export NAME=VALUE` for a shell.

    exports=$(python3 tests/real/consumers.py) && eval "$exports"

EEE_CI_SARIF_MULTITOOL   `Sarif.Multitool` with the GitHub rules, from npm, pinned by its hash
EEE_CI_XMLLINT           `xmllint`, of Debian's libxml2-utils

Kept in `EEE_CI_CONSUMERS`, or a folder in the user's cache. Quick when they are there; exit 1 with the reason
when one cannot be had, after the lines for the others.
"""

import contextlib
import fcntl
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

HERE = Path(__file__).parent / "consumers"
PACKAGE = ("package.json", "package-lock.json")
MULTITOOL = Path("node_modules", "@microsoft", "sarif-multitool-linux", "Sarif.Multitool")


class MissingError(Exception):
    """A consumer that is not there and cannot be fetched."""


def main() -> int:
    code = 0
    for name, find in CONSUMERS.items():
        try:
            sys.stdout.write(f"export {name}={shlex.quote(str(find()))}\n")
        except (MissingError, OSError) as error:
            sys.stderr.write(f"{name}: {error}\n")
            code = 1
    return code


def multitool() -> Path:
    """The validator with GitHub's rules; a .NET program that brings its own runtime."""
    with _locked() as folder:
        program = folder / MULTITOOL
        if not (os.access(program, os.X_OK) and _same(folder)):  # executable: the last step was done
            for name in PACKAGE:
                shutil.copyfile(HERE / name, folder / name)
            _run(
                _found("npm"),
                "ci",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
                cwd=folder,
            )
            program.chmod(0o755)  # what its install script would do, and all that it does here
        return program


def xmllint() -> Path:
    """From the machine; installed where we may."""
    if not shutil.which("xmllint"):
        apt: tuple[str | Path, ...] = (*_root(), _found("apt-get"))
        _run(*apt, "update", "--quiet", cwd=Path("/"))
        _run(*apt, "install", "--quiet", "--yes", "--no-install-recommends", "libxml2-utils", cwd=Path("/"))
    return _found("xmllint")


CONSUMERS: dict[str, Callable[[], Path]] = {"EEE_CI_SARIF_MULTITOOL": multitool, "EEE_CI_XMLLINT": xmllint}


@contextlib.contextmanager
def _locked() -> Iterator[Path]:
    named = os.environ.get("EEE_CI_CONSUMERS")
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(named) if named else Path(home) / "eee-ci-consumers"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def _same(folder: Path) -> bool:
    """Is what is there what is pinned today?"""
    return all(
        (folder / name).is_file() and (folder / name).read_bytes() == (HERE / name).read_bytes()
        for name in PACKAGE
    )


def _found(program: str) -> Path:
    path = shutil.which(program)
    if not path:
        raise MissingError(f"{program} is not on PATH: install it")
    return Path(path)


def _root() -> tuple[str, ...]:
    """The words before a command that only root may run."""
    if os.geteuid() == 0:
        return ()
    return (str(_found("sudo")), "--non-interactive")


def _run(*words: str | Path, cwd: Path) -> None:
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        words, cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode:
        said = " | ".join((done.stderr or done.stdout).strip().splitlines()[:5]) or "without a word"
        raise MissingError(f"{' '.join(map(str, words))} ended with exit {done.returncode}: {said}")


if __name__ == "__main__":
    sys.exit(main())
