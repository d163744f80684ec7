"""Each rule meets the cheats that it is made for."""

import pytest

from eee_ci import tamper
from tests.tamper.scene import Texts, change, judged, ruled
from tests.tamper.test_honest import CODE, TESTS

PYPROJECT = """\
[project]
name = "shop"
version = "1"
dependencies = ["click"]

[tool.pytest.ini_options]
addopts = ["--strict-markers", "-q"]
testpaths = ["tests"]
xfail_strict = true
filterwarnings = ["error"]

[tool.coverage.run]
branch = true
source = ["src"]

[tool.coverage.report]
fail_under = 90
omit = ["src/old.py"]

[tool.ruff.lint]
select = ["E", "F", "B"]
ignore = ["E501"]

[tool.ruff.lint.mccabe]
max-complexity = 10

[tool.mypy]
strict = true
disallow_untyped_defs = true
"""
GATES = """\
version: 1
gates:
  lint:
    limits:
      findings: 0
  tests:
    limits:
      coverage: 80
"""
MAKE = "test:\n\tpytest -q\n"
FLOW = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest\n"
NOX = "import nox\n\n\n@nox.session\ndef tests(session):\n    session.run('pytest')\n"
BASE: Texts = {
    "src/shop.py": CODE,
    "tests/test_shop.py": TESTS,
    "tests/conftest.py": "import pytest\n",
    "pyproject.toml": PYPROJECT,
    "eee-ci.yaml": GATES,
    "Makefile": MAKE,
    ".github/workflows/ci.yml": FLOW,
    "noxfile.py": NOX,
    "uv.lock": "version = 1\n",
    "run.sh": "#!/bin/sh\nset -e\npytest\n",
    "web/app.ts": "export const a: number = 1;\n",
}


def code(old: str, new: str) -> Texts:
    assert old in CODE
    return {"src/shop.py": CODE.replace(old, new)}


def suite(old: str, new: str) -> Texts:
    assert old in TESTS
    return {"tests/test_shop.py": TESTS.replace(old, new)}


def config(old: str, new: str) -> Texts:
    assert old in PYPROJECT
    return {"pyproject.toml": PYPROJECT.replace(old, new)}


T1, T3, T4, T5, T6, T7, T8 = (f"EEE-T00{number}" for number in (1, 3, 4, 5, 6, 7, 8))

