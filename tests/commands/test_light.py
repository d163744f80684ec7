"""A run loads what it uses: other gates, parsers and libraries stay on the disk."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.conftest import CHECKOUT, Files, Project

CONFIG = "version: 1\ngates:\n  one: {tool: command, run: [python3, -c, pass]}\n"
HEAVY = frozenset(
    (
        *("inspect", "ast", "dis", "tokenize", "dataclasses", "logging", "subprocess"),
        *("_hashlib", "secrets", "json", "tomllib", "configparser", "statistics", "gzip", "lzma", "shutil"),
        *("jinja2", "junitparser", "rich", "sqlite3", "asyncio", "email", "importlib.metadata", "tempfile"),
        *("eee_ci.gates.bandit", "eee_ci.gates.build", "eee_ci.gates.mypy", "eee_ci.gates.nox"),
        *("eee_ci.gates.pytest", "eee_ci.gates.ruff", "eee_ci.gates.tsc", "eee_ci.settings"),
        *("eee_ci.selection.choosing", "eee_ci.selection.learning", "eee_ci.commands.repairing"),
    )
)


@pytest.fixture
def loaded(project: Callable[[Files], Project]) -> Callable[..., set[str]]:
    """The modules that a call loads."""
    root = project({"eee-ci.yaml": CONFIG}).root

    def call(*words: str) -> set[str]:
        done = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "eee_ci", *words],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        return {row.rpartition("|")[2].strip() for row in done.stderr.splitlines()}

    return call


def test_a_run_loads_only_what_it_uses(loaded: Callable[..., set[str]]) -> None:
    assert loaded("check") & HEAVY == set()


def test_a_second_run_parses_no_config_either(loaded: Callable[..., set[str]]) -> None:
    assert "yaml" in loaded("check")
    assert "yaml" not in loaded("check")


def test_the_version_needs_next_to_nothing(loaded: Callable[..., set[str]]) -> None:
    assert loaded("--version") & {*HEAVY, "msgspec", "yaml", "pathlib"} == set()
