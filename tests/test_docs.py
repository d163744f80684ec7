"""The docs are true: CONTRIBUTING is followed to the letter, and what documents name exists."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT

CONTRIBUTING = CHECKOUT / ".github" / "CONTRIBUTING.md"


@pytest.mark.parametrize("document", ["README.md", "ARCHITECTURE.md", ".github/CONTRIBUTING.md"])
def test_every_path_that_a_document_names_exists(document: str) -> None:
    words = (CHECKOUT / document).read_text(encoding="utf-8")
    named = re.findall(r"`((?:eee_ci|tests|gate_configs|templates|\.github|\.ci)/[\w./-]*)`", words)
    made = {"eee_ci/gates/yamllint.py"}  # written by whoever follows the text
    assert [path for path in named if path not in made and not (CHECKOUT / path).exists()] == []


def test_the_readme_names_only_options_that_exist() -> None:
    words = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(--[a-z-]+)", words))
    said = "".join(
        subprocess.run(
            [sys.executable, "-m", "eee_ci", *verb, "--help"],
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for verb in ([], ["check"], ["task"], ["plan"], ["config"])
    )
    assert {name for name in named if name not in said} == set()
    assert "TRANSCRIPT" not in words


def test_a_gate_is_added_in_one_file_and_one_row(tmp_path: Path) -> None:
    words = CONTRIBUTING.read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", words, re.DOTALL)
    assert code is not None
    package = tmp_path / "eee_ci"
    shutil.copytree(CHECKOUT / "eee_ci", package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(CHECKOUT / "gate_configs", tmp_path / "gate_configs")
    (package / "gates" / "yamllint.py").write_text(code[1], encoding="utf-8")
    table = package / "gates" / "__init__.py"
    rows = table.read_text(encoding="utf-8").replace('"tsc": _tsc', '"tsc": _tsc, "yamllint": _yamllint')
    fetch = "def _yamllint() -> GateAdapter:\n    from eee_ci.gates import yamllint\n\n    return yamllint\n"
    table.write_text(rows.replace("# each is", f"{fetch}# each is"), encoding="utf-8")
    project = tmp_path / "project"
    project.mkdir()
    (project / "eee-ci.yaml").write_text(
        "version: 1\ngates:\n  yaml: {tool: yamllint, paths: [data.yaml]}\n", encoding="utf-8"
    )
    (project / "data.yaml").write_text("---\na: 1\na: 2\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "eee_ci", "-C", str(project), "check"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert 'data.yaml:3:1 key-duplicates duplication of key "a" in mapping' in done.stdout


def test_the_example_of_a_gate_obeys_the_house() -> None:
    code = re.search(r"```python\n(.*?)```", CONTRIBUTING.read_text(encoding="utf-8"), re.DOTALL)
    assert code is not None
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--stdin-filename", "eee_ci/gates/yamllint.py", "-"],
        cwd=CHECKOUT,
        input=code[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
