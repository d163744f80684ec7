"""What a GitHub Actions step is refused, and what it gets."""

from pathlib import Path

import pytest

from eee_ci.commands import github
from eee_ci.errors import UsageError
from eee_ci.model import Run

FILES = {"GITHUB_STEP_SUMMARY": "/summary", "GITHUB_OUTPUT": "/output"}


def judged(code: int = 0) -> Run:
    return Run(
        version="1",
        project="p",
        config="c",
        config_digest="d",
        started="2026-01-01T00:00:00Z",
        exit_code=code,
    )


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({**FILES, "ACTIONS_ALLOW_UNSECURE_COMMANDS": "True"}, "any tool's output could set variables"),
        ({}, "GITHUB_STEP_SUMMARY and GITHUB_OUTPUT are not set"),
        ({"GITHUB_STEP_SUMMARY": "/summary"}, "GITHUB_STEP_SUMMARY and GITHUB_OUTPUT are not set"),
        (
            {**FILES, "GITHUB_EVENT_NAME": "pull_request_target", "GITHUB_SHA": "other"},
            "pull_request_target runs with the rights of the base, but abc is checked out",
        ),
    ],
)
def test_what_is_unsafe_is_refused(environ: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        github.guard(environ, "abc")


@pytest.mark.parametrize(
    "environ",
    [
        FILES,
        {**FILES, "GITHUB_EVENT_NAME": "pull_request", "GITHUB_SHA": "other"},
        {**FILES, "GITHUB_EVENT_NAME": "workflow_run", "GITHUB_SHA": "abc"},
    ],
)
def test_the_base_and_plain_pull_requests_are_judged(environ: dict[str, str]) -> None:
    github.guard(environ, "abc")


def step(folder: Path) -> dict[str, str]:
    for name in ("summary", "output"):
        (folder / name).write_text("before\n", encoding="utf-8")
    return {"GITHUB_STEP_SUMMARY": str(folder / "summary"), "GITHUB_OUTPUT": str(folder / "output")}


def test_summary_and_outputs_are_added_to_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "summary.md").write_text("# green\n", encoding="utf-8")
    github.publish(judged(), tmp_path / "reports", step(tmp_path))
    assert (tmp_path / "summary").read_text(encoding="utf-8") == "before\n# green\n"
    rows = (tmp_path / "output").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "before"
    names = [row.partition("<<")[0] for row in rows if "<<" in row]
    assert names == ["verdict", "exit-code", "report-dir", "sarif", "junit"]
    delimiter = rows[1].partition("<<")[2]
    assert rows[1:4] == [f"verdict<<{delimiter}", "green", delimiter]


def test_a_summary_that_the_runner_would_drop_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "summary.md").write_bytes(b"x" * (1 << 20))
    github.publish(judged(1), tmp_path, step(tmp_path))
    assert (tmp_path / "summary").read_text(encoding="utf-8") == "before\n"
    assert "\nred\n" in (tmp_path / "output").read_text(encoding="utf-8")


def test_without_a_summary_there_are_outputs_all_the_same(tmp_path: Path) -> None:
    github.publish(judged(4), tmp_path, step(tmp_path))
    assert "\n4\n" in (tmp_path / "output").read_text(encoding="utf-8")
