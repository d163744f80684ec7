"""Gemini's command line, headless: it may edit; what would have to be asked for is refused."""

import json

from eee_ci import asking
from eee_ci.agent import Ask, Told
from eee_ci.model import Command, Outcome
from eee_ci.readers import streams

KEY: str | None = "GEMINI_API_KEY"
NETWORK = True
READER = "gemini-stream-json"
SETTINGS = "home/.gemini/settings.json"
NONE = "none"  # no server and no extension has this name
WORDS = "Do what the text above asks for."  # what it gets by standard input


def command(ask: Ask) -> Command:
    model = asking.model(ask)
    return asking.command(
        ask,
        *("gemini", "-p", WORDS, "--output-format", "stream-json", "--approval-mode", "auto_edit"),
        *("--allowed-mcp-server-names", NONE, "--extensions", NONE),
        *(("--model", model) if model else ()),
        give={SETTINGS: json.dumps(_settings(ask)).encode()},
    )


def read(ask: Ask, said: bytes, outcome: Outcome | None) -> Told:
    return streams.read(ask.backend.reader or READER, said, outcome, ask.workdir)


def _settings(ask: Ask) -> dict[str, dict[str, object]]:
    """Only settings know a limit of turns, -1 for none."""
    turns = asking.turns(ask)
    return {
        "general": {"enableAutoUpdate": False, "disableAutoUpdate": True},
        "privacy": {"usageStatisticsEnabled": False},
        "telemetry": {"enabled": False},
        "security": {"folderTrust": {"enabled": False}},
        "model": {"maxSessionTurns": -1 if turns is None else turns},
    }
