"""The tracer rests while only libraries run, and what is measured is what coverage.py measures by itself."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import coverage
import pytest

from eee_ci import inject
from tests.inject.recorded import PACKAGE, write

PLAIN = ("-m", "coverage", "run", "--branch")
OURS = (inject.script("launch.py"), "--cwd-on-path", "--cover=data")
FILES = {
    **PACKAGE,
    "tests/test_x.py": "from p.a import C, f\n\ndef test_x():\n    assert (C().m(), f()) == (1, 2)\n",
}
GARBAGE = (
    "import gc\n\n\nclass G:\n    def __init__(self):\n        self.me = self\n\n"
    "    def __del__(self):\n        x = 1\n\n\ndef leave():\n    gc.set_threshold(1_000_000)\n    G()\n"
)
SHADOW = (
    "import importlib.machinery\nimport importlib.util\nimport sys\n\n"
    "places = [place for place in sys.path if place.endswith('-packages')]\n"
    "spec = importlib.machinery.PathFinder.find_spec('iniconfig', places)\n"
    "module = sys.modules['iniconfig'] = importlib.util.module_from_spec(spec)\n"
    "spec.loader.exec_module(module)\n"
)
HOOK = "import sys\n\n\ndef hook(event, arguments):\n{}\n\nsys.addaudithook(hook)\n"
THREAD = HOOK.format(
    "    if event == 'exec' and arguments[0].co_filename.endswith('_pytest/main.py'):\n"
    "        import threading\n"
    "        thread = threading.Thread(target=__import__, args=('p.a',))\n"
    "        thread.start()\n"
    "        thread.join()\n"
)
COLLECT = HOOK.format(  # as soon as something is made while the test file is rewritten
    "    if event == 'compile' and str(arguments[1]).endswith('test_x.py'):\n"
    "        import gc\n"
    "        gc.set_threshold(1)\n"
)
WATCH = HOOK.format(
    "    if event == 'exec' or (event == 'compile' and arguments[1]):\n"
    "        name = arguments[0].co_filename if event == 'exec' else str(arguments[1])\n"
    "        with open('seen', 'a') as stream:\n"
    "            print(event, name, sys.gettrace() is not None, file=stream)\n"
)

Arcs = Mapping[str, set[tuple[int, int]]]


def measured(root: Path, files: Mapping[str, str], start: tuple[str, ...], *words: str) -> Arcs:
    """The arcs by file of one run of pytest."""
    write(root, {**FILES, **files})
    select = {"v": 1, "root": str(root), "report": f"{root}/record.json", "skip": [], "first": []}
    (root / "select.json").write_text(json.dumps(select), encoding="utf-8")
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{root}/first:{root}/src"}
    pytest_ = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
    source = () if any(word.startswith("--source") for word in words) else ("--source=src",)
    options = [word for word in words if word.startswith("--source")]
    rest = [word for word in words if word not in options]
    subprocess.run(
        (sys.executable, *start, *source, *options, *pytest_, *rest),
        cwd=root,
        env={**env, "COVERAGE_FILE": str(root / "data"), "PYTHONDONTWRITEBYTECODE": "1"},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    data = coverage.CoverageData(str(root / "data"))
    data.read()
    found = {file: set(data.arcs(file) or ()) for file in data.measured_files()}
    return {os.path.relpath(file, root): known for file, known in found.items()}


CASES: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "tests": ({}, ()),
    "conftest": ({"tests/conftest.py": "from p import a\n\na.f()\n"}, ()),
    "all": ({"tests/conftest.py": "from p import a\n\na.f()\n"}, ("--source=.",)),
    "plugin": ({"src/p/plugin.py": "def pytest_configure():\n    x = 1\n"}, ("-p", "p.plugin")),
    "shadow": ({"iniconfig.py": SHADOW}, ("--source=.",)),
    "garbage": (
        {
            "src/p/g.py": GARBAGE,
            "tests/conftest.py": "from p import g\n\ng.leave()\n",
            "first/sitecustomize.py": COLLECT,
        },
        (),
    ),
    "thread": ({"first/sitecustomize.py": THREAD}, ()),
    "warning": (
        {
            "src/p/w.py": "def show(*_, **__):\n    x = 1\n",
            "tests/conftest.py": "import warnings\n\nfrom p import w\n\n"
            "warnings.simplefilter('always')\nwarnings.showwarning = w.show\n",
            "tests/test_y.py": "def test_y():\n    assert '\\d'\n",
        },
        ("-p", "no:warnings"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_same_is_measured_as_without_a_rest(case: str, tmp_path: Path) -> None:
    files, words = CASES[case]
    plain = measured(tmp_path / "plain", files, PLAIN, *words)
    assert plain["src/p/a.py"]
    assert measured(tmp_path / "ours", files, OURS, *words) == plain
    assert measured(tmp_path / "recorded", files, (*OURS, "--record=select.json"), *words) == plain


def seen(root: Path, *words: str, settings: str = "") -> dict[str, str]:
    """Whether it was traced when the file was run or compiled."""
    files = {"first/sitecustomize.py": WATCH, "tests/conftest.py": "", ".coveragerc": f"[run]\n{settings}\n"}
    measured(root, files, OURS, *words)
    rows = [line.split(" ", 2) for line in (root / "seen").read_text(encoding="utf-8").splitlines()]
    return {f"{event} {'/'.join(name.split('/')[-2:])}": traced for event, name, traced in rows}


def test_it_rests_while_pytest_is_loaded_and_while_it_rewrites(tmp_path: Path) -> None:
    traced = seen(tmp_path)
    assert traced["exec _pytest/main.py"] == "False"
    assert traced["compile tests/test_x.py"] == "False"
    assert traced["exec tests/test_x.py"] == traced["exec p/a.py"] == "True"


@pytest.mark.parametrize(
    ("settings", "rests"),
    [
        ("include = src/*", True),
        ("include = */p/*", False),
        ("include = /*", False),
        ("source = pluggy", False),
        ("source_pkgs = p, _pytest", False),
        ("cover_pylib = true", False),
        ("core = pytrace", False),
    ],
)
def test_where_a_library_may_be_measured_it_does_not(settings: str, rests: bool, tmp_path: Path) -> None:
    traced = seen(tmp_path, settings=settings)
    assert (traced["exec _pytest/main.py"], traced["exec pluggy/_hooks.py"]) == (str(not rests),) * 2
