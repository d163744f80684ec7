"""The one place that writes files."""

import contextlib
import inspect
import os
import resource
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from eee_ci import files
from eee_ci.errors import UsageError, WriteError
from eee_ci.files import straight
from tests.together import together

AS_ROOT = pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_published_whole_with_the_folders_above(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b" / "report.json"
    files.publish(target, b"one")
    files.publish(target, b"two")
    assert target.read_bytes() == b"two"
    assert names(target.parent) == ["report.json"]


def test_others_may_read_it_as_far_as_the_mask_lets_them(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        files.publish(tmp_path / "open", b"")
        os.umask(0o077)
        files.publish(tmp_path / "closed", b"")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "open").stat().st_mode) == 0o644
    assert stat.S_IMODE((tmp_path / "closed").stat().st_mode) == 0o600


def test_a_name_as_long_as_names_can_be_is_published(tmp_path: Path) -> None:
    files.publish(tmp_path / ("n" * 255), b"x")
    assert names(tmp_path) == ["n" * 255]


@contextlib.contextmanager
def largest(size: int) -> Iterator[None]:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_when_the_disk_takes_no_more_the_old_file_stays_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    files.publish(target, b"old")
    with largest(1000), pytest.raises(WriteError) as caught:
        files.publish(target, b"x" * 5000)
    assert caught.value.message == f"cannot write {target}: File too large"
    assert caught.value.hint == "raise the limit of file sizes (ulimit -f)"
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["report.json"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_whatever_happens_the_temporary_file_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def fail(_handle: int) -> None:
        raise error

    monkeypatch.setattr(os, "fsync", fail)
    wanted = WriteError if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(wanted) as caught:
        files.publish(tmp_path / "report.json", b"x")
    assert names(tmp_path) == []
    if isinstance(caught.value, WriteError):
        assert caught.value.hint == "free some space on that disk"
        assert caught.value.code == 3


def test_of_files_that_are_written_together_none_is_new_where_one_cannot_be(tmp_path: Path) -> None:
    one, other = tmp_path / "a", tmp_path / "b"
    one.write_bytes(b"old")
    other.symlink_to("a")
    with pytest.raises(OSError, match="it is a symbolic link"):
        straight.together({str(one): b"new", str(other): b"new"})
    assert (one.read_bytes(), names(tmp_path)) == (b"old", ["a", "b"])
    other.unlink()
    straight.together({str(one): b"new", str(other): b"newer"})
    assert (one.read_bytes(), other.read_bytes(), names(tmp_path)) == (b"new", b"newer", ["a", "b"])


def test_nothing_is_written_through_a_link_or_over_it(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("old")
    link = tmp_path / "report.json"
    link.symlink_to("precious")
    with pytest.raises(WriteError, match="it is a symbolic link") as caught:
        files.publish(link, b"new")
    assert "remove it" in caught.value.hint
    assert link.is_symlink()
    assert (tmp_path / "precious").read_text() == "old"


def test_neither_folder_nor_pipe_nor_device_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for target in (tmp_path / "folder", tmp_path / "pipe", Path("/dev/full")):
        with pytest.raises(WriteError, match=f"cannot write {target}: "):
            files.publish(target, b"x")
    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)
    assert names(tmp_path) == ["folder", "pipe"]


def test_a_file_in_place_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("x")
    with pytest.raises(WriteError) as caught:
        files.publish(tmp_path / "reports" / "report.json", b"x")
    assert caught.value.hint == "a file stands where a folder is needed: move it away"


@AS_ROOT
def test_a_place_that_is_not_ours_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    with pytest.raises(WriteError) as caught:
        files.publish(tmp_path / "report.json", b"x")
    tmp_path.chmod(0o755)
    assert caught.value.hint == "choose a place that you may write to"


def test_the_home_ignores_itself(tmp_path: Path) -> None:
    assert files.home(tmp_path) == tmp_path / ".eee-ci"
    assert (tmp_path / ".eee-ci" / ".gitignore").read_text() == "*\n"


def test_a_home_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    (files.home(tmp_path) / ".gitignore").write_text("mine\n")
    files.home(tmp_path)
    assert (tmp_path / ".eee-ci" / ".gitignore").read_text() == "mine\n"


def test_a_file_in_place_of_the_home_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".eee-ci").write_text("x")
    with pytest.raises(UsageError, match="found a file, want a folder"):
        files.home(tmp_path)


def test_a_link_in_place_of_the_home_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".eee-ci").symlink_to("elsewhere")
    with pytest.raises(UsageError, match="found a link, want a folder"):
        files.home(tmp_path)
    assert names(tmp_path / "elsewhere") == []


def run_at_once(root: str, number: int) -> None:
    for _ in range(20):
        home = files.home(Path(root))
        files.publish(home / "reports" / "report.json", f"{number}".encode() * 10_000)


def test_many_runs_at_once_all_finish(tmp_path: Path) -> None:
    together(run_at_once, [(str(tmp_path), number) for number in range(4)])
    data = (tmp_path / ".eee-ci" / "reports" / "report.json").read_bytes()
    assert data in {f"{number}".encode() * 10_000 for number in range(4)}
    assert names(tmp_path / ".eee-ci" / "reports") == ["report.json"]