# what is changed, and the rules that have to object
CHEATS: dict[str, tuple[Texts, set[str]]] = {
    **{
        f"reaching: {what}": ({"src/new.py": f"import os, sys, pytest as p, builtins\n\n{what}\n"}, {T7})
        for what in (
            "os._exit(0)",
            "sys.settrace(None)",
            "sys._getframe(1)",
            "x = 'PYTEST_CURRENT_TEST'",
            "x = 'a' in sys.modules",
            "sys.modules['a'] = None",
            "del p.Item.runtest",
            "builtins.len += 1",
            "builtins.len: int = 1",
            "setattr(p.Item, 'runtest', None)",
            "from _pytest import runner",
            "import pluggy.x",
            "from pytest import Item",
            "def pytest_runtest_call(): ...",
        )
    },
    "a gate's limit": ({"eee-ci.yaml": GATES.replace("80", "10")}, {T1, T6}),
    "a gate's findings": ({"eee-ci.yaml": GATES.replace("findings: 0", "findings: 9")}, {T1, T6}),
    "a gate that only warns": ({"eee-ci.yaml": GATES + "    mode: warn\n"}, {T1, T3, T6}),
    "a gate deleted": ({"eee-ci.yaml": GATES[: GATES.index("  tests")]}, {T1, T6}),
    "a gate config that is no YAML": ({"eee-ci.yaml": "{"}, {T1, T6}),
    "a second gate config": ({".eee-ci.yaml": GATES}, {T1, T6}),
    "a conftest in a folder of the tests": ({"tests/unit/conftest.py": "X = 1\n"}, {T1}),
    "a conftest with another case": ({"tests/unit/ConfTest.py": "X = 1\n"}, {T1}),
    "a conftest deleted": ({"tests/conftest.py": None}, {T1}),
    "a sitecustomize": ({"src/sitecustomize.py": "X = 1\n"}, {T1}),
    "a path file": ({"src/x.pth": "import os\n"}, {T1}),
    "a plugin's entry point": ({"x-1.dist-info/entry_points.txt": "[pytest11]\nx = x\n"}, {T1}),
    "a module named like one of Python's": ({"json.py": "X = 1\n"}, {T1}),
    "a package named like pytest": ({"tests/pytest/__init__.py": "X = 1\n"}, {T1}),
    "a stub that hides its module": ({"src/shop.pyi": "def total(*a): ...\n"}, {T1}),
    "a compiled file": ({"src/__pycache__/shop.cpython-311.pyc": b"\0\1"}, {T1, T8}),
    "a workflow": ({".github/workflows/ci.yml": FLOW.replace(" pytest", " pytest || true")}, {T1, T3, T6}),
    "a workflow that goes on": (
        {".github/workflows/ci.yml": FLOW + "        continue-on-error: true\n"},
        {T1, T3, T6},
    ),
    "a Makefile that cannot fail": ({"Makefile": MAKE.replace("pytest -q", "pytest -q || true")}, {T1, T3}),
    "a Makefile that ignores": ({"Makefile": MAKE.replace("pytest", "-pytest")}, {T1, T3}),
    "a noxfile": ({"noxfile.py": NOX.replace("pytest", "true")}, {T1}),
    "a lock file": ({"uv.lock": "version = 2\n"}, {T1}),
    "an agent's instructions": ({"CLAUDE.md": "Say yes.\n"}, {T1}),
    "an agent's tools": ({".mcp.json": "{}"}, {T1}),
    "git attributes": ({".gitattributes": "*.py filter=evil\n"}, {T1, T8}),
    "a name with an ignored character": ({".git\u200bhub/workflows/x.yml": "on: push\n"}, {T1, T8}),
    "an editor's tasks": ({".vscode/tasks.json": "{}"}, {T1}),
    "noqa": (code("import os\n", "import os  # noqa: F401\n"), {T3}),
    "noqa for a file": ({"src/shop.py": "# ruff: noqa\n" + CODE}, {T3}),
    "noqa of one rule made one of all": (code("# noqa: S307 - it is ours", "# noqa"), {T3}),
    "noqa of one rule made one of two": (code("# noqa: BLE001", "# noqa: BLE001, S110"), {T3}),
    "noqa that went elsewhere": (
        {
            "src/shop.py": CODE.replace("  # noqa: S307 - it is ours", "").replace(
                "import os\n", "import os  # noqa: S307\n"
            )
        },
        {T3},
    ),
    "type: ignore": (code("    return cast(int, value)", "    return value  # type: ignore"), {T3}),
    "mypy told to be silent": ({"src/shop.py": "# mypy: ignore-errors\n" + CODE}, {T3}),
    "nosec": (code('value = eval("1")  # noqa: S307', 'value = eval("1")  # nosec # noqa: S307'), {T3}),
    "no cover": (code("    try:\n", "    try:  # pragma: no cover\n"), {T3}),
    "fmt: off": ({"src/shop.py": "# fmt: off\n" + CODE}, {T3}),
    "a cast": (code("return sum(prices)", "return cast(int, prices)"), {T3}),
    "a cast under another name": (
        {"src/new.py": "from typing import cast as c\n\nx = c(int, 'a')\n"},
        {T3},
    ),
    "Any": (code("def total(prices: list[int]", "def total(prices: Any"), {T3}),
    "Any inside of quotes": (code("def total(prices: list[int]", "def total(prices: 'dict[str, Any]'"), {T3}),
    "Any in quotes": (code("def total(prices: list[int]", "def total(prices: 'Any'"), {T3}),
    "no_type_check": (
        {"src/new.py": "import typing\n\n\n@typing.no_type_check\ndef f(x): ...\n"},
        {T3},
    ),
    "code that a type checker does not see": (
        {"src/new.py": "from typing import TYPE_CHECKING\n\nif not TYPE_CHECKING:\n    x: int = 'a'\n"},
        {T3},
    ),
    "except: pass": (
        code("    value", "    try:\n        f()\n    except Exception:\n        pass\n    value"),
        {T3},
    ),
    "suppress": (
        {"src/new.py": "import contextlib\n\nwith contextlib.suppress(Exception):\n    f()\n"},
        {T3},
    ),
    "a warning ignored": ({"src/new.py": "import warnings\n\nwarnings.simplefilter('ignore')\n"}, {T3}),
    "equal to anything": (
        {"src/new.py": "class A:\n    def __eq__(self, other):\n        return True\n"},
        {T3},
    ),
    "source that cannot be parsed": ({"src/shop.py": CODE + "\ndef ("}, {T3}),
    "a script that goes on": ({"run.sh": "#!/bin/sh\nset +e\npytest\n"}, {T3}),
    "ts-ignore": ({"web/app.ts": "// @ts-ignore\nexport const a: number = 'x';\n"}, {T3}),
    "skip": (suite("def test_total", "@pytest.mark.skip\ndef test_total"), {T3}),
    "xfail": (suite("def test_total", "@pytest.mark.xfail\ndef test_total"), {T3}),
    "skip inside": (suite("    assert total", "    pytest.skip('x')\n    assert total"), {T3}),
    "a module skipped": (
        suite("import pytest\n", "import pytest\n\npytest.skip('x', allow_module_level=True)\n"),
        {T3},
    ),
    "a module marked": ({"tests/test_shop.py": TESTS + "\npytestmark = pytest.mark.skip\n"}, {T3}),
    "__test__": ({"tests/test_shop.py": TESTS + "\ntest_total.__test__ = False\n"}, {T3}),
    "a test deleted": ({"tests/test_shop.py": TESTS[: TESTS.index("@pytest.mark.skipif")]}, {T4}),
    "a test file deleted": ({"tests/test_shop.py": None}, {T4}),
    "a test nobody collects": (suite("def test_total", "def check_total"), {T4}),
    "a test in a function": (
        suite("def test_name():", "def outer():\n  def test_name():"),
        {T4},
    ),
    "an assertion deleted": (suite("    assert result == 1\n", ""), {T5}),
    "assert True": (suite("assert result == 1", "assert True"), {T5}),
    "assert of a tuple": (suite("assert result == 1", "assert (result == 1, 'told')"), {T5}),
    "assert or True": (suite("assert result == 1", "assert result == 1 or True"), {T5}),
    "assert of itself": (suite("assert result == 1", "assert result == result"), {T5}),
    "truth in the place of equality": (suite("assert result == 1", "assert result"), {T5}),
    "another expectation": (suite("assert result == 1", "assert result == 2"), {T5}),
    "another expectation of a case": (suite("([1], 1)", "([1], 7)"), {T5}),
    "any exception": (suite("pytest.raises(KeyError,", "pytest.raises(Exception,"), {T5}),
    "any message": (suite(', match="c"', ""), {T5}),
    "an assertion below an if": (suite("    assert result", "    if result:\n        assert result"), {T5}),
    "an assertion after a return": (suite("    assert result", "    return\n    assert result"), {T5}),
    "an assertion in a try": (
        suite("    assert result", "    try:\n        pass\n    except ValueError:\n        assert result"),
        {T5},
    ),
    "a tolerance": (suite("== 1\n", "== pytest.approx(1, abs=9)\n"), {T5}),
    "no case": (suite("[([1], 1), ([1, 2], 3)]", "[]"), {T5}),
    "fewer cases": (suite("[([1], 1), ([1, 2], 3)]", "[([1], 1)]"), {T5}),
    "a new test that cannot fail": ({"tests/test_new.py": "def test_new():\n    assert 1 == 1\n"}, {T5}),
    "fail_under": (config("fail_under = 90", "fail_under = 10"), {T1, T6}),
    "fail_under deleted": (config("fail_under = 90\n", ""), {T1, T6}),
    "omit": (config('"src/old.py"', '"src/old.py", "src/shop.py"'), {T1, T6}),
    "max-complexity": (config("max-complexity = 10", "max-complexity = 99"), {T1, T6}),
    "ruff's choice": (config('["E", "F", "B"]', '["E"]'), {T1, T6}),
    "ruff's ignore": (config('["E501"]', '["E501", "F"]'), {T1, T6}),
    "per-file-ignores": (
        config("[tool.mypy]", '[tool.ruff.lint.per-file-ignores]\n"src/*" = ["ALL"]\n[tool.mypy]'),
        {T1, T6},
    ),
    "mypy's strictness": (config("strict = true\n", ""), {T1, T6}),
    "mypy's overrides": (
        {"pyproject.toml": PYPROJECT + '\n[[tool.mypy.overrides]]\nmodule = "shop"\nignore_errors = true\n'},
        {T1, T3, T6},
    ),
    "addopts -k": (config('"-q"]', '"-q", "-k", "not test_name"]'), {T1, T6}),
    "addopts -p": (config('"-q"]', '"-q", "-p", "evil"]'), {T1, T6}),
    "testpaths": (config('testpaths = ["tests"]', 'testpaths = ["tests/unit"]'), {T1, T6}),
    "warnings": (config('["error"]', '["error", "ignore::DeprecationWarning"]'), {T1, T6}),
    "a pytest.ini before pyproject.toml": ({"pytest.ini": "[pytest]\n"}, {T1, T6}),
    "a .coveragerc before pyproject.toml": ({".coveragerc": "[run]\nomit = *\n"}, {T1, T6}),
    "a ruff.toml before pyproject.toml": ({"src/ruff.toml": ""}, {T1, T6}),
    "a dependency": (config('["click"]', '["click", "requests"]'), {T1, T8}),
    "a binary": ({"src/data.bin": b"\x7fELF\0\0"}, {T8}),
    "a table of answers": (
        {"src/answers.py": "T = {" + ", ".join(f"{n}: {n * n}" for n in range(500)) + "}\n"},
        {T8},
    ),
    "a chain of answers": (
        {
            "src/answers.py": "def f(x):\n"
            + "".join(f"    if x == {n}:\n        return {n * n}\n" for n in range(300))
        },
        {T8},
    ),
    "a huge file": ({"src/new.py": "# x\n" * 400_000}, {T3, T8}),
    "far too many lines": ({"docs/new.md": "".join(f"{n}\n" for n in range(20_000))}, {T8}),
}  # fmt: skip  # read in rows


