"""The nouns of an item on its way: what is to be done next, what came back, what the gates made of it."""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace

from eee_ci import text
from eee_ci.agent import Agent, Ask, Backend, End, Item, Limits, Patch, Todo, Told
from eee_ci.model import Finding, Noun, Run

_LONGEST = 2_000  # bytes of last words in the journal
STREAM = "stream"  # the kept file that takes what a backend says
Beat = Callable[[], None]  # to be called again and again during what takes long


class Pulse:
    """Calls whoever has to be called again and again, once it is there."""

    def __init__(self) -> None:
        self.beat: Beat = _nothing

    def __call__(self) -> None:
        self.beat()


def _nothing() -> None:
    """Nobody listens yet."""


class Judge(Protocol):
    """Runs gates of the base's config on a folder. `paths` narrow what they judge; `beat` is called while
    they run."""

    def __call__(
        self, folder: Path, gates: tuple[str, ...], *, paths: tuple[str, ...] | None = None, beat: Beat
    ) -> Run:
        """The verdicts on the files in the folder."""


class Work(Noun, frozen=True, kw_only=True):
    """An item that is to be worked at. `base` is the commit that its patch will be taken against, `start` the
    one that the agent finds: the base, or an earlier patch of its own."""

    item: Item
    agent: Agent
    backend: Backend
    limits: Limits
    base: str
    start: str
    attempt: int = 1
    round: int = 1
    retries: int = 0
    conflicts: int = 0
    findings: tuple[Finding, ...] = ()  # to be mended now
    hint: str = ""  # what was wrong with the last patch

    @property
    def job(self) -> str:
        """The name of the process."""
        return f"{self.item.id}.{self.attempt}"

    def ask(self, *, run: str, workdir: str, python: str) -> Ask:
        """The question of an attempt, with a new nonce. What strangers wrote in it is cleaned where it is put
        into words for a program."""
        return Ask(
            run=run,
            item=self.item.id,
            agent=self.agent,
            backend=self.backend,
            task=f"{self.item.task}\n\n{self.hint}" if self.hint else self.item.task,
            findings=self.findings,
            scope=self.item.scope,
            workdir=workdir,
            python=python,
            limits=self.limits,
            nonce=secrets.token_hex(16),
            round=self.round,
            todos=(Todo(content=self.item.title, status="in_progress"),),
        )


class Spent(Noun, frozen=True, kw_only=True):
    """What the processes of one attempt took; None is unknown."""

    seconds: float
    cpu: float | None = None
    peak: int | None = None


class Ended(Noun, frozen=True, kw_only=True):
    """An attempt that is over. Only a patch of `ok` is looked at any further."""

    work: Work
    told: Told
    spent: Spent
    patch: Patch | None = None
    refused: tuple[str, ...] = ()  # why its patch cannot even be looked at: escapes, links, odd names
    layers: tuple[str, ...] = ()  # what confined it

    @property
    def brief(self) -> "Ended":
        """For the journal: without what is long."""
        told = replace(self.told, message=text.clip(self.told.message, _LONGEST))
        return replace(self, told=told)


class Decision(Noun, frozen=True, kw_only=True):
    """What became of a patch. `commit` is the new tip where it was accepted."""

    end: End
    reasons: tuple[str, ...] = ()
    fixed: tuple[Finding, ...] = ()
    left: tuple[Finding, ...] = ()  # targets that are still there
    spoilt: tuple[str, ...] = ()  # files in which findings appeared
    tampering: tuple[Finding, ...] = ()
    patch: Patch | None = None  # as it was judged
    commit: str | None = None
    conflicts: int = 0
