"""CPython's own tests of what is hard about tracing, with probes in them."""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="probes are for Python 3.11"),
    pytest.mark.skipif(
        importlib.util.find_spec("test.support") is None, reason="Python came without its tests"
    ),
]
ROOT = Path(__file__).parent.parent.parent
# One module of tests, traced by coverage.py or with probes; where these are undecided, code stays as it is.
RUN = """
import contextlib, gc, importlib, importlib.util, json, sys, types, unittest
sys.path.insert(0, sys.argv[1])
import builtins
import coverage
from eee_ci.inject.probing import probes
from eee_ci.inject.probing.arcs import Seen
from eee_ci.inject.probing.flow import UndecidedError

name, kind = sys.argv[2:]
file = importlib.util.find_spec(name).origin
seen, plain, whole = Seen(), exec, probes.probed

def one(code, seen):
    with contextlib.suppress(UndecidedError):
        return whole(code, seen)
    return code

def run(code, *known):
    if isinstance(code, types.CodeType) and code.co_filename == file and kind == "probes":
        code = one(code, seen)
    plain(code, *known)

probes.probed = one
builtins.exec = run
cov = coverage.Coverage(data_file=None, branch=True, include=[file], config_file=False, cover_pylib=True)
if kind == "traced":
    cov.start()
module = importlib.import_module(name)
builtins.exec = plain
tests = unittest.defaultTestLoader.loadTestsFromModule(module)
with open("told", "w") as stream:
    result = unittest.TextTestRunner(stream=stream).run(tests)
gc.collect()
if kind == "traced":
    cov.stop()
arcs = cov.get_data().arcs(file) if kind == "traced" else set(seen.take(last=True))
bad = [str(test) for test, _ in result.failures + result.errors]
with open("found", "w") as stream:
    json.dump({"ran": result.testsRun, "bad": bad, "arcs": sorted(arcs or ())}, stream)
"""


def ran(name: str, kind: str, folder: Path) -> Mapping[str, object]:
    subprocess.run(
        (sys.executable, "-W", "ignore", "-c", RUN, str(ROOT), name, kind),
        cwd=folder,
        check=True,
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.DEVNULL,
    )
    found: Mapping[str, object] = json.loads((folder / "found").read_text(encoding="utf-8"))
    return found


def test_who_traces_is_told_what_python_says_it_is(tmp_path: Path) -> None:
    found = ran("test.test_sys_settrace", "probes", tmp_path)
    assert found["bad"] == []
    assert isinstance(found["ran"], int)
    assert found["ran"] > 300


@pytest.mark.parametrize(
    "name",
    ["with", "contextlib", "coroutines", "listcomps", "exception_group", "class", "raise", "decorators"],
)
def test_the_arcs_are_those_that_the_tracer_sees(name: str, tmp_path: Path) -> None:
    assert ran(f"test.test_{name}", "probes", tmp_path) == ran(f"test.test_{name}", "traced", tmp_path)
