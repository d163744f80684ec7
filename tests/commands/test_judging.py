"""A candidate is judged by the user's interpreter, and never by the user's own files."""

from pathlib import Path

import pytest

from eee_ci import config, plan
from eee_ci.commands import judging
from eee_ci.tools import Interpreter


def interpreter(site: Path) -> Interpreter:
    return Interpreter("/usr/bin/python3", (3, 11, 0), "/usr", (str(site),), {})


@pytest.mark.parametrize(
    "name",
    [
        "__editable__.shop.pth",
        "shop.egg-link",
        "__editable___shop_finder.py",
        "shop-1.dist-info/direct_url.json",
    ],
)
def test_an_editable_installation_is_seen(tmp_path: Path, name: str) -> None:
    root, site = tmp_path / "shop", tmp_path / "site"
    file = site / name
    file.parent.mkdir(parents=True)
    file.write_text("/somewhere/else", encoding="utf-8")
    assert not judging.editable(interpreter(site), root)
    file.write_text(f"x {root}/src\n", encoding="utf-8")
    assert judging.editable(interpreter(site), root)


@pytest.mark.parametrize(
    ("file", "path"), [("src/shop/__init__.py", "{root}/src:{root}"), ("shop/__init__.py", "{root}")]
)
def test_its_files_are_looked_for_in_the_candidate_first(tmp_path: Path, file: str, path: str) -> None:
    root, site = tmp_path / "shop", tmp_path / "site"
    for name in (root / file, root / "eee-ci.yaml"):
        name.parent.mkdir(parents=True, exist_ok=True)
        name.write_text("", encoding="utf-8")
    (root / "eee-ci.yaml").write_text("version: 1\nextends: pre-commit\n", encoding="utf-8")
    site.mkdir()
    loaded = config.load(root, file=None, tools=plan.toolspecs())
    assert judging.path_of(loaded, root, interpreter(site)) == {}
    (site / "x.pth").write_text(str(root), encoding="utf-8")
    assert judging.path_of(loaded, root, interpreter(site)) == {"PYTHONPATH": path}
