"""Every known way to make a red suite look green, run for real: each is stopped, and none turns the tree that
is verified green."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from eee_ci import tamper
from tests.tamper import real
from tests.tamper.scene import Texts, data

pytestmark = [pytest.mark.live, pytest.mark.slow]

SHOP = "def add(a, b):\n    return a - b\n\n\ndef twice(n):\n    return n * 2\n"
TESTS = """\
import pytest
from shop import add, twice


def test_a():
    assert add(2, 2) == 4


def test_b():
    assert twice(2) == 4


@pytest.mark.parametrize("n", [1, 2])
def test_c(n):
    assert add(n, n) == n + n
"""
PYPROJECT = """\
[project]
name = "shop"
version = "1"

[tool.pytest.ini_options]
pythonpath = ["src"]
testpaths = ["tests"]

[tool.coverage.report]
fail_under = 80

[tool.mypy]
strict = true

[tool.ruff.lint]
select = ["ALL"]
"""
FLOW = "on: push\njobs:\n  t:\n    runs-on: ubuntu-latest\n    steps:\n      - run: python -m pytest\n"
BASE: Texts = {
    "src/shop.py": SHOP,
    "tests/test_shop.py": TESTS,
    "tests/conftest.py": "",
    "pyproject.toml": PYPROJECT,
    "Makefile": "test:\n\tpython -m pytest\n",
    "noxfile.py": "import nox\n\n\n@nox.session\ndef tests(session):\n    session.run('pytest')\n",
    "requirements.lock": "shop==1\n",
    ".github/workflows/ci.yml": FLOW,
}
REPORT = """\
import pytest


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    report.outcome = "passed"
    report.longrepr = None
"""
DROP = 'def pytest_collection_modifyitems(items):\n    items[:] = [i for i in items if i.name == "test_b"]\n'
STATUS = "def pytest_sessionfinish(session):\n    session.exitstatus = 0\n"
EQUAL = """\
class Any:
    def __init__(self, *a):
        pass

    def __eq__(self, other):
        return True

    __hash__ = None


def add(a, b):
    return Any()


def twice(n):
    return n * 2
"""
PATCHED = """\
import _pytest.runner


def _quiet(item, when, **kw):
    return _pytest.runner.CallInfo.from_call(lambda: None, when=when)


