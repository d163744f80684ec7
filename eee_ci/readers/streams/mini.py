"""The trajectory of mini-swe-agent: one JSON document, written anew after each step."""

from eee_ci.agent import Tokens, Told
from eee_ci.model import Outcome
from eee_ci.readers.streams import ends, lines
from eee_ci.readers.streams.heard import Heard

SUBMITTED = "Submitted"
_BUSY = {
    "RateLimitError",
    "Timeout",
    "APIConnectionError",
    "InternalServerError",
    "ServiceUnavailableError",
    "BadGatewayError",
}  # as litellm calls them


def read(said: bytes, outcome: Outcome | None, root: str = "") -> Told:
    """While it runs the file may be caught half written; then nothing is known at that moment."""
    heard = Heard(root)
    found = lines.document(said)
    if found is None:
        heard.damaged = int(outcome is not None and bool(said.strip()))
        return heard.told(outcome, _unread)
    for message in lines.rows(found.get("messages")):
        _message(heard, message)
    info = lines.at(found, "info")
    heard.marks.append(info if isinstance(info, dict) else {})
    heard.turns = lines.count(lines.at(info, "model_stats", "api_calls"))
    cost = lines.amount(lines.at(info, "model_stats", "instance_cost"))
    heard.usd = None if cost == 0 and heard.turns else cost  # 0 is what it says of a price it does not know
    heard.say(lines.at(info, "submission"))
    return heard.told(outcome, _end)


def _message(heard: Heard, message: lines.Event) -> None:
    heard.events += 1
    if message.get("role") != "assistant":
        return
    heard.say(message.get("content"))
    for action in lines.rows(lines.at(message, "extra", "actions")):
        heard.use("bash", action.get("command"))
    usage = lines.at(message, "extra", "response", "usage")
    given, out = (lines.count(lines.at(usage, f"{word}_tokens")) for word in ("prompt", "completion"))
    cache = lines.count(lines.at(usage, "prompt_tokens_details", "cached_tokens"))
    heard.count(Tokens(input=given, output=out, cache=cache))


def _unread(_heard: Heard, outcome: Outcome) -> ends.End:
    return ends.silent(outcome, "a readable trajectory")


def _end(heard: Heard, outcome: Outcome) -> ends.End:
    """It exits 0 for its limits too; else a code is an exception that nobody caught."""
    status, code = lines.string(heard.marks[0].get("exit_status")), ends.code(outcome)
    if status == SUBMITTED:
        return ends.End("ok") if code == 0 else ends.End("error", f"exit {code} after it submitted")
    if status == "LimitsExceeded":
        return ends.End("budget", "its limit of steps or cost is reached")
    if status == "TimeExceeded":
        return ends.End("timeout", "its limit of time is reached")
    if not status:
        return ends.silent(outcome, "the end of its trajectory")
    return ends.End("error", f"{status} after {heard.turns or 0} calls", transient=status in _BUSY)
