"""A config that was parsed before makes the same config, and what is wrong with one is said each time."""

from pathlib import Path

import pytest

from eee_ci import cache, config
from eee_ci.config import nodes
from eee_ci.errors import ConfigError, Fault
from tests.config import config_room as room

TEXT = """\
version: 1
extends: ./base.yaml
jobs: 3
gates:
  lint: {tool: ruff, args: ["a", 'é: "x"'], limits: {findings: 0, x_min: 1.5}}
  other:
    tool: nox
    session: tests
    mode: "off"
"""
BASE = "version: 1\ntimeout: 5m\ngates:\n  lint: {tool: ruff, mode: warn}\n"


@pytest.fixture
def store(tmp_path: Path) -> cache.Store:
    opened = cache.opened({"EEE_CI_CACHE_DIR": str(tmp_path / "cache")})
    assert isinstance(opened, cache.Store)
    return opened


@pytest.fixture
def root(tmp_path: Path) -> Path:
    room.write(tmp_path / "p", BASE, "base.yaml")
    room.write(tmp_path / "p", TEXT)
    return tmp_path / "p"


def load(root: Path, store: cache.Store | None) -> config.Config:
    return config.load(root, file=None, tools=room.ALL_TOOLS, store=store)


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that the parser itself was asked for."""
    asked: list[str] = []
    real = nodes.parse

    def parse(source: str, file: str, faults: list[Fault]) -> tuple[nodes.Node | None, bool]:
        asked.append(file)
        return real(source, file, faults)

    monkeypatch.setattr(nodes, "parse", parse)
    return asked


def test_it_is_the_same_config_with_the_same_places(
    root: Path, store: cache.Store, parsed: list[str]
) -> None:
    fresh = load(root, None)
    assert [load(root, store), load(root, store)] == [fresh, fresh]
    assert parsed == ["eee-ci.yaml", "base.yaml"] * 2


def test_another_name_for_the_same_words_is_the_one_that_is_told(root: Path, store: cache.Store) -> None:
    load(root, store)
    room.write(root, BASE, "ci/eee.yaml")
    told = config.load(root, file=root / "ci/eee.yaml", tools=room.ALL_TOOLS, store=store)
    assert {place.file for place in told.origins.values()} == {"ci/eee.yaml"}


def test_an_edit_is_read(root: Path, store: cache.Store) -> None:
    load(root, store)
    room.write(root, TEXT.replace("jobs: 3", "jobs: 4"))
    assert load(root, store).jobs == 4


def test_another_parser_reads_it_anew(
    root: Path, store: cache.Store, parsed: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(root, store)
    other = tmp_path / "nodes.py"
    other.write_bytes(b"")
    monkeypatch.setattr(nodes, "__file__", str(other))
    load(root, store)
    assert parsed == ["eee-ci.yaml", "base.yaml"] * 2


@pytest.mark.parametrize("wrong", ["version: 1\njobs: &a 3\n", "version: 1\n<<: {}\n", "version: [\n", ""])
def test_what_is_wrong_is_said_each_time(root: Path, store: cache.Store, wrong: str) -> None:
    room.write(root, wrong)
    said = []
    for _ in range(2):
        with pytest.raises(ConfigError) as caught:
            load(root, store)
        said.append(str(caught.value.faults))
    assert said[0] == said[1]
