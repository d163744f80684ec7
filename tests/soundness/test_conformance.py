"""Twelve changes that break a test, most of them where no test's own code is: a check that remembers a green
run must be red after each, and say the same as one that remembers nothing."""

import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
import yaml

from eee_ci.gates import pytest as gate
from tests.conftest import Project
from tests.soundness import compare

pytestmark = [pytest.mark.network, pytest.mark.slow]

SELECT = {"select": "affected"} if "select" in gate.OPTIONS.__struct_fields__ else {}
FILES = {
    "p/__init__.py": "",
    "p/sums.py": "def double(n: int) -> int:\n    return n * 2\n",
    "p/things.py": "class Thing:\n    size = 3\n\n    def twice(self):\n        return self.size * 2\n",
    "p/limits.py": "MOST = 10\n\n\ndef most() -> int:\n    return MOST\n",
    "p/names.py": 'NAMES = ("a", "b")\n',
    "p/tool.py": 'print("ready")\n',
    "p/data/rates.json": '{"rate": 2}\n',
    "p/plugins/one.txt": "one\n",
    "tests/test_sums.py": "from p.sums import double\n\n\ndef test_double():\n    assert double(2) == 4\n",
    "tests/test_things.py": (
        "from p.things import Thing\n\n\ndef test_twice() -> None:\n    assert Thing().twice() == 6\n"
    ),
    "tests/test_limits.py": "from p.limits import most\n\n\ndef test_most():\n    assert most() == 10\n",
    "tests/test_names.py": "from p.names import NAMES\n\n\ndef test_names():\n    assert len(NAMES) == 2\n",
    "tests/test_rates.py": (
        "import json\nfrom pathlib import Path\n\n"
        "RATES = Path(__file__).parent.parent / 'p/data/rates.json'\n\n\n"
        "def test_rate() -> None:\n    assert json.loads(RATES.read_text())['rate'] == 2\n"
    ),
    "tests/test_mode.py": (
        "import os\n\n\ndef test_mode() -> None:\n    assert os.environ.get('P_MODE', 'calm') == 'calm'\n"
    ),
    "tests/test_tool.py": (
        "import subprocess\nimport sys\n\n\ndef test_tool() -> None:\n"
        "    said = subprocess.run([sys.executable, '-m', 'p.tool'], capture_output=True, text=True).stdout\n"
        "    assert said == 'ready\\n'\n"
    ),
    "tests/test_plugins.py": (
        "from pathlib import Path\n\nPLUGINS = Path(__file__).parent.parent / 'p/plugins'\n\n\n"
        "def test_plugins() -> None:\n    assert len(list(PLUGINS.glob('*.txt'))) == 1\n"
    ),
}
FAILING_FIXTURE = (
    "import pytest\n\n\n@pytest.fixture(autouse=True)\ndef _fails() -> None:\n    raise RuntimeError('no')\n"
)


class Change(NamedTuple):
    """Files and their new content, None for one that is gone, or a variable of the environment."""

    files: dict[str, str | None] = {}
    env: dict[str, str] = {}


CHANGES = {
    "the body of an executed function": Change(
        {"p/sums.py": "def double(n: int) -> int:\n    return n * 3\n"}
    ),
    "a new test file that fails": Change(
        {"tests/test_new.py": "def test_new() -> None:\n    assert False\n"}
    ),
    "a class attribute": Change({"p/things.py": FILES["p/things.py"].replace("size = 3", "size = 4")}),
    "a module constant": Change({"p/limits.py": FILES["p/limits.py"].replace("MOST = 10", "MOST = 11")}),
    "a JSON data file": Change({"p/data/rates.json": '{"rate": 3}\n'}),
    "an environment variable": Change(env={"P_MODE": "wild"}),
    "code run in a process of its own": Change({"p/tool.py": 'print("steady")\n'}),
    "a new file found by a pattern": Change({"p/plugins/two.txt": "two\n"}),
    "a new conftest with a failing fixture": Change({"tests/conftest.py": FAILING_FIXTURE}),
    "a deleted module of import-time code": Change({"p/names.py": None}),
    "a new module that shadows a library's": Change({"json.py": "raise RuntimeError('shadow')\n"}),
    "broken settings of pytest": Change({"pytest.ini": "[pytest\n"}),
}


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter with pytest and coverage.py, in an environment that is no one else's."""
    folder = tmp_path_factory.mktemp("conformance") / "venv"
    python = folder / "bin" / "python"
    uv = Path(sys.executable).parent / "uv"
    if uv.exists():
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, folder], check=True)
        install: tuple[str | Path, ...] = (uv, "pip", "install", "--quiet", "--python", python)
    else:
        venv.create(folder, with_pip=True)
        install = (python, "-m", "pip", "install", "--quiet")
    subprocess.run([*install, "pytest>=8.4", "coverage>=7.10"], check=True)
    return python


