"""The judgement of any files put together is that of the whole, to the letter."""

import random
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from eee_ci import gates, parts
from eee_ci.model import Command, Gate, Outcome, Reading
from eee_ci.ports import Divided, Site, Tool
from tests.gates import driver, recorded

TANGLE = "def f(x):\n" + "".join(f"    if x == {n}:\n        return {n}\n" for n in range(12))
PROJECT = {
    "pyproject.toml": """[tool.ruff]
extend-exclude = ["src/ex"]
lint.select = ["ALL"]
lint.exclude = ["src/quiet.py"]
lint.per-file-ignores = { "src/p/loud.py" = ["C901", "S"] }
[tool.bandit]
exclude_dirs = ["src/p/skipped.py"]
""",
    "src/p/__init__.py": "",
    "src/p/a.py": "import os, q\neval('1')\nx  = 1\n" + TANGLE,
    "src/p/b.py": "import pickle\r\nimport a\r\ndef f():\r\n    return eval('\u00e9\u00e9') or  pickle\r\n",
    "src/p/noqa.py": TANGLE.replace("def f(x):", "def f(x):  # noqa: C901") + "eval('1')  # nosec\n",
    "src/p/loud.py": TANGLE + "import subprocess\nsubprocess.call('x', shell=True)\n",
    "src/p/skipped.py": "eval('1')\n",
    "src/p/same.py": "assert 1\nassert 1\nassert 1\n",
    "src/q.py": "\ufeffpassword = 'x\u4e2dx'; eval(\"\u4e2d\")\n",
    "src/quiet.py": "import os\n",
    "src/ex/gone.py": "import os\n",
    "src/stub.pyi": "def f(x: int) -> int : ...\n",
    "src/n.ipynb": '{"cells": [{"cell_type": "code", "execution_count": null, "id": "a", "metadata": {}, '
    '"outputs": [], "source": ["import os\\n", "x = 1"]}], '
    '"metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
    "src/sub/ruff.toml": "line-length = 20\nlint.select = ['E', 'C90']\nlint.mccabe.max-complexity = 3\n",
    "src/sub/long.py": "value = 'a line that is too long here'\n" + TANGLE,
    "src/sub/README.md": "```python\nx  = 1\n```\n",
}
BROKEN = {"src/p/broken.py": "def (:\n"}
NAMES = ("bandit", "complexity", "ruff", "ruff-format")


class Bench(NamedTuple):
    adapter: Divided
    gate: Gate
    site: Site
    aside: Path

    def run(self, command: Command) -> Outcome:
        scratch = self.aside / f"scratch-{len(list(self.aside.iterdir()))}"
        scratch.mkdir()
        root, cache = Path(self.site.root), self.aside / "cache"
        return driver.run(command, root=root, scratch=scratch, cache=cache, python=sys.executable)

    def whole(self) -> tuple[Reading, dict[str, Reading] | None]:
        outcome = self.run(self.adapter.command(self.gate, self.site))
        read = self.adapter.read(self.gate, self.site, outcome)
        return read, self.adapter.pieces(self.gate, self.site, outcome, None)

    def pieces(self, files: Sequence[str]) -> dict[str, Reading] | None:
        named = tuple(files)
        outcome = self.run(self.adapter.part(self.gate, self.site, named))
        return self.adapter.pieces(self.gate, self.site, outcome, named)

    def total(self, pieces: Iterable[Reading]) -> Reading:
        return self.adapter.total(self.gate, parts.joined(pieces, self.adapter.MEASURES))


def bench(name: str, tmp_path: Path, files: dict[str, str], **more: Any) -> Bench:
    root, aside = tmp_path / "root", tmp_path / "aside"
    recorded.lay(root, files)
    (aside / "cache").mkdir(parents=True)
    bare = {"complexity": "ruff", "ruff-format": "ruff"}.get(name, name)
    tool = Tool(name=bare, argv=(sys.executable, "-m", bare))
    sources = more.pop("sources", ("src",))
    limits = {"limits": {"complexity_max": {"max": 10}}} if name == "complexity" else {}
    gate = recorded.gate(name, **limits, **more)
    site = recorded.site(root, tool, python_version=sys.version_info[:2], sources=sources)
    return Bench(gates.DIVIDED[name], gate, site, aside)


def partition(files: Iterable[str], lots: int, chance: random.Random) -> list[list[str]]:
    found: list[list[str]] = [[] for _ in range(lots)]
    for file in files:
        chance.choice(found).append(file)
    return [lot for lot in found if lot]


@pytest.mark.live
@pytest.mark.parametrize("name", NAMES)
def test_any_parts_put_together_are_the_whole(name: str, tmp_path: Path) -> None:
    project = PROJECT | (BROKEN if name in ("ruff", "ruff-format") else {})
    at = bench(name, tmp_path, project, exclude=["src/p/same.py"] if name == "ruff" else [])
    whole, pieces = at.whole()
    assert whole.findings
    assert whole.errors == ()
    assert pieces is not None
    assert at.total(pieces.values()) == whole
    listed = at.adapter.files(at.gate, at.site)
    assert listed in (None, tuple(sorted(pieces)))
    chance = random.Random(name)  # noqa: S311
    for lots in (1, 2, 3, 5):
        found: dict[str, Reading] = {}
        for lot in partition(sorted(pieces), lots, chance):
            found |= at.pieces(lot) or {}
        assert found == pieces
        assert at.total(found.values()) == whole
