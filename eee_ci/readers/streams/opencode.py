"""The JSON lines of `opencode run --format json`."""

from collections.abc import Callable

from eee_ci.agent import Tokens, Told
from eee_ci.model import Outcome
from eee_ci.readers.streams import ends, lines
from eee_ci.readers.streams.heard import Heard, hear, nothing

_TARGETS = ("filePath", "command", "pattern", "path", "query")
_WRITERS = {"edit", "write", "multiedit"}


def read(said: bytes, outcome: Outcome | None, root: str = "") -> Told:
    heard = hear(said, outcome, root, _KINDS)
    return heard.told(outcome, _end)


def _used(heard: Heard, event: lines.Event) -> None:
    part = event.get("part")
    tool, state = lines.string(lines.at(part, "tool")), lines.at(part, "state")
    given = lines.at(state, "input")
    heard.use(tool, next(filter(None, (lines.at(given, key) for key in _TARGETS)), ""))
    if tool in _WRITERS and lines.at(state, "status") == "completed":
        heard.touch(lines.at(given, "filePath"))
    if tool == "todowrite":
        heard.board.put(lines.at(given, "todos"))


def _finished(heard: Heard, event: lines.Event) -> None:
    """Reasoning is paid as output."""
    heard.marks.append(event)
    heard.step()
    part = event.get("part")
    heard.spend(lines.amount(lines.at(part, "cost")))
    given, out, thought = (
        lines.count(lines.at(part, "tokens", key)) for key in ("input", "output", "reasoning")
    )
    cached = [lines.count(lines.at(part, "tokens", "cache", key)) for key in ("read", "write")]
    heard.count(Tokens(input=given, output=lines.added(out, thought), cache=lines.added(*cached)))


def _todos(heard: Heard, event: lines.Event) -> None:
    heard.board.put(event.get("todos") or lines.at(event, "properties", "todos"))


_KINDS: dict[str, Callable[[Heard, lines.Event], None]] = {
    "step_start": lambda heard, event: heard.marks.append(event),
    "text": lambda heard, event: heard.say(lines.at(event, "part", "text")),
    "reasoning": nothing,
    "tool_use": _used,
    "todo.updated": _todos,
    "step_finish": _finished,
    "error": lambda heard, event: heard.marks.append(event),
}


def _end(heard: Heard, outcome: Outcome) -> ends.End:
    """A step that began and did not finish was cut off, whatever finished before."""
    kinds = [mark["type"] for mark in heard.marks]
    if "error" in kinds:
        return ends.refused(_words(heard.marks[kinds.index("error")]), "it told an error without words")
    if not kinds or kinds[-1] != "step_finish":
        return ends.silent(outcome, "the end of its step")
    code = ends.code(outcome)
    return ends.End("ok") if code == 0 else ends.End("error", f"exit {code} after the end of its step")


def _words(event: lines.Event) -> str:
    error = event.get("error") or lines.at(event, "part", "error")
    said = (lines.string(lines.at(error, "data", "message")), lines.string(lines.at(error, "message")))
    return ": ".join(filter(None, (lines.string(lines.at(error, "name")), next(filter(None, said), ""))))
