"""What gates cost before is kept, and damage to it costs nothing but time."""

import os
import threading
from pathlib import Path

import pytest

from eee_ci import files, history
from eee_ci.errors import WriteError
from eee_ci.history import History
from eee_ci.model import Cost


def costs(*seconds: float | None) -> tuple[Cost, ...]:
    return tuple(Cost(seconds=value) for value in seconds)


def test_without_history_the_prior_holds(tmp_path: Path) -> None:
    known = history.load(tmp_path)
    assert (known, known.expected("lint", 4.5)) == (History(), 4.5)
    assert list(tmp_path.iterdir()) == []


def test_the_middle_of_the_last_twenty_runs_is_expected() -> None:
    known = History(gates={"lint": costs(*[900.0] * 30, *range(20)), "odd": costs(1.0, 50.0, 2.0)})
    assert (known.expected("lint", 1.0), known.expected("odd", 1.0)) == (9.5, 2.0)


def test_a_part_is_expected_to_take_its_share_and_what_parts_took_at_least(tmp_path: Path) -> None:
    history.record(tmp_path, {"tests": Cost(seconds=20.0)})
    assert history.load(tmp_path).part("tests", 0.1, 1.0) == 2.0
    for seconds in (3.0, 5.0, 4.0):
        history.record(tmp_path, {"tests": Cost(seconds=seconds)}, failed=["tests"], parts=["tests"])
    known = history.load(tmp_path)
    assert known.expected("tests", 1.0) == 20.0
    assert [known.part("tests", share, 1.0) for share in (0.1, 0.5)] == [4.0, 10.0]
    assert known.failed == {"tests": (False, True, True, True)}


def test_runs_of_unknown_length_do_not_count() -> None:
    assert History(gates={"lint": costs(None, 3.0, None)}).expected("lint", 1.0) == 3.0
    assert History(gates={"lint": costs(None)}).expected("lint", 1.0) == 1.0


def test_the_most_memory_of_the_last_twenty_runs_is_expected() -> None:
    old, last = [Cost(seconds=1.0, peak=900)], [Cost(seconds=1.0, peak=peak) for peak in range(19)]
    known = History(gates={"lint": (*old, *last, Cost(seconds=1.0)), "bare": costs(1.0)})
    assert (known.peak("lint"), known.peak("bare"), known.peak("new")) == (18, None, None)


def test_useful_cores_are_the_middle_of_cpu_by_time_and_bounded() -> None:
    runs = tuple(Cost(seconds=2.0, cpu=cpu) for cpu in (1.0, 5.0, 20.0))
    known = History(gates={"tests": (*runs, Cost(seconds=0.0, cpu=1.0), Cost(seconds=1.0))})
    assert (known.useful("tests", 8), known.useful("tests", 2), known.useful("new", 8)) == (2.5, 2.0, None)


def test_failures_are_kept_with_the_runs_and_bounded(tmp_path: Path) -> None:
    for number in range(23):
        executed = {"lint": Cost(seconds=1.0), "types": Cost(seconds=1.0)}
        history.record(tmp_path, executed, failed={"lint", "gone"} if number > 2 else {"types"})
    known = history.load(tmp_path)
    assert known.failed == {"lint": (True,) * 20, "types": (False,) * 20}
    assert (known.failing("lint"), known.failing("types"), known.failing("new")) == (1.0, 0.0, 0.0)


def test_a_late_failure_counts_more_than_an_early_one() -> None:
    known = History(failed={"early": (True, False, False), "late": (False, False, True)})
    assert (known.failing("early"), known.failing("late")) == (1 / 6, 0.5)


def test_what_is_recorded_is_read_again(tmp_path: Path) -> None:
    full = Cost(seconds=1.5, cpu=2.0, peak=3)
    assert history.record(tmp_path, {"lint": full}) is None
    assert history.record(tmp_path, {"lint": Cost(seconds=2.5), "types": Cost(seconds=9.0)}) is None
    known = history.load(tmp_path)
    assert known.gates == {"lint": (full, Cost(seconds=2.5)), "types": (Cost(seconds=9.0),)}
    assert known.note is None


def test_only_the_last_twenty_are_kept(tmp_path: Path) -> None:
    for number in range(23):
        history.record(tmp_path, {"lint": Cost(seconds=float(number))})
    assert [cost.seconds for cost in history.load(tmp_path).gates["lint"]] == list(range(3, 23))


