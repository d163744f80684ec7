"""Records the runs below with real tools: `python -m tests.gates.record LABEL=VERSION=WORDS... [CASE...]`.

A label is a tool's name, with `-old` behind it for its oldest version that is supported (`-new` for the
newest, where they differ), e.g. `ruff=0.17.6=/x/ruff`, `mypy=2.4.1=/x/python,-m,mypy`.
"""

import importlib
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from eee_ci.ports import Tool
from tests.gates import driver, recorded

FAULTY = """import os
é = "日本"; import sys
def f(x):
    assert x
    return eval(x)
"""
SYNTAX = "x = 1\ndef g(:\n    pass\n"
CLEAN = 'def double(x: int) -> int:\n    return x * 2\n\n\nassert double(1) == 2, "no"\n'
TANGLED = "def easy():\n    return 1\n\n\ndef hard(x):\n" + "".join(
    f"    if x == {n}:\n        return {n}\n" for n in range(12)
)
TYPES = """def f(x: int) -> str: return ""
é = "ééé"; f("é"); f(é)
日本 = "日本語"; f(日本)
x: list[int] = [1.0,
    "😀"]
reveal_type(x)
import nope
"""
INSECURE = """import subprocess
é = "日本"; eval(é)
def f(x):
    return subprocess.run(
        x, shell=True)
exec("x")  # nosec
PASSWORD = "hunter22"
"""
WRONG_TS = """export const s = "😀é"; export const n: number = "x";
export const f: { (a: number): string; (b: string): number } = (q: boolean) => 1;
"""
NOTEBOOK = json.dumps({
    "cells": [{"cell_type": "code", "execution_count": None, "id": "a", "metadata": {}, "outputs": [],
               "source": ["x = 1\n", "import os\n"]}],
    "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5,
})  # fmt: skip  # read in rows
BROKEN_TOML = {"pyproject.toml": "[tool.ruff\n"}
STRICT = '{"compilerOptions": {"strict": true, "types": []}, "include": ["src"]}\n'

ONLY_F = {"pyproject.toml": '[tool.ruff.lint]\nselect = ["F"]\n'}

Recipe = tuple[str, dict[str, str], dict[str, Any]]


def ruff(toml: str) -> dict[str, str]:
    return {"pyproject.toml": f"[tool.ruff{toml}\n"}


