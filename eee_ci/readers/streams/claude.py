"""Claude Code's `stream-json`."""

import re
from collections.abc import Callable

from eee_ci.agent import Tokens, Told
from eee_ci.model import Outcome
from eee_ci.readers.streams import ends, lines
from eee_ci.readers.streams.heard import Heard, hear, nothing

BUDGETS = {"error_max_turns", "error_max_budget_usd"}
_TARGETS = ("file_path", "notebook_path", "command", "pattern", "path", "description", "subject")
_WRITERS = {"Edit", "Write", "MultiEdit", "NotebookEdit"}
_TODOS: dict[str, Callable[[Heard, str, lines.Event], None]] = {
    "TodoWrite": lambda heard, _, given: heard.board.put(given.get("todos")),
    "TaskCreate": lambda heard, call, given: heard.board.create(call, given),
    "TaskUpdate": lambda heard, _, given: heard.board.update(given),
}
_CREATED = re.compile(r"Task #(\w+) created")


def read(said: bytes, outcome: Outcome | None, root: str = "") -> Told:
    heard = hear(said, outcome, root, _KINDS)
    for tokens in heard.messages.values():
        heard.count(tokens)
    heard.turns = len(heard.messages) or None
    if heard.marks:
        _total(heard, heard.marks[-1])
    return heard.told(outcome, _end)


def _system(heard: Heard, event: lines.Event) -> None:
    if event.get("subtype") == "api_retry":
        heard.retries += 1


def _assistant(heard: Heard, event: lines.Event) -> None:
    message = lines.at(event, "message")
    if key := lines.string(lines.at(message, "id")):
        heard.messages[key] = _tokens(lines.at(message, "usage"))
    for block in lines.rows(lines.at(message, "content")):
        if block.get("type") == "text":
            heard.say(block.get("text"))
        elif block.get("type") == "tool_use":
            _used(heard, block)


def _used(heard: Heard, block: lines.Event) -> None:
    tool, given = lines.string(block.get("name")), lines.at(block, "input")
    if not isinstance(given, dict):
        given = {}
    heard.use(tool, next((given[key] for key in _TARGETS if given.get(key)), ""))
    if tool in _WRITERS:
        heard.touch(given.get("file_path") or given.get("notebook_path"))
    if tool in _TODOS:
        _TODOS[tool](heard, lines.string(block.get("id")), given)


def _user(heard: Heard, event: lines.Event) -> None:
    """Results of tools. One that made a task tells its id, as a value or in words."""
    for block in lines.rows(lines.at(event, "message", "content")):
        words = _CREATED.search(lines.string(block.get("content")))
        key = lines.string(lines.at(event, "tool_use_result", "task", "id")) or (words[1] if words else "")
        if key:
            heard.board.name(lines.string(block.get("tool_use_id")), key)


def _total(heard: Heard, result: lines.Event) -> None:
    """The result knows the whole: `modelUsage` counts helpers too, `usage` the main loop alone."""
    heard.say(result.get("result"))
    heard.turns = lines.count(result.get("num_turns")) or heard.turns
    heard.usd = lines.amount(result.get("total_cost_usd"))
    models = lines.at(result, "modelUsage")
    counted = [_camel(one) for one in models.values()] if isinstance(models, dict) else []
    used = _tokens(result.get("usage"))
    if counted or used != Tokens():
        heard.tokens = Tokens()
        for tokens in counted or [used]:
            heard.count(tokens)


def _tokens(usage: object) -> Tokens:
    read, made = (lines.count(lines.at(usage, f"cache_{word}_input_tokens")) for word in ("read", "creation"))
    given, out = (lines.count(lines.at(usage, f"{word}_tokens")) for word in ("input", "output"))
    return Tokens(input=given, output=out, cache=lines.added(read, made))


def _camel(usage: object) -> Tokens:
    read, made = (lines.count(lines.at(usage, f"cache{word}InputTokens")) for word in ("Read", "Creation"))
    given, out = (lines.count(lines.at(usage, f"{word}Tokens")) for word in ("input", "output"))
    return Tokens(input=given, output=out, cache=lines.added(read, made))


def _end(heard: Heard, outcome: Outcome) -> ends.End:
    """An error of the service ends in `success` with `is_error` and exit 0, so each word counts."""
    if not heard.marks:
        return ends.silent(outcome, "a result")
    if len(heard.marks) > 1:
        return ends.End("error", f"{len(heard.marks)} results, want one")
    result, code = heard.marks[0], ends.code(outcome)
    subtype, why = lines.string(result.get("subtype")), result.get("terminal_reason")
    if subtype in BUDGETS:
        return ends.End("budget", subtype)
    fine = result.get("is_error") is False and subtype == "success" and why in (None, "completed")
    if fine and code == 0 and result.get("api_error_status") is None:
        return ends.End("ok")
    words = [lines.string(word) for word in _list(result.get("errors"))]
    status = result.get("api_error_status")
    said = [subtype or "no subtype", *([f"API status {status}"] if status is not None else []), *words]
    return ends.refused("; ".join([*said, lines.string(result.get("result"))]), f"exit {code}")


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


_KINDS: dict[str, Callable[[Heard, lines.Event], None]] = {
    "system": _system,
    "assistant": _assistant,
    "user": _user,
    "stream_event": nothing,
    "result": lambda heard, event: heard.marks.append(event),
}
