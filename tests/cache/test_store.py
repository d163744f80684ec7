"""The store: what was put comes back, whatever it was, and trouble with the disk is an answer."""

import errno
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eee_ci.cache import disk
from tests.cache import stores
from tests.conftest import CHECKOUT


def test_a_hit_loads_nothing_heavy(tmp_path: Path) -> None:
    stores.made(tmp_path / "cache").put("run", "key", b"value")
    code = (
        f"import sys; sys.path.insert(0, {str(CHECKOUT)!r})\n"
        "before = set(sys.modules)\n"
        "from eee_ci.cache import opened\n"
        f"assert opened({{'EEE_CI_CACHE_DIR': {str(tmp_path / 'cache')!r}}}).get('run', 'key') == b'value'\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True
    )
    allowed = {"os", "os.path", "stat", "_stat", "posixpath", "genericpath", "_collections_abc"}
    loaded = set(done.stdout.split())
    assert {name for name in loaded if not name.startswith("eee_ci")} <= {*allowed, "_blake2", "_operator"}
    assert {name for name in loaded if name.startswith("eee_ci")} == {
        "eee_ci",
        "eee_ci.cache",
        "eee_ci.cache.disk",
        "eee_ci.cache.place",
        "eee_ci.cache.seal",
        "eee_ci.cache.store",
    }


@settings(
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(key=st.text(st.characters(codec=None), max_size=20), value=st.binary(max_size=9000))
def test_what_was_put_comes_back(tmp_path: Path, key: str, value: bytes) -> None:
    store = stores.made(tmp_path / "cache")
    assert store.put("run", key, value)
    assert stores.made(tmp_path / "cache").get("run", key) == value


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 4097, 1_000_000])
@pytest.mark.parametrize("byte", [b"\0", None])
def test_any_size_comes_back(tmp_path: Path, size: int, byte: bytes | None) -> None:
    store = stores.made(tmp_path / "cache")
    value = byte * size if byte else os.urandom(size)
    assert store.put("run", "key", value)
    assert store.get("run", "key") == value


def test_what_was_never_put_is_none(tmp_path: Path) -> None:
    store = stores.made(tmp_path / "cache")
    store.put("run", "key", b"value")
    assert store.get("run", "other") is None
    assert store.get("gate", "key") is None


def test_the_last_value_of_a_key_counts(tmp_path: Path) -> None:
    store = stores.made(tmp_path / "cache")
    for value in (b"one", stores.LARGE, b"three"):
        store.put("run", "key", value)
    assert store.get("run", "key") == b"three"


def test_a_large_value_exists_once(tmp_path: Path) -> None:
    store = stores.made(tmp_path / "cache")
    value = stores.VALUES["large"]
    large, entry = stores.written(store, "run", "a", value)
    assert [path.parts[-3] for path in (large, entry)] == ["values", "keys"]
    written = large.stat().st_ino
    assert [path.parts[-3] for path in stores.written(store, "run", "b", value)] == ["keys"]
    assert large.stat().st_ino == written
    assert store.get("run", "a") == store.get("run", "b") == value


def test_a_large_value_that_was_damaged_is_written_anew(tmp_path: Path) -> None:
    store = stores.made(tmp_path / "cache")
    large, _ = stores.written(store, "run", "a", stores.VALUES["large"])
    large.write_bytes(bytes(len(large.read_bytes())))
    assert store.get("run", "a") is None
    store.put("run", "b", stores.VALUES["large"])
    assert store.get("run", "a") == stores.VALUES["large"]


def test_what_repeats_itself_is_packed(tmp_path: Path) -> None:
    store = stores.made(tmp_path / "cache")
    (path,) = stores.written(store, "run", "key", bytes(100_000))
    assert path.stat().st_size < 1000


def test_all_is_for_this_user_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store = stores.made(tmp_path / "cache")
        store.put("run", "key", stores.LARGE)
    finally:
        os.umask(before)
    modes = {(path.is_dir(), path.stat().st_mode & 0o777) for path in Path(store.folder).rglob("*")}
    assert modes == {(True, 0o700), (False, 0o600)}
    assert Path(store.folder).stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("kind", ["", "-", "a/b", "..", "a.b", "a\0b", "ä"])
def test_a_kind_is_a_plain_word(tmp_path: Path, kind: str) -> None:
    store = stores.made(tmp_path / "cache")
    with pytest.raises(ValueError, match="want letters, digits and -"):
        store.get(kind, "key")
    with pytest.raises(ValueError, match="want letters, digits and -"):
        store.put(kind, "key", b"value")


