"""What coverage.py says sooner is what it says."""

import argparse
import ast
import dataclasses
import enum
import inspect
import json
import typing
from pathlib import Path
from typing import Any

import coverage
import coverage.parser
import pytest

from eee_ci.inject import covlean

PIECES = {
    "comments": "# first\n\nif x:  # at a line\n    # alone\n\n    y = 1  # last\n# end",
    "excluded": (
        "def f():  # pragma: no cover\n    # deeper\n    return 1\n\n\nz = 2\n"
        "if z: # pragma: no cover\n    y = (\n\n        1)\n"
    ),
    "strings": (
        "def f():\n    '''one\n    two'''\n    x = '''three\nfour''' ; y = (1,\n"
        "   2)\n    return f'''{x}\n{y}'''\n"
    ),
    "joined": "x = 1 + \\\n    2\nif x and \\\n   x:\n    y = x; \\\n    z = 3\n",
    "brackets": (
        "x = {\n    'a': [1,  # one\n\n          2],\n}\nfor a in (\n    1,\n): b = lambda: {1: 2}\n"
    ),
    "decorated": (
        "@property\n@(\n    staticmethod\n)\ndef f(\n"
        "    a: int = 1,  # pragma: no cover\n) -> None: ...\n\n\nclass C:\n"
        "    'doc'\n    x = 1\n"
    ),
    "waiting": ("async def f():\n    async with a as b:\n        await b\n    return [x async for x in b]\n"),
    "matching": (
        "match x:\n    case {'a': 1}:\n        y = 1\n    case _:  # pragma: no cover\n        y = 2\n"
    ),
    "tabs": "if x:\n\ty = 1\n\tif y:\n\t\tz = 1\n\x0c\nelse:\n\tz = 2\n",
    "letters": "ä = 'ö'  # ü\nif ä:\n    ß = '''→\n→'''\n",
    "unended": "if x:\n    y = (1,\n         2)",
    "nothing": "",
    "remark": "# nothing else",
}
MODULES = (argparse, ast, dataclasses, enum, inspect, typing)


@pytest.fixture
def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> coverage.Coverage:
    """Files of which only the first line ran."""
    monkeypatch.chdir(tmp_path)
    texts = PIECES | {module.__name__: inspect.getsource(module) for module in MODULES}
    for name, text in texts.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    made = coverage.Coverage(data_file=None, config_file=False, branch=True)
    made.get_data().add_arcs({str(tmp_path / f"{name}.py"): {(-1, 1)} for name in texts})
    return made


def paths(cov: coverage.Coverage) -> list[str]:
    return sorted(cov.get_data().measured_files())


def whole(cov: coverage.Coverage) -> dict[str, Any]:
    """Less what nobody asks for."""
    cov.json_report(outfile="whole.json", contexts=[])
    found: dict[str, Any] = json.loads(Path("whole.json").read_text(encoding="utf-8"))
    return stripped(found)


def stripped(found: dict[str, Any]) -> dict[str, Any]:
    found["meta"].pop("timestamp")
    for file in found["files"].values():
        for kind in ("classes",) if file["missing_lines"] else ("classes", "functions"):
            file.pop(kind, None)
    return found


def test_tokens_of_the_parser_lead_to_the_same_report(measured: coverage.Coverage) -> None:
    said = covlean.report(measured, paths(measured), "aside.json")
    assert said is not None
    assert stripped(json.loads(json.dumps(said))) == whole(measured)


def test_a_source_is_parsed_once(measured: coverage.Coverage, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    parse = ast.parse

    def counted(source: str) -> ast.AST:
        seen.append(source)
        return parse(source)

    monkeypatch.setattr(ast, "parse", counted)
    covlean.report(measured, paths(measured), "aside.json")
    assert len([source for source in seen if source]) == len(PIECES) + len(MODULES) - 1


@pytest.mark.parametrize("name", ["generate_tokens", "ast"])
def test_a_version_that_is_built_otherwise_keeps_its_own(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names = vars(coverage.parser)
    others = dict(names)
    monkeypatch.delitem(names, name)
    with covlean.leaning([]):
        assert name not in names
        assert {other for other in others if names.get(other) is not others[other]} > {name}