def test_the_file_lies_in_the_folder_that_ignores_itself(tmp_path: Path) -> None:
    history.record(tmp_path, {"lint": Cost(seconds=1.0)})
    assert sorted(path.name for path in (tmp_path / ".eee-ci").iterdir()) == [".gitignore", "history.json"]


@pytest.mark.parametrize(
    "executed", [{}, {"lint": Cost()}, {"lint": Cost(seconds=-1.0)}, {"lint": Cost(seconds=1e9)}]
)
def test_nothing_sensible_writes_nothing(tmp_path: Path, executed: dict[str, Cost]) -> None:
    assert history.record(tmp_path, executed) is None
    assert list(tmp_path.iterdir()) == []


DAMAGE = {
    "empty": b"",
    "cut off": b'{"schema": 1, "gates": {"lint": [{"sec',
    "not JSON": b"\xff\xfe\x00",
    "a list": b"[]",
    "another schema": b'{"schema": 2}',
    "unknown key": b'{"schema": 1, "more": 1}',
    "wrong type": b'{"gates": {"lint": [{"seconds": "1"}]}}',
    "negative": b'{"gates": {"lint": [{"seconds": -1}]}}',
    "endless": b'{"gates": {"lint": [{"seconds": 1e300}]}}',
    "negative memory": b'{"gates": {"lint": [{"seconds": 1, "peak": -1}]}}',
    "failures that are none": b'{"failed": {"lint": [1]}}',
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("case", DAMAGE)
def test_damage_is_an_empty_history_with_a_note_and_mends_itself(tmp_path: Path, case: str) -> None:
    (files.home(tmp_path) / "history.json").write_bytes(DAMAGE[case])
    known = history.load(tmp_path)
    assert known.gates == {}
    assert known.note is not None
    assert known.note.startswith(".eee-ci/history.json starts anew: ")
    assert history.record(tmp_path, {"lint": Cost(seconds=1.0)}) is None
    assert history.load(tmp_path) == History(gates={"lint": costs(1.0)}, failed={"lint": (False,)})


def test_a_note_in_the_file_is_not_ours(tmp_path: Path) -> None:
    (files.home(tmp_path) / "history.json").write_bytes(b'{"note": "\\u001b[31m"}')
    assert history.load(tmp_path) == History()


def test_every_cut_of_the_file_is_either_whole_or_empty(tmp_path: Path) -> None:
    history.record(tmp_path, {"lint": Cost(seconds=1.0)})
    file = tmp_path / ".eee-ci/history.json"
    data = file.read_bytes()
    for length in range(len(data)):
        file.write_bytes(data[:length])
        known = history.load(tmp_path)
        assert known.gates == {} or known.gates == {"lint": costs(1.0)}


def test_what_is_no_file_or_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = files.home(tmp_path) / "history.json"
    os.mkfifo(file)
    assert history.load(tmp_path).note is not None
    file.unlink()
    file.write_bytes(b'{"schema": 1}')
    monkeypatch.setattr(history, "LARGEST", 5)
    assert history.load(tmp_path).note == ".eee-ci/history.json starts anew: it is no file of a sensible size"


def test_a_loop_of_links_is_damage(tmp_path: Path) -> None:
    (files.home(tmp_path) / "history.json").symlink_to("history.json")
    assert history.load(tmp_path).note is not None


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), WriteError("no space")])
def test_a_full_disk_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def full(*_: object) -> None:
        raise error

    monkeypatch.setattr(files, "publish", full)
    told = history.record(tmp_path, {"lint": Cost(seconds=1.0)})
    assert told is not None
    assert told.startswith("the durations of this run were not kept: ")


def test_two_runs_at_once_both_finish_and_leave_a_whole_file(tmp_path: Path) -> None:
    barrier = threading.Barrier(8)
    told: list[str | None] = []

    def run(number: int) -> None:
        barrier.wait()
        told.extend(history.record(tmp_path, {f"gate{number}": Cost(seconds=1.0)}) for _ in range(5))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    known = history.load(tmp_path)
    assert told == [None] * 40
    assert known.note is None
    assert set(known.gates) <= {f"gate{number}" for number in range(8)}
    assert known.gates
