"""What ruff makes of real projects is honest work, whatever it changes."""

import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from eee_ci import tamper
from eee_ci.finding import Finding
from tests.real import projects
from tests.tamper.scene import changes

pytestmark = [pytest.mark.network, pytest.mark.slow]

WIDE = tamper.Rules(caps=tamper.Caps(files=None, lines=None))
RUFF = (sys.executable, "-m", "ruff")
NAMES = ("flask", "click", "attrs", "packaging", "httpx")  # jinja2 is for edits at random
FIXERS: dict[str, tuple[str, ...]] = {
    "its own config": ("check", "--fix"),
    "sorted imports": ("check", "--fix", "--isolated", "--select=I"),
    "all safe fixes": ("check", "--fix", "--isolated", "--select=ALL", "--ignore=RUF100,D,PT,ERA,ANN,FIX,TD"),
    "unused suppressions": ("check", "--fix", "--isolated", "--select=RUF100"),
    "format": ("format", "--isolated"),
    "format wide": ("format", "--isolated", "--line-length=160"),
}


def sources(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.is_symlink() and ".ruff_cache" not in path.parts
    }


def fixed(project: projects.Project, folder: Path, words: tuple[str, ...]) -> tuple[int, tuple[Finding, ...]]:
    """How many files changed, and what is said of them. What is protected is no fixer's to change."""
    with tarfile.open(projects._archive(project)) as opened:
        opened.extractall(folder, filter="data")
    (root,) = folder.iterdir()
    before = sources(root)
    subprocess.run([*RUFF, *words, "."], cwd=root, capture_output=True, timeout=300, check=False)
    after = {path: data for path, data in sources(root).items() if path in before}
    after |= {path: data for path, data in before.items() if tamper.protected(path)}
    what = changes(before, after)
    return len(what), tamper.judge(before, after, what, WIDE)


@pytest.mark.parametrize("words", FIXERS.values(), ids=FIXERS)
@pytest.mark.parametrize("name", NAMES)
def test_a_fixer_is_no_cheat(name: str, words: tuple[str, ...], tmp_path: Path) -> None:
    _, found = fixed(projects.PROJECTS[name], tmp_path, words)
    assert [(one.rule, one.path, one.line, one.message) for one in found] == []
