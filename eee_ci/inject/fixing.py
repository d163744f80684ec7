"""Runs fixers on some files until nothing changes, and says so in lines of `eee-agent/1`.

    python fixing.py PLAN

Runs in the agent's folder. Standard library only. It starts what the plan names and decides nothing: the plan
is made from the config and the roster, and what was changed is verified afterwards.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
import re
import stat
import subprocess  # nosec B404 - it starts the fixers of the plan
import sys
from typing import Any

LOT = 400  # files of one start
SECONDS = 300  # for one start
NAMED = re.compile(
    r"^(?:Would reformat: | *--> )(.+?)(?::\d+:\d+)?$", re.MULTILINE
)  # older ruffs, newer ones
PROBE = "import importlib.util, sys; sys.exit(importlib.util.find_spec(sys.argv[1]) is None)"


def main(file: str) -> int:
    with open(file, encoding="utf-8") as stream:
        plan = json.load(stream)
    say("started", agent=plan["agent"])
    runner = Runner(plan)
    status, reason = runner.run()
    say("finished", status=status, reason=reason, turns=runner.rounds, rc=0 if status == "ok" else 1)
    return 0 if status == "ok" else 1


class Runner:
    """The files, what they looked like, and what went wrong."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.root = os.path.realpath(".")
        self.files = sorted({name for name in self.wanted() if self.is_ours(name)})
        self.changed: set[str] = set()
        self.failed: list[str] = []
        self.rounds = 0
        self.seen = self.digests()

    def wanted(self) -> list[str]:
        found = [os.path.normpath(name) for name in self.plan["files"]]
        for pattern in self.plan["globs"]:
            below = f"{pattern.rstrip('/')}/**" if os.path.isdir(pattern) else pattern
            found += glob.glob(below, recursive=True)  # hidden files are somebody else's settings
        return found

    def is_ours(self, name: str) -> bool:
        """A plain file below the folder, without a link on the way to it."""
        if os.path.isabs(name):
            return False
        try:
            plain = stat.S_ISREG(os.lstat(name).st_mode)
        except (OSError, ValueError):
            return False
        return plain and os.path.realpath(name) == os.path.join(self.root, name)

    def run(self) -> tuple[str, str | None]:
        able = [fixer for fixer in self.plan["fixers"] if self.is_able(fixer)]
        if not able:
            return ("error", "; ".join(self.failed)) if self.failed else ("ok", self.idle())
        for fixer in able:
            if "clean" in fixer:
                fixer["only"] = self.clean(fixer)
        for number in range(self.plan["rounds"]):
            self.rounds = number + 1
            if not self.round(able):
                break
        else:
            return "error", f"its fixers still change files after {self.rounds} rounds"
        if self.failed and not self.changed:
            return "error", "; ".join(dict.fromkeys(self.failed))
        return "ok", None if self.changed else "there was nothing to change"

    def idle(self) -> str:
        return "; ".join(fixer["nothing"] for fixer in self.plan["fixers"]) or "the agent names no fixers"

    def is_able(self, fixer: dict[str, Any]) -> bool:
        """Find what starts it; say why where there is nothing."""
        if "nothing" in fixer:
            self.warn(fixer["nothing"], wrong=fixer.get("wrong", False))
            return False
        fixer["start"] = self.start(fixer)
        if not fixer["start"]:
            what = fixer.get("module") or fixer.get("node")
            self.warn(f"{fixer['name']}: {what} is not installed for the project", wrong=True)
        return bool(fixer["start"])

    def start(self, fixer: dict[str, Any]) -> list[str]:
        if "node" in fixer:
            program = os.path.join(self.root, "node_modules", ".bin", fixer["node"])
            return [program] if os.access(program, os.X_OK) else []
        pythons = self.plan["pythons"][: 1 if fixer.get("project") else None]
        for python in pythons:
            try:
                if self.call([python, "-I", "-c", PROBE, fixer["module"]]).returncode == 0:
                    return [python, "-I", "-m", fixer["module"]]
            except (OSError, subprocess.TimeoutExpired):
                continue
        return []

    def clean(self, fixer: dict[str, Any]) -> set[str]:
        """The files that are already as this fixer would leave them: it keeps these, and touches no other."""
        kept: set[str] = set()
        mine = [name for name in self.files if name.endswith(tuple(fixer["suffixes"]))]
        for at in range(0, len(mine), LOT):
            lot = mine[at : at + LOT]
            words = [*fixer["start"], *fixer["clean"], *(os.path.join(".", name) for name in lot)]
            try:
                said = self.call(words)
            except (OSError, subprocess.TimeoutExpired):
                continue
            named = {os.path.normpath(name) for name in NAMED.findall(said.stdout.decode(errors="replace"))}
            kept.update(lot if said.returncode == 0 else set(lot) - named if named else ())
        return kept

    def round(self, able: list[dict[str, Any]]) -> bool:
        """Every fixer once; whether anything is different afterwards."""
        before = self.seen
        for fixer in able:
            if not fixer.get("after") or self.changed:
                self.fix(fixer)
        return self.seen != before

    def fix(self, fixer: dict[str, Any]) -> None:
        mine = [name for name in self.files if name.endswith(tuple(fixer["suffixes"]))]
        mine = [name for name in mine if "only" not in fixer or name in fixer["only"]]
        for at in range(0, len(mine), LOT):
            # a leading ./ keeps a name from being an option; not all of them know `--`
            lot = [os.path.join(".", name) for name in mine[at : at + LOT]]
            try:
                ended = self.call([*fixer["start"], *fixer["words"], *lot])
            except (OSError, subprocess.TimeoutExpired) as error:
                self.warn(f"{fixer['name']}: {error}", wrong=True)
                continue
            if ended.returncode not in fixer.get("good", (0,)):
                self.warn(f"{fixer['name']}: exit {ended.returncode}: {last(ended.stderr)}", wrong=True)
        now = self.digests()
        different = sorted(name for name in now if now[name] != self.seen.get(name))
        self.seen = now
        self.changed.update(different)
        if mine:
            say("tool", name=fixer["name"], target=f"on {len(mine)} files", files=different)

    def call(self, argv: list[str]) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(  # nosec B603 - our own words, no shell
            argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False
        )

    def warn(self, words: str, *, wrong: bool) -> None:
        say("warning", text=words)
        if wrong:
            self.failed.append(words)

    def digests(self) -> dict[str, str | None]:
        return {name: digest(name) for name in self.files}


def digest(name: str) -> str | None:
    try:
        with open(name, "rb") as stream:
            return hashlib.sha256(stream.read()).hexdigest()
    except OSError:
        return None


def last(said: bytes) -> str:
    rows = said.decode("utf-8", "replace").strip().splitlines()
    return rows[-1][:300] if rows else "without a word"


def say(kind: str, **fields: Any) -> None:
    sys.stdout.write(json.dumps({"v": 1, "type": kind, **fields}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
