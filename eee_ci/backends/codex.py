"""Codex, headless: writes in its folder only, without a network for what it runs."""

import json

from eee_ci import asking
from eee_ci.agent import Ask, Told
from eee_ci.model import Command, Outcome
from eee_ci.readers import streams

KEY: str | None = "CODEX_API_KEY"
NETWORK = True
READER = "codex-jsonl"
EFFORTS = {"low": "low", "medium": "medium", "high": "high", "xhigh": "xhigh", "max": "xhigh"}


def command(ask: Ask) -> Command:
    """It knows no budget of its own: ours ends it. `-` reads the prompt from standard input."""
    effort = EFFORTS.get(ask.agent.effort or "")
    model = asking.model(ask)
    return asking.command(
        ask,
        *("codex", "exec", "--json", "--sandbox", "workspace-write", "--skip-git-repo-check"),
        *(("-c", f"model_reasoning_effort={json.dumps(effort)}") if effort else ()),
        *(("--model", model) if model else ()),
        "-",
        env={"CODEX_HOME": "{scratch}/home"},
    )


def read(ask: Ask, said: bytes, outcome: Outcome | None) -> Told:
    return streams.read(ask.backend.reader or READER, said, outcome, ask.workdir)