@pytest.mark.parametrize("what", CHEATS)
def test_a_cheat_is_found_by_its_rules(what: str) -> None:
    patch, wanted = CHEATS[what]
    assert ruled(BASE, patch) == sorted(wanted)


@pytest.mark.parametrize(
    ("mode", "content"), [("120000", b"../.claude/x"), ("160000", b""), ("100755", b"#!/bin/sh\n")]
)
def test_links_submodules_and_programs_are_found(mode: str, content: bytes) -> None:
    assert "EEE-T008" in ruled(BASE, {"src/x": content}, modes={"src/x": mode})


def test_a_link_to_a_protected_file_is_protected() -> None:
    found = judged(BASE, {"src/x": b"../.claude/settings.json"}, modes={"src/x": "120000"})
    assert {finding.rule: finding.severity for finding in found} == {
        "EEE-T001": "critical",
        "EEE-T008": "critical",
    }


def test_a_change_outside_of_the_scope_is_found() -> None:
    rules = tamper.Rules(scope=("src/shop.py",))
    assert ruled(BASE, code("import os\n", "import os\n\n"), rules) == []
    assert ruled(BASE, {"src/other.py": "X = 1\n"}, rules) == ["EEE-T008"]


def test_the_base_config_protects_more() -> None:
    rules = tamper.Rules(protected=("schema/**",))
    assert ruled(BASE, {"schema/a.json": "{}"}, rules) == ["EEE-T001"]