def test_keys_of_a_scope_are_known_newest_first_and_eight_at_most(tmp_path: Path) -> None:
    store = stores.made(tmp_path / "cache")
    for number in range(10):
        store.note("run", "here", f"key {number}")
    store.note("run", "here", "key 5")
    assert store.latest("run", "here") == [f"key {number}" for number in (5, 9, 8, 7, 6, 4, 3, 2)]


def test_scopes_and_kinds_know_nothing_of_each_other(tmp_path: Path) -> None:
    store = stores.made(tmp_path / "cache")
    store.note("run", "here", "key")
    assert (store.latest("run", "there"), store.latest("gate", "here")) == ([], [])


def test_a_hit_marks_what_was_not_used_for_a_day(tmp_path: Path) -> None:
    store = stores.made(tmp_path / "cache")
    paths = stores.written(store, "run", "key", stores.VALUES["large"])
    for path in paths:
        os.utime(path, (0, 0))
    store.get("run", "key")
    assert [time.time() - path.stat().st_mtime < 3600 for path in paths] == [True, True]


def test_a_hit_leaves_alone_what_was_used_today(tmp_path: Path) -> None:
    store = stores.made(tmp_path / "cache")
    (path,) = stores.written(store, "run", "key", b"value")
    an_hour_ago = time.time_ns() - 3600 * 10**9
    os.utime(path, ns=(an_hour_ago, an_hour_ago))
    store.get("run", "key")
    assert path.stat().st_mtime_ns == an_hour_ago


def test_a_full_disk_is_said_once_and_ends_the_putting(tmp_path: Path) -> None:
    store = stores.made(tmp_path / "cache")
    store.put("run", "before", b"value")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        assert not store.put("run", "key", os.urandom(2000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert store.trouble == f"{store.folder}: File too large"
    assert not store.put("run", "small", b"")
    assert (store.get("run", "key"), store.get("run", "before")) == (None, b"value")
    assert list(Path(store.folder, "new").iterdir()) == []


@pytest.mark.parametrize("call", ["open", "write", "fstat", "close", "mkdir", "replace", "unlink"])
@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EACCES, errno.ENOENT, errno.EMFILE])
def test_whatever_call_fails_putting_is_true_or_false(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    real = getattr(os, call)
    for nth in range(12):
        store = stores.made(tmp_path / str(nth))
        left = [nth]

        def failing(*words: object, left: list[int] = left, **named: object) -> object:
            left[0] -= 1
            if left[0] == -1:
                if call == "close":
                    real(*words)
                raise OSError(number, os.strerror(number))
            return real(*words, **named)

        with monkeypatch.context() as patch:
            patch.setattr(os, call, failing)
            kept = store.put("run", "key", stores.LARGE)
            patch.undo()
        assert stores.made(tmp_path / str(nth)).get("run", "key") in (
            (stores.LARGE,) if kept else (None, stores.LARGE)
        )


@pytest.mark.parametrize("call", ["open", "fstat", "read", "utime", "close"])
def test_whatever_call_fails_getting_is_a_miss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    store = stores.made(tmp_path / "cache")
    for path in stores.written(store, "run", "key", stores.VALUES["large"]):
        os.utime(path, (0, 0))

    def failing(*words: int, **_: object) -> None:
        if call == "close":
            os.closerange(words[0], words[0] + 1)
        raise OSError(errno.EIO, "no")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, failing)
        found = store.get("run", "key")
    assert found is None


def test_a_folder_that_was_removed_meanwhile_is_a_miss(tmp_path: Path) -> None:
    store = stores.made(tmp_path / "cache")
    Path(store.folder, "secret").unlink()
    Path(store.folder).rmdir()
    assert not store.put("run", "key", b"value")
    assert (store.get("run", "key"), store.trouble) == (None, "")


@pytest.mark.parametrize("what", ["folder", "pipe", "link", "unreadable", "huge"])
def test_what_stands_in_the_place_of_an_entry_is_a_miss(tmp_path: Path, what: str) -> None:
    store = stores.made(tmp_path / "cache")
    (path,) = stores.written(store, "run", "key", b"value")
    path.rename(tmp_path / "kept")
    if what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    elif what == "link":
        path.symlink_to(tmp_path / "kept")
    elif what == "unreadable":
        path.symlink_to(path)
    else:
        path.touch()
        os.truncate(path, disk.LARGEST + 1)
    assert store.get("run", "key") is None


def test_a_value_beyond_all_bounds_is_not_kept(tmp_path: Path) -> None:
    store = stores.made(tmp_path / "cache", "10K")
    assert not store.put("run", "key", os.urandom(11_000))
    assert (stores.files(store), store.trouble) == ([], "")
