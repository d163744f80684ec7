"""Small projects that the gates of programs run on, and what a test needs to read or run them."""

import json
import sys
from pathlib import Path
from typing import Any, Literal

import msgspec

from eee_ci import inject
from eee_ci.model import Gate, Outcome
from eee_ci.ports import GateAdapter, Requirement, Site, Tool
from tests.gates import driver

DATA = Path(__file__).parent.parent / "data" / "gates"
ROOT = "/project"  # what stands for the project's folder in recorded outputs

SHOP = {
    "pyproject.toml": """[project]
name = "shop"
version = "1.0"
description = "A shop"

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[tool.pytest.ini_options]
pythonpath = ["src"]
testpaths = ["tests"]
""",
    "src/shop/__init__.py": '''"""A shop."""


def price(amount: int, *, vip: bool = False) -> int:
    """The price of an amount."""
    if vip:
        return amount - 1
    return amount


class Basket:
    """What is bought."""

    def __init__(self) -> None:
        self.items: list[int] = []

    def add(self, item: int) -> None:
        """Put an item in."""
        self.items.append(item)

    @property
    def total(self) -> int:
        """Entered by no test."""
        result = 0
        for item in self.items:
            result += price(item)
        return result


def forgotten(amount: int) -> int:
    """Entered by none either."""
    return amount * 2
''',
    "tests/test_shop.py": """import pytest

from shop import Basket, price


def test_passes():
    assert price(1) == 1
    Basket().add(1)


@pytest.mark.parametrize("amount", [1, 2])
def test_param(amount):
    assert price(amount) == amount


@pytest.mark.skip(reason="not now")
def test_skipped():
    raise AssertionError


@pytest.mark.xfail(reason="known")
def test_xfail():
    raise AssertionError


@pytest.mark.xfail(reason="known")
def test_xpass():
    pass
""",
}
FAILING = {
    "tests/test_failing.py": """import pytest

from shop import price


def helper(value):
    assert value == 2, "from the helper"


@pytest.fixture
def broken_after():
    yield 1
    raise RuntimeError("teardown broke")


@pytest.fixture
def broken_before():
    raise RuntimeError("set-up broke")


def test_fails():
    wanted = 2
    assert price(1) == wanted


def test_fails_in_helper():
    helper(price(1))


def test_fails_elsewhere():
    price("one", vip=True)


def test_fails_twice_over(broken_after):
    assert broken_after == 2


def test_teardown_only(broken_after):
    pass


def test_setup(broken_before):
    pass


@pytest.mark.xfail(reason="known", strict=True)
def test_xpass_strict():
    pass


class TestBasket:
    def test_control(self):
        print("\\x1b[31mred\\x1b[0m \\x00")
        raise ValueError("bell \\x07 and \\ud800 \u00e9")
""",
}
FLAKY = {
    "tests/test_flaky.py": """COUNT = []


def test_flaky():
    COUNT.append(1)
    assert len(COUNT) > 2
""",
}
UNCOLLECTED = {
    "tests/test_syntax.py": "import os\n\n\ndef test_x():\n    assert 1 ==\n",
    "tests/test_import.py": "import nope_nope\n\n\ndef test_a():\n    pass\n",
}
SESSIONS = {
    "noxfile.py": """import nox

nox.options.default_venv_backend = "none"


@nox.session
def good(session):
    session.run("python", "-c", "print('fine')")


@nox.session(name="bad-one")
def bad(session: nox.Session) -> None:
    \"\"\"Fails.\"\"\"
    session.run("python", "-c", "raise SystemExit('broken thing')")


@nox.session
def skipping(session):
    session.skip("not today")


@nox.session(python=["2.6"], venv_backend="virtualenv")
def versions(session):
    pass


@nox.session
@nox.parametrize("x", [1, 2])
def param(session, x):
    if x == 2:
        session.error("two is bad")


@nox.session
def raises(session):
    raise KeyError("oops")


def helper():
    pass
""",
}
PARTIAL = {
    "pyproject.toml": """[project]
name = "part"
version = "1.0"
description = "d"
dependencies = ["iniconfig"]

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[tool.hatch.build.targets.wheel]
only-include = ["src/part/__init__.py", "src/part/other.py", "tests"]
sources = ["src"]
""",
    "src/part/__init__.py": "import part_extra\n",
    "src/part/other.py": "",
    "src/part/sub/__init__.py": "",
    "src/part/tests/__init__.py": "",
    "src/part/py.typed": "",
    "src/part/page.html": "",
    "src/part_extra/__init__.py": "",
    "tests/test_part.py": "raise SystemExit\n",
}
TOML = "pyproject.toml"


def write(folder: Path, files: dict[str, str]) -> Path:
    """The files below the folder."""
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    return folder


def tool(requirement: Requirement, python: str) -> Tool:
    """The words that start it, as the planner makes them."""
    if requirement.kind == "path":
        return Tool(name=requirement.name, argv=(requirement.name,))
    start = (python if requirement.project else sys.executable, inject.script("launch.py"))
    origin: Literal["project", "eee-ci"] = "project" if requirement.project else "eee-ci"
    module = requirement.module or requirement.name
    return Tool(name=requirement.name, argv=(*start, "-m", module), origin=origin)


def site(adapter: GateAdapter, gate: Gate, root: str, **known: Any) -> Site:
    """A site with the gate's tools in it."""
    python = known.pop("python", sys.executable)
    tools = {need.name: tool(need, python) for need in adapter.requirements(gate)}
    version = known.pop("python_version", sys.version_info[:2])
    return Site(root=root, python=python, python_version=version, tools=tools, **known)


def live(adapter: GateAdapter, gate: Gate, at: Site, aside: Path, **env: str) -> Outcome:
    """The outcome of the real program."""
    scratch, cache = aside / "scratch", aside / "cache"
    scratch.mkdir(parents=True, exist_ok=True)
    cache.mkdir(exist_ok=True)
    command = adapter.command(gate, at)
    command = msgspec.structs.replace(command, env=command.env | env)
    return driver.run(command, root=Path(at.root), scratch=scratch, cache=cache, python=at.python)


def recorded(name: str, root: str = ROOT) -> Outcome:
    """The outcome of a real program, as `record_programs.py` kept it, as if its project lay in `root`."""
    kept = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8").replace(ROOT, root))
    streams = ("stdout", "stderr")
    steps = [step | {stream: step[stream].encode() for stream in streams} for step in kept["steps"]]
    files = {file: content.encode() for file, content in kept["files"].items()}
    return msgspec.convert(kept | {"steps": steps, "files": files}, Outcome)
