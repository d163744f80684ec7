"""Any program: the config gives its words, and in `reader` its format where that is not `eee-agent/1`."""

from eee_ci import asking
from eee_ci.agent import Ask, Told
from eee_ci.errors import UsageError
from eee_ci.model import Command, Outcome
from eee_ci.readers import streams

KEY: str | None = None
NETWORK = False
PROTOCOL = "eee"


def command(ask: Ask) -> Command:
    """Its standard input is the request where it speaks our protocol, else the prompt."""
    if not ask.backend.argv:
        raise UsageError(
            f"backend {ask.backend.name}: found no argv", "write the words that start its program"
        )
    speaks = (ask.backend.reader or PROTOCOL) == PROTOCOL
    stdin = asking.REQUEST if speaks else asking.PROMPT
    return asking.command(ask, stdin=stdin, give={asking.REQUEST: asking.request(ask)})


def read(ask: Ask, said: bytes, outcome: Outcome | None) -> Told:
    return streams.read(ask.backend.reader or PROTOCOL, said, outcome, ask.workdir)