def test_what_the_base_config_allows_is_told_all_the_same() -> None:
    allow = tamper.Allow(rule="T3", paths=("src/**",), reason="old code")
    found = judged(BASE, code("import os\n", "import os  # noqa: F401\n"), tamper.Rules(allow=(allow,)))
    assert [(one.rule, one.severity, one.message[:41]) for one in found] == [
        ("EEE-T003", "info", "allowed by the base config (old code): ad")
    ]
    assert not tamper.tampered(found)


def test_an_exception_for_one_path_is_none_for_another() -> None:
    allow = tamper.Allow(rule="EEE-T003", paths=("lib/**",), reason="old code")
    assert ruled(BASE, code("import os\n", "import os  # noqa: F401\n"), tamper.Rules(allow=(allow,))) == [
        "EEE-T003"
    ]


def test_a_finding_names_its_place_what_was_found_and_what_was_wanted() -> None:
    (found,) = judged(BASE, code("import os\n", "import os  # noqa: F401\n"))
    assert (found.tool, found.path, found.line, found.severity) == ("tamper", "src/shop.py", 3, "high")
    assert found.message == "adds a suppression, noqa (F401), at `import os`; want no new one"
    assert found.fingerprint


def test_what_reaches_for_pytest_may_move() -> None:
    hook = "import sys\n\n\ndef pytest_runtest_call():\n    sys._getframe(1)\n"
    assert ruled({"src/a.py": hook}, {"src/a.py": None, "src/b.py": hook}) == []


