"""The words that confine, and what is told of it."""

import itertools
import sys
from pathlib import Path

import pytest

from eee_ci import inject
from eee_ci.workspace import sandbox


def test_the_words_confine_a_program_without_network() -> None:
    made = sandbox.words(("prog", "--", "x"), write=["/w", Path("/v")], hide=())
    assert made == (
        *(sys.executable, "-I", "-S", inject.script("confine.py")),
        *("--write", "/w", "--write", "/v", "--no-net", "--no-unix"),
        *("--processes", "512", "--file-size", "1073741824"),
        *("--", "prog", "--", "x"),
    )


def test_all_that_can_be_asked_is_asked() -> None:
    made = sandbox.words(
        ("prog",),
        write=(),
        network=True,
        required=True,
        bounds=sandbox.Bounds(memory=1, processes=2, file_size=3),
        hide=["/h"],
        report="/r",
    )
    assert made[4:] == (
        *("--hide", "/h", "--no-unix", "--memory", "1", "--processes", "2", "--file-size", "3"),
        *("--report", "/r", "--require", "files,privileges,limits", "--", "prog"),
    )


def test_without_network_that_is_required_too() -> None:
    made = sandbox.words(("prog",), write=(), required=True, hide=())
    assert made[made.index("--require") + 1] == "files,privileges,limits,offline"


def test_the_keys_of_the_user_are_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".netrc").touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    made = sandbox.words(("prog",), write=())
    hidden = [word for before, word in itertools.pairwise(made) if before == "--hide"]
    assert hidden == [f"{tmp_path}/.ssh", f"{tmp_path}/.netrc"]


def test_what_holds_here_is_tried_and_put_into_words() -> None:
    held = sandbox.held()
    assert {"limits", "privileges"} <= set(held.layers)
    assert sandbox.layers() == held.sentences()
    assert "no privileges, and no way to any" in held.sentences()


def test_what_does_not_hold_is_said_with_the_reason() -> None:
    held = sandbox.read(b'{"held": ["limits"], "missing": {"files": "too old"}}')
    assert held.sentences() == (
        "memory, file size and time of each process limited",
        "not: writes outside its folders denied (Landlock): too old",
    )


@pytest.mark.parametrize("report", [b"", b"{", b"[]", b'{"held": 1}', b'{"held": []}'])
def test_a_report_that_cannot_be_read_holds_nothing(report: bytes) -> None:
    held = sandbox.read(report)
    assert held.layers == ()
    assert set(held.missing) == set(sandbox.NEEDED)


def test_a_confinement_that_does_not_run_holds_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "confine.py").write_text("raise SystemExit('it broke')", encoding="utf-8")
    monkeypatch.setattr(inject, "script", lambda name: str(tmp_path / name))
    assert sandbox.held() == sandbox.Held(missing=dict.fromkeys(sandbox.NEEDED, "it broke"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nowhere"))
    assert sandbox.held().layers == ()
