"""A run in which nothing changed, but some gates run each time, and their exit code alone decides on them.

They run here, under the guardian as ever. Where all of them end as before, the reports of the run before are
filled in with the figures of this one. Where anything is different the full program gets what they did, and
judges that: nothing runs twice.
"""

import os
import time
from _collections_abc import Iterator, Mapping

from eee_ci.files import straight
from eee_ci.process import frames, kernel
from eee_ci.process.guarded import Guarded, cost
from eee_ci.process.signals import Signals
from eee_ci.rendering import pace
from eee_ci.warm import blanks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypedDict

    class Order(TypedDict):
        """A gate's command: `message` is what the guardian is told, with SCRATCH where its folder stands and
        without the variables that it `inherits`; `digest` tells the command from any other."""

        message: dict[str, Any]
        inherits: list[bytes]
        digest: str

    class Live(TypedDict):
        """What is needed to run the gates, and to tell of it: each report with and without a sentence on what
        bounded the run; `cached` says since when those are remembered that do not run."""

        home: str
        target: str
        tree: str | None
        cores: int
        allowed: int
        orders: list[Order]
        cached: dict[str, str]
        reports: dict[str, tuple[blanks.Pieces, blanks.Pieces]]
        said: blanks.Pieces


SCRATCH = b"\0scratch\0"
STATUS = "status.json"
RUNNING = b'{"state":"running","pid":%d}'
_FINISHED = b'{"state":"finished"'
ENDED = _FINISHED + b',"exit_code":%d}'
_TURN = 1.0


class Handed:
    """What gates did before the full program was there: facts of the guardian and when each began and ended,
    in seconds after `began`, a reading of the monotonic clock. `tree` was the tree's id then, `known` are the
    paths that counted, `changed` those that differ since; after `signal` nothing that they did counts."""

    def __init__(self, digests: "Mapping[str, str]", tree: str | None) -> None:
        self.digests = digests
        self.began = time.monotonic()
        self.facts: dict[str, dict[str, Any]] = {}
        self.spans: dict[str, tuple[float, float]] = {}
        self.tree = tree
        self.known: frozenset[str] = frozenset()
        self.changed: tuple[str, ...] = ()
        self.signal: int | None = None

    def now(self) -> float:
        return time.monotonic() - self.began


def ready(live: "Live") -> bool:
    """Are there as many cores, and did the run before come to its end?"""
    return (
        live["allowed"] == kernel.allowed()
        and straight.read(f"{live['home']}/{STATUS}", len(_FINISHED)) == _FINISHED
    )


def gone(live: "Live", signals: Signals, environ: Mapping[bytes, bytes]) -> Handed:
    """Run the gates, as far as that can be done."""
    handed = Handed(_digests(live), live["tree"])
    guard = Guarded(signals=signals)
    scratch = ""
    try:
        guard.warm()
        straight.together({f"{live['home']}/{STATUS}": RUNNING % os.getpid()}, flush=False)
        scratch = straight.scratch(str(number) for number, _ in enumerate(live["orders"]))
        _settle(live, handed, guard, signals, list(_messages(live, os.fsencode(scratch), environ)))
    except OSError:
        pass  # the full program meets it as well, and says so
    finally:
        guard.close()
        straight.discard(scratch)
    return handed


def _digests(live: "Live") -> dict[str, str]:
    return {order["message"]["job"]: order["digest"] for order in live["orders"]}


def _settle(
    live: "Live", handed: Handed, guard: Guarded, signals: Signals, waiting: "list[dict[str, Any]]"
) -> None:
    running: dict[str, float] = {}
    while waiting or running:
        while waiting and len(running) < live["cores"]:
            message = waiting.pop(0)
            running[message["job"]] = handed.now()
            guard.order(message["job"], frames.pack(message))
        for facts in guard.facts(_TURN):
            handed.facts[facts["job"]] = facts
            handed.spans[facts["job"]] = (running.pop(facts["job"]), handed.now())
        if signals.first is not None:
            handed.signal = signals.first
            return


def _messages(live: "Live", scratch: bytes, environ: Mapping[bytes, bytes]) -> "Iterator[dict[str, Any]]":
    """What the guardian is told of each gate, in a folder of its own."""
    for number, order in enumerate(live["orders"]):
        yield _message(order, b"%s/%d" % (scratch, number), environ)


def _message(order: "Order", scratch: bytes, environ: Mapping[bytes, bytes]) -> "dict[str, Any]":
    told = order["message"]
    env = {name: value.replace(SCRATCH, scratch) for name, value in told["env"].items()}
    steps = [
        {**step, "argv": [word.replace(SCRATCH, scratch) for word in step["argv"]]} for step in told["steps"]
    ]
    given = {name: environ[name] for name in order["inherits"]}
    return {**told, "env": {**env, **given}, "steps": steps, "scratch": scratch}


def as_before(live: "Live", handed: Handed) -> bool:
    """Did each gate pass, with nobody and nothing in its way?"""
    undisturbed = handed.signal is None and not handed.changed
    return (
        undisturbed and len(handed.facts) == len(live["orders"]) and all(map(_passed, handed.facts.values()))
    )


def _passed(facts: "Mapping[str, Any]") -> bool:
    """Did a gate end with exit code 0, leaving nobody behind?"""
    steps = facts["steps"]
    return bool(steps) and not facts["fault"] and not facts["swept"] and all(s["exit"] == 0 for s in steps)


def told(live: "Live", handed: Handed, exit_code: int) -> bytes | None:
    """Write the reports, and return what there is to say; None where they cannot be written."""
    took = [_took(gate, facts, handed.spans[gate]) for gate, facts in handed.facts.items()]
    at = int(time.time() - handed.now())
    rest = [blanks.Took(gate, cached=since) for gate, since in live["cached"].items()]
    figures = blanks.Figures([*took, *rest], at=at, seconds=handed.now(), cores=live["cores"])
    paced = bool(pace.sentence(figures))
    reports = {
        f"{live['target']}/{name}": blanks.filled(both[paced], figures)
        for name, both in live["reports"].items()
    }
    try:
        straight.together(reports)
        straight.together({f"{live['home']}/{STATUS}": ENDED % exit_code}, flush=False)
    except OSError:
        return None
    return blanks.filled(live["said"], figures)


def _took(gate: str, facts: "Mapping[str, Any]", span: tuple[float, float]) -> blanks.Took:
    seconds, cpu, peak = cost(facts)
    return blanks.Took(gate, seconds=seconds, cpu=cpu, peak=peak, started=span[0], ended=span[1])
