"""The programs that run agents: one table, kind to adapter. Read by the agent stage."""

from eee_ci.backends import aider, claude, codex, command, fixers, gemini, mini_swe_agent, opencode
from eee_ci.ports import BackendAdapter

TABLE: dict[str, BackendAdapter] = {
    "aider": aider,
    "claude": claude,
    "codex": codex,
    "command": command,
    "fixers": fixers,
    "gemini": gemini,
    "mini-swe-agent": mini_swe_agent,
    "opencode": opencode,
}
