"""The gate tools: one table, name to adapter, and those that can judge file by file. Read by the planner."""

from eee_ci.gates import bandit, build, command, complexity, mypy, nox, pytest, ruff, ruff_format, tsc
from eee_ci.ports import Divided, GateAdapter, Selecting

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
DIVIDED: dict[str, Divided] = {
    "bandit": bandit,
    "command": command,
    "complexity": complexity,
    "ruff": ruff,
    "ruff-format": ruff_format,
}
SELECTING: dict[str, Selecting] = {"pytest": pytest}
