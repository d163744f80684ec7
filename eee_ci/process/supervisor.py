"""Commands and outcomes as the engine knows them, on their way to the guardian and back."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from eee_ci import text
from eee_ci.model import Command, Outcome, Ran
from eee_ci.process import frames, sentences
from eee_ci.process.guarded import DIED, GRACE, LARGEST_FILE, Guarded, cost

if TYPE_CHECKING:
    from eee_ci.process.guarded import Heard

_MOST_NAMES = 20


class Supervisor(Guarded):
    """Starts the guardian when it is first needed and speaks with it. One at a time in a thread."""

    def __init__(
        self,
        *,
        signals: "Heard | None" = None,
        grace: float = GRACE,
        largest_file: int = LARGEST_FILE,
        command: Sequence[str] = (),
    ) -> None:
        super().__init__(signals=signals, command=command)
        self._grace = grace
        self._largest = largest_file
        self._refused: list[tuple[str, Outcome]] = []

    def submit(self, job: str, command: Command, scratch: str) -> None:
        """Run a command whose words are final. Refused as an outcome when that cannot even be tried."""
        try:
            message = frames.pack(order(job, command, scratch, grace=self._grace, largest=self._largest))
            self.order(job, message)
        except OSError as error:
            self._refused.append((job, Outcome(problem=f"cannot start the supervisor: {error.strerror}")))
        except ValueError as error:
            self._refused.append((job, Outcome(problem=f"its words cannot be handed over: {error}")))

    def collect(self, timeout: float | None) -> list[tuple[str, Outcome]]:
        """What has ended, as soon as anything has; early and maybe empty when a signal came in."""
        heard = self.facts(0 if self._refused else timeout)
        arrived, self._refused = self._refused, []
        return [*arrived, *((facts["job"], outcome(facts)) for facts in heard)]


def order(
    job: str, command: Command, scratch: str, *, grace: float = GRACE, largest: int = LARGEST_FILE
) -> dict[str, Any]:
    """What the guardian is told to do."""
    env = {os.fsencode(name): os.fsencode(value) for name, value in sorted(command.env.items())}
    steps = [
        {
            "argv": [os.fsencode(word) for word in step.argv],
            "cwd": os.fsencode(step.cwd),
            "stdout": step.stdout and os.fsencode(os.path.join(scratch, step.stdout)),
            "stdin": step.stdin and os.fsencode(os.path.join(scratch, step.stdin)),
            "skip_if": step.skip_if and os.fsencode(os.path.join(scratch, step.skip_if)),
            "go_on": step.go_on,
            "log": step.log,
        }
        for step in command.steps
    ]
    return {
        "ask": "run",
        "job": job,
        "env": env,
        "steps": steps,
        "scratch": os.fsencode(scratch),
        "timeout": command.timeout,
        "grace": grace,
        "largest": largest,
    }


def outcome(facts: Mapping[str, Any]) -> Outcome:
    """The facts of the guardian as the noun."""
    fault = facts["fault"]
    if fault and fault["why"] == DIED:
        return Outcome(problem=sentences.DIED)
    steps = tuple(_ran(step) for step in facts["steps"])
    seconds, cpu, peak = cost(facts)
    names = [text.line(text.decode(name)) for name in facts["swept"]]
    if len(names) > _MOST_NAMES:
        names[_MOST_NAMES:] = [f"and {len(names) - _MOST_NAMES} more"]
    return Outcome(
        steps=steps,
        problem=sentences.problem(fault, steps[-1].signal if steps else None, peak) if fault else None,
        leaky=tuple(names),
        seconds=seconds,
        cpu=cpu,
        peak=peak,
    )


def _ran(facts: Mapping[str, Any]) -> Ran:
    argv = tuple(os.fsdecode(word) for word in facts["argv"])
    return Ran(**{**facts, "argv": argv, "peak": facts["peak"] or None})
