"""Set up eee-ci from its checkout and use it: with nothing but Python 3.11 or later and git.

    python3 .ci/dev.py check            judge this checkout (or: -C DIR check, for another project)
    python3 .ci/dev.py test             run the tests of eee-ci
    python3 .ci/dev.py nox [ARGS]       any session of noxfile.py

Other words go to the `eee-ci` command as they are. The environment is `.venv` beside this folder,
made once and again when its pins change.
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
VENV = HOME / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "eee-ci.stamp"
PINS = (HOME / "constraints.txt", HOME / "pyproject.toml")
OLDEST = (3, 11)


def main(words: list[str]) -> int:
    """Set up, then become the command that was asked for."""
    if sys.version_info < OLDEST:
        print(
            f"eee-ci needs Python {OLDEST[0]}.{OLDEST[1]} or later, this is {sys.version.split()[0]}",
            file=sys.stderr,
        )
        return 2
    if not words or words[0] in {"-h", "--help"}:
        print(__doc__)
        return 0 if words else 2
    if not set_up():
        return 2
    return become(words)


def set_up() -> bool:
    """Make the environment unless it is there with today's pins."""
    wanted = hashlib.sha256(b"\0".join(path.read_bytes() for path in PINS)).hexdigest()
    if STAMP.is_file() and STAMP.read_text(encoding="utf-8") == wanted:
        return True
    print("setting up .venv (once) ...", file=sys.stderr, flush=True)
    if not PYTHON.exists():
        try:
            venv.create(VENV, with_pip=True, symlinks=True)
        except (OSError, subprocess.CalledProcessError) as error:
            print(
                f"no virtual environment: {error}\n  hint: install the venv module of this Python",
                file=sys.stderr,
            )
            return False
    install = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*install, "-c", str(PINS[0]), "-e", f"{HOME}[dev]"], check=False)
    if done.returncode:
        print("the pinned packages could not be installed; see the lines above", file=sys.stderr)
        return False
    STAMP.write_text(wanted, encoding="utf-8")
    return True


def become(words: list[str]) -> int:
    """Replace this process, so that signals and the exit code are the command's own."""
    if words[0] == "test":
        words = ["nox", "-s", "tests", "--", *words[1:]]
    if words[0] == "nox":
        os.chdir(HOME)
        # its sessions start `python`, `ruff` and so on by their names, and mean those of the environment
        os.environ["PATH"] = f"{PYTHON.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        os.execv(PYTHON, [str(PYTHON), "-m", *words])
    os.execv(PYTHON, [str(PYTHON), "-m", "eee_ci", *words])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
