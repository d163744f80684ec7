"""`eee-ci report`: the reports of an earlier run once more."""

import os
from pathlib import Path

import pytest

from eee_ci import files, reports
from eee_ci.commands import report
from eee_ci.errors import UsageError, WriteError
from tests.reports import runs

DEFAULTS = ["junit.xml", "eee-ci.sarif", "summary.md", "report.html"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "report.json"
    path.write_bytes(reports.render(runs.SAMPLE, ["json"])["report.json"])
    return path


def test_the_reports_are_written_beside_the_file(file: Path) -> None:
    done = report.report(file)
    assert done.run == runs.SAMPLE
    assert done.published == report.Published(written=tuple(DEFAULTS))
    expected = reports.render(runs.SAMPLE, ["junit", "sarif", "markdown", "html"])
    assert {name: (file.parent / name).read_bytes() for name in DEFAULTS} == expected


def test_formats_folder_and_dialect_can_be_chosen(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    report.report(file, formats=["junit"], folder=folder, junit_dialect="strict")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == reports.render(
        runs.SAMPLE, ["junit-strict"]
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("absent.json", "no such file"),
        ("folder", "not a file"),
        ("pipe", "not a file"),
        ("x" * 300, "cannot be read"),
    ],
)
def test_what_is_no_file_is_said_and_never_waited_for(name: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match=said) as caught:
        report.load(tmp_path / name)
    assert caught.value.hint


def test_a_file_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "large.json").open("wb") as stream:
        stream.truncate((256 << 20) + 1)
    with pytest.raises(UsageError, match="over 256 MiB"):
        report.load(tmp_path / "large.json")


def test_a_file_that_is_no_report_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match="schema: found nothing, want 1"):
        report.report(tmp_path / "report.json")
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_a_report_that_cannot_be_written_keeps_no_other_back(file: Path) -> None:
    (file.parent / "junit.xml").mkdir()
    done = report.report(file)
    assert [Path(name).name for name in done.published.written] == DEFAULTS[1:]
    (fault,) = done.published.faults
    assert fault.startswith(f"cannot write {file.parent / 'junit.xml'}: Is a directory (")
    assert not [path for path in file.parent.iterdir() if path.name.startswith(".")]


def test_parts_that_an_earlier_run_left_are_removed(file: Path) -> None:
    (file.parent / "eee-ci-2.sarif").write_text("old", encoding="utf-8")
    (file.parent / "mine-2.sarif").write_text("mine", encoding="utf-8")
    report.report(file, formats=["sarif"])
    assert {path.name for path in file.parent.iterdir()} == {"report.json", "eee-ci.sarif", "mine-2.sarif"}


def test_a_folder_that_is_named_like_an_old_part_is_left_alone(file: Path) -> None:
    (file.parent / "eee-ci-2.sarif").mkdir()
    (file.parent / "eee-ci-2.sarif" / "mine").write_text("kept", encoding="utf-8")
    assert report.report(file, formats=["sarif"]).published.faults == ()
    assert (file.parent / "eee-ci-2.sarif" / "mine").is_file()


def test_a_part_that_cannot_be_removed_is_a_fault(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise WriteError(f"cannot remove {path}: it is held", "let it go")

    (file.parent / "eee-ci-2.sarif").write_text("old", encoding="utf-8")
    monkeypatch.setattr(files, "remove", refuse)
    (fault,) = report.report(file, formats=["sarif"]).published.faults
    assert fault == f"cannot remove {file.parent / 'eee-ci-2.sarif'}: it is held (let it go)"
