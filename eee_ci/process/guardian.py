"""The guardian: a process beside the engine that owns all jobs, and ends them when the engine dies.

It is started as a script, isolated and without site-packages, with orders on its standard input and
answers on its standard output. Its own session keeps a terminal's Ctrl-C away from it."""

import os
import sys


def main(run: str, probe: str) -> None:
    """Serve until the engine has gone, then go without tidying up the interpreter: nobody waits for that."""
    from eee_ci.process import watch

    watch.settle()
    watch.Watch(0, 1, run=os.fsencode(run), probe=os.fsencode(probe)).serve()
    os._exit(0)


if __name__ == "__main__":
    here = os.path.abspath(__file__)
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(here))))  # after the standard library
    main(*sys.argv[1:])
