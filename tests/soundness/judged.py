"""A small project that was checked once, green, and what that check remembers."""

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
