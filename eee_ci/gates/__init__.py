"""The gate tools: one table, name to adapter, and those that can judge file by file, choose tests, or share
their work out among processes. Read by the planner."""

from eee_ci.ports import Divided, GateAdapter, Selecting, Spreading
from eee_ci.shelf import Shelf


def _bandit() -> Divided:
    from eee_ci.gates import bandit

    return bandit


def _build() -> GateAdapter:
    from eee_ci.gates import build

    return build


def _command() -> Divided:
    from eee_ci.gates import command

    return command


def _complexity() -> Divided:
    from eee_ci.gates import complexity

    return complexity


def _mypy() -> GateAdapter:
    from eee_ci.gates import mypy

    return mypy


def _nox() -> GateAdapter:
    from eee_ci.gates import nox

    return nox


def _pytest() -> Selecting:
    from eee_ci.gates import pytest

    return pytest


def _ruff() -> Divided:
    from eee_ci.gates import ruff

    return ruff


def _ruff_format() -> Divided:
    from eee_ci.gates import ruff_format

    return ruff_format


def _tsc() -> GateAdapter:
    from eee_ci.gates import tsc

    return tsc


def _bandit_workers() -> Spreading:
    from eee_ci.readers import bandit_workers

    return bandit_workers


def _mypy_workers() -> Spreading:
    from eee_ci.readers import mypy_workers

    return mypy_workers


def _shards() -> Spreading:
    from eee_ci.readers import shards

    return shards


# each is imported when it is asked for: few projects use more than half of them
_DIVIDED = {
    "bandit": _bandit,
    "command": _command,
    "complexity": _complexity,
    "ruff": _ruff,
    "ruff-format": _ruff_format,
}
DIVIDED = Shelf[Divided](_DIVIDED)
SELECTING = Shelf[Selecting]({"pytest": _pytest})
SPREADING = Shelf[Spreading]({"bandit": _bandit_workers, "mypy": _mypy_workers, "pytest": _shards})
TABLE = Shelf[GateAdapter](
    {**_DIVIDED, "build": _build, "mypy": _mypy, "nox": _nox, "pytest": _pytest, "tsc": _tsc}
)
