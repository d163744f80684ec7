"""Plain text: all it tells is its last words and its exit code."""

from eee_ci.agent import Told
from eee_ci.model import Outcome
from eee_ci.readers.streams import ends, lines
from eee_ci.readers.streams.heard import WORDS, Heard


def read(said: bytes, outcome: Outcome | None, root: str = "") -> Told:
    heard = Heard(root)
    heard.events = said.count(b"\n")
    rows = said[-lines.LONGEST :].decode("utf-8", "replace")
    heard.say(rows)
    if last := rows[-WORDS:].strip().rpartition("\n")[2]:
        heard.use(last)
    return heard.told(outcome, _end)


def _end(_heard: Heard, outcome: Outcome) -> ends.End:
    code = ends.code(outcome)
    return ends.End("ok") if code == 0 else ends.silent(outcome, "success")