def test_tests_may_import_pytest() -> None:
    assert (
        ruled(BASE, {"tests/test_more.py": "from pytest import mark\n\n\ndef test_x():\n    f(mark)\n"}) == []
    )


def test_a_file_that_could_not_be_read_is_found() -> None:
    (found,) = tamper.judge({}, {}, [change("src/a.py", None, b"x")])
    assert (found.rule, found.path) == ("EEE-T008", "src/a.py")


def test_another_mode_is_found() -> None:
    assert ruled(BASE, {"src/x": b"x"}, modes={"src/x": "100664"}) == ["EEE-T008"]


def test_a_path_that_leads_out_is_found() -> None:
    assert ruled(BASE, {"../x.py": b"x = 1\n"}) == ["EEE-T008"]


def test_source_of_another_language_version_is_compared_line_by_line() -> None:
    old = "print 'a'\n"
    assert ruled({"src/old.py": old}, {"src/old.py": old + "print 'b'\n"}) == []
    assert ruled({"src/old.py": old}, {"src/old.py": old + "print 'b'  # noqa\n"}) == [T3]


@pytest.mark.parametrize(
    ("path", "old", "new", "stricter"),
    [
        ("setup.cfg", "[coverage:report]\nfail_under = 8.5\n", "[coverage:report]\nfail_under = 7\n", False),
        ("setup.cfg", "[coverage:report]\nfail_under = 80\n", "[coverage:report]\nfail_under = 90\n", True),
        ("tox.ini", "[pytest]\naddopts =\n  -q\n  -W error\n", "[pytest]\naddopts =\n  -q\n", False),
        ("tox.ini", "[pytest]\naddopts = -q\n", "[pytest]\naddopts = -v\n", True),
        ("tox.ini", "[pytest]\naddopts = '\n", "[pytest]\naddopts = ''\n", False),
        (".flake8", "[flake8]\nignore = E1,E2\n", "[flake8]\nignore = E2\n", True),
        (".flake8", "[flake8]\nignore = E1\n", "[flake8]\nignore = E1, # why\n  F4\n", False),
        ("mypy.ini", "[mypy]\nwarn_return_any = true\n", "[mypy]\nwarn_return_any = no\n", False),
        ("mypy.ini", "[mypy]\nstrict = true\n", "[mypy]\nstrict = 'off'\n", False),
        ("mypy.ini", "[mypy]\n", "[mypy]\nskip_version_check = true\n", False),
        ("ruff.toml", "line-length = 100\n", "line-length = 90\n", True),
        ("ruff.toml", "line-length = 100\n", "line-length = 130\n", False),
        ("ruff.toml", "[lint]\n", "[lint]\nselect = ['E']\n", False),
        ("ruff.toml", "[lint]\n", "[lint]\nextend-select = ['E']\n", True),
        ("ruff.toml", "[lint.mccabe]\n", "[lint.mccabe]\nmax-complexity = 5\n", True),
        ("ruff.toml", "[lint.mccabe]\n", "[lint.mccabe]\nmax-complexity = 50\n", False),
        ("tsconfig.json", '{"options": {"strict": true}}', '{"options": {"strict": false}}', False),
        ("eee-ci.yaml", "gates:\n  a:\n    mode: warn\n", "gates:\n  a:\n    mode: block\n", True),
        ("eee-ci.yaml", "gates:\n  a:\n    mode: warn\n", "gates:\n  a:\n    args: [x, 'y z']\n", False),
        ("eee-ci.yaml", "a: {coverage: true}\n", "a: {coverage: false}\n", False),
        ("eee-ci.yaml", "a: {findings: true}\n", "a: {findings: false}\n", False),
        ("eee-ci.yaml", "a: 1\n", "a: 1\nb: *x\n", False),
        ("eee-ci.yaml", "a: 1\n", "# said\na: 1\n", True),
        (".ruff.toml", "a = 1\n", "a = \n", False),
    ],
)  # fmt: skip  # read in rows
def test_settings_only_become_stricter(path: str, old: str, new: str, stricter: bool) -> None:
    assert (T6 not in ruled({path: old}, {path: new})) is stricter