class Judge(NamedTuple):
    """A project that was checked once, green, and what that check remembers."""

    project: Project
    memory: Path
    aside: Path

    def warm(self, **env: str) -> compare.Facts:
        return self._facts(self.project, self.memory, env)

    def scratch(self, **env: str) -> compare.Facts:
        """The same tree elsewhere, checked for the first time."""
        shutil.rmtree(self.aside, ignore_errors=True)
        ignored = shutil.ignore_patterns(".eee-ci", "__pycache__")
        shutil.copytree(self.project.root, self.aside / "project", ignore=ignored)
        return self._facts(Project(self.aside / "project"), self.aside / "memory", env)

    @staticmethod
    def _facts(project: Project, memory: Path, env: dict[str, str]) -> compare.Facts:
        done = project.run("check", "tests", env={"EEE_CI_CACHE_DIR": str(memory), **env})
        report = msgspec.to_builtins(project.report())
        return compare.facts(report, done.returncode, {str(project.root): "{root}"})


@pytest.fixture
def green(project: Callable[[dict[str, str]], Project], python: Path, tmp_path: Path) -> Judge:
    config = {
        "version": 1,
        "python": str(python),
        "sources": ["p"],
        "tests": ["tests"],
        "env": {"pass": ["P_MODE"]},
        "gates": {"tests": {"tool": "pytest", "limits": {"coverage": 0}, **SELECT}},
    }
    made = project({**FILES, "eee-ci.yaml": yaml.safe_dump(config)})
    judge = Judge(made, tmp_path / "memory", tmp_path / "aside")
    assert status(judge.warm()) == '"passed"'
    return judge


def status(facts: compare.Facts) -> str:
    return facts["tests", "status"]


def apply(project: Project, change: Change) -> None:
    for name, content in change.files.items():
        if content is None:
            (project.root / name).unlink()
        else:
            project.write({name: content})


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_that_breaks_a_test_is_red_whatever_is_remembered(green: Judge, name: str) -> None:
    change = CHANGES[name]
    apply(green.project, change)
    warm = green.warm(**change.env)
    assert status(warm) in ('"failed"', '"broken"')
    assert compare.differences(warm, green.scratch(**change.env)) == []


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_that_is_undone_is_green_again(green: Judge, name: str) -> None:
    """What was remembered of the red state does not stay."""
    change = CHANGES[name]
    apply(green.project, change)
    green.warm(**change.env)
    apply(green.project, Change({file: FILES.get(file) for file in change.files}))
    warm = green.warm()
    assert status(warm) == '"passed"'
    assert compare.differences(warm, green.scratch()) == []


def test_a_renamed_test_file_runs(green: Judge) -> None:
    content = FILES["tests/test_sums.py"]
    apply(green.project, Change({"tests/test_sums.py": None, "tests/test_totals.py": content}))
    warm = green.warm()
    assert ("tests", "case", "tests.test_totals", "test_double") in warm
    assert ("tests", "case", "tests.test_sums", "test_double") not in warm
    assert compare.differences(warm, green.scratch()) == []


def test_nothing_changed_says_the_same_again(green: Judge) -> None:
    assert compare.differences(green.warm(), green.scratch()) == []


def test_an_edit_that_one_test_file_executes_runs_fewer_test_files(green: Judge) -> None:
    apply(green.project, Change({"p/sums.py": "def double(n: int) -> int:\n    return n + n\n"}))
    warm = green.warm()
    ran, known = compare.selected(msgspec.to_builtins(green.project.report())) or (0, 0)
    assert status(warm) == '"passed"'
    assert 0 < ran < known == len([name for name in FILES if name.startswith("tests/test_")])
