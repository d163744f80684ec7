"""Gemini's `stream-json`."""

from collections.abc import Callable

from eee_ci.agent import Tokens, Told
from eee_ci.model import Outcome
from eee_ci.readers.streams import ends, lines
from eee_ci.readers.streams.heard import Heard, hear, nothing

TURNS = 53  # its exit code for the limit of turns
EXITS = {
    41: "it could not log in",
    42: "it refused its input",
    44: "its sandbox failed",
    52: "its config is wrong",
    TURNS: "its limit of turns is reached",
}
_TARGETS = ("file_path", "absolute_path", "command", "pattern", "query", "path")
_WRITERS = {"write_file", "replace", "edit"}


def read(said: bytes, outcome: Outcome | None, root: str = "") -> Told:
    heard = hear(said, outcome, root, _KINDS)
    return heard.told(outcome, _end)


def _message(heard: Heard, event: lines.Event) -> None:
    """Its words come in pieces."""
    if event.get("role") in ("assistant", "model"):
        heard.say(event.get("content"), more=event.get("delta") is True)


def _used(heard: Heard, event: lines.Event) -> None:
    tool, given = lines.string(event.get("tool_name")), event.get("parameters")
    heard.use(tool, next(filter(None, (lines.at(given, key) for key in _TARGETS)), ""))
    if tool in _WRITERS:
        heard.touch(lines.at(given, "file_path"))
    if tool == "write_todos":
        heard.board.put(lines.at(given, "todos"))


def _result(heard: Heard, event: lines.Event) -> None:
    heard.marks.append(event)
    stats = event.get("stats")
    given, out, cache = (lines.count(lines.at(stats, k)) for k in ("input_tokens", "output_tokens", "cached"))
    heard.tokens = Tokens(input=given, output=out, cache=cache)


_KINDS: dict[str, Callable[[Heard, lines.Event], None]] = {
    "init": nothing,
    "message": _message,
    "tool_use": _used,
    "tool_result": nothing,
    "error": lambda heard, event: heard.warn(event.get("message")),
    "result": _result,
}


def _end(heard: Heard, outcome: Outcome) -> ends.End:
    code = ends.code(outcome)
    results = [mark.get("status") for mark in heard.marks]
    if code == TURNS:
        return ends.End("budget", EXITS[TURNS])
    if code == 0 and results == ["success"]:
        return ends.End("ok")
    if len(results) > 1:
        return ends.End("error", f"{len(results)} results, want one")
    told = EXITS.get(code or 0)
    if not results:
        return ends.End("error", told) if told else ends.silent(outcome, "a result")
    words = lines.string(lines.at(heard.marks[0], "error", "message"))
    return ends.refused(words, told or f"exit {code} with the result {results[0]}")
