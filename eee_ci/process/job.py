"""A command on its way through the guardian: its steps one after another, until the end or a cut."""

import os
import time
from _collections_abc import Callable

from eee_ci.process import cgroup, kin, spawn
from eee_ci.process.ears import Ears
from eee_ci.process.pipes import Capture
from eee_ci.process.step import InputError, Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from typing import Any
else:
    import _signal as signal  # `signal` itself brings enum along

STRAGGLE = 0.3  # seconds in which a helper of the tool may end by itself after it
GIVE_UP = 2.0  # seconds after which a process that not even KILL ends is left alone
STOP_GRACE = 3.0  # seconds between TERM and KILL when the whole run is to stop
_AGAIN = 1.0  # seconds until KILL is sent once more
_GLANCE = 0.1  # seconds between two looks at a file that may grow too large, or at who was swept
_NAMES = 5


class Job:
    """One command. `over` once nothing of it runs any more."""

    def __init__(self, order: "dict[str, Any]", env: dict[bytes, bytes], ears: Ears) -> None:
        self.name: str = order["job"]
        self.over = False
        self.step: Step | None = None
        self._order = order
        self._env = env
        self._ears = ears
        self._todo: list[dict[str, Any]] = list(order["steps"])
        self._done: list[dict[str, Any]] = []
        self._fault: dict[str, Any] | None = None
        self._swept: dict[int, bytes] = {}
        self._deadline = time.monotonic() + order["timeout"]
        self._kill_at: float | None = None
        self._killed = False

    def advance(self) -> None:
        """Start the next step that is needed; none: over."""
        self.step = None
        while self._todo and self._fault is None:
            plan = self._todo.pop(0)
            if plan["skip_if"] and os.path.lexists(plan["skip_if"]):
                continue
            if time.monotonic() >= self._deadline:
                self._fault = self._timeout()
            elif self._start(plan):
                return
        self.over = True

    def _start(self, plan: "dict[str, Any]") -> bool:
        try:
            self.step = Step(plan, self._env)
        except (OSError, ValueError) as error:
            self._fault = _refusal(error, plan)
            return False
        self._go_on: tuple[int, ...] = plan["go_on"]
        for capture in self.step.captures.values():
            self._ears.add(capture.reader, self._ear(capture))
        return True

    def _ear(self, capture: Capture) -> Callable[[], None]:
        return lambda: self._hear(capture)

    def _hear(self, capture: Capture) -> None:
        if not capture.read(self._ears.buffer):
            self._ears.drop(capture.reader)

    def tick(self, now: float, strays: Callable[[], tuple[list[int], list[int]]]) -> None:
        """Do what is due. A step is left when it has ended and nothing lives on that it started."""
        step = self.step
        if step is None:
            return
        if step.status is None:
            self._oversee(step, now)
        elif self._sweep(step, now, *strays()):
            self._leave(step)

    def pause(self, now: float) -> float:
        """Seconds until the next tick is due."""
        step = self.step
        if step is None or step.status is not None or step.file is not None:
            return _GLANCE
        return min(step.next_look, self._kill_at or self._deadline) - now

    def _oversee(self, step: Step, now: float) -> None:
        if self._kill_at is not None and now >= self._kill_at:
            step.send(signal.SIGKILL)
            self._kill_at = now + _AGAIN
            self._killed = True
        elif self._fault is None and now >= self._deadline:
            self._cut({**self._timeout(), "running": step.family()[:_NAMES]}, self._order["grace"])
        elif self._fault is None and step.size() > self._order["largest"]:
            self._cut(self._too_large(), 0.0)
        step.look(now)

    def stop(self, *, now: bool) -> None:
        """End it before its time: politely, or at once. What has ended already stays a whole outcome."""
        if self.step is not None and (self.step.status is None or self._todo):
            self._cut(self._fault or {"why": "cancelled"}, 0.0 if now else STOP_GRACE)

    def _cut(self, fault: "dict[str, Any]", grace: float) -> None:
        self._fault = fault
        latest = time.monotonic() + grace
        self._kill_at = min(latest, self._kill_at or latest)
        if self.step is not None and self.step.status is None and grace:
            self.step.send(signal.SIGTERM)
            self.step.send(signal.SIGCONT)  # one that is stopped would never see it

    def _sweep(self, step: Step, now: float, mine: list[int], perhaps: list[int]) -> bool:
        """End what outlived the step. Done when nothing is left, or the rest does not even die of KILL."""
        cut = self._fault is not None
        if cut or now >= step.ended + STRAGGLE:
            for pid in mine:
                self._note(pid, step, cut=cut)
            kin.kill(mine)
        return not (mine or perhaps) or now >= step.ended + STRAGGLE + GIVE_UP

    def _note(self, pid: int, step: Step, *, cut: bool) -> None:
        """Its name, unless we cut the step short ourselves and it is just the rest of its group."""
        name = kin.name(pid)
        if name and not (cut and kin.session(pid) == step.pid):
            self._swept.setdefault(pid, name)

    def _leave(self, step: Step) -> None:
        for capture in step.captures.values():
            self._ears.drop(capture.reader)
        facts = step.facts(self._ears.buffer)
        self._done.append(facts)
        if self._fault is None and facts["signal"] is not None:
            starved = step.starved()
            self._fault = {"why": "signal", "starved": starved, "limit": cgroup.limit() if starved else None}
        elif self._fault is None and step.size() > self._order["largest"]:
            self._fault = self._too_large()
        elif facts["exit"] not in self._go_on:
            self._todo.clear()
        step.close()
        self.advance()

    def _timeout(self) -> "dict[str, Any]":
        return {"why": "timeout", "after": self._order["timeout"], "grace": self._order["grace"]}

    def _too_large(self) -> "dict[str, Any]":
        return {"why": "large", "most": self._order["largest"]}

    def facts(self) -> "dict[str, Any]":
        """All of it, for the engine."""
        swept = [self._swept[pid] for pid in sorted(self._swept)]
        fault = self._fault and {**self._fault, "killed": self._killed}
        return {"job": self.name, "steps": self._done, "fault": fault, "swept": swept}


def _refusal(error: OSError | ValueError, plan: "dict[str, Any]") -> "dict[str, Any]":
    places: dict[type, str] = {spawn.FolderError: "folder", InputError: "input"}
    code = error.errno if isinstance(error, OSError) else None
    return {
        "why": "start",
        "place": places.get(type(error), "program"),
        "errno": code,
        "words": str(error),
        "argv": plan["argv"],
        "cwd": plan["cwd"],
    }
