"""Runs a program several times at once, each time with words of its own.

    python side_by_side.py WISH PROGRAM WORDS...

WISH is a JSON file:
    most    how many run at the same time
    runs    what comes after WORDS: a list for each run

They share standard output and standard error. The first that ends with other than 0 or 1 ends the others.

exit code   the greatest of theirs, 128+n for one that signal n ended
Standard library only, Python 3.8.
"""

from __future__ import annotations

import json
import signal
import subprocess  # nosec B404 - it is here to start processes
import sys
import time
from typing import NoReturn

ENDS = (0, 1)  # exit codes of a process that came to its end
LOOK = 0.02  # seconds of a pause


def main(argv: list[str]) -> int:
    with open(argv[0], encoding="utf-8") as stream:
        wish = json.load(stream)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, leave)
    running: list[subprocess.Popen[bytes]] = []
    try:
        return run([[*argv[1:], *words] for words in wish["runs"]], wish["most"], running)
    finally:
        for process in running:
            process.kill()
            process.wait()


def leave(number: int, _: object) -> NoReturn:
    """The way out leads through `finally`."""
    sys.exit(128 + number)


def run(waiting: list[list[str]], most: int, running: list[subprocess.Popen[bytes]]) -> int:
    """The greatest exit code; `running` has those that were started and not waited for."""
    worst = 0
    while worst in ENDS and (waiting or running):
        while waiting and len(running) < most:
            running.append(subprocess.Popen(waiting.pop(0), stdin=subprocess.DEVNULL))  # nosec B603 - no shell
        time.sleep(LOOK)
        for process in [one for one in running if one.poll() is not None]:
            running.remove(process)
            code = process.returncode
            worst = max(worst, code if code >= 0 else 128 - code)
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
