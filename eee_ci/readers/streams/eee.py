"""The protocol `eee-agent/1`: JSON lines that any program can write.

Each line is an object with `v` 1 and a `type`:

    started
    message   text
    tool      name, target, files (that it changed)
    todo      todos, in TodoWrite's shape; each time the whole list
    usage     turns, usd, tokens {in, out, cache}; each time the whole
    retry     text
    warning   text
    finished  status (ok error timeout budget cancelled crashed), reason, and what `usage` has; it comes once
"""

from collections.abc import Callable
from typing import get_args

from eee_ci.agent import Stopped, Tokens, Told
from eee_ci.model import Outcome
from eee_ci.readers.streams import ends, lines
from eee_ci.readers.streams.heard import Heard, hear, nothing

VERSION = 1
EXITS = (0, 1)
STATUSES: dict[object, Stopped] = {word: word for word in get_args(Stopped)}


def read(said: bytes, outcome: Outcome | None, root: str = "") -> Told:
    heard = hear(said, outcome, root, _KINDS)
    return heard.told(outcome, _end)


def _tool(heard: Heard, event: lines.Event) -> None:
    heard.use(event.get("name"), event.get("target"))
    files = event.get("files")
    for path in files if isinstance(files, list) else []:
        heard.touch(path)


def _usage(heard: Heard, event: lines.Event) -> None:
    """A later word replaces an earlier one, where it has a number."""
    turns, usd, tokens = lines.count(event.get("turns")), lines.amount(event.get("usd")), event.get("tokens")
    heard.turns = heard.turns if turns is None else turns
    heard.usd = heard.usd if usd is None else usd
    if isinstance(tokens, dict):
        given, out, cache = (lines.count(tokens.get(key)) for key in ("in", "out", "cache"))
        heard.tokens = Tokens(input=given, output=out, cache=cache)


def _retry(heard: Heard, event: lines.Event) -> None:
    heard.retries += 1
    heard.warn(event.get("text"))


def _finished(heard: Heard, event: lines.Event) -> None:
    _usage(heard, event)
    heard.marks.append(event)


def _end(heard: Heard, outcome: Outcome) -> ends.End:
    if not heard.marks:
        return ends.silent(outcome, "`finished`")
    if len(heard.marks) > 1:
        return ends.End("error", f"`finished` came {len(heard.marks)} times")
    return _judged(heard.marks[0], ends.code(outcome))


def _judged(told: lines.Event, code: int | None) -> ends.End:
    status, reason = STATUSES.get(_word(told.get("status"))), lines.string(told.get("reason"))
    if told.get("v") != VERSION or status is None:
        return ends.End("error", f"its `finished` is none of {' '.join(map(str, STATUSES))} in version 1")
    if code not in EXITS:
        return ends.End("crashed", f"exit {code} after `finished`")
    if status == "ok":
        inner = told.get("rc")
        if code == 0 and inner in (None, 0):
            return ends.End("ok", reason or None)
        return ends.End("error", f"it says ok with exit {code} and rc {inner}")
    transient = told.get("transient")
    return ends.End(status, reason or None, transient=transient is True or ends.busy(reason))


def _word(value: object) -> object:
    return value if isinstance(value, str) else None


_KINDS: dict[str, Callable[[Heard, lines.Event], None]] = {
    "started": nothing,
    "message": lambda heard, event: heard.say(event.get("text")),
    "tool": _tool,
    "todo": lambda heard, event: heard.board.put(event.get("todos")),
    "usage": _usage,
    "retry": _retry,
    "warning": lambda heard, event: heard.warn(event.get("text")),
    "finished": _finished,
}
