"""A run that was killed, read from its journal: what is done stays done, what was under way begins again."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from eee_ci.agent import Item, Result, Stage
from eee_ci.agents.course import Past
from eee_ci.agents.journal import Read
from eee_ci.agents.work import Ended
from eee_ci.errors import UsageError
from eee_ci.model import Noun

T = TypeVar("T")


class Order(Noun, frozen=True, kw_only=True):
    """What was asked for, as it is noted at the beginning of a run."""

    run: str
    task: str | None = None
    mode: str = "suggest"
    names: tuple[str, ...] = ()  # of agents
    gates: tuple[str, ...] = ()  # none: all
    accept: tuple[str, ...] = ()
    fixers: bool = False  # the deterministic ones alone
    config: str = ""  # its digest
    budget: dict[str, float] = {}  # on top of the config's, for the whole run


class Story(Noun, frozen=True, kw_only=True):
    """How far a run has come. None: not so far."""

    order: Order | None = None
    place: str | None = None
    base: str | None = None
    tip: str | None = None
    items: tuple[Item, ...] | None = None
    said: tuple[str, ...] = ()  # the analysis and the score table
    results: dict[str, Result] = {}
    ready: dict[str, Ended] = {}
    started: str = ""
    stage: Stage | None = None  # once all was delivered

    @property
    def past(self) -> Past:
        return Past(self.results, self.ready)


def story(read: Read) -> Story:
    """The journal as one noun. A UsageError where a line of it is none of ours."""
    facts: dict[str, Any] = {"results": {}, "ready": {}}
    try:
        for line in read.lines:
            facts.setdefault("started", line.at)
            _TELL.get(line.event, _nothing)(facts, line.facts)
        return Story(**facts)
    except (msgspec.ValidationError, KeyError, TypeError) as error:
        raise UsageError(f"the journal of the run cannot be read: {error}", "begin a new run") from None


def _begun(facts: dict[str, Any], said: Mapping[str, Any]) -> None:
    facts["order"] = msgspec.convert(said["order"], Order)


def _placed(facts: dict[str, Any], said: Mapping[str, Any]) -> None:
    facts["place"] = str(Path(said["place"]))


def _based(facts: dict[str, Any], said: Mapping[str, Any]) -> None:
    facts["base"] = facts["tip"] = said["base"]


def _planned(facts: dict[str, Any], said: Mapping[str, Any]) -> None:
    facts["items"] = msgspec.convert(said["items"], tuple[Item, ...])
    facts["said"] = tuple(said["said"])


def _ended(facts: dict[str, Any], said: Mapping[str, Any]) -> None:
    ended = msgspec.convert(said["ended"], Ended)
    if ended.told.status == "ok" and ended.patch is not None and not ended.refused:
        facts["ready"][said["item"]] = ended


def _again(facts: dict[str, Any], said: Mapping[str, Any]) -> None:
    facts["ready"].pop(said["item"], None)


def _result(facts: dict[str, Any], said: Mapping[str, Any]) -> None:
    result = msgspec.convert(said["result"], Result)
    facts["results"][result.item] = result
    facts["ready"].pop(result.item, None)
    facts["tip"] = said["tip"]


def _delivered(facts: dict[str, Any], said: Mapping[str, Any]) -> None:
    facts["stage"] = msgspec.convert(said["stage"], Stage)


def _nothing(_facts: dict[str, Any], _said: Mapping[str, Any]) -> None:
    """Events that change nothing of what there is to do."""


_TELL = {
    "begun": _begun,
    "placed": _placed,
    "based": _based,
    "planned": _planned,
    "ended": _ended,
    "retry": _again,
    "conflict": _again,
    "repair": _again,
    "result": _result,
    "delivered": _delivered,
}
