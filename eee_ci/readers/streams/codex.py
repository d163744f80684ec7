"""The JSON lines of `codex exec --json`."""

from collections.abc import Callable

from eee_ci.agent import Tokens, Told
from eee_ci.model import Outcome
from eee_ci.readers.streams import ends, lines
from eee_ci.readers.streams.heard import Heard, hear, nothing


def read(said: bytes, outcome: Outcome | None, root: str = "") -> Told:
    heard = hear(said, outcome, root, _KINDS)
    return heard.told(outcome, _end)


def _started(heard: Heard, event: lines.Event) -> None:
    heard.step()
    heard.marks.append(event)


def _completed(heard: Heard, event: lines.Event) -> None:
    heard.marks.append(event)
    usage = event.get("usage")
    given, out, cache = (
        lines.count(lines.at(usage, f"{word}_tokens")) for word in ("input", "output", "cached_input")
    )
    heard.count(Tokens(input=given, output=out, cache=cache))


def _error(heard: Heard, event: lines.Event) -> None:
    """Not the end: it also tells that it connects again."""
    words = lines.string(event.get("message"))
    heard.retries += words.startswith("Reconnecting")
    heard.warn(words)


def _item(heard: Heard, event: lines.Event) -> None:
    item = event.get("item")
    if isinstance(item, dict):
        _ITEMS.get(lines.string(item.get("type") or item.get("item_type")), _other)(heard, item)


def _changed(heard: Heard, item: lines.Event) -> None:
    paths = [row.get("path") for row in lines.rows(item.get("changes"))]
    heard.use("file_change", paths[0] if paths else "")
    for path in paths if item.get("status") == "completed" else []:
        heard.touch(path)


def _other(heard: Heard, item: lines.Event) -> None:
    heard.use(item.get("type"))


_ITEMS: dict[str, Callable[[Heard, lines.Event], None]] = {
    "agent_message": lambda heard, item: heard.say(item.get("text")),
    "command_execution": lambda heard, item: heard.use("command", item.get("command")),
    "file_change": _changed,
    "mcp_tool_call": lambda heard, item: heard.use(item.get("server"), item.get("tool")),
    "web_search": lambda heard, item: heard.use("web_search", item.get("query")),
    "todo_list": lambda heard, item: heard.board.put(item.get("items")),
    "error": lambda heard, item: heard.warn(item.get("message")),
}
_KINDS: dict[str, Callable[[Heard, lines.Event], None]] = {
    "thread.started": nothing,
    "turn.started": _started,
    "turn.completed": _completed,
    "turn.failed": lambda heard, event: heard.marks.append(event),
    "item.started": _item,
    "item.updated": _item,
    "item.completed": _item,
    "error": _error,
}


def _end(heard: Heard, outcome: Outcome) -> ends.End:
    code = ends.code(outcome)
    failed = [mark for mark in heard.marks if mark["type"] == "turn.failed"]
    if failed:
        return ends.refused(lines.string(lines.at(failed[-1], "error", "message")), "its turn failed")
    if not heard.marks or heard.marks[-1]["type"] != "turn.completed":
        return ends.silent(outcome, "the end of its turn")
    return ends.End("ok") if code == 0 else ends.End("error", f"exit {code} after the end of its turn")
