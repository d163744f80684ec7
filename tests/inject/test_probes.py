"""Probes in byte code note the arcs that coverage.py's tracer sees."""

import argparse
import ast
import asyncio.tasks
import contextlib
import inspect
import json.decoder
import os
import pickle
import subprocess
import sys
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from eee_ci.inject.probing.arcs import Seen, Slots
from eee_ci.inject.probing.flow import UndecidedError
from eee_ci.inject.probing.probes import probed
from tests.inject.constructs import CONSTRUCTS

pytestmark = pytest.mark.skipif(
    sys.version_info[:2] != (3, 11), reason="the byte code is that of Python 3.11"
)

# Each file is run under coverage.py, with probes in it or as it is; what the two saw of it is written.
TRACED = """
import contextlib, gc, json, sys
import coverage
sys.path.insert(0, sys.argv[1])
from eee_ci.inject.probing.arcs import Seen
from eee_ci.inject.probing.probes import probed

found = {}
for file in sys.argv[3:]:
    with open(file, encoding="utf-8") as stream:
        code = compile(stream.read(), file, "exec")
    seen = Seen()
    if sys.argv[2] == "probes":
        code = probed(code, seen)
    cov = coverage.Coverage(data_file=None, branch=True, include=[file], config_file=False)
    cov.start()
    with contextlib.suppress(Exception):
        exec(code, {"__name__": "piece", "__file__": file})
    gc.collect()
    cov.stop()
    found[file] = sorted(cov.get_data().arcs(file) or ()), sorted(set(seen.take()))
print(json.dumps(found))
"""
ROOT = Path(__file__).parent.parent.parent
Arcs = list[tuple[int, int]]


def traced(folder: Path, kind: str) -> Mapping[str, tuple[Arcs, Arcs]]:
    """The arcs by name: as coverage.py's tracer saw them, and as probes did."""
    files = {str(folder / f"{name}.py"): name for name in CONSTRUCTS}
    for file, name in files.items():
        Path(file).write_text(CONSTRUCTS[name], encoding="utf-8")
    ran = subprocess.run(
        (sys.executable, "-c", TRACED, str(ROOT), kind, *files),
        capture_output=True,
        check=True,
        env={"PATH": os.environ["PATH"]},
    )
    found = json.loads(ran.stdout)
    return {
        name: tuple([tuple(arc) for arc in arcs] for arcs in found[file])  # type: ignore[misc]  # two of them
        for file, name in files.items()
    }


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, tuple[Arcs, Arcs]]:
    return traced(tmp_path_factory.mktemp("plain"), "plain")


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, tuple[Arcs, Arcs]]:
    return traced(tmp_path_factory.mktemp("both"), "probes")


def codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for held in code.co_consts:
        if isinstance(held, types.CodeType):
            yield from codes(held)


def run(name: str) -> tuple[types.CodeType, Seen]:
    seen = Seen()
    code = probed(compile(CONSTRUCTS[name], f"/{name}.py", "exec"), seen)
    known: dict[str, Any] = {"__name__": "piece"}
    exec(code, known)  # noqa: S102 - our own words
    return code, seen


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_the_arcs_are_those_of_coverage_py(name: str, plain: Mapping[str, tuple[Arcs, Arcs]]) -> None:
    _, seen = run(name)
    assert sorted(set(seen.take())) == plain[name][0]
    assert seen.take() == []


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_whoever_traces_sees_code_with_probes_as_it_is_without(
    name: str, plain: Mapping[str, tuple[Arcs, Arcs]], both: Mapping[str, tuple[Arcs, Arcs]]
) -> None:
    assert both[name] == (plain[name][0], plain[name][0])


def as_it_was(old: types.CodeType, new: types.CodeType) -> None:
    places = [place for place in new.co_positions() if place[0] is not None]
    assert set(places) == {place for place in old.co_positions() if place[0] is not None}
    same = ("co_name", "co_qualname", "co_firstlineno", "co_flags", "co_varnames", "co_freevars", "co_names")
    assert [getattr(new, word) for word in same] == [getattr(old, word) for word in same]
    assert hash(new) != hash(old)


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_all_else_of_the_code_is_as_it_was(name: str) -> None:
    before = codes(compile(CONSTRUCTS[name], f"/{name}.py", "exec"))
    for old, new in zip(before, codes(run(name)[0]), strict=True):
        as_it_was(old, new)


@pytest.mark.parametrize(
    "module", [argparse, ast, asyncio.tasks, contextlib, json.decoder, subprocess, typing]
)
def test_all_else_of_code_of_the_standard_library_is_as_it_was(module: types.ModuleType) -> None:
    whole = compile(inspect.getsource(module), module.__file__ or "", "exec")
    for old, new in zip(codes(whole), codes(probed(whole, Seen())), strict=True):
        as_it_was(old, new)


def test_where_exceptions_are_taken_apart_it_is_not_decided() -> None:
    code = compile("try:\n    x = 1\nexcept* ValueError:\n    x = 2\n", "/x.py", "exec")
    with pytest.raises(UndecidedError):
        probed(code, Seen())


def test_code_without_any_line_is_not_walked_for_ever() -> None:
    code = compile("while True:\n    pass\n", "/x.py", "exec")
    nowhere = b"\xf8" * (len(code.co_code) // 2)  # an entry of one unit each
    with pytest.raises(UndecidedError):
        probed(code.replace(co_linetable=nowhere), Seen())


def test_a_traceback_says_where_it_was() -> None:
    source = "def f(x):\n    with x as y, y as z:\n        return (1 +\n                z.none)\n"
    found = []
    for seen in (None, Seen()):
        code = compile(source, "/x.py", "exec")
        known: dict[str, Any] = {}
        exec(code if seen is None else probed(code, seen), known)  # noqa: S102 - our own words
        with pytest.raises(AttributeError) as caught:
            known["f"](contextlib.nullcontext(contextlib.nullcontext(1)))
        step = caught.tb.tb_next
        assert step is not None
        places = list(step.tb_frame.f_code.co_positions())
        found.append((step.tb_lineno, step.tb_frame.f_lineno, places[step.tb_lasti // 2]))
    assert found[0] == found[1] == (4, 4, (4, 4, 16, 22))


def test_a_function_with_probes_can_be_copied_to_another_process() -> None:
    code, _ = run("module")
    slots = next(held for held in code.co_consts if type(held) is Slots)
    assert slots
    assert pickle.loads(pickle.dumps(slots)) == {}  # noqa: S301 - our own
