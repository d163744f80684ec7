"""Where the store lies, and every reason why there is none."""

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from eee_ci.cache import Store, opened
from eee_ci.files import entries
from tests.cache import stores
from tests.together import together

AS_ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


def folder(**environ: str) -> str:
    store = opened(environ)
    assert isinstance(store, Store), store.reason
    return store.folder


def test_its_own_variable_comes_first_then_the_shared_one_then_home(tmp_path: Path) -> None:
    here = {
        "EEE_CI_CACHE_DIR": f"{tmp_path}/own/",
        "XDG_CACHE_HOME": f"{tmp_path}/xdg/",
        "HOME": str(tmp_path),
    }
    assert folder(**here) == f"{tmp_path}/own"
    assert folder(**{**here, "EEE_CI_CACHE_DIR": ""}) == f"{tmp_path}/xdg/eee-ci"
    assert folder(HOME=str(tmp_path), XDG_CACHE_HOME="relative") == f"{tmp_path}/.cache/eee-ci"


def test_without_a_home_it_is_off() -> None:
    assert stores.off() == "neither EEE_CI_CACHE_DIR nor HOME is set"


def test_a_home_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert stores.off(HOME=f"{tmp_path}/nobody") == f"{tmp_path}/nobody: No such file or directory"
    assert not (tmp_path / "nobody").exists()


@pytest.mark.parametrize("name", ["EEE_CI_CACHE_DIR", "HOME"])
def test_a_relative_path_is_off(name: str) -> None:
    assert stores.off(**{name: "some/where"}) == f"{name}: found 'some/where', want an absolute path"


def test_a_file_in_its_place_is_off(tmp_path: Path) -> None:
    (tmp_path / "cache").touch()
    assert (
        stores.off(EEE_CI_CACHE_DIR=f"{tmp_path}/cache") == f"{tmp_path}/cache: found a file, want a folder"
    )


def test_a_file_above_it_is_off(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert stores.off(EEE_CI_CACHE_DIR=f"{tmp_path}/file/cache") == f"{tmp_path}/file/cache: Not a directory"


@pytest.mark.parametrize("end", ["", "/"])
def test_a_link_in_its_place_is_off(tmp_path: Path, end: str) -> None:
    (tmp_path / "true").mkdir(mode=0o700)
    (tmp_path / "cache").symlink_to(tmp_path / "true")
    said = stores.off(EEE_CI_CACHE_DIR=f"{tmp_path}/cache{end}")
    assert said == f"{tmp_path}/cache: found a link, want a folder"


def test_a_dangling_link_above_it_is_off(tmp_path: Path) -> None:
    (tmp_path / "up").symlink_to(tmp_path / "nowhere")
    said = stores.off(EEE_CI_CACHE_DIR=f"{tmp_path}/up/cache")
    assert said == f"{tmp_path}/up/cache: No such file or directory"


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702])
def test_a_folder_that_others_may_write_to_is_off(tmp_path: Path, mode: int) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache").chmod(mode)
    said = stores.off(EEE_CI_CACHE_DIR=f"{tmp_path}/cache")
    assert said == f"{tmp_path}/cache can be written by others: chmod 700 closes it"


def test_a_place_where_nothing_can_be_made_is_off() -> None:
    assert stores.off(EEE_CI_CACHE_DIR="/proc/eee-ci") == "/proc/eee-ci: No such file or directory"


@contextlib.contextmanager
def somebody() -> Iterator[Path]:
    """Be another user for a while, with a folder."""
    place = Path(tempfile.mkdtemp(dir="/tmp"))
    place.chmod(0o755)
    (place / "theirs").mkdir(mode=0o700)
    os.chown(place / "theirs", 65534, 65534)
    os.seteuid(65534)
    try:
        yield place
    finally:
        os.seteuid(0)
        shutil.rmtree(place)


@AS_ROOT_ONLY
def test_a_read_only_folder_is_off() -> None:
    with somebody() as place:
        cache = place / "theirs" / "cache"
        stores.made(cache)
        cache.chmod(0o500)
        assert stores.off(EEE_CI_CACHE_DIR=str(cache)) == f"{cache} is read-only"


@AS_ROOT_ONLY
def test_a_folder_or_home_of_another_user_is_off() -> None:
    with somebody() as place:
        said = stores.off(EEE_CI_CACHE_DIR=str(place))
        assert said == f"{place} belongs to another user"
        assert stores.off(HOME=str(place)) == f"HOME, {place}, belongs to another user"
        assert stores.off(EEE_CI_CACHE_DIR=f"{place}/cache") == f"{place}/cache: Permission denied"