def test_a_scratch_folder_is_ours_alone_and_goes(tmp_path: Path) -> None:
    with files.scratch() as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "sub").mkdir()
        (folder / "sub" / "file").write_text("x")
        (folder / "out").symlink_to(tmp_path)
        with files.scratch() as other:
            assert other != folder
    assert not folder.exists()
    assert tmp_path.exists()


def test_scratch_folders_lie_where_the_runner_wants_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(straight, "_LONGEST", 1000)
    for name in ("TMPDIR", "XDG_RUNTIME_DIR", "RUNNER_TEMP"):  # from the weakest to the strongest
        place = tmp_path / name
        place.mkdir()
        monkeypatch.setenv(name, str(place))
        with files.scratch() as folder:
            assert folder.parent == place


def test_a_place_that_does_not_do_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = tmp_path / ("long" * 20)
    long.mkdir()
    for name, value in (("RUNNER_TEMP", "relative"), ("XDG_RUNTIME_DIR", "/no/such"), ("TMPDIR", str(long))):
        monkeypatch.setenv(name, value)
    with files.scratch() as folder:
        assert folder.parent in (Path("/tmp"), Path("/var/tmp"))


def test_when_no_place_is_good_the_first_that_works_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(straight, "_ROOM", 1 << 62)
    monkeypatch.setenv("RUNNER_TEMP", str(tmp_path))
    with files.scratch() as folder:
        assert folder.parent == tmp_path


def test_when_there_is_no_place_the_error_names_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(straight, "_is_usable", lambda _place: False)
    monkeypatch.setattr(os, "mkdir", _gone)
    with pytest.raises(WriteError, match="cannot write /tmp/eee-ci-") as caught:
        files.scratch_folder()
    assert caught.value.hint == "its folder has gone: run again"


def _gone(*_words: object, **_options: object) -> None:
    raise FileNotFoundError(2, "No such file or directory")


def test_read_only_folders_are_removed_too(tmp_path: Path) -> None:
    inner = tmp_path / "tree" / "closed" / "inner"
    inner.mkdir(parents=True)
    (inner / "file").write_text("x")
    (inner / "file").chmod(0o400)
    for folder in (inner, inner.parent, inner.parent.parent):
        folder.chmod(0o000)
    files.remove(tmp_path / "tree")
    assert names(tmp_path) == []


def test_files_links_and_nothing_are_removed(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("x")
    (tmp_path / "link").symlink_to("kept")
    (tmp_path / "file").write_text("x")
    for name in ("link", "file", "nothing"):
        files.remove(tmp_path / name)
    assert names(tmp_path) == ["kept"]


def test_folders_nested_without_end_are_an_error_and_no_crash(tmp_path: Path) -> None:
    here = os.open(".", os.O_RDONLY)
    os.chdir(tmp_path)
    for _ in range(300):
        os.mkdir("d")  # noqa: PTH102 - the whole path would be too long
        os.chdir("d")
    os.fchdir(here)
    os.close(here)
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 200)
    try:
        with pytest.raises(WriteError, match=f"cannot remove {tmp_path}/d: its folders are nested"):
            files.remove(tmp_path / "d")
        files.discard(tmp_path / "d")
    finally:
        sys.setrecursionlimit(before)
    files.remove(tmp_path / "d")


@AS_ROOT
def test_what_cannot_be_removed_is_named_or_left() -> None:
    with pytest.raises(WriteError, match="cannot remove /etc/hostname"):
        files.remove(Path("/etc/hostname"))
    files.discard(Path("/etc/hostname"))


def test_kept_files_come_by_name_and_by_glob(tmp_path: Path) -> None:
    (tmp_path / "dist").mkdir()
    for name in ("report.xml", "dist/b.whl", "dist/a.tar.gz", "dist/.hidden"):
        (tmp_path / name).write_text(name)
    assert files.kept(tmp_path, ("report.xml", "dist/*.[wt]*", "missing", "none/*"), 100) == {
        "report.xml": b"report.xml",
        "dist/a.tar.gz": b"dist/a.tar.gz",
        "dist/b.whl": b"dist/b.whl",
    }


def test_a_kept_file_that_is_too_large_shows_it_by_one_byte(tmp_path: Path) -> None:
    (tmp_path / "exact").write_bytes(b"x" * 10)
    (tmp_path / "large").write_bytes(b"x" * 1000)
    got = files.kept(tmp_path, ("exact", "large"), 10)
    assert {name: len(data) for name, data in got.items()} == {"exact": 10, "large": 11}


def test_nothing_is_kept_but_regular_files_inside(tmp_path: Path) -> None:
    base, outside = tmp_path / "scratch", tmp_path / "outside"
    base.mkdir()
    outside.mkdir()
    (outside / "secret").write_text("x")
    (base / "link").symlink_to("../outside/secret")
    (base / "folder").symlink_to("../outside")
    (base / "real").mkdir()
    os.mkfifo(base / "fifo")
    patterns = ("link", "folder/secret", "folder/*", "fifo", "real", "*", "../outside/secret", "./link", "")
    assert files.kept(base, (*patterns, str(outside / "secret")), 100) == {}
