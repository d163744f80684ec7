"""How a backend's process ended, and whether another try may help: before its words are asked."""

import re
from typing import NamedTuple

from eee_ci.agent import Stopped
from eee_ci.model import Outcome
from eee_ci.process import sentences

# Refused for a moment by the machine
_MOMENT = re.compile(r"\((?:EAGAIN|ENOMEM|EMFILE|ENFILE|ETXTBSY|EINTR)\)")
# Refused for a moment by a service: these words count only in what a backend says of its own failure
_BUSY = re.compile(
    r"\b429\b|\b5(?:00|02|03|04|29)\b|rate.?limit|too many requests|overloaded|service.?unavailable"
    r"|internal.?server.?error|bad gateway|gateway time-?out|temporarily|connection (?:error|reset|refused)"
    r"|timed out|time-?out|ECONNRESET|ETIMEDOUT|EAI_AGAIN",
    re.IGNORECASE,
)
_STARTS = (sentences.NO_START, sentences.NO_FOLDER, sentences.NO_INPUT)


class End(NamedTuple):
    """The last three words of `Told`."""

    status: Stopped
    reason: str | None = None
    transient: bool = False


def cut(outcome: Outcome) -> End | None:
    """How it ended where that was not by its own will; None: its words decide."""
    problem = outcome.problem
    if problem is None:
        return None if outcome.steps else End("crashed", "it was not even started")
    if problem.startswith(sentences.TIMED_OUT):
        return End("timeout", problem)
    if problem.startswith(sentences.CANCELLED):
        return End("cancelled", problem)
    if problem.startswith(sentences.TOO_LARGE):
        return End("budget", problem)
    if problem.startswith(_STARTS) or not outcome.steps:
        return End("crashed", problem, transient=bool(_MOMENT.search(problem)))
    return End("crashed", problem)


def code(outcome: Outcome) -> int | None:
    """The exit code of its last step."""
    return outcome.steps[-1].exit if outcome.steps else None


def silent(outcome: Outcome, wanted: str) -> End:
    """It came to its end without the word that says how; its last error line may tell why."""
    said = _last(outcome)
    return End(
        "crashed", f"exit {code(outcome)} without {wanted}{said and f': {said}'}", transient=busy(said)
    )


def refused(words: str, fallback: str) -> End:
    """A failure that it tells itself."""
    return End("error", words or fallback, transient=busy(words))


def busy(words: str) -> bool:
    """Is that a refusal for the moment?"""
    return bool(_BUSY.search(words))


def _last(outcome: Outcome) -> str:
    rows = outcome.steps[-1].stderr[-2000:].decode("utf-8", "replace").split("\n") if outcome.steps else []
    return next((row.strip() for row in reversed(rows) if row.strip()), "")