@pytest.mark.parametrize("below", ["", "/deep/cache"])
def test_inside_the_judged_project_it_is_off(tmp_path: Path, below: str) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "way").symlink_to(tmp_path / "project")
    store = opened({"EEE_CI_CACHE_DIR": f"{tmp_path}/way{below}"}, judged=str(tmp_path / "project"))
    assert getattr(store, "reason", "") == f"{tmp_path}/way{below} lies in the judged project"
    assert list((tmp_path / "project").iterdir()) == []


def test_beside_the_judged_project_it_is_on(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    store = opened({"EEE_CI_CACHE_DIR": f"{tmp_path}/project-cache"}, judged=str(tmp_path / "project"))
    assert isinstance(store, Store)


@pytest.mark.parametrize(
    ("said", "limit"), [("", 2 << 30), ("4096", 4096), ("5K", 5 << 10), ("70m", 70 << 20), ("1G", 1 << 30)]
)
def test_the_limit_is_a_number_with_a_unit(tmp_path: Path, said: str, limit: int) -> None:
    assert stores.made(tmp_path / "cache", said).limit == limit


@pytest.mark.parametrize("said", ["G", "-1", "1.5G", "many", "1T", "²", "1_0", " 1", "9" * 5000])
def test_another_limit_is_off(tmp_path: Path, said: str) -> None:
    reason = stores.off(EEE_CI_CACHE_DIR=str(tmp_path / "cache"), EEE_CI_CACHE_SIZE=said)
    assert reason == f"EEE_CI_CACHE_SIZE: found {said!r}, want a number such as 500M or 2G"


def test_a_limit_of_zero_switches_it_off(tmp_path: Path) -> None:
    assert stores.off(HOME=str(tmp_path), EEE_CI_CACHE_SIZE="0") == "EEE_CI_CACHE_SIZE is 0"


@pytest.mark.parametrize("damage", ["readable", "short", "long", "empty", "link", "pipe"])
def test_a_secret_that_is_not_as_it_was_made_is_replaced(tmp_path: Path, damage: str) -> None:
    stores.made(tmp_path / "cache").put("run", "key", b"value")
    secret = tmp_path / "cache" / "secret"
    whole = secret.read_bytes()
    if damage == "readable":
        secret.chmod(0o644)
    elif damage in ("link", "pipe"):
        secret.rename(tmp_path / "kept")
        secret.symlink_to(tmp_path / "kept") if damage == "link" else os.mkfifo(secret, 0o600)
    else:
        secret.write_bytes({"short": whole[:31], "long": whole + b"\0", "empty": b""}[damage])
    store = stores.made(tmp_path / "cache")
    assert (secret.stat().st_size, secret.read_bytes() != whole) == (32, True)
    assert store.get("run", "key") is None
    assert store.put("run", "key", b"new")
    assert stores.made(tmp_path / "cache").get("run", "key") == b"new"


def test_a_folder_in_place_of_the_secret_is_off(tmp_path: Path) -> None:
    (tmp_path / "cache" / "secret" / "x").mkdir(parents=True)
    (tmp_path / "cache").chmod(0o700)
    assert "secret" in stores.off(EEE_CI_CACHE_DIR=f"{tmp_path}/cache")


def test_a_secret_that_cannot_be_kept_from_others_is_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "_FILE", 0o644)  # as on a disk that knows no modes
    said = stores.off(EEE_CI_CACHE_DIR=f"{tmp_path}/cache")
    assert said == f"{tmp_path}/cache/secret cannot be kept to this user"


def test_a_secret_that_does_not_reach_the_disk_is_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        said = stores.off(EEE_CI_CACHE_DIR=f"{tmp_path}/cache")
    assert said == "the cache folder: Input/output error"
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_disk_without_second_names_has_a_secret_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    stores.made(tmp_path / "cache").put("run", "key", b"value")
    assert stores.made(tmp_path / "cache").get("run", "key") == b"value"


def first_run(place: str, number: int) -> str:
    """What one of many first runs knows as the secret."""
    store = stores.made(Path(place))
    assert store.put("run", str(number), b"%d" % number)
    return Path(place, "secret").read_bytes().hex()


@pytest.mark.parametrize("turn", range(3))
def test_many_first_runs_at_once_make_one_secret(tmp_path: Path, turn: int) -> None:
    place = tmp_path / str(turn)
    secrets = together(first_run, [(str(place), number) for number in range(8)])
    assert len(set(secrets)) == 1
    store = stores.made(place)
    assert [store.get("run", str(number)) for number in range(8)] == [b"%d" % n for n in range(8)]
    assert {path.name for path in place.iterdir()} <= {"secret", "v1", "new", "grown", "pruning"}
