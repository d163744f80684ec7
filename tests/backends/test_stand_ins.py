"""Every backend from its command to what it told, with recorded streams in the place of vendors' programs."""

from pathlib import Path

import pytest

from eee_ci.agent import Limits
from tests.backends import asks, stand_in

PROGRAMS = {
    "claude": ("claude", "claude/success.jsonl"),
    "codex": ("codex", "codex/success.jsonl"),
    "gemini": ("gemini", "gemini/success.jsonl"),
    "opencode": ("opencode", "opencode/success.jsonl"),
    "aider": ("aider", "aider/success.txt"),
    "mini-swe-agent": ("mini", "mini/success.json"),
    "command": ("own-agent", "eee/success.jsonl"),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("kind", sorted(PROGRAMS))
def test_each_is_started_and_what_it_says_is_read(kind: str, root: Path, tmp_path: Path) -> None:
    program, recorded = PROGRAMS[kind]
    path = stand_in.install(tmp_path / "bin", program, recorded)
    asked = asks.ask(kind, workdir=str(root), backend={"argv": (program,)} if kind == "command" else {})
    told, outcome = asks.run(asked, root, PATH=path)
    assert (told.status, outcome.problem) == ("ok", None)
    assert told.events > 0
    assert stand_in.got(root).home.endswith("/home")


@pytest.mark.parametrize("kind", ["claude", "codex", "gemini", "opencode", "command"])
def test_what_is_asked_comes_by_standard_input(kind: str, root: Path, tmp_path: Path) -> None:
    program, recorded = PROGRAMS[kind]
    path = stand_in.install(tmp_path / "bin", program, recorded)
    asks.run(asks.ask(kind, backend={"argv": (program,)} if kind == "command" else {}), root, PATH=path)
    assert "Mend it." in stand_in.got(root).stdin
    assert "imported but unused" in stand_in.got(root).stdin


@pytest.mark.parametrize(
    ("kind", "recorded", "code", "status"),
    [
        ("claude", "claude/is_error.jsonl", 0, "error"),
        ("claude", "claude/interrupted.jsonl", 143, "crashed"),
        ("claude", "claude/interrupted.jsonl", 0, "crashed"),
        ("claude", "claude/truncated.jsonl", 0, "crashed"),
        ("claude", "claude/two_results.jsonl", 0, "error"),
        ("claude", "claude/success.jsonl", 1, "error"),
        ("gemini", "gemini/interrupted.jsonl", 53, "budget"),
        ("mini-swe-agent", "mini/truncated.json", 0, "crashed"),
        ("mini-swe-agent", "mini/limits.json", 0, "budget"),
        ("command", "eee/success.jsonl", 1, "error"),
    ],
)
def test_neither_exit_0_nor_a_word_of_success_alone_is_ok(
    kind: str, recorded: str, code: int, status: str, root: Path, tmp_path: Path
) -> None:
    program, _ = PROGRAMS[kind]
    path = stand_in.install(tmp_path / "bin", program, recorded, code=code)
    asked = asks.ask(kind, backend={"argv": (program,)} if kind == "command" else {})
    assert asks.run(asked, root, PATH=path)[0].status == status


def test_one_that_hangs_is_ended_and_what_it_said_so_far_is_kept(root: Path, tmp_path: Path) -> None:
    path = stand_in.install(
        tmp_path / "bin", "claude", "claude/success.jsonl", size=900, then="time.sleep(300)"
    )
    told, outcome = asks.run(asks.ask("claude", limits=Limits(seconds=2.0)), root, PATH=path)
    assert (told.status, told.usd, told.files) == ("timeout", None, ("a.py",))
    assert outcome.problem is not None


def test_one_that_answers_to_term_with_an_exit_of_its_own_is_no_success(root: Path, tmp_path: Path) -> None:
    then = "import signal; signal.signal(15, lambda *_: os._exit(0)); time.sleep(300)"
    path = stand_in.install(tmp_path / "bin", "claude", "claude/success.jsonl", then=then)
    told, _ = asks.run(asks.ask("claude", limits=Limits(seconds=2.0)), root, PATH=path)
    assert told.status == "timeout"


def test_a_program_that_is_not_there_crashed_and_another_try_is_no_use(root: Path) -> None:
    told, _ = asks.run(asks.ask("codex"), root, PATH="/usr/bin:/bin")
    assert (told.status, told.transient) == ("crashed", False)
    assert told.reason is not None
    assert told.reason.startswith("cannot start codex: No such file or directory (ENOENT)")


def test_a_program_of_the_project_is_never_taken_for_the_vendors(root: Path) -> None:
    stand_in.install(root, "claude", "claude/success.jsonl")
    told, _ = asks.run(asks.ask("claude"), root, PATH="/usr/bin:.:/bin")
    assert told.status == "crashed"
    assert not (root / "got.json").exists()


def test_any_program_may_speak_a_vendors_format(root: Path, tmp_path: Path) -> None:
    path = stand_in.install(tmp_path / "bin", "mine", "codex/success.jsonl")
    asked = asks.ask("command", backend={"argv": ("mine", "{prompt}"), "reader": "codex-jsonl"})
    told, _ = asks.run(asked, root, PATH=path)
    assert (told.status, told.message) == ("ok", "Mended.")
    assert stand_in.got(root).argv[0].endswith("/prompt.md")
    assert stand_in.got(root).stdin.startswith("You mend Python.")
