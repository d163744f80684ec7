"""Which paths matter, and whose account they are on."""

import os
import threading
from pathlib import Path

import pytest

from eee_ci.inject import ground
from eee_ci.inject.ground import Ground
from eee_ci.inject.scene import Scene


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("p/a.py", "venv/pyvenv.cfg", "venv/lib/b.py", "scratch/c.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("", encoding="utf-8")
    return tmp_path


@pytest.fixture
def found(root: Path, monkeypatch: pytest.MonkeyPatch) -> Ground:
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.chdir(root)
    return Ground(str(root), str(root / "scratch"))


@pytest.mark.parametrize(
    ("path", "below"),
    [
        ("p/a.py", "p/a.py"),
        (b"p/../p/a.py", "p/a.py"),
        (".", "."),
        ("p/__pycache__/a.pyc", None),
        ("venv", None),
        ("venv/lib/b.py", None),
        ("scratch/c.py", None),
        ("/elsewhere", None),
        (3, None),
    ],
)
def test_a_path_below_the_project(found: Ground, path: object, below: str | None) -> None:
    assert found.relative(path) == below


def test_the_answers_are_kept_within_bounds(found: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ground, "MOST", 2)
    for number in range(5):
        assert found.relative(f"{number}.py") == f"{number}.py"
    assert len(found.known) <= 3


def test_a_working_folder_that_has_gone_has_no_paths(found: Ground, root: Path) -> None:
    (root / "gone").mkdir()
    os.chdir(root / "gone")
    (root / "gone").rmdir()
    assert found.relative("a.py") is None


def test_links_are_followed_within_bounds(found: Ground, root: Path) -> None:
    (root / "link.py").symlink_to("p/a.py")
    (root / "circle").symlink_to("circle")
    (root / "out").symlink_to("/elsewhere")
    assert found.real("link.py") == "p/a.py"
    assert found.real("p/a.py") is None
    assert found.real("circle") is None
    assert found.real("out") is None


def test_a_path_that_no_disk_can_have_is_not_there() -> None:
    assert not ground.there("a\0b")
    assert not ground.is_folder("a\0b")


def test_a_link_that_is_read_counts_with_where_it_leads(found: Ground, root: Path) -> None:
    (root / "link.py").symlink_to("p/a.py")
    scene = Scene(found)
    scene.note("link.py", "data", ["p/a.py"])
    scene.note("p", "data", [])
    assert scene.current.data == {"link.py", "p/a.py"}
    assert scene.current.listings == {"p"}
    assert scene.scope("kept:p/a.py").data == {"link.py", "p/a.py"}


def test_a_switch_that_fails_makes_the_record_worthless(found: Ground) -> None:
    scene = Scene(found)

    def refuse(label: str) -> None:
        raise ValueError(label)

    scene.switches.append(refuse)
    before = scene.turn(scene.scope("file:a"))
    assert (before.label, scene.current.label) == ("shared", "file:a")
    assert scene.turn(scene.current) is scene.current
    assert scene.trouble == "the recorder failed: ValueError('file:a')"
    scene.fail("another")
    assert scene.trouble == "the recorder failed: ValueError('file:a')"
    assert scene.thread == threading.get_ident()
