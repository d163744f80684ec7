"""Where no agent may work: what strangers send, and what an agent has made."""

import json
import subprocess
from pathlib import Path

import pytest

from eee_ci.commands import permitting
from eee_ci.errors import UsageError

FORK = "no agent works on a pull request from a fork"


def event(folder: Path, head: object, base: object = "o/p") -> dict[str, str]:
    request = {"head": {"repo": head and {"full_name": head}}, "base": {"repo": {"full_name": base}}}
    file = folder / "event.json"
    file.write_text(json.dumps({"pull_request": request}), encoding="utf-8")
    return {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(file)}


@pytest.mark.parametrize("name", ["pull_request_target", "workflow_run"])
def test_events_with_the_rights_of_the_base_are_refused(tmp_path: Path, name: str) -> None:
    why = permitting.refusal(tmp_path, {"GITHUB_EVENT_NAME": name})
    assert why == f"no agent works on the event {name}, which has the rights of the base"


@pytest.mark.parametrize(("head", "why"), [("o/p", None), ("x/p", FORK), (None, FORK)])
def test_a_pull_request_is_a_strangers_unless_it_is_of_the_same_repository(
    tmp_path: Path, head: str | None, why: str | None
) -> None:
    assert permitting.refusal(tmp_path, event(tmp_path, head)) == why


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pull_request": 1}', '{"pull_request": {"head": 1}}'])
def test_an_event_that_cannot_be_read_is_a_strangers(tmp_path: Path, text: str) -> None:
    (tmp_path / "event.json").write_text(text, encoding="utf-8")
    environ = {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(tmp_path / "event.json")}
    assert permitting.refusal(tmp_path, environ) == FORK
    assert permitting.refusal(tmp_path, {"GITHUB_EVENT_NAME": "pull_request"}) == FORK


def test_the_commit_of_a_run_is_not_worked_on_again(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        subprocess.run(["git", *words], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q")
    assert permitting.refusal(tmp_path, {}) is None
    git("commit", "-q", "--allow-empty", "-m", "by hand, about Eee-Run: nothing")
    assert permitting.refusal(tmp_path, {}) is None
    git("commit", "-q", "--allow-empty", "-m", "2 findings\n\nEee-Run: r-1\n")
    with pytest.raises(UsageError, match="the last commit was made by a run of agents already"):
        permitting.refuse(tmp_path, {})