CASES: dict[str, Recipe] = {
    "ruff-clean": ("ruff", {"src/a.py": CLEAN}, {}),
    "ruff-findings": (
        "ruff",
        {"src/a.py": FAULTY, "src/n.ipynb": NOTEBOOK} | ruff('.lint]\nselect = ["F", "S", "I", "E4"]'),
        {},
    ),
    "ruff-syntax": ("ruff", {"src/a.py": SYNTAX}, {}),
    "ruff-missing": ("ruff", {"src/a.py": CLEAN} | ONLY_F, {"paths": ["src", "nope"]}),
    "ruff-unreadable": ("ruff", {"src/a.py": CLEAN, "src/b.py": 'x = "\udcff"\n'} | ONLY_F, {}),
    "ruff-broken-config": ("ruff", {"src/a.py": CLEAN} | BROKEN_TOML, {}),
    "ruff-unknown-setting": ("ruff", {"src/a.py": CLEAN} | ruff("]\nlinelength = 4"), {}),
    "ruff-version": ("ruff", {"src/a.py": CLEAN} | ruff(']\nrequired-version = "<0.1"'), {}),
    "ruff-empty": ("ruff", {"src/readme.txt": ""}, {}),
    "ruff-excluded": ("ruff", {"src/a.py": FAULTY} | ruff('.lint]\nexclude = ["*"]'), {}),
    "ruff-usage": ("ruff", {"src/a.py": CLEAN}, {"args": ["--bogus"]}),
    "ruff-old-findings": ("ruff-old", {"src/a.py": FAULTY, "src/b.py": SYNTAX}, {}),
    "format-clean": ("ruff", {"src/a.py": CLEAN}, {"name": "ruff-format"}),
    "format-findings": ("ruff", {"src/a.py": FAULTY, "src/b.py": CLEAN}, {"name": "ruff-format"}),
    "format-syntax": ("ruff", {"src/a.py": SYNTAX, "src/b.py": "x  = 1\n"}, {"name": "ruff-format"}),
    "format-missing": ("ruff", {"src/a.py": CLEAN}, {"name": "ruff-format", "paths": ["nope.py"]}),
    "format-broken-config": ("ruff", {"src/a.py": CLEAN} | BROKEN_TOML, {"name": "ruff-format"}),
    "format-empty": ("ruff", {"src/readme.txt": ""}, {"name": "ruff-format"}),
    "format-excluded": (
        "ruff",
        {"src/a.py": FAULTY} | ruff('.format]\nexclude = ["*"]'),
        {"name": "ruff-format"},
    ),
    "format-old-clean": ("ruff-old", {"src/a.py": CLEAN}, {"name": "ruff-format"}),
    "format-old-findings": ("ruff-old", {"src/a.py": FAULTY, "src/b.py": CLEAN}, {"name": "ruff-format"}),
    "format-old-syntax": ("ruff-old", {"src/a.py": SYNTAX, "src/b.py": "x  = 1\n"}, {"name": "ruff-format"}),
    "format-old-missing": ("ruff-old", {"src/a.py": CLEAN}, {"name": "ruff-format", "paths": ["nope.py"]}),
    "complexity-clean": ("ruff", {"src/a.py": CLEAN}, {"name": "complexity"}),
    "complexity-over": ("ruff", {"src/a.py": TANGLED}, {"name": "complexity"}),
    "complexity-exempt": (
        "ruff",
        {"src/a.py": TANGLED, "src/b.py": TANGLED.replace("(x):", "(x):  # noqa: C901")}
        | ruff('.lint]\nignore = ["C901"]\nmccabe.max-complexity = 99'),
        {"name": "complexity"},
    ),
    "complexity-all-exempt": (
        "ruff",
        {"src/a.py": TANGLED} | ruff('.lint]\nextend-per-file-ignores = {"*" = ["C901"]}'),
        {"name": "complexity"},
    ),
    "complexity-syntax": ("ruff", {"src/a.py": TANGLED, "src/b.py": SYNTAX}, {"name": "complexity"}),
    "complexity-none": ("ruff", {"src/a.py": "X = 1\n"}, {"name": "complexity"}),
    "complexity-empty": ("ruff", {"src/readme.txt": ""}, {"name": "complexity"}),
    "complexity-broken-config": ("ruff", {"src/a.py": CLEAN} | BROKEN_TOML, {"name": "complexity"}),
    "mypy-clean": ("mypy", {"src/a.py": CLEAN}, {}),
    "mypy-findings": ("mypy", {"src/a.py": TYPES}, {}),
    "mypy-syntax": ("mypy", {"src/a.py": SYNTAX, "src/b.py": CLEAN}, {}),
    "mypy-notes": ("mypy", {"src/a.py": "def f():\n    x: int = ''\n"}, {}),
    "mypy-missing": ("mypy", {"src/a.py": CLEAN}, {"paths": ["src", "nope.py"]}),
    "mypy-empty": ("mypy", {"src/readme.txt": ""}, {}),
    "mypy-broken-config": ("mypy", {"src/a.py": CLEAN, "pyproject.toml": "[tool.mypy\n"}, {}),
    "mypy-ignored-setting": ("mypy", {"src/a.py": CLEAN, "mypy.ini": "[mypy]\nstrickt = true\n"}, {}),
    "mypy-plugin": ("mypy", {"src/a.py": CLEAN, "mypy.ini": "[mypy]\nplugins = nope\n"}, {}),
    "mypy-undecodable": ("mypy", {"src/a.py": 'x = "\udcff"\n'}, {}),
    "mypy-usage": ("mypy", {"src/a.py": CLEAN}, {"args": ["--bogus"]}),
    "mypy-old-clean": ("mypy-old", {"src/a.py": CLEAN}, {}),
    "mypy-old-findings": ("mypy-old", {"src/a.py": TYPES}, {}),
    "mypy-old-syntax": ("mypy-old", {"src/a.py": SYNTAX}, {}),
    "bandit-clean": ("bandit", {"src/a.py": "def double(x):\n    return x * 2\n"}, {}),
    "bandit-findings": ("bandit", {"src/a.py": INSECURE}, {}),
    "bandit-syntax": ("bandit", {"src/a.py": INSECURE, "src/b.py": SYNTAX}, {}),
    "bandit-missing": ("bandit", {"src/a.py": CLEAN}, {"paths": ["nope.py"]}),
    "bandit-empty": ("bandit", {"src/readme.txt": ""}, {}),
    "bandit-broken-config": ("bandit", {"src/a.py": CLEAN, ".bandit": "[bandit\n"}, {}),
    "bandit-usage": ("bandit", {"src/a.py": CLEAN}, {"args": ["--bogus"]}),
    "bandit-old-findings": ("bandit-old", {"src/a.py": INSECURE}, {}),
}  # fmt: skip  # read in rows
TYPESCRIPT: dict[str, dict[str, str]] = {
    "clean": {"src/a.ts": "export const x = 1;\n", "tsconfig.json": STRICT},
    "findings": {"src/a.ts": WRONG_TS, "tsconfig.json": STRICT},
    "syntax": {"src/a.ts": "let x = (;\n", "tsconfig.json": STRICT},
    "no-inputs": {"src/readme.txt": "", "tsconfig.json": STRICT},
    "references": {
        "sub/a.ts": WRONG_TS,
        "sub/tsconfig.json": '{"compilerOptions": {"composite": true}}',
        "tsconfig.json": '{"files": [], "references": [{"path": "sub"}]}',
    },
    "missing-file": {"tsconfig.json": '{"files": ["src/nope.ts"]}'},
    "broken-config": {"src/a.ts": "let x = 1;\n", "tsconfig.json": '{"compilerOptions": {'},
    "missing-project": {"src/a.ts": "let x = 1;\n"},
    "usage": {"src/a.ts": "let x = 1;\n", "tsconfig.json": STRICT},
}
CASES.update({
    f"{label}-{name}": (label, files, {"args": ["--bogus"]} if name == "usage" else {})
    for label in ("tsc", "tsc-new")
    for name, files in TYPESCRIPT.items()
})  # fmt: skip  # read in rows


