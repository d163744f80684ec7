"""The gate tools: one table, name to adapter, and those that can judge file by file, choose tests, or share
their work out among processes. Read by the planner."""

from eee_ci.gates import bandit, build, command, complexity, mypy, nox, pytest, ruff, ruff_format, tsc
from eee_ci.ports import Divided, GateAdapter, Selecting, Spreading
from eee_ci.readers import mypy_workers, shards

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
SPREADING: dict[str, Spreading] = {"mypy": mypy_workers, "pytest": shards}
