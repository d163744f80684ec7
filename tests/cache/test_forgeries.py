"""Damaged and forged entries: each of them is a miss, never another value."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eee_ci.cache import Store, seal
from tests.cache import stores

TARGET, OTHER = b"what was put" * 400, os.urandom(5000)


@pytest.mark.parametrize("key", stores.KEYS)
def test_every_flipped_byte_is_a_miss(tmp_path: Path, key: str) -> None:
    store = stores.made(tmp_path / "cache")
    for path in stores.written(store, "run", key, stores.VALUES[key]):
        whole = path.read_bytes()
        with path.open("r+b", buffering=0) as file:  # to write all anew each time takes a minute
            for at in range(len(whole)):
                os.pwrite(file.fileno(), bytes([whole[at] ^ (1 << at % 8)]), at)
                assert store.get("run", key) is None, at
                os.pwrite(file.fileno(), whole[at : at + 1], at)
    assert store.get("run", key) == stores.VALUES[key]


@pytest.mark.parametrize("key", stores.KEYS)
def test_every_length_but_the_right_one_is_a_miss(tmp_path: Path, key: str) -> None:
    store = stores.made(tmp_path / "cache")
    for path in stores.written(store, "run", key, stores.VALUES[key]):
        whole = path.read_bytes()
        for length in reversed(range(len(whole))):
            os.truncate(path, length)
            assert store.get("run", key) is None, length
        path.write_bytes(whole + b"\0")
        assert store.get("run", key) is None
        path.write_bytes(whole)
    assert store.get("run", key) == stores.VALUES[key]


@settings(
    derandomize=True,
    deadline=None,
    max_examples=200,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_other_bytes_are_a_miss(tmp_path: Path, data: st.DataObject) -> None:
    store = stores.made(tmp_path / "cache")
    store.put("run", "key", b"value")
    (path,) = stores.files(store)
    whole = path.read_bytes()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    forged = whole[:start] + data.draw(st.binary(max_size=20)) + whole[end:]
    path.write_bytes(forged)
    assert store.get("run", "key") == (b"value" if forged == whole else None)


class Scene:
    """A store with a target, another entry of each sort beside it, and another user's store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = stores.made(folder / "cache")
        self.foreign = stores.made(folder / "foreign")
        (self.entry,) = stores.written(self.store, "run", "target", TARGET)
        (self.small,) = stores.written(self.store, "run", "small", b"passed")
        self.value, self.large = stores.written(self.store, "run", "large", OTHER)
        (self.kind,) = stores.written(self.store, "gate", "target", b"passed")

    def theirs(self, kind: str, key: str, value: bytes) -> Path:
        return stores.written(self.foreign, kind, key, value)[-1]


def swapped(scene: Scene) -> None:
    between = scene.folder / "between"
    scene.entry.rename(between)
    scene.small.rename(scene.entry)
    between.rename(scene.small)


def copied_from_another_key(scene: Scene) -> None:
    shutil.copy2(scene.small, scene.entry)


def copied_with_a_value_apart(scene: Scene) -> None:
    shutil.copy2(scene.large, scene.entry)


def copied_from_another_kind(scene: Scene) -> None:
    shutil.copy2(scene.kind, scene.entry)


def of_another_user(scene: Scene) -> None:
    shutil.copy2(scene.theirs("run", "target", b"passed"), scene.entry)


def of_another_user_by_name_and_content(scene: Scene) -> None:
    theirs = seal.Seal(Path(scene.foreign.folder, "secret").read_bytes())
    scene.entry.write_bytes(theirs.closed("run", scene.store.seal.name("run", "target"), 0, b"passed"))


def without_a_seal(scene: Scene) -> None:
    scene.entry.write_bytes(b"passed")


def with_an_empty_secret(scene: Scene) -> None:
    name = scene.store.seal.name("run", "target")
    scene.entry.write_bytes(seal.Seal(b"").closed("run", name, 0, b"passed"))


def with_the_seal_of_the_former_content(scene: Scene) -> None:
    scene.entry.write_bytes(scene.entry.read_bytes()[:41] + b"passed")


def of_another_version(scene: Scene) -> None:
    whole = scene.entry.read_bytes()
    scene.entry.write_bytes(whole[:7] + b"\x02" + whole[8:])


def of_another_form(scene: Scene) -> None:
    whole = scene.entry.read_bytes()
    scene.entry.write_bytes(whole[:8] + b"\0" + whole[9:])


def a_value_in_place_of_an_entry(scene: Scene) -> None:
    shutil.copy2(scene.value, scene.entry)


def empty(scene: Scene) -> None:
    scene.entry.write_bytes(b"")


def all_zero(scene: Scene) -> None:
    scene.entry.write_bytes(bytes(len(scene.entry.read_bytes())))


def a_link_to_the_true_one(scene: Scene) -> None:
    scene.entry.rename(scene.folder / "true")
    scene.entry.symlink_to(scene.folder / "true")


FORGERIES: tuple[Callable[[Scene], None], ...] = (
    swapped,
    copied_from_another_key,
    copied_with_a_value_apart,
    copied_from_another_kind,
    of_another_user,
    of_another_user_by_name_and_content,
    without_a_seal,
    with_an_empty_secret,
    with_the_seal_of_the_former_content,
    of_another_version,
    of_another_form,
    a_value_in_place_of_an_entry,
    empty,
    all_zero,
    a_link_to_the_true_one,
)


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__)
def test_a_forged_entry_is_a_miss(tmp_path: Path, forge: Callable[[Scene], None]) -> None:
    scene = Scene(tmp_path)
    assert scene.store.get("run", "target") == TARGET
    forge(scene)
    assert scene.store.get("run", "target") is None


@pytest.mark.parametrize("what", ["another value", "its entry", "gone", "empty"])
def test_a_forged_value_is_a_miss(tmp_path: Path, what: str) -> None:
    store = stores.made(tmp_path / "cache")
    value, entry = stores.written(store, "run", "target", OTHER)
    if what == "another value":
        shutil.copy2(stores.written(store, "run", "other", os.urandom(5000))[0], value)
    elif what == "its entry":
        shutil.copy2(entry, value)
    elif what == "gone":
        value.unlink()
    else:
        value.write_bytes(b"")
    assert store.get("run", "target") is None


def _moved(store: Store, folder: Path, *, secret: bool) -> Store:
    shutil.copytree(store.folder, folder)
    if not secret:
        (folder / "secret").unlink()
    return stores.made(folder)


def test_a_whole_folder_of_another_user_holds_nothing(tmp_path: Path) -> None:
    store = stores.made(tmp_path / "cache")
    store.put("run", "key", b"value")
    assert _moved(store, tmp_path / "copy", secret=True).get("run", "key") == b"value"
    assert _moved(store, tmp_path / "bare", secret=False).get("run", "key") is None