def record(name: str, tool: Tool) -> None:
    label, files, given = CASES[name]
    bare = label.partition("-")[0]
    parts: dict[str, Any] = {"name": bare, "limits": {"complexity_max": {"max": 10}}} | given
    gate = recorded.gate(**parts)
    with tempfile.TemporaryDirectory() as folder:
        places = {part: Path(folder, part) for part in ("root", "scratch", "cache")}
        for place in places.values():
            place.mkdir()
        recorded.lay(places["root"], files)
        for path in places["root"].rglob("*"):
            os.utime(path, (1_700_000_000, 1_700_000_000))
        adapter: Any = importlib.import_module(f"eee_ci.gates.{gate.tool.replace('-', '_')}")
        command = adapter.command(gate, recorded.site(places["root"], tool))
        outcome = driver.run(command, **places, python=sys.executable)
    steps = [
        {"argv": [bare], "exit": ran.exit, "stdout": _words(ran.stdout), "stderr": _words(ran.stderr)}
        for ran in outcome.steps
    ]
    reports = {file: _words(data) for file, data in outcome.files.items()}
    stored = {"tool": bare, "version": tool.version, "gate": parts, "project": files}
    words = json.dumps(stored | {"steps": steps, "files": reports}, indent=1, sort_keys=True)
    for sign, place in places.items():
        words = words.replace(str(place), f"{{{sign}}}")
    for word in (word for word in tool.argv if word.startswith("/")):
        home, _, inside = word.partition("/node_modules/")
        words = words.replace(home if inside else str(Path(word).parent), "{tools}")
    (recorded.DATA / f"{name}.json").write_text(words + "\n", encoding="utf-8")


def _words(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


if __name__ == "__main__":
    tools = {}
    for given in (word for word in sys.argv[1:] if "=" in word):
        label, version, argv = given.split("=", 2)
        tools[label] = Tool(name=label.partition("-")[0], argv=tuple(argv.split(",")), version=version)
    wanted = [word for word in sys.argv[1:] if "=" not in word] or list(CASES)
    for chosen in wanted:
        if CASES[chosen][0] in tools:
            record(chosen, tools[CASES[chosen][0]])