def test_new_requirements_and_packages_are_dependencies() -> None:
    base: Texts = {
        "requirements.txt": "click>=1 # x\n",
        "package.json": '{"dependencies": {"a": "1"}, "x": [{}]}',
    }
    assert T8 in ruled(base, {"requirements.txt": "click>=2\nrequests[socks]~=2\n"})
    assert T8 in ruled(base, {"package.json": '{"dependencies": {"a": "1", "b": "2"}}'})
    assert T8 not in ruled(base, {"requirements.txt": "click>=2\n", "package.json": "{"})


OLD = """\
import pytest, unittest

class TestA(unittest.TestCase):
    def test_it(self):
        self.assertEqual(f(), 1)
        self.assertTrue(f() == 1)
        self.assertAlmostEqual(g(), 1, places=7)
        with self.assertRaisesRegex(ValueError, "x"):
            f()
        self.fail("x")
"""


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("self.assertEqual(f(), 1)", "self.assertEqual(1, 1)", True),
        ("self.assertTrue(f() == 1)", "self.assertTrue(True)", True),
        ("self.assertTrue(f() == 1)", "self.assertTrue([1])", True),
        ("self.assertTrue(f() == 1)", "self.assertTrue({'a': 1})", True),
        ("self.assertTrue(f() == 1)", "self.assertTrue(f'{f()}')", True),
        ("self.assertTrue(f() == 1)", "self.assertTrue((x := True))", True),
        ("self.assertTrue(f() == 1)", "self.assertTrue(1 and 'x')", True),
        ("self.assertTrue(f() == 1)", "self.assertTrue(not 0)", True),
        ("self.assertTrue(f() == 1)", "self.assertTrue(isinstance(f(), object))", True),
        ("self.assertTrue(f() == 1)", "self.assertEqual(f(), 1)", False),
        ("places=7", "places=1", True),
        ("places=7", "places=many", True),
        ("places=7", "places=8", False),
        ("RaisesRegex(ValueError, 'x')".replace("'", '"'), "Raises(ValueError)", True),
        ('self.fail("x")', "raise AssertionError", False),
        ('self.fail("x")', "pass", True),
        ("    self.assertEqual(f(), 1)", "    for x in []:\n            self.assertEqual(f(), 1)", True),
        ("    self.assertEqual(f(), 1)", "    for x in [1]:\n            self.assertEqual(f(), 1)", False),
    ],
)  # fmt: skip  # read in rows
def test_unittest_is_weighed_as_well(old: str, new: str, wanted: bool) -> None:
    assert old in OLD
    found = ruled({"tests/test_u.py": OLD}, {"tests/test_u.py": OLD.replace(old, new)})
    assert (found == [T5]) is wanted, found


@pytest.mark.parametrize(
    "code",
    [
        "try:\n    f()\nexcept:\n    return_ = 1\n    pass\nfinally:\n    pass\n",
        "def __eq__(self, other):\n    return self.x == other.x\n",
        "if TYPE_CHECKING:\n    import x\n",
        "with open('x') as y, suppress(KeyError):\n    pass\n",
        "import warnings\n\nwarnings.simplefilter('error')\n",
        "class A:\n    __test__ = True\n",
        "skip = 1\nprint(skip)\n",
    ],
)  # fmt: skip  # read in rows
def test_what_only_looks_like_a_suppression_is_none(code: str) -> None:
    assert ruled({}, {"src/a.py": code}) == []


@pytest.mark.parametrize(
    "code",
    [
        "def f():\n    try:\n        g()\n    except (KeyError, Exception):\n        return None\n",
        "for x in y:\n    try:\n        g()\n    except BaseException:\n        continue\n",
        "from unittest.mock import ANY\n\nx = ANY\n",
        "class A: ...\n\n\nA.__eq__ = lambda *_: True\n",
        "import warnings\n\nwarnings.filterwarnings(action='ignore')\n",
        "x: 'Any' = 1\n",
        "import typing as t\n\nx: t.Any = 1\n",
    ],
)  # fmt: skip  # read in rows
def test_suppressions_are_found_in_each_spelling(code: str) -> None:
    assert ruled({}, {"src/a.py": code}) == [T3]
