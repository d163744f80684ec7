"""One process, measured whole: clock, CPU of all that it waited for, and the largest of them."""

import os
import resource
import shlex
import subprocess
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

_KIB = 1024


class Took(NamedTuple):
    """Seconds on the clock, of CPU by the process and all that it waited for; bytes of the largest one.
    The kernel begins to count with what starts it: a peak of `least` bytes says no more than "at most"."""

    wall: float
    cpu: float
    peak: int = 0
    least: int = 0


def in_turn(alone: Collection[Took]) -> Took:
    """What took the time of each of them, one after another."""
    walls, cpu = (one.wall for one in alone), (one.cpu for one in alone)
    return Took(sum(walls), sum(cpu), max(one.peak for one in alone), max(one.least for one in alone))


def bound(alone: Collection[Took], cores: int) -> float:
    """The seconds that no order of them can beat: the longest of them, or all CPU over all cores."""
    return max(*(one.wall for one in alone), sum(one.cpu for one in alone) / cores)


class Failed(NamedTuple):
    """Why a run is no figure."""

    why: str


def run(
    words: Sequence[str], *, cwd: Path, env: Mapping[str, str], said: Path, expected: int = 0
) -> Took | Failed:
    """The figures of one run; Failed with its last line when its exit code is another than expected."""
    with said.open("w+b") as output:
        began = time.perf_counter()
        try:
            process = subprocess.Popen(
                words, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        except OSError as error:
            return Failed(f"{words[0]}: {error.strerror}")
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = code = os.waitstatus_to_exitcode(status)
    if code != expected:
        last = (said.read_text("utf-8", errors="replace").strip().splitlines() or ["it said nothing"])[-1]
        return Failed(f"{shlex.join(words[:1])}: exit {code}, want {expected}: {last.strip()[:200]}")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIB
    return Took(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _KIB, own)
