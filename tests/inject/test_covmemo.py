"""Reports of single files are kept, and whatever is doubtful is coverage.py's own report."""

import contextlib
import json
import os
from pathlib import Path
from typing import Any

import coverage
import pytest

from eee_ci.inject import covlean, covmemo

A = "def f(x):\n    if x:\n        return 1\n    return 2\n\n\nclass C:\n    def g(self):\n        return 3\n"
B = "y = 1\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, source in {"a.py": A, "b.py": B}.items():
        (tmp_path / name).write_text(source, encoding="utf-8")
    return tmp_path


def measured(project: Path, **settings: Any) -> coverage.Coverage:
    """As if one run had executed some lines of both files."""
    made = coverage.Coverage(data_file=None, config_file=False, branch=True, **settings)
    data = made.get_data()
    data.add_arcs({str(project / "a.py"): {(-1, 1), (1, -1), (-1, 2), (2, 3), (3, -1)}})
    data.add_arcs({str(project / "b.py"): {(-1, 1), (1, -1)}})
    return made


def report(cov: coverage.Coverage, memo: Path | None) -> dict[str, Any]:
    """Less the time, and what nobody asks for: classes, and the functions of files that ran as a whole."""
    covmemo.report(cov, "out.json", str(memo) if memo else None, covlean.report)
    found: dict[str, Any] = json.loads(Path("out.json").read_text(encoding="utf-8"))
    found["meta"].pop("timestamp")
    for file in found["files"].values():
        for kind in ("classes",) if file["missing_lines"] else ("classes", "functions"):
            file.pop(kind, None)
    return found


def asked(cov: coverage.Coverage, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Of which files coverage.py was asked, report by report."""
    seen: list[Any] = []
    original = cov.json_report

    def json_report(morfs: Any = None, **named: Any) -> float:
        seen.append(sorted(Path(path).name for path in morfs) if morfs else None)
        return original(morfs=morfs, **named)

    monkeypatch.setattr(cov, "json_report", json_report)
    return seen


def test_what_is_kept_is_what_coverage_says(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = report(measured(project), None)
    memo = project / "memo"
    assert report(measured(project), memo) == wanted
    again = measured(project)
    seen = asked(again, monkeypatch)
    assert report(again, memo) == wanted
    assert seen == [["b.py"]]  # the shortest, to see that the totals are still made alike


def test_only_functions_of_files_that_lack_lines_are_looked_for(project: Path) -> None:
    covmemo.report(measured(project), "out.json", str(project / "memo"), covlean.report)
    files = json.loads(Path("out.json").read_text(encoding="utf-8"))["files"]
    assert sorted(files["a.py"]["functions"]) == ["", "C.g", "f"]
    assert list(files["b.py"]["functions"]) == [""]
    assert not any("classes" in file for file in files.values())


def test_a_report_that_cannot_be_made_lean_is_coverages(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = report(measured(project), None)
    monkeypatch.setattr(covlean, "leaning", lambda _: contextlib.nullcontext())  # changes nothing inside
    cov = measured(project)
    seen = asked(cov, monkeypatch)
    assert report(cov, project / "memo") == wanted
    assert seen == [["a.py", "b.py"], None]


def test_an_edited_file_is_asked_for_anew(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memo = project / "memo"
    report(measured(project), memo)
    (project / "a.py").write_text(f"{A}z = 1\n", encoding="utf-8")
    cov = measured(project)
    seen = asked(cov, monkeypatch)
    found = report(cov, memo)
    assert seen == [["a.py", "b.py"]]
    assert found == report(measured(project), None)


@pytest.mark.parametrize("damage", [b"", b"\xff", b"digest\n{}"])
def test_damage_is_a_miss(project: Path, damage: bytes) -> None:
    memo = project / "memo"
    wanted = report(measured(project), memo)
    for entry in memo.iterdir():
        entry.write_bytes(damage)
    assert report(measured(project), memo) == wanted


def test_words_that_no_longer_hold_make_it_coverages_report(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memo = project / "memo"
    wanted = report(measured(project), memo)
    read = covmemo.Memo.read

    def other(self: covmemo.Memo, key: str | None) -> dict[str, Any] | None:
        found = read(self, key)
        return {**found, "text": found["text"].replace("1", "7")} if found else None

    monkeypatch.setattr(covmemo.Memo, "read", other)
    assert report(measured(project), memo) == wanted


def test_totals_that_are_made_otherwise_make_it_coverages_report(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = report(measured(project), None)
    monkeypatch.setattr(covmemo.Memo, "totals", lambda *_: {"percent": 1})
    cov = measured(project)
    seen = asked(cov, monkeypatch)
    assert report(cov, project / "memo") == wanted
    assert seen[-1] is None


def test_a_format_that_we_do_not_write_is_coverages(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cov = measured(project)
    cov.set_option("json:pretty_print", value=True)
    seen = asked(cov, monkeypatch)
    report(cov, project / "memo")
    assert seen == [None]


def test_nothing_measured_is_coverages_to_say(project: Path) -> None:
    empty = coverage.Coverage(data_file=None, config_file=False)
    with pytest.raises(coverage.exceptions.NoDataError):
        report(empty, project / "memo")


def test_a_file_that_has_gone_is_coverages_to_say(project: Path) -> None:
    cov = measured(project)
    (project / "b.py").unlink()
    with pytest.raises(coverage.exceptions.NoSource):
        report(cov, project / "memo")


def test_lines_without_branches_are_kept_too(project: Path) -> None:
    def lines() -> coverage.Coverage:
        made = coverage.Coverage(data_file=None, config_file=False)
        made.get_data().add_lines({str(project / "a.py"): {1, 2}})
        return made

    wanted = report(lines(), None)
    assert [report(lines(), project / "memo") for _ in range(2)] == [wanted, wanted]


def test_a_folder_that_cannot_be_written_remembers_nothing(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "replace", refuse)
    wanted = report(measured(project), None)
    assert report(measured(project), project / "memo") == wanted


def test_the_newest_are_left(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(covmemo, "MOST", 1)
    memo = project / "memo"
    report(measured(project), memo)
    assert len(list(memo.iterdir())) == 1


def test_a_setting_that_this_version_lacks_is_none() -> None:
    cov = coverage.Coverage(data_file=None, config_file=False)
    assert covmemo.option(cov, "run:no_such_setting") is None
