"""The folder as a whole: bounded, pruned by last use, cleared, verified, and safe under many runs at once."""

import errno
import fcntl
import os
import random
import time
from pathlib import Path

import pytest

from eee_ci import files
from eee_ci.cache import Store, space
from eee_ci.errors import WriteError
from eee_ci.files import entries
from tests.cache import stores
from tests.together import together


def aged(path: Path, days: int) -> None:
    then = time.time() - days * 86_400
    os.utime(path, (then, then))


def filled(folder: Path, number: int, size: str = "") -> Store:
    """Entries of one block, the first used longest ago."""
    store = stores.made(folder, size)
    for key in range(number):
        (path,) = stores.written(store, "run", str(key), b"value")
        aged(path, number - key)
    return store


def held(store: Store, number: int) -> list[int]:
    return [key for key in range(number) if store.get("run", str(key)) is not None]


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    store = filled(tmp_path / "cache", 10)
    assert store.get("run", "0") == b"value"
    swept = space.prune(store.folder, 4 << 12, down_to=3 << 12)
    assert swept == (7, 7 << 12, 3 << 12)
    assert held(store, 10) == [0, 8, 9]


def test_nothing_goes_below_the_limit(tmp_path: Path) -> None:
    store = filled(tmp_path / "cache", 4)
    assert space.prune(store.folder, 4 << 12, down_to=0) == (0, 0, 4 << 12)
    assert held(store, 4) == [0, 1, 2, 3]


def test_putting_keeps_within_the_limit(tmp_path: Path) -> None:
    store = stores.made(tmp_path / "cache", "100K")
    for key in range(200):
        assert store.put("run", str(key), os.urandom(1000))
        assert space.usage(store.folder, store.limit).bytes <= (100 << 10) + 4096
    assert store.get("run", "199") is not None


def test_a_folder_that_was_never_counted_is_counted(tmp_path: Path) -> None:
    store = filled(tmp_path / "cache", 100)
    Path(store.folder, "grown").unlink()
    small = stores.made(tmp_path / "cache", "40K")
    small.put("run", "new", b"value")
    assert space.usage(small.folder, small.limit).bytes <= small.limit


def test_putting_counts_anew_only_when_it_grew_too_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: list[str] = []
    prune = space.prune

    def counted(folder: str, limit: int, *, down_to: int) -> space.Swept:
        counts.append(folder)
        return prune(folder, limit, down_to=down_to)

    monkeypatch.setattr(space, "prune", counted)
    store = stores.made(tmp_path / "cache", "400K")
    for key in range(1000):
        store.put("run", str(key), b"value")
    assert 80 < len(counts) < 120


def test_one_prunes_at_a_time(tmp_path: Path) -> None:
    store = filled(tmp_path / "cache", 4)
    with entries.alone(f"{store.folder}/pruning") as mine:
        space.prune_alone(store.folder, 4096, down_to=0)
        assert (mine, held(store, 4)) == (True, [0, 1, 2, 3])
    space.prune_alone(store.folder, 4096, down_to=0)
    assert held(store, 4) == []


def test_where_files_cannot_be_locked_all_prune(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(fcntl, "flock", refuse)
    store = filled(tmp_path / "cache", 4)
    space.prune_alone(store.folder, 4096, down_to=0)
    assert held(store, 4) == []


def test_what_killed_runs_left_is_swept(tmp_path: Path) -> None:
    store = filled(tmp_path / "cache", 1)
    old, fresh = Path(store.folder, "new", "old"), Path(store.folder, "new", "fresh")
    for path in (old, fresh):
        path.write_bytes(b"")
    aged(old, 2)
    gone = Path(store.folder, "gone-1", "deep")
    gone.mkdir(parents=True)
    space.prune(store.folder, store.limit, down_to=0)
    assert (old.exists(), fresh.exists(), gone.parent.exists()) == (False, True, False)


def test_all_is_counted_by_kind(tmp_path: Path) -> None:
    store = stores.made(tmp_path / "cache", "1M")
    for path in stores.written(store, "run", "a", os.urandom(5000)):
        aged(path, 3)
    store.put("gate", "b", b"value")
    found = space.usage(store.folder, store.limit)
    assert found.kinds == {
        "gate": space.Kind(entries=1, bytes=4096),
        "run": space.Kind(entries=1, bytes=3 * 4096),
    }
    assert (found.entries, found.bytes, found.limit) == (2, 4 * 4096, 1 << 20)
    assert found.oldest_use is not None
    assert found.newest_use is not None
    assert round((found.newest_use - found.oldest_use) / 86_400) == 3


def test_an_empty_folder_counts_nothing(tmp_path: Path) -> None:
    store = stores.made(tmp_path / "cache")
    found = space.usage(store.folder, store.limit)
    assert (found.entries, found.bytes, found.kinds, found.oldest_use) == (0, 0, {}, None)


def test_clearing_leaves_no_entry_and_the_store_goes_on(tmp_path: Path) -> None:
    store = filled(tmp_path / "cache", 3)
    store.put("run", "large", stores.VALUES["large"])
    assert space.clear(store.folder).files == 5
    assert {path.name for path in Path(store.folder).iterdir()} <= {"secret", "pruning"}
    assert store.get("run", "0") is None
    assert store.put("run", "0", b"again")
    assert store.get("run", "0") == b"again"


def test_clearing_touches_nothing_that_is_not_the_stores_own(tmp_path: Path) -> None:
    store = filled(tmp_path / "cache", 1)
    mine = Path(store.folder, "thesis.txt")
    mine.write_text("years", encoding="utf-8")
    space.clear(store.folder)
    space.verify(store.folder, store.seal)
    assert mine.read_text(encoding="utf-8") == "years"


def test_verifying_removes_what_is_damaged_and_nothing_else(tmp_path: Path) -> None:
    store = filled(tmp_path / "cache", 3)
    value, _ = stores.written(store, "run", "large", stores.VALUES["large"])
    value.write_bytes(b"damaged")
    broken = stores.written(store, "run", "broken", b"value")[0]
    broken.write_bytes(b"")
    pipe, foreign = broken.parent / "pipe", Path(store.folder, "v1", "run", "\udcff")
    os.mkfifo(pipe)
    foreign.write_bytes(b"")
    assert space.verify(store.folder, store.seal).damaged == 4
    assert not any(os.path.lexists(path) for path in (value, broken, pipe, foreign))
    space.verify(store.folder, store.seal)
    assert space.verify(store.folder, store.seal) == (3, 0)
    assert held(store, 3) == [0, 1, 2]


def test_an_entry_whose_value_was_pruned_is_no_damage(tmp_path: Path) -> None:
    store = stores.made(tmp_path / "cache")
    value, entry = stores.written(store, "run", "large", stores.VALUES["large"])
    value.unlink()
    assert space.verify(store.folder, store.seal) == (1, 0)
    assert not entry.exists()


def test_what_cannot_be_removed_is_not_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = filled(tmp_path / "cache", 2)

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "no")

    with monkeypatch.context() as patch:
        patch.setattr(os, "unlink", refuse)
        assert space.prune(store.folder, 1, down_to=0) == (0, 0, 2 << 12)
    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(WriteError, match=f"cannot clear {store.folder}: no"):
        space.clear(store.folder)
    assert held(store, 2) == [0, 1]


