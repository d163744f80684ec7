"""`eee-ci cache`: what a user sees of the store."""

import json
from pathlib import Path

import pytest

from eee_ci import cli
from eee_ci.commands import cache
from tests.cache import stores


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EEE_CI_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = cli.main(["cache", *words])
    return code, capsys.readouterr().out


def test_where_prints_the_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "where") == (0, f"{folder}\n")


@pytest.mark.parametrize("action", ["where", "stats", "prune", "clear", "verify"])
def test_why_it_is_off_is_a_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], action: str
) -> None:
    monkeypatch.setenv("EEE_CI_CACHE_SIZE", "0")
    assert cli.main(["cache", action]) == 2
    assert capsys.readouterr().err == (
        "eee-ci: the cache is off: EEE_CI_CACHE_SIZE is 0\n  hint: EEE_CI_CACHE_DIR can name another folder\n"
    )
    assert not folder.exists()


def test_stats_are_lines_for_people(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = stores.made(folder)
    store.put("run", "a", b"value")
    store.put("gate", "b", stores.VALUES["large"])
    code, words = said(capsys, "stats")
    assert (code, words.splitlines()) == (
        0,
        [
            f"folder  {folder}",
            "limit   2.0 GiB",
            "holds   2 entries, 20.0 KiB",
            "  gate  1 entry, 16.0 KiB",
            "  run   1 entry, 4.0 KiB",
            "used    today to today",
        ],
    )


def test_stats_of_an_empty_cache_tell_no_use(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "stats")[1].splitlines()[2:] == ["holds   0 entries, 0 bytes"]
    assert folder.is_dir()


def test_stats_are_json_for_programs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stores.made(folder).put("run", "a", b"value")
    code, words = said(capsys, "stats", "--json")
    found = json.loads(words)
    assert (code, found["kinds"], found["limit"]) == (0, {"run": {"entries": 1, "bytes": 4096}}, 2 << 30)
    assert found["oldest_use"] == found["newest_use"]


def test_json_belongs_to_stats(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["cache", "clear", "--json"]) == 2
    assert "--json belongs to `eee-ci cache stats`" in capsys.readouterr().err
    assert not folder.exists()


def test_prune_says_what_went(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = stores.made(folder)
    for key in range(3):
        store.put("run", str(key), b"value")
    monkeypatch.setenv("EEE_CI_CACHE_SIZE", "8K")
    assert said(capsys, "prune") == (0, "removed 1 file, 4.0 KiB; 8.0 KiB of 8.0 KiB in use\n")
    assert len(stores.files(store)) == 2


def test_clear_says_what_went(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = stores.made(folder)
    store.put("run", "a", b"value")
    assert said(capsys, "clear") == (0, "removed 1 file, 4.0 KiB\n")
    assert stores.files(store) == []


def test_verify_is_0_when_all_is_well(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stores.made(folder).put("run", "a", b"value")
    assert said(capsys, "verify") == (0, "read 1 file, all as they were written\n")


@pytest.mark.parametrize(("number", "words"), [(1, "1 that was damaged"), (2, "2 that were damaged")])
def test_verify_is_1_when_something_was_damaged(
    folder: Path, capsys: pytest.CaptureFixture[str], number: int, words: str
) -> None:
    store = stores.made(folder)
    for key in range(3):
        store.put("run", str(key), b"value")
    for path in stores.files(store)[:number]:
        path.write_bytes(b"")
    assert said(capsys, "verify") == (1, f"read 3 files, removed {words}\n")
    assert said(capsys, "verify")[0] == 0


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (1, "1 byte"), (1023, "1023 bytes"), (1536, "1.5 KiB"), (3 << 20, "3.0 MiB")],
)
def test_an_amount_has_the_unit_that_fits(size: int, words: str) -> None:
    assert cache.amount(size) == words


def test_uses_are_told_in_days(tmp_path: Path) -> None:
    from eee_ci.cache import space

    found = space.Usage(
        folder=str(tmp_path), limit=1, entries=1, bytes=1, kinds={}, oldest_use=0.0, newest_use=86_400.0 * 11
    )
    assert list(cache.lines(found, now=86_400.0 * 12.5))[-1] == "used    12 days ago to 1 day ago"
