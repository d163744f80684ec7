"""The whole of it on a small project: a gate that remembers wrongly is found, and an honest one is not."""

from pathlib import Path

import pytest

from tests.real import projects
from tests.soundness import compare, sites, soundness, trees

HONEST = "grep -q good a.txt"
FORGETFUL = "test -e memo || cp a.txt memo; grep -q good memo"  # it judges what it saw first


def course(tmp_path: Path, script: str, *, together: bool) -> soundness.Course:
    (tmp_path / "config").write_text(
        f"version: 1\ngates:\n  g: {{tool: command, run: [sh, -c, '{script}']}}\n", encoding="utf-8"
    )
    warm, scratch = (site(tmp_path, name) for name in ("warm", "scratch"))
    return soundness.Course(warm, scratch, ["g"], together=together)


def site(tmp_path: Path, name: str) -> sites.Site:
    root = tmp_path / name / "p"
    root.mkdir(parents=True)
    projects.git(root, "init", "--quiet")
    (root / ".git/info/exclude").write_text("memo\n", encoding="utf-8")
    return sites.Site(root, tmp_path / "memory" / name)


def tree(tmp_path: Path, word: bytes) -> trees.Tree:
    return {"a.txt": word, sites.CONFIG: (tmp_path / "config").read_bytes()}


@pytest.mark.parametrize("together", [True, False])
def test_a_gate_that_remembers_wrongly_is_found(tmp_path: Path, *, together: bool) -> None:
    checks = course(tmp_path, FORGETFUL, together=together)
    first = checks.both(tree(tmp_path, b"good\n"))
    assert compare.differences(first.warm.facts, first.scratch.facts) == []
    second = checks.both(tree(tmp_path, b"bad\n"))
    found = compare.differences(second.warm.facts, second.scratch.facts)
    assert compare.Difference(("g", "status"), '"passed"', '"failed"') in found
    assert compare.differences(second.scratch.facts, checks.again(tree(tmp_path, b"bad\n")).facts) == []


def test_an_honest_gate_says_the_same_at_both_sites_before_and_after_a_commit(tmp_path: Path) -> None:
    checks = course(tmp_path, HONEST, together=True)
    words = [b"good\n", b"bad\n"] * soundness.COMMITTED
    pairs = [checks.both(tree(tmp_path, word)) for word in words]
    assert [compare.differences(pair.warm.facts, pair.scratch.facts) for pair in pairs] == [[]] * len(words)
    assert {pair.warm.facts["g", "status"] for pair in pairs} == {'"passed"', '"failed"'}


@pytest.mark.network
@pytest.mark.slow
def test_no_edit_of_a_real_project_changes_a_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    ended = soundness.main(
        ["--project", "flask", "--edits", "15", "--seed", "11", "--gates", "tests", "lint"]
    )
    assert ended == 0, capsys.readouterr().out


def test_the_words_that_repeat_an_edit_name_all_that_it_depends_on() -> None:
    words = "--project click --seed 4 --edits 9 --gates tests --kinds operator undo --select affected --build"
    arguments = soundness._arguments(words.split())
    assert soundness._repeat(arguments, 3) == (
        "nox -s soundness -- --project click --seed 4 --edits 3 --gates tests --kinds operator undo "
        "--select affected --build"
    )
