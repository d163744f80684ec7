"""Runs a gate's command for real, with nothing but the standard library: what the executor does, in small."""

import os
import subprocess
import time
from pathlib import Path

from eee_ci.model import Command, Outcome, Ran, Step

KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "TMPDIR")


def run(command: Command, *, root: Path, scratch: Path, cache: Path, python: str) -> Outcome:
    """The outcome of all steps; `copy` is the caller's business."""
    values = {"{root}": str(root), "{scratch}": str(scratch), "{cache}": str(cache), "{python}": python}
    env = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    env |= {"PYTHONPYCACHEPREFIX": str(cache / "pycache"), "NO_COLOR": "1"}
    env |= {name: _filled(value, values) for name, value in command.env.items()}
    done: list[Ran] = []
    for step in command.steps:
        if step.skip_if and (scratch / step.skip_if).exists():
            continue
        done.append(_run(step, env, values, scratch))
        if done[-1].exit not in step.go_on:
            break
    files = {name: (scratch / name).read_bytes() for name in command.keep if (scratch / name).is_file()}
    return Outcome(steps=tuple(done), files=files, seconds=sum(ran.seconds for ran in done))


def _run(step: Step, env: dict[str, str], values: dict[str, str], scratch: Path) -> Ran:
    argv = tuple(_filled(word, values) for word in step.argv)
    started = time.monotonic()
    ended = subprocess.run(  # the test suite starts its own tools
        argv,
        env=env,
        cwd=_filled(step.cwd, values),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if step.stdout:
        (scratch / step.stdout).write_bytes(ended.stdout)
    exited = ended.returncode >= 0
    return Ran(
        argv=argv,
        exit=ended.returncode if exited else None,
        signal=None if exited else -ended.returncode,
        stdout=b"" if step.stdout else ended.stdout,
        stderr=ended.stderr,
        seconds=time.monotonic() - started,
    )


def _filled(word: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        word = word.replace(name, value)
    return word