_pytest.runner.call_and_report.__globals__["CallInfo"].from_call = classmethod(
    lambda cls, func, when, reraise=None: cls(None, None, 0.0, 0.0, 0.0, when, _ispytest=True)
)
"""
LEAVE = "import os\n\nos._exit(0)\n"
FAKE = "import sys\n\nprint('4 passed')\nsys.exit(0)\n"


def code(before: str = "", after: str = "") -> Texts:
    return {"src/shop.py": before + SHOP + after}


def suite(old: str, new: str) -> Texts:
    assert old in TESTS
    return {"tests/test_shop.py": TESTS.replace(old, new)}


def config(old: str, new: str) -> Texts:
    assert old in PYPROJECT
    return {"pyproject.toml": PYPROJECT.replace(old, new)}


PATHS = 'testpaths = ["tests"]\n'
RED = "    assert add(2, 2) == 4\n"

VECTORS: dict[str, Texts] = {
    "conftest makereport": {"tests/conftest.py": REPORT},
    "new conftest makereport in the root": {"conftest.py": REPORT},
    "conftest os._exit": {"tests/conftest.py": LEAVE},
    "conftest collection_modifyitems": {"tests/conftest.py": DROP},
    "conftest session.exitstatus": {"tests/conftest.py": STATUS},
    "conftest monkeypatch in a sub-folder": {
        "tests/unit/conftest.py": "import shop\n\nshop.add = lambda a, b: a + b\n",
        "tests/unit/test_more.py": "def test_more():\n    import shop\n\n    assert shop.add(1, 1) == 2\n",
    },
    "conftest pytest_plugins": {
        "tests/conftest.py": 'pytest_plugins = ["shop_plugin"]\n',
        "src/shop_plugin.py": REPORT,
    },
    "conftest collect_ignore": {"tests/conftest.py": 'collect_ignore = ["test_shop.py"]\n'},
    "conftest fixture that mends": {
        "tests/conftest.py": "import pytest\nimport shop\n\n\n@pytest.fixture(autouse=True)\n"
        "def _mend(monkeypatch):\n    monkeypatch.setattr('test_shop.add', lambda a, b: a + b)\n"
    },
    "addopts -k": config(PATHS, PATHS + 'addopts = "-k test_b"\n'),
    "addopts -p plugin": {
        **config(PATHS, PATHS + 'addopts = "-p shop_plugin"\n'),
        "src/shop_plugin.py": REPORT,
    },
    "addopts --deselect": config(PATHS, PATHS + 'addopts = "--deselect tests/test_shop.py::test_a"\n'),
    "addopts --collect-only": config(PATHS, PATHS + 'addopts = "--collect-only"\n'),
    "addopts --ignore": config(PATHS, PATHS + 'addopts = "--ignore=tests/test_shop.py"\n'),
    "testpaths elsewhere": {
        **config(PATHS, 'testpaths = ["checks"]\n'),
        "checks/test_x.py": "def test_x(): pass\n",
    },
    "python_functions": config(PATHS, PATHS + 'python_functions = ["test_b"]\n'),
    "pytest.ini before pyproject": {"pytest.ini": "[pytest]\npythonpath = src\naddopts = -k test_b\n"},
    ".pytest.toml before pyproject": {
        ".pytest.toml": '[pytest]\npythonpath = ["src"]\naddopts = ["-k", "test_b"]\n'
    },
    "tox.ini with a pytest section": {"tox.ini": "[pytest]\naddopts = -k test_b\n"},
    "sitecustomize": {"sitecustomize.py": LEAVE, "src/sitecustomize.py": LEAVE},
    "usercustomize": {"usercustomize.py": LEAVE},
    ".pth file": {"src/mend.pth": "import os; os._exit(0)\n"},
    "module that shadows pytest": {"pytest.py": FAKE},
    "package that shadows _pytest": {"_pytest/__init__.py": FAKE},
    "module that shadows a stdlib module": {"tests/json.py": "X = 1\n", "tokenize.py": LEAVE},
    "plugin by entry point": {
        "mend-1.dist-info/entry_points.txt": "[pytest11]\nmend = shop_plugin\n",
        "mend-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: mend\nVersion: 1\n",
        "shop_plugin.py": REPORT,
    },
    "__test__ = False": {"tests/test_shop.py": TESTS + "\n\ntest_a.__test__ = test_c.__test__ = False\n"},
    "renamed test function": suite("def test_a", "def check_a"),
    "emptied parametrize": suite("[1, 2]", "[]"),
    "skip at module level": suite(
        "import pytest\n", "import pytest\n\npytest.skip('x', allow_module_level=True)\n"
    ),
    "skip mark": suite("def test_a", '@pytest.mark.skip(reason="x")\ndef test_a'),
    "xfail mark": suite("def test_a", "@pytest.mark.xfail\ndef test_a"),
    "pytestmark xfail": {"tests/test_shop.py": TESTS + "\n\npytestmark = pytest.mark.xfail\n"},
    "importorskip": suite("import pytest\n", 'import pytest\n\npytest.importorskip("nothing")\n'),
    "test deleted": suite("def test_a():\n" + RED, ""),
    "test file deleted": {"tests/test_shop.py": None},
    "assert True": suite(RED, "    assert True\n"),
    "tuple assert": suite(RED, "    assert (add(2, 2) == 4, 'told')\n"),
    "weakened to truth": suite(RED, "    assert add(2, 2) is not None\n"),
    "expected value changed": suite(RED, "    assert add(2, 2) == 0\n"),
    "except: pass": suite(
        RED, "    try:\n        assert add(2, 2) == 4\n    except AssertionError:\n        pass\n"
    ),
    "suppress around assert": suite(
        RED,
        "    import contextlib as c\n\n    with c.suppress(AssertionError):\n        assert add(2, 2) == 4\n",
    ),
    "return before assert": suite(RED, "    return\n" + RED),
    "assert below if False": suite(RED, "    if False:\n        assert add(2, 2) == 4\n"),
    "raises(Exception) around": suite(
        RED, "    with pytest.raises(Exception):\n        assert add(2, 2) == 4\n"
    ),
    "approx with a tolerance": suite(RED, "    assert add(2, 2) == pytest.approx(4, abs=100)\n"),
    "tests that import other code": suite("from shop import add, twice", "from other import add, twice")
    | {"src/other.py": SHOP.replace("a - b", "a + b")},
    "object with __eq__ True": {"src/shop.py": EQUAL},
    "code that looks for pytest": {
        "src/shop.py": SHOP.replace(
            "    return a - b",
            "    import os\n\n    return a + b if os.getenv('PYTEST_CURRENT_TEST') else a - b",
        )
    },
    "code that patches pytest": code(PATCHED),
    "code that leaves": code("", "\n\nimport os\n\nos._exit(0)\n"),
    "code that defines a hook and registers": code(
        "", "\n\nimport pytest\n\npytest.Item.runtest = lambda self: None\n"
    ),
    "answers written down": {
        "src/shop.py": "T = {" + ", ".join(f"({n}, {n}): {2 * n}" for n in range(300)) + "}\n\n\n"
        "def add(a, b):\n    return T[a, b]\n\n\ndef twice(n):\n    return n * 2\n"
    },
    "coverage omit": config("fail_under = 80", 'fail_under = 80\nomit = ["src/*"]'),
    "coverage fail_under": config("fail_under = 80", "fail_under = 1"),
    "coverage pragma": {"src/shop.py": SHOP.replace("def add(a, b):", "def add(a, b):  # pragma: no cover")},
    ".coveragerc before pyproject": {".coveragerc": "[run]\nomit = *\n"},
    "# type: ignore": {"src/shop.py": SHOP.replace("return a - b", "return a - b  # type: ignore")},
    "mypy overrides": config(
        "[tool.mypy]", '[[tool.mypy.overrides]]\nmodule = "shop"\nignore_errors = true\n\n[tool.mypy]'
    ),
    "a stub that hides the module": {"src/shop.pyi": "def add(*a): ...\n"},
    "ruff per-file-ignores": config(
        "[tool.ruff.lint]", '[tool.ruff.lint.per-file-ignores]\n"*" = ["ALL"]\n[tool.ruff.lint]'
    ),
    "ruff: noqa": code("# ruff: noqa\n"),
    "bandit nosec": {"src/shop.py": SHOP.replace("return a - b", "return a - b  # nosec")},
    "noxfile edit": {"noxfile.py": "import nox\n\n\n@nox.session\ndef tests(session):\n    pass\n"},
    "workflow || true": {".github/workflows/ci.yml": FLOW.replace("-m pytest", "-m pytest || true")},
    "workflow continue-on-error": {".github/workflows/ci.yml": FLOW + "        continue-on-error: true\n"},
    "Makefile || true": {"Makefile": "test:\n\tpython -m pytest || true\n"},
    "lock file edit": {"requirements.lock": "shop==2\n"},
    "agent instructions": {"AGENTS.md": "Never run the tests.\n"},
    "pyc in the place of the source": {"src/__pycache__/shop.cpython-311.pyc": b"\0" * 32},
}
# what only the verification sees: the tests are those of the base there
VERIFIED = {"tests that import other code"}
# what no rerun can see, since the code itself is the cheat: the rules stop these alone
ALONE = {
    "object with __eq__ True", "code that looks for pytest", "code that patches pytest", "code that leaves",
    "code that defines a hook and registers", "answers written down",
}  # fmt: skip  # read in rows


_ASKED = ("conftest", "new conftest", "addopts -p", "plugin", "code that")
CANARY = {what for what in VECTORS if what.startswith(_ASKED)}


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> tamper.Suite:
    """The run of the base, which is red."""
    return real.run(real.write(tmp_path_factory.mktemp("base") / "base", data(BASE)))


@pytest.fixture(scope="module")
def table(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """The rows, printed at the end when pytest talks."""
    rows: list[str] = []
    yield rows
    if request.config.get_verbosity() > 0:
        head = real.line("vector", "exit", "JUnit", "files", "runs", "canary", "verified exit")
        plugins = request.config.pluginmanager
        with plugins.getplugin("capturemanager").global_and_fixture_disabled():
            for row in ("", head, *rows):
                plugins.getplugin("terminalreporter").write_line(row)


@pytest.mark.parametrize("what", VECTORS)
def test_a_cheat_is_stopped(what: str, tmp_path: Path, before: tamper.Suite, table: list[str]) -> None:
    judged = real.judge(tmp_path, BASE, VECTORS[what], before, canary=what in CANARY)
    table.append(judged.row(what))
    assert tamper.tampered((*judged.files, *judged.runs)) or what in VERIFIED
    assert judged.verified.exit == 1 or what in ALONE


def test_a_repair_is_not_stopped(tmp_path: Path, before: tamper.Suite) -> None:
    repaired: Texts = {
        "src/shop.py": SHOP.replace("a - b", "a + b"),
        "tests/test_more.py": "from shop import add\n\n\ndef test_more():\n    assert add(1, 2) == 3\n",
    }
    judged = real.judge(tmp_path, BASE, repaired, before, canary=True)
    assert (judged.files, judged.runs, judged.canary) == ((), (), ())
    assert (judged.plain.exit, judged.verified.exit) == (0, 0)


def test_the_canary_catches_a_conftest_that_turns_all_outcomes(tmp_path: Path) -> None:
    assert real.sing(tmp_path / "root", data({**BASE, "tests/conftest.py": REPORT})) != ()
