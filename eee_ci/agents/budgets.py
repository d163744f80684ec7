"""Budgets of a whole run, and the breaker that stops asking a backend which gets nowhere."""

from collections.abc import Iterable

from eee_ci import environment
from eee_ci.agent import Backend, Result, Told
from eee_ci.config.agents import FIXERS, Agents, Total

_STUCK = 3  # ends without progress, one after another
_ROOM = 512 << 20  # bytes that an agent is taken to need, where no limit says it
_PROGRESS = ("accepted", "unverified")


def over(total: Total, told: Iterable[Told], seconds: float) -> str | None:
    """The budget of the run that is used up, in words. What no backend tells cannot be counted."""
    known = list(told)
    usd = sum(each.usd for each in known if each.usd is not None)
    tokens = sum(each.tokens.total for each in known if each.tokens.total is not None)
    for used, most, words in (
        (seconds, total.seconds, "{:.0f} s"),
        (usd, total.usd, "{:.2f} USD"),
        (tokens, total.tokens, "{} tokens"),
    ):
        if most is not None and used > most:
            return f"the run used {words.format(used)}, and may use {words.format(most)}"
    return None


class Breaker:
    """Counts for each backend how often nothing came of it. The deterministic fixers are never stopped: one
    that finds nothing to do says nothing of the next."""

    def __init__(self) -> None:
        self._stuck: dict[str, int] = {}
        self._error: dict[str, str] = {}
        self.open: dict[str, str] = {}  # backend to the reason

    def note(self, backend: Backend, result: Result) -> None:
        """Count the end of an item."""
        if backend.kind == FIXERS or result.end in ("skipped", "conflict"):
            return
        name = backend.name
        if result.end in _PROGRESS:
            self._stuck.pop(name, None)
            self._error.pop(name, None)
            return
        self._stuck[name] = self._stuck.get(name, 0) + 1
        if self._stuck[name] >= _STUCK:
            self.open[name] = f"nothing came of its last {_STUCK} items"
        error = result.told.reason if result.end == "failed" and result.told else None
        if error is not None and error == self._error.get(name):
            self.open[name] = f"it failed twice in the same way: {error}"
        self._error[name] = error or ""


def room(settings: Agents) -> int:
    """How many agents work side by side: as cores, memory and config allow."""
    free = environment.memory()
    fit = free // (settings.limits.memory or _ROOM) if free is not None else settings.max_agents
    return max(1, min(environment.cores(), fit, settings.max_agents))


def least(*numbers: int | None) -> int | None:
    """The smallest that is known."""
    return min((number for number in numbers if number is not None), default=None)
