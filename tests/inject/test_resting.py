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

AGAIN = (  # in another way than by an import
    "import runpy\nimport types\n\nfrom p import a\n\n\n"
    "def held(code, name):\n"
    "    return next(held for held in code.co_consts if getattr(held, 'co_name', '') == name)\n\n\n"
    "def call(code):\n    a.f.__code__ = code\n    return a.f()\n\n\n"
    "def test_y():\n"
    "    file = a.__file__\n"
    "    with open(file) as stream:\n"
    "        code = compile(stream.read() + '\\ndef late():\\n    return 3\\nlate()\\n', file, 'exec')\n"
    "    {}\n"
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
    return {os.path.relpath(root / file, root): known for file, known in found.items()}


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
    "run again": ({"tests/test_y.py": AGAIN.format("runpy.run_path(file, run_name='__main__')")}, ()),
    "executed": ({"tests/test_y.py": AGAIN.format("exec(code)")}, ()),
    "executed elsewhere": ({"tests/test_y.py": AGAIN.format("exec(code, {}) or exec('1')")}, ()),
    "evaluated": ({"tests/test_y.py": AGAIN.format("eval(code)")}, ()),
    "a function made": (
        {"tests/test_y.py": AGAIN.format("types.FunctionType(held(code, 'late'), {})()")},
        (),
    ),
    "code made": ({"tests/test_y.py": AGAIN.format("call(held(code, 'f').replace(co_name='g'))")}, ()),
    "no Python": ({"tests/test_y.py": AGAIN.format("exec(compile('x = 1', file + '.html', 'exec'))")}, ()),
    "a package": ({".coveragerc": "[run]\nsource_pkgs = p\n"}, ()),
    "a library": ({}, ("--source=iniconfig",)),
    "relative": ({".coveragerc": "[run]\nrelative_files = true\n"}, ()),
    "contexts": ({".coveragerc": "[run]\ndynamic_context = test_function\n"}, ()),
    "not all": ({".coveragerc": "[run]\nomit = src/p/a.py\n", "src/p/b.py": "x = 1\n"}, ()),
    "taken apart": (
        {
            "src/p/e.py": "def f():\n    try:\n        1 / 0\n    except* ValueError:\n        x = 1\n",
            "tests/test_y.py": "import pytest\nfrom p import e\n\ndef test_y():\n"
            "    with pytest.raises(ZeroDivisionError):\n        e.f()\n",
        },
        (),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_same_is_measured_as_without_a_rest(case: str, tmp_path: Path) -> None:
    files, words = CASES[case]
    plain = measured(tmp_path / "plain", files, PLAIN, *words)
    assert any(plain.values())
    assert measured(tmp_path / "ours", files, OURS, *words) == plain
    assert measured(tmp_path / "recorded", files, (*OURS, "--record=select.json"), *words) == plain
    if case in list(CASES)[:8]:
        assert measured(tmp_path / "traced", files, (*OURS, "--traced"), *words) == plain


def seen(root: Path, *words: str, settings: str = "", **more: str) -> dict[str, str]:
    """Whether it was traced when the file was run or compiled."""
    files = {"first/sitecustomize.py": WATCH, "tests/conftest.py": "", ".coveragerc": f"[run]\n{settings}\n"}
    own = {f"{name.replace('__', '/')}.py": source for name, source in more.items()}
    options = [word for word in words if word == "--traced"]
    rest = [word for word in words if word not in options]
    measured(root, {**files, **own}, (*OURS, *options), *rest)
    rows = [line.split(" ", 2) for line in (root / "seen").read_text(encoding="utf-8").splitlines()]
    return {f"{event} {'/'.join(name.split('/')[-2:])}": traced for event, name, traced in rows}


def test_it_rests_while_pytest_is_loaded_and_while_it_rewrites(tmp_path: Path) -> None:
    traced = seen(tmp_path, "--traced")
    assert traced["exec _pytest/main.py"] == "False"
    assert traced["compile tests/test_x.py"] == "False"
    assert traced["exec tests/test_x.py"] == traced["exec p/a.py"] == "True"


PROBES = pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="probes are put into code of Python 3.11")
COLLECTS = WATCH.replace("import sys", "import gc\nimport sys").replace(
    "sys.gettrace() is not None", "gc.isenabled()"
)
LATE = "import types\n{}\n\ndef test_y():\n    from p import late\n"
MADE = "compile('x = 1', '{}', 'exec')"


@PROBES
@pytest.mark.parametrize("words", [(), ("--traced",)])
def test_no_garbage_is_looked_for_while_pytest_rewrites(words: tuple[str, ...], tmp_path: Path) -> None:
    collects = seen(tmp_path, *words, first__sitecustomize=COLLECTS)
    assert collects["compile tests/test_x.py"] == "False"
    assert collects["exec tests/test_x.py"] == collects["exec p/a.py"] == "True"


@PROBES
@pytest.mark.parametrize(
    ("before", "wakes"),
    [
        ("", False),
        (f"types.FunctionType({MADE.format('src/p/b.py')}, {{}})", True),
        (f"types.FunctionType({MADE.format('lib/b.py')}, {{}})", False),
        (f"(lambda: 1).__code__ = {MADE.format('src/p/b.py')}", True),
        (f"{MADE.format('src/p/b.py')}.replace(co_name='x')", False),
        ("(lambda: 1).__defaults__ = ()", False),
        (f"eval({MADE.format('src/p/b.py')})", False),
        (f"exec.__globals__['exec_']({MADE.format('src/p/b.py')})", True),
        (f"exec({MADE.format('src/p/b.py')})", False),
        ("from p import a\ntypes.FunctionType(a.f.__code__, {})", False),
        ("import threading\nthreading.Thread(target=print).start()", False),
    ],
)
def test_with_probes_it_rests_until_there_is_code_without_them(
    before: str, wakes: bool, tmp_path: Path
) -> None:
    late = {"src__p__late": "x = 1\n", "tests__test_y": LATE.format(before)}
    assert seen(tmp_path, **late)["exec p/late.py"] == str(wakes)


@PROBES
@pytest.mark.parametrize(
    ("settings", "more"),
    [
        ("dynamic_context = test_function", {}),
        ("", {"first__numba": ""}),
        ("", {"first__sitecustomize": f"{WATCH}\nfrom p import a\n"}),
        (
            "",
            {
                "src__p__a": "class C:\n    def m(self):\n        return 1\n\n\ndef f():\n"
                "    try:\n        return 2\n    except* ValueError:\n        pass\n"
            },
        ),
    ],
    ids=["contexts", "reader", "imported", "taken apart"],
)
def test_where_probes_do_not_do_it_is_traced(settings: str, more: dict[str, str], tmp_path: Path) -> None:
    late = {"src__p__late": "x = 1\n", "tests__test_y": LATE.format("from p import a")}
    assert seen(tmp_path, settings=settings, **{**late, **more})["exec p/late.py"] == "True"


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
    traced = seen(tmp_path, "--traced", settings=settings)
    assert (traced["exec _pytest/main.py"], traced["exec pluggy/_hooks.py"]) == (str(not rests),) * 2
