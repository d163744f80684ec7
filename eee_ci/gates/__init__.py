"""The gate tools: one table, name to adapter. Its one reader is the planner."""

from eee_ci.gates import bandit, build, command, complexity, mypy, nox, pytest, ruff, ruff_format, tsc
from eee_ci.ports import GateAdapter

TABLE: dict[str, GateAdapter] = {
    "bandit": bandit,
    "build": build,
    "command": command,
    "complexity": complexity,
    "mypy": mypy,
    "nox": nox,
    "pytest": pytest,
    "ruff": ruff,
    "ruff-format": ruff_format,
    "tsc": tsc,
}
