"""Runs pytest in several processes at once, each for its own test files.

    python shards.py WISH PYTHON launch.py --shard=... -m pytest ARGS...

In these words `{shard!}` stands for the number of a process. WISH is a JSON file:
    root        the project's folder
    shards      how many processes
    scratch     an empty folder: what the processes say goes there
    report      where the JSON report on all of them goes; without `trouble` in it they have judged
    files       likely test files; memory: the file that keeps the seconds of each for the next run
    seconds     after so many at the latest all are ended

When tests fail, their files run once more by themselves: only what fails there as well is believed.

exit code   the first that is neither 0, 1 nor 5; else 1 when a test failed, 0 when one ran, 5 when there is
            none. 70: nothing is said, run it in one process
Standard library only, Python 3.8.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess  # nosec B404 - it is here to start processes
import sys
import time
from typing import Any, NoReturn

SHARD, AGAIN = "{shard!}", "again"
NONE, DOUBT = 5, 70
ENDS = (0, 1, NONE)  # exit codes of a process that came to its end
GRACE, LOOK = 2.0, 0.02  # seconds from TERM to KILL, less than who may want to end us allows; of a pause
LEAST, FACTOR = 60.0, 2.0  # so many times what one process would need is no gain any more
REST = 9  # runs in one process before it is tried again


class DoubtError(Exception):
    """Why the processes say nothing."""


def main(argv: list[str]) -> int:
    with open(argv[0], encoding="utf-8") as stream:
        wish = json.load(stream)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, leave)
    shards = Shards(wish, argv[1:])
    try:
        trouble, code = "", shards.run()
    except DoubtError as error:
        trouble, code = str(error), shards.code
    finally:
        shards.end()
    shards.show()
    put(wish["report"], {"trouble": trouble, "number": len(shards.names), "shards": shards.told()})
    return code


def leave(number: int, _: object) -> NoReturn:
    """The way out leads through `finally`."""
    sys.exit(128 + number)


class Shards:
    """The processes of one run, by name."""

    def __init__(self, wish: dict[str, Any], words: list[str]) -> None:
        self.wish, self.words, self.code = wish, words, DOUBT
        self.names = [str(number) for number in range(wish["shards"])]
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.exits: dict[str, int] = {}
        self.memory = recalled(wish["memory"])
        self.latest = time.monotonic() + wish["seconds"]

    def run(self) -> int:
        """The exit code of all; a DoubtError where they have none."""
        if self.memory["rest"]:
            self.rest()
        owners = shares(self.memory["seconds"], len(self.names), self.wish["files"])
        for name in self.names:
            self.start(name, {"own": int(name), "of": len(self.names), "owners": owners})
        self.wait(time.monotonic() + self.limit())
        if self.joined("failed"):
            self.confirm()
        self.keep({"seconds": self.joined("seconds"), "rest": 0, "why": ""})
        codes = set(self.exits.values())
        return next(code for code in (1, 0, NONE) if code in codes)

    def rest(self) -> NoReturn:
        """What did not work is not tried each time."""
        left = self.memory["rest"] - 1
        self.keep({**self.memory, "rest": left})
        after = f"after {left} more runs" if left else "in the next run"
        raise DoubtError(f"{self.memory['why']} in an earlier run; they are tried again {after}")

    def limit(self) -> float:
        """Seconds for all tests; those that one process needed say how many are sensible."""
        known, most = sum(self.memory["seconds"].values()), float(self.wish["seconds"])
        return min(most, max(LEAST, FACTOR * known)) if known else most

    def start(self, name: str, share: dict[str, Any]) -> None:
        """A process in a group of its own, so that all it starts can be ended with it."""
        folder = os.path.join(self.wish["scratch"], f"s{name}")
        os.mkdir(folder)
        report = self.place(name, "json")
        put(f"{report}.wish", {"root": self.wish["root"], "report": report, **share})
        env = {**os.environ, "TMPDIR": folder, "COVERAGE_FILE": os.path.join(folder, ".coverage")}
        kept = [word for word in self.words if name != AGAIN or not word.startswith("--cover=")]
        words = [word.replace(SHARD, name) for word in kept]
        with open(self.place(name, "out"), "wb") as out, open(self.place(name, "err"), "wb") as err:
            self.running[name] = subprocess.Popen(  # nosec B603 - the words of the gate, no shell
                words,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                preexec_fn=os.setpgrp,  # noqa: PLW1509 - there is one thread
            )

    def place(self, name: str, kind: str) -> str:
        return os.path.join(self.wish["scratch"], f"shard-{name}.{kind}")

    def wait(self, latest: float) -> None:
        """Until all have ended; the first that breaks, or hangs, ends the others."""
        began = time.monotonic()
        while self.running:
            time.sleep(LOOK)
            for name, process in list(self.running.items()):
                if process.poll() is not None:
                    del self.running[name]
                    self.exits[name] = process.returncode
                    self.judge(name, process.returncode)
            if self.running and (now := time.monotonic()) > min(latest, self.latest):
                self.doubt(f"{len(self.names)} processes did not end within {now - began:.0f} s")

    def judge(self, name: str, code: int) -> None:
        if code in ENDS:
            return
        self.code = code if code > 0 else 128 - code
        why = told(self.place(name, "json")).get("unfit")
        ended = f"was ended by signal {-code}" if code < 0 else f"ended with exit {code}"
        raise DoubtError(why or f"one of {len(self.names)} processes {ended}")

    def doubt(self, why: str) -> NoReturn:
        """It does not work; and it will not the next time."""
        self.keep({**self.memory, "rest": REST, "why": why})
        raise DoubtError(why)

    def confirm(self) -> None:
        """What failed beside others is only believed when it fails by itself."""
        failed, spent = self.joined("failed"), self.joined("seconds")
        files = sorted(set(failed.values()))
        if sum(spent.get(path, 0.0) for path in files) > max(LEAST, sum(spent.values()) / 2):
            raise DoubtError("the greater part of the tests failed")
        self.start(AGAIN, {"only": files})
        self.wait(self.latest)
        again = told(self.place(AGAIN, "json")).get("failed", {})
        passed = sorted(failed.keys() - again.keys())
        del self.exits[AGAIN]
        if passed:
            more = f" and {len(passed) - 1} more" if len(passed) > 1 else ""
            self.doubt(f"{passed[0]}{more} failed beside other tests and passed without them")

    def told(self) -> list[dict[str, Any]]:
        """What the processes wrote down, as far as they did."""
        return [one for name in self.names if "seconds" in (one := told(self.place(name, "json")))]

    def joined(self, kind: str) -> dict[str, Any]:
        """The maps of all, which have no name in common."""
        return {name: value for report in self.told() for name, value in report[kind].items()}

    def keep(self, memory: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):  # then the next run shares the files out by their names
            os.makedirs(os.path.dirname(self.wish["memory"]), exist_ok=True)
            put(self.wish["memory"], memory)

    def end(self) -> None:
        """End what still runs, with all that it started."""
        self.send(signal.SIGTERM)
        latest = time.monotonic() + GRACE
        for process in self.running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, latest - time.monotonic()))
        self.send(signal.SIGKILL)
        for process in self.running.values():
            process.wait()

    def send(self, number: int) -> None:
        """To the groups of those that were not waited for."""
        for process in self.running.values():
            with contextlib.suppress(OSError):
                os.killpg(process.pid, number)

    def show(self) -> None:
        """What they said, one after another, the last one what failed."""
        names = [name for name in (*self.names, AGAIN) if os.path.exists(self.place(name, "out"))]
        for name in sorted(names, key=lambda name: self.exits.get(name, DOUBT) not in (0, NONE)):
            title = name if name == AGAIN else f"process {int(name) + 1} of {len(self.names)}"
            sys.stdout.write(f"===== {title} =====\n")
            for kind, stream in (("out", sys.stdout), ("err", sys.stderr)):
                stream.flush()
                with open(self.place(name, kind), "rb") as said:
                    shutil.copyfileobj(said, stream.buffer)
                stream.flush()


def shares(seconds: dict[str, float], number: int, files: list[str]) -> dict[str, int]:
    """Test file to process: the longest first, each to who has the least to do; the unmeasured in turn."""
    loads = [0.0] * number
    owners: dict[str, int] = {}
    for path in sorted(seconds, key=lambda path: (-seconds[path], path)):
        least = min(range(number), key=lambda one: (loads[one], one))
        owners[path] = least
        loads[least] += seconds[path]
    new = sorted(set(files) - owners.keys())
    return {**owners, **{path: at % number for at, path in enumerate(new)}}


def recalled(file: str) -> dict[str, Any]:
    """What an earlier run kept; damage is the same as nothing."""
    found = told(file)
    try:
        seconds = {str(path): float(spent) for path, spent in found["seconds"].items()}
        rest, why = int(found["rest"]), str(found["why"])
    except (AttributeError, KeyError, TypeError, ValueError):
        seconds, rest, why = {}, 0, ""
    sound = 0 <= rest <= REST and all(0 <= spent < float("inf") for spent in seconds.values())
    return {"seconds": seconds, "rest": rest, "why": why} if sound else recalled(os.devnull)


def told(file: str) -> dict[str, Any]:
    """A map out of a JSON file; an empty one where there is none."""
    try:
        with open(file, encoding="utf-8") as stream:
            found = json.load(stream)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def put(path: str, content: object) -> None:
    with open(f"{path}.part", "w", encoding="utf-8") as stream:
        json.dump(content, stream, sort_keys=True)
    os.replace(f"{path}.part", path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
