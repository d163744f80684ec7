"""Code with probes is taken from what is kept only as it was written, and for what it was made of."""

import importlib.util
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from eee_ci.inject.probing import kept, probes
from eee_ci.inject.probing.flow import Arc
from tests.inject.constructs import CONSTRUCTS

pytestmark = pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="probes are for Python 3.11")


@pytest.fixture(autouse=True)
def aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "aside"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return tmp_path


def code(name: str, folder: Path) -> types.CodeType:
    return compile(CONSTRUCTS[name], str(folder / "a.py"), "exec")


def run(made: kept.Made) -> list[Arc]:
    known: dict[str, Any] = {"__name__": "piece"}
    exec(made.code, known)  # noqa: S102 - our own words
    return sorted(set(made.seen.take()))


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_what_is_kept_tells_the_same(name: str, aside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arcs = run(kept.Keep().made(code(name, aside)))
    monkeypatch.delattr(probes, "probed")
    for _ in range(2):
        assert run(kept.Keep().made(code(name, aside))) == arcs


def test_other_code_and_another_maker_find_nothing(aside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.Keep().made(code("loops", aside))
    maker = aside / "flow.py"
    maker.touch()
    with monkeypatch.context() as gone:
        gone.delattr(probes, "probed")
        with pytest.raises(AttributeError):
            kept.Keep().made(code("match", aside))
        gone.setattr(kept, "MAKERS", (types.SimpleNamespace(__file__=str(maker)),))
        with pytest.raises(AttributeError):
            kept.Keep().made(code("loops", aside))
    assert run(kept.Keep().made(code("match", aside)))


def test_damage_is_found(aside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arcs = run(kept.Keep().made(code("loops", aside)))
    place = Path(importlib.util.cache_from_source(str(aside / "a.py"))).with_suffix(".probes")
    content = place.read_bytes()
    for at in range(0, len(content), 97):
        for damaged in (content[:at], content[:at] + bytes((content[at] ^ 1,)) + content[at + 1 :]):
            place.write_bytes(damaged)
            assert run(kept.Keep().made(code("loops", aside))) == arcs
            assert place.read_bytes() == content
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    place.unlink()
    assert run(kept.Keep().made(code("loops", aside))) == arcs
    assert not place.exists()


def test_nothing_is_kept_beside_the_code(aside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "cache_from_source", lambda _: str(aside / "__pycache__" / "a.pyc"))
    assert run(kept.Keep().made(code("loops", aside)))
    assert list(aside.iterdir()) == []


def test_where_nothing_can_be_written_it_is_made_each_time(aside: Path) -> None:
    (aside / "aside").touch()
    for _ in range(2):
        assert run(kept.Keep().made(code("loops", aside)))
