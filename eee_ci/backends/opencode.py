"""opencode, headless: by default it allows all tools, so what is not for work on files is denied."""

import json

from eee_ci import asking
from eee_ci.agent import Ask, Told
from eee_ci.model import Command, Outcome
from eee_ci.readers import streams

KEY: str | None = None  # each of its providers has another one
NETWORK = True
READER = "opencode-jsonl"
DENIED = ("external_directory", "webfetch", "websearch", "codesearch", "doom_loop", "skill", "task")
TOOLS = {"Bash": "bash", "Edit": "edit", "Glob": "glob", "Grep": "grep", "Read": "read", "Write": "edit"}


def command(ask: Ask) -> Command:
    """The prompt comes by standard input."""
    model = asking.model(ask)
    return asking.command(
        ask,
        *("opencode", "run", "--format", "json"),
        *(("--model", model) if model else ()),
        env={
            "OPENCODE_CONFIG_CONTENT": json.dumps(_config(ask)),
            "OPENCODE_DISABLE_AUTOUPDATE": "1",
            "OPENCODE_DISABLE_LSP_DOWNLOAD": "1",
        },
    )


def read(ask: Ask, said: bytes, outcome: Outcome | None) -> Told:
    return streams.read(ask.backend.reader or READER, said, outcome, ask.workdir)


def _config(ask: Ask) -> dict[str, object]:
    """The agent's own lists of tools as permissions, in its spelling."""
    agent, known = ask.agent, set(TOOLS.values())
    allowed = known if agent.tools is None else {TOOLS[tool] for tool in agent.tools if tool in TOOLS}
    allowed = allowed - {TOOLS[tool] for tool in agent.denied if tool in TOOLS}
    rules = {tool: "allow" if tool in allowed else "deny" for tool in sorted(known)}
    turns = asking.turns(ask)
    limits = {"agent": {"build": {"steps": turns}}} if turns else {}
    return {
        "autoupdate": False,
        "share": "disabled",
        "permission": {**rules, **dict.fromkeys(DENIED, "deny")},
        **limits,
    }
