"""Records real outcomes of gates: `python tests/gates/record_programs.py PYTHON [CASE...]`.

PYTHON has pytest, coverage, pytest-cov, pytest-xdist, pytest-rerunfailures and iniconfig installed; nox,
build and hatchling are taken from the environment that runs this.
"""

import importlib
import json
import os
import re
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

from eee_ci.model import Gate, Outcome
from tests.gates import samples
from tests.gates.samples import FAILING, FLAKY, PARTIAL, SESSIONS, SHOP, TOML, UNCOLLECTED

PLUGINS = frozenset({"pytest-cov", "pytest-xdist", "pytest-rerunfailures"})
DEAF = frozenset({"pytest-cov"})  # no plugin known but the one that must be switched off
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
NO_ISOLATION = {"isolation": False}

CASES: dict[str, tuple[str, dict[str, str], dict[str, Any], frozenset[str]]] = {
    "pytest-green": ("pytest", SHOP, {}, DEAF),
    "pytest-bare": ("pytest", SHOP, {"options": {"coverage": False}}, DEAF),
    "pytest-failures": ("pytest", SHOP | FAILING, {}, DEAF),
    "pytest-reruns": ("pytest", SHOP | FAILING | FLAKY, {"args": ("--reruns", "3")}, PLUGINS),
    "pytest-workers": ("pytest", SHOP, {"args": ("-n2",)}, PLUGINS),
    "pytest-uncollected": ("pytest", SHOP | UNCOLLECTED, {}, DEAF),
    "pytest-uncollected-x": ("pytest", SHOP | UNCOLLECTED, {"args": ("-x",)}, DEAF),
    "pytest-uncollected-on": (
        "pytest",
        SHOP | UNCOLLECTED,
        {"args": ("--continue-on-collection-errors",)},
        DEAF,
    ),
    "pytest-native": ("pytest", SHOP | FAILING, {"args": ("--tb=native",)}, DEAF),
    "pytest-silent": ("pytest", SHOP | FAILING, {"args": ("--tb=no",)}, DEAF),
    "pytest-deselected": ("pytest", SHOP, {"args": ("-k", "nothing")}, DEAF),
    "pytest-missing": ("pytest", SHOP, {"paths": ("tests/nope.py",)}, DEAF),
    "pytest-usage": ("pytest", SHOP, {"args": ("--bogus",)}, DEAF),
    "pytest-collect-only": ("pytest", SHOP, {"args": ("--collect-only",)}, DEAF),
    "pytest-interrupted": (
        "pytest",
        SHOP | {"tests/test_z.py": "def test_z():\n    raise KeyboardInterrupt\n"},
        {},
        DEAF,
    ),
    "pytest-internal": (
        "pytest",
        SHOP | {"conftest.py": "def pytest_runtest_logreport(report):\n    1 / 0\n"},
        {},
        DEAF,
    ),
    "pytest-exit-1": (
        "pytest",
        SHOP | {"conftest.py": "def pytest_sessionfinish(session):\n    session.exitstatus = 1\n"},
        {},
        DEAF,
    ),
    "pytest-fail-under": ("pytest", SHOP | {".coveragerc": "[report]\nfail_under = 99\n"}, {}, DEAF),
    "pytest-no-data": ("pytest", SHOP | {".coveragerc": "[run]\nsource = nowhere\n"}, {}, DEAF),
    "pytest-untouched": (
        "pytest",
        SHOP | {"tests/test_shop.py": "def test_it():\n    assert True\n"},
        {},
        DEAF,
    ),
    "nox-good": ("nox", SESSIONS, {"options": {"session": "good"}}, DEAF),
    "nox-failed": ("nox", SESSIONS, {"options": {"session": "bad-one"}}, DEAF),
    "nox-skipped": ("nox", SESSIONS, {"options": {"session": "skipping"}}, DEAF),
    "nox-interpreter": ("nox", SESSIONS, {"options": {"session": "versions"}}, DEAF),
    "nox-aborted": ("nox", SESSIONS, {"options": {"session": "param"}}, DEAF),
    "nox-raised": ("nox", SESSIONS, {"options": {"session": "raises"}}, DEAF),
    "nox-unknown": ("nox", SESSIONS, {"options": {"session": "nope"}}, DEAF),
    "nox-no-file": ("nox", SHOP, {"options": {"session": "good"}}, DEAF),
    "nox-syntax": ("nox", {"noxfile.py": "x = (\n"}, {"options": {"session": "good"}}, DEAF),
    "build-good": ("build", SHOP, {"options": NO_ISOLATION}, DEAF),
    "build-partial": ("build", PARTIAL, {"options": NO_ISOLATION}, DEAF),
    "build-wrong-key": (
        "build",
        SHOP | {TOML: SHOP[TOML].replace('"A shop"', "3")},
        {"options": NO_ISOLATION},
        DEAF,
    ),
    "build-no-readme": (
        "build",
        SHOP | {TOML: SHOP[TOML].replace("[build", 'readme = "R.md"\n\n[build')},
        {"options": NO_ISOLATION},
        DEAF,
    ),
    "build-no-files": ("build", {TOML: SHOP[TOML]}, {"options": NO_ISOLATION}, DEAF),
    "build-no-backend": (
        "build",
        SHOP | {TOML: SHOP[TOML].replace("hatchling.build", "nope.build")},
        {"options": NO_ISOLATION},
        DEAF,
    ),
    "build-broken-toml": ("build", SHOP | {TOML: '[project]\nname = "x\n'}, {"options": NO_ISOLATION}, DEAF),
    "build-nothing": ("build", {"readme": ""}, {"options": NO_ISOLATION}, DEAF),
    "build-unmet": (
        "build",
        SHOP | {TOML: SHOP[TOML].replace("hatchling", "hatchling>=99", 1)},
        {"options": NO_ISOLATION},
        DEAF,
    ),
    "build-unmet-isolated": (
        "build",
        SHOP | {TOML: SHOP[TOML].replace("hatchling", "hatchling>=99", 1)},
        {"options": {"isolation": True}},
        DEAF,
    ),
    "build-usage": ("build", SHOP, {"options": NO_ISOLATION, "args": ("--bogus",)}, DEAF),
}


