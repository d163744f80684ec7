"""A small engine to be killed: runs the fake tool with the words it gets, until the outcome or a signal.

First line: the pids of the engine and of its guardian, and the run's mark. Last line: what came of it."""

import os
import sys

from eee_ci.process.signals import Signals
from tests.faults import lab


def main(words: list[str]) -> int:
    with Signals(ci=False) as signals, lab.executor(signals=signals) as local:
        local.warm()
        supervisor = local._supervisor
        local.submit("job", lab.tool(*words), lab.place())
        say(f"{os.getpid()} {supervisor._pid} {supervisor._run}")
        got = local.collect(None)
        while not got:
            local.stop(now=signals.count > 1)
            got = local.collect(None)
        say(got[0][1].problem or f"exit {got[0][1].steps[-1].exit}")
        return 128 + signals.first if signals.first else 0


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
