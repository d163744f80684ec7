"""aider, headless: text only, so its exit code says that it ended, and the diff what it did."""

import re

from msgspec.structs import replace

from eee_ci import asking, text
from eee_ci.agent import Ask, Told
from eee_ci.model import Command, Outcome
from eee_ci.readers import streams

KEY: str | None = None  # each of its providers has another one
NETWORK = True
READER = "text"
QUIET = (
    "--no-check-update",
    "--no-show-release-notes",
    "--analytics-disable",
    "--no-gitignore",
    "--no-fancy-input",
)
_APPLIED = re.compile(r"^Applied edit to (.+)$", re.MULTILINE)
_COST = re.compile(r"Cost: \$[\d.,]+ message, \$(\d+(?:\.\d+)?) session")
_AGAIN = re.compile(r"^Retrying in [\d.]+ seconds", re.MULTILINE)
_FAILED = re.compile(r"^(?:litellm\.)?\w+(?:Error|Exception): .*$", re.MULTILINE)


def command(ask: Ask) -> Command:
    """Its notes go to {scratch}; without a map of the repository it keeps no cache beside the code."""
    model = asking.model(ask)
    return asking.command(
        ask,
        *("aider", "--message-file", f"{{scratch}}/{asking.PROMPT}", "--yes-always", "--no-auto-commits"),
        *("--no-dirty-commits", "--no-stream", "--no-pretty", "--map-tokens", "0", *QUIET),
        "--input-history-file={scratch}/input.history",
        "--chat-history-file={scratch}/chat.md",
        *((f"--model={model}",) if model else ()),
        *(f"--file={name}" for name in _files(ask)),
        stdin="",
    )


def read(ask: Ask, said: bytes, outcome: Outcome | None) -> Told:
    """A service that refused shows in its words alone: it exits 0 all the same."""
    told = streams.read(ask.backend.reader or READER, said, outcome, ask.workdir)
    words = text.clean(said[-(1 << 20) :].decode("utf-8", "replace"))
    costs, failures = _COST.findall(words), _FAILED.findall(words)
    return replace(
        told,
        usd=float(costs[-1]) if costs else None,
        files=tuple(dict.fromkeys(text.line(name) for name in _APPLIED.findall(words)))[:1000],
        retries=len(_AGAIN.findall(words)),
        warnings=tuple(text.clip(text.line(words), 300) for words in failures[-5:]),
    )


def _files(ask: Ask) -> tuple[str, ...]:
    """What to put into its chat: files with findings, and those that the scope names one by one."""
    exact = [name for name in ask.scope if not any(sign in name for sign in "*?[")]
    named = [one.path for one in ask.findings if one.path] + exact
    return tuple(name for name in dict.fromkeys(named) if name.isprintable() and "{" not in name)[:50]
