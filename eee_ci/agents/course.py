"""The items of one run on their way: which wait, which are worked at, which are done."""

import random
import time
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, Protocol

from msgspec.structs import replace

from eee_ci.agent import Agent, Backend, Item, Limits, Patch, Result, Told
from eee_ci.agents import budgets, planning, rounds
from eee_ci.agents.journal import Journal
from eee_ci.agents.merging import Queue
from eee_ci.agents.monitor import Snapshot, Watch
from eee_ci.agents.running import Pool, encoded
from eee_ci.agents.todos import Todos
from eee_ci.agents.work import Decision, Ended, Work
from eee_ci.config.agents import Agents

_WAIT = 0.25  # seconds until the next look


class Caught(Protocol):
    """The signals that came in so far."""

    first: int | None
    count: int


class Hands(NamedTuple):
    """Who does what."""

    pool: Pool
    queue: Queue
    journal: Journal
    todos: Todos
    watch: Watch


class Course:
    """Keeps the items; `run` goes on until each has a result."""

    def __init__(
        self,
        items: Iterable[Item],
        hands: Hands,
        settings: Agents,
        roster: Mapping[str, Agent],
        *,
        done: Mapping[str, Result] | None = None,
        clock: Callable[[], float] = time.monotonic,
        chance: random.Random | None = None,
    ) -> None:
        self._hands, self._settings, self._roster = hands, settings, roster
        self._clock, self._chance = clock, chance or random.Random()
        self._items = {item.id: item for item in items}
        self.results: dict[str, Result] = dict(done or {})
        self._waiting = {name: self._first(item) for name, item in self._items.items() if name not in self.results}
        self._due: dict[str, float] = {}
        self._tried: dict[str, rounds.Tally] = {}
