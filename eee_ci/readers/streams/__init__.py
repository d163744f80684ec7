"""What agents' programs say, by the name of its format. Pure, total for any bytes, at any moment."""

from collections.abc import Callable

from eee_ci.agent import Told
from eee_ci.errors import UsageError
from eee_ci.model import Outcome
from eee_ci.readers.streams import claude, codex, eee, gemini, mini, opencode, words

READERS: dict[str, Callable[[bytes, Outcome | None, str], Told]] = {
    "eee": eee.read,
    "claude-stream-json": claude.read,
    "codex-jsonl": codex.read,
    "gemini-stream-json": gemini.read,
    "opencode-jsonl": opencode.read,
    "mini-traj": mini.read,
    "text": words.read,
}


def read(name: str, said: bytes, outcome: Outcome | None, root: str = "") -> Told:
    """What was said in a format. Without an outcome it goes on, so there is no status yet; files below `root`
    are named relative to it."""
    if name not in READERS:
        raise UsageError(
            f"reader: found {name!r}, want one of {', '.join(READERS)}", "correct the backend's config"
        )
    return READERS[name](said, outcome, root)