def record(name: str, python: str) -> None:
    """One case, with this machine's paths taken out."""
    tool, files, settings, plugins = CASES[name]
    adapter = importlib.import_module(f"eee_ci.gates.{tool}")
    with tempfile.TemporaryDirectory() as folder:
        aside = Path(folder)
        root = samples.write(aside / "project", files)
        gate = Gate(id=tool, tool=tool, **settings)
        at = samples.site(
            adapter, gate, str(root), python=python, sources=("src",), tests=("tests",), distributions=plugins
        )
        outcome = samples.live(adapter, gate, at, aside, **OFFLINE)
    paths = {str(root): samples.ROOT, folder: "/aside", str(Path(python).parent.parent): "/venv"}
    paths |= {sys.prefix: "/ours", sys.base_prefix: "/usr", str(Path(__file__).parents[2]): "/eee-ci"}
    kept = json.dumps(scrub(outcome, paths), indent=1, ensure_ascii=False)
    (samples.DATA / f"{name}.json").write_text(kept + "\n", encoding="utf-8")


def scrub(outcome: Outcome, paths: dict[str, str]) -> dict[str, Any]:
    """The outcome of the same run in another place, with round times, in readable form."""

    def clean(data: bytes | str) -> str:
        words = data.decode() if isinstance(data, bytes) else data
        for path, stands_for in paths.items():
            words = words.replace(path, stands_for)
        words = re.sub(r"/tmp/build-[\w-]+", "/tmp/build", words)
        return words.replace(f'hostname="{socket.gethostname()}"', 'hostname="host"')

    steps = [
        {
            "argv": [clean(word) for word in ran.argv],
            "exit": ran.exit,
            "stdout": clean(ran.stdout),
            "stderr": clean(ran.stderr),
            "seconds": 1.0,
        }
        for ran in outcome.steps
    ]
    files = {name: clean(data) for name, data in outcome.files.items()}
    return {"steps": steps, "files": files, "seconds": float(len(steps))}


if __name__ == "__main__":
    for case in sys.argv[2:] or CASES:
        record(case, sys.argv[1])
