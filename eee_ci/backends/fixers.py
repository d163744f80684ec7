"""Deterministic fixers, no model and no network: the agent's file names them under `fixers`."""

import json
import re
import sys
from collections.abc import Mapping

from eee_ci import asking, inject
from eee_ci.agent import Ask, Told
from eee_ci.model import Command, Outcome
from eee_ci.readers import streams

KEY: str | None = None
NETWORK = False
READER = "eee"
PLAN = "plan"
ROUNDS = 3
PYTHON, SCRIPTS = (".py", ".pyi"), (".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".mts", ".cts")
PAGES = (*SCRIPTS, ".json", ".css", ".scss", ".less", ".html", ".vue", ".yaml", ".yml", ".md")
CHECK = ("check", "--fix-only", "--no-unsafe-fixes", "--no-cache", "--force-exclude", "--quiet")
# Annotations with one answer, and newer spellings of the same type. Ruff calls the return type of a special
# method unsafe to add since it changes what a type checker looks at; what that finds the gates judge.
TYPES = "ANN204,UP006,UP007,UP037,UP040,UP045"
SAFE = 'lint.extend-safe-fixes=["ANN204"]'
_RULE = re.compile(r"[A-Z]{1,7}\d{1,5}")

# `module` is started from the project's environment, else from ours (not where `project` is set), `node` from
# the project's node_modules. `good` are exit codes; `after` runs only where a fixer before changed something,
# `clean` only on files of which these words said nothing at the beginning: formatted ones are to stay so.
Fixer = Mapping[str, object]
RUFF: Fixer = {"module": "ruff", "suffixes": PYTHON, "good": (0,)}
LINT: Fixer = {**RUFF, "words": CHECK}
FORMAT: Fixer = {**RUFF, "words": ("format", "--no-cache", "--force-exclude", "--quiet")}
OWN: Fixer = {"project": True, "suffixes": (".py",)}
KEPT: Fixer = {**FORMAT, "after": True, "clean": ("format", "--no-cache", "--force-exclude", "--check")}
FIXERS: dict[str, tuple[Fixer, ...]] = {
    "lint": (LINT, KEPT),
    "imports": ({**RUFF, "words": (*CHECK, "--select", "I")}, KEPT),
    "format": (FORMAT,),
    "types": (
        {**RUFF, "words": (*CHECK, "--select", TYPES, "--config", SAFE)},
        {**LINT, "after": True},  # imports that nobody needs any more
        KEPT,
    ),
    "dependencies": ({"nothing": "there is no change of dependencies that is sure to be safe"},),
    "isort": ({**OWN, "module": "isort", "words": ("--quiet", "--filter-files")},),
    "pyupgrade": ({**OWN, "module": "pyupgrade", "words": ("--exit-zero-even-if-changed",)},),
    "eslint": ({"node": "eslint", "suffixes": SCRIPTS, "words": ("--fix",), "good": (0, 1)},),
    "prettier": ({"node": "prettier", "suffixes": PAGES, "words": ("--write", "--log-level", "warn")},),
}


def command(ask: Ask) -> Command:
    """One runner that repeats them until nothing changes. Its plan holds names of files and no other text."""
    script = inject.script("fixing.py")
    return asking.command(
        ask,
        *(sys.executable, "-I", "-S", script, f"{{scratch}}/{PLAN}"),
        give={PLAN: json.dumps(_plan(ask)).encode()},
        stdin="",
    )


def read(ask: Ask, said: bytes, outcome: Outcome | None) -> Told:
    return streams.read(READER, said, outcome, ask.workdir)


def _plan(ask: Ask) -> dict[str, object]:
    named = sorted({one.path for one in ask.findings if one.path})
    return {
        "agent": ask.agent.name,
        "rounds": ROUNDS,
        "files": named,
        "globs": () if named else ask.scope,
        "pythons": [python for python in (ask.python, sys.executable) if python],
        "fixers": [fixer for name in _names(ask) for fixer in _fixers(name, ask)],
    }


def _names(ask: Ask) -> list[str]:
    told = ask.agent.extra.get("fixers") or ()
    words = told.replace(",", " ").split() if isinstance(told, str) else told
    return [str(word) for word in words] if isinstance(words, (list, tuple)) else []


def _fixers(name: str, ask: Ask) -> list[dict[str, object]]:
    """The rules of the findings count too: a gate may select more than the project's own config does."""
    rules = sorted({one.rule for one in ask.findings if one.tool == "ruff" and _RULE.fullmatch(one.rule)})
    more = ("--extend-select", ",".join(rules)) if rules else ()
    known = FIXERS.get(name, ({"nothing": f"there is no fixer {name}", "wrong": True},))
    return [
        {"name": name, **one, **({"words": (*CHECK, *more)} if one.get("words") is CHECK else {})}
        for one in known
    ]