@pytest.mark.parametrize("action", ["usage", "prune", "verify", "clear"])
def test_what_vanishes_while_it_is_looked_at_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    store = filled(tmp_path / "cache", 3)
    walk = space._walk

    def vanishing(folder: str, below: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
        found = list(walk(folder, below))
        for path, _ in found[:2] if not below else []:
            Path(path).unlink()
        return found

    monkeypatch.setattr(space, "_walk", vanishing)
    if action == "usage":
        assert space.usage(store.folder, 1).entries == 1
    elif action == "prune":
        assert space.prune(store.folder, 1, down_to=0) == (1, 4096, 0)
    elif action == "clear":
        assert space.clear(store.folder) == (1, 4096, 0)
    else:
        assert space.verify(store.folder, store.seal) == (1, 0)


def test_clearing_or_pruning_when_the_folder_has_gone_is_fine(tmp_path: Path) -> None:
    store = stores.made(tmp_path / "cache")
    files.remove(tmp_path / "cache")
    assert space.clear(store.folder) == (0, 0, 0)
    assert space.prune(store.folder, 0, down_to=0) == (0, 0, 0)


def test_a_file_that_goes_between_listing_and_reading_is_no_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = filled(tmp_path / "cache", 3)

    def gone(path: str) -> None:
        Path(path).unlink()

    monkeypatch.setattr(space, "read", gone)
    assert space.verify(store.folder, store.seal) == (0, 0)


def worker(place: str, seed: int) -> int:
    """One of many runs: random work on a folder. A value tells which key it is of; a wrong one raises."""
    chance = random.Random(seed)
    store = stores.made(Path(place), "200K")
    hits = 0
    for _ in range(250):
        key, size = str(chance.randrange(40)), chance.choice((10, 3000, 9000))
        what = chance.random()
        if what < 0.5:
            found = store.get("run", key)
            assert found is None or found.startswith(f"{key}:".encode())
            hits += found is not None
        elif what < 0.95:
            store.put("run", key, f"{key}:".encode() + chance.randbytes(size))
            store.note("run", "scope", key)
            assert all(each.isdecimal() for each in store.latest("run", "scope"))
        elif what < 0.97:
            space.prune(store.folder, store.limit, down_to=store.limit // 2)
        elif what < 0.98:
            space.clear(store.folder)
        elif what < 0.99:
            assert space.verify(store.folder, store.seal).damaged == 0
        else:
            space.usage(store.folder, store.limit)
    assert store.trouble == ""
    return hits


def test_many_runs_at_once_meet_no_exception_and_no_wrong_value(tmp_path: Path) -> None:
    hits = together(worker, [(str(tmp_path / "cache"), seed) for seed in range(8)])
    assert sum(hits) > 0
    store = stores.made(tmp_path / "cache")
    assert space.verify(store.folder, store.seal).damaged == 0
    assert list(Path(store.folder, "new").iterdir()) == []
    files.discard(tmp_path / "cache")


def test_nothing_is_reached_through_a_link_to_a_folder(tmp_path: Path) -> None:
    store = filled(tmp_path / "cache", 1)
    mine = tmp_path / "mine" / "thesis.txt"
    mine.parent.mkdir()
    mine.write_text("years", encoding="utf-8")
    link = Path(store.folder, "v1", "run", "keys", "link")
    link.symlink_to(mine.parent)
    assert space.verify(store.folder, store.seal) == (2, 1)
    link.symlink_to(mine.parent)
    space.prune(store.folder, 1, down_to=0)
    assert (link.is_symlink(), mine.read_text(encoding="utf-8")) == (False, "years")
