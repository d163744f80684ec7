"""What of earlier coverage goes beside what was measured now."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import coverage
import pytest

from eee_ci.inject import covmerge

Arcs = Mapping[str, Mapping[str, list[tuple[int, int]]]]  # by context and file
BEFORE: Arcs = {
    "file:a": {
        "p/same.py": [(1, 2), (-3, 4)],
        "p/moved.py": [(1, 2), (2, 3), (-2, 1), (1, -2)],
        "p/gone.py": [(1, 2)],
    },
    "file:b": {"p/same.py": [(5, 6)], "p/other.py": [(1, 2)], "p/more.py": [(3, 4)]},
    "": {"p/same.py": [(7, 8)]},
}
NOW: Arcs = {"file:b": {"p/same.py": [(5, 7)], "p/more.py": [(1, 1)]}}
MOVES = {"p/moved.py": {"1": 11, "2": 12}}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    covmerge.relative.cache_clear()


def written(file: Path, arcs: Arcs, tracers: Mapping[str, str] | None = None) -> str:
    data = coverage.CoverageData(str(file))
    for context, files in arcs.items():
        data.set_context(context)
        data.add_arcs({str(file.parent / path): found for path, found in files.items()})
    data.add_file_tracers({str(file.parent / path): name for path, name in (tracers or {}).items()})
    data.close()
    return str(file)


def merged(folder: Path, tracers: Mapping[str, str] | None = None, **wish: Any) -> coverage.CoverageData:
    whole = {"remembered": written(folder / "before", BEFORE, tracers), "labels": ["file:a"], **wish}
    covmerge.merge(whole, written(folder / "now", NOW), str(folder / "merged"))
    data = coverage.CoverageData(str(folder / "merged"))
    data.read()
    return data


def told(data: coverage.CoverageData, folder: Path) -> dict[str, dict[str, set[tuple[int, int]]]]:
    found: dict[str, dict[str, set[tuple[int, int]]]] = {}
    for context in data.measured_contexts():
        data.set_query_context(context)
        for path in data.measured_files():
            if arcs := data.arcs(path):
                found.setdefault(context, {})[str(Path(path).relative_to(folder))] = set(arcs)
    return found


def test_wanted_contexts_stay_with_all_their_files(tmp_path: Path) -> None:
    assert told(merged(tmp_path, maps=MOVES), tmp_path) == {
        "file:a": {
            "p/same.py": {(1, 2), (-3, 4)},
            "p/moved.py": {(11, 12), (-12, 11), (11, -12)},  # line 3 is gone, and what led there
            "p/gone.py": {(1, 2)},
        },
        "file:b": {"p/same.py": {(5, 7)}, "p/more.py": {(1, 1)}},  # as it was measured now
    }


def test_of_a_dropped_file_nothing_stays_whether_it_moved_or_not(tmp_path: Path) -> None:
    data = merged(tmp_path, maps=MOVES, drop=["p/moved.py", "p/gone.py"])
    assert set(told(data, tmp_path)["file:a"]) == {"p/same.py"}


def test_files_of_no_wanted_context_are_not_measured(tmp_path: Path) -> None:
    data = merged(tmp_path, labels=[])
    assert {Path(path).name for path in data.measured_files()} == {"same.py", "more.py"}
    assert data.measured_contexts() == {"file:b"}


def test_who_traced_a_file_stays_known(tmp_path: Path) -> None:
    before = dict.fromkeys(("p/same.py", "p/moved.py", "p/more.py"), "plug.in")
    data = merged(tmp_path, before, maps=MOVES)
    tracers = {Path(path).name: data.file_tracer(path) for path in data.measured_files()}
    assert tracers == {"same.py": "plug.in", "moved.py": "plug.in", "gone.py": "", "more.py": ""}


def test_what_is_remembered_and_not_there_is_told(tmp_path: Path) -> None:
    now = written(tmp_path / "now", NOW)
    with pytest.raises(covmerge.UnusableError, match="there is no missing"):
        covmerge.merge({"remembered": "missing"}, now, str(tmp_path / "merged"))


@pytest.mark.parametrize("which", ["before", "now"])
def test_without_branches_it_cannot_be_put_together(which: str, tmp_path: Path) -> None:
    data = coverage.CoverageData(str(tmp_path / which))
    data.add_lines({str(tmp_path / "p/same.py"): [1]})
    data.close()
    other = {"before": "now", "now": "before"}[which]
    written(tmp_path / other, NOW)
    with pytest.raises(covmerge.UnusableError, match="branches were not measured"):
        covmerge.merge({"remembered": str(tmp_path / "before")}, str(tmp_path / "now"), "merged")


def test_damage_is_sqlite_s_to_tell(tmp_path: Path) -> None:
    (tmp_path / "before").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    now = written(tmp_path / "now", NOW)
    with pytest.raises(sqlite3.Error):
        covmerge.merge({"remembered": str(tmp_path / "before")}, now, str(tmp_path / "merged"))
