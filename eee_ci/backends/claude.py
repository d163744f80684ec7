"""Claude Code, headless: none of the project's settings, hooks and servers, and only allowed tools."""

import json
import re

from eee_ci import asking
from eee_ci.agent import Ask, Told
from eee_ci.model import Command, Outcome
from eee_ci.readers import streams

KEY: str | None = "ANTHROPIC_API_KEY"
NETWORK = True
READER = "claude-stream-json"
TOOLS = ("Bash", "Edit", "Glob", "Grep", "MultiEdit", "NotebookEdit", "Read", "Write")
LISTS = ("TaskCreate", "TaskList", "TaskUpdate", "TodoWrite")
EFFORTS = {"low", "medium", "high", "xhigh", "max"}
ENV = {
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "CLAUDE_CODE_ENABLE_TODO_TOOLS": "1",
    "DISABLE_AUTOUPDATER": "1",
}
_TOOL = re.compile(r"[A-Za-z][\w-]*(?:\([^()\n]*\))?")


def command(ask: Ask) -> Command:
    """The prompt comes by standard input: as a word `@path` and slash commands would be expanded."""
    mode = "plan" if ask.agent.permission_mode == "plan" else "dontAsk"
    return asking.command(
        ask,
        *("claude", "-p", "--output-format", "stream-json", "--verbose", "--bare"),
        *("--agents", asking.literal(json.dumps(_agents(ask))), "--agent", _name(ask)),
        *("--permission-mode", mode, "--allowedTools", ",".join((*_tools(ask), *LISTS))),
        *_some("--disallowedTools", ",".join(filter(_TOOL.fullmatch, ask.agent.denied))),
        *_some("--model", asking.model(ask, vendor=True)),
        *_some("--effort", ask.agent.effort if ask.agent.effort in EFFORTS else None),
        *_some("--max-turns", asking.turns(ask)),
        *_some("--max-budget-usd", ask.limits.usd),
        "--no-session-persistence",
        env=ENV,
    )


def read(ask: Ask, said: bytes, outcome: Outcome | None) -> Told:
    return streams.read(ask.backend.reader or READER, said, outcome, ask.workdir)


def _agents(ask: Ask) -> dict[str, dict[str, object]]:
    """`--bare` reads no agent files. The prompt has the agent's words; here they would come twice."""
    agent = ask.agent
    told = {
        "description": agent.description,
        "prompt": "You mend one project, without anybody to ask.",
        "tools": None if agent.tools is None else [*_tools(ask), *LISTS],
        "model": asking.model(ask, vendor=True),
        "maxTurns": asking.turns(ask),
    }
    return {_name(ask): {key: value for key, value in told.items() if value is not None}}


def _tools(ask: Ask) -> list[str]:
    """What is not allowed by name is denied. All tools means those that work on files."""
    return [tool for tool in (TOOLS if ask.agent.tools is None else ask.agent.tools) if _TOOL.fullmatch(tool)]


def _name(ask: Ask) -> str:
    return re.sub(r"[^\w-]", "-", ask.agent.name).strip("-") or "agent"


def _some(option: str, value: object) -> tuple[str, ...]:
    return () if value in (None, "") else (option, str(value))
