"""Gives up what a program does not need, for good, and becomes it.

    python -I -S confine.py [--write DIR]... [--hide PATH]... [--no-net | --loopback] [--no-unix]
                            [--memory B] [--processes N] [--file-size B] [--cpu S]
                            [--report FILE] [--require LAYER,...] -- PROGRAM ARGS...
    python -I -S confine.py --tidy

Each layer is tried; which ones hold goes to the report as JSON. Without one of the required ones nothing is
started and the exit code is 125. Without a program it only tells. `--tidy` removes control groups in which
nothing lives any more. Runs on Python 3.8, standard library only.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable

if __name__ == "__main__":
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from eee_ci.inject.confining import landlock, limits, namespaces, seccomp
from eee_ci.inject.confining.kernel import Missing

LAYERS = (
    "files",  # nothing is written outside of some folders
    "truncate",  # nor cut short
    "read-only",  # nor made another's, or of another mode
    "hidden",  # some files are not read
    "offline",  # no network, by one of the next two or by both
    "network",  # there is none but a loopback of its own
    "tcp",  # no TCP
    "sockets",  # no sockets of a kind that is not wanted, and no calls that reach into others
    "signals",  # none to a process outside
    "privileges",  # none, and no way to any
    "limits",  # of memory, file size and time for each process
    "processes",  # a bounded number
    "users",  # a user namespace, which some of the others stand on
)
REFUSED, NOT_FOUND, NOT_STARTED = 125, 127, 126


class Ladder:
    """What holds, and why the rest does not."""

    def __init__(self) -> None:
        self.held: list[str] = []
        self.missing: dict[str, str] = {}

    def climb(self, name: str, step: Callable[[], object]) -> bool:
        """Try a layer."""
        try:
            lacking = step()
        except Missing as missing:
            self.missing[name] = str(missing)
        except (OSError, AttributeError, ValueError) as error:
            self.missing[name] = f"it could not be set up ({error})"
        else:
            self.held.append(name)
            if isinstance(lacking, dict):
                self.missing.update(lacking)
            return True
        return False


def main(argv: list[str]) -> int:
    """Climb the ladder, tell, and become the program."""
    asked = _parser().parse_args(argv)
    program = asked.program[1:] if asked.program[:1] == ["--"] else asked.program
    if asked.tidy:
        limits.tidy()
        return 0
    report = os.open(asked.report, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600) if asked.report else None
    asked.write = [os.path.realpath(path) for path in asked.write]
    for path in asked.write:
        os.makedirs(path, mode=0o700, exist_ok=True)
    ladder = confine(asked)
    told = json.dumps({"held": ladder.held, "missing": ladder.missing}, sort_keys=True)
    if report is not None:
        os.write(report, told.encode())
        os.close(report)
    lacking = [name for name in asked.require.split(",") if name and name not in ladder.held]
    if lacking:
        reasons = "; ".join(f"{name}: {ladder.missing.get(name, 'not asked for')}" for name in lacking)
        sys.stderr.write(f"confine: refused to start, since required layers are missing: {reasons}\n")
        return REFUSED
    if not program:
        sys.stdout.write(f"{told}\n")
        return 0
    return _become(program)


def confine(asked: argparse.Namespace) -> Ladder:
    """The order matters: what needs others' help comes before what takes it away."""
    ladder = Ladder()
    counted = asked.processes is not None and os.getuid() == 0
    if counted:
        ladder.climb("processes", lambda: limits.group(asked.processes))
    apart = ladder.climb("users", namespaces.leave)
    if not apart:
        ladder.missing |= dict.fromkeys(("network", "read-only"), ladder.missing["users"])
    shut = asked.no_net or asked.loopback
    cut = apart and shut and ladder.climb("network", namespaces.network)
    if apart:
        ladder.climb("read-only", lambda: namespaces.read_only(asked.write))
    ladder.climb(
        "limits", lambda: limits.usage(memory=asked.memory, file_size=asked.file_size, cpu=asked.cpu)
    )
    ladder.climb("privileges", limits.privileges)
    tcp = not shut or bool(cut and asked.loopback)
    if ladder.climb("files", lambda: landlock.restrict(asked.write, asked.hide, tcp=tcp)):
        wanted = {"truncate": True, "signals": True, "tcp": not tcp, "hidden": bool(asked.hide)}
        ladder.held += [name for name, want in wanted.items() if want and name not in ladder.missing]
    sieved = ladder.climb("sockets", lambda: seccomp.restrict(net=tcp, unix=not asked.no_unix))
    if shut and (cut or (sieved and not tcp)):
        ladder.held.append("offline")
    if asked.processes is not None and not counted:
        ladder.climb("processes", lambda: limits.processes(asked.processes, apart=apart))
    return ladder


def _become(program: list[str]) -> int:
    try:
        os.execvp(program[0], program)  # nosec B606 - the words of the backend, and no shell
    except FileNotFoundError:
        sys.stderr.write(f"confine: {program[0]} was not found\n")
        return NOT_FOUND
    except OSError as error:
        sys.stderr.write(f"confine: {program[0]} could not be started: {error.strerror}\n")
        return NOT_STARTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="confine", add_help=False, allow_abbrev=False)
    for name in ("--write", "--hide"):
        parser.add_argument(name, action="append", default=[])
    for name in ("--no-net", "--loopback", "--no-unix", "--tidy"):
        parser.add_argument(name, action="store_true")
    for name in ("--memory", "--processes", "--file-size", "--cpu"):
        parser.add_argument(name, type=int)
    parser.add_argument("--report", default="")
    parser.add_argument("--require", default="")
    parser.add_argument("program", nargs=argparse.REMAINDER)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
