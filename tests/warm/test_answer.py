"""A remembered answer is given when all holds that it names, and never on any doubt."""

import errno
import os
from pathlib import Path

import pytest

from eee_ci import signature, warm
from eee_ci.cache import Off, opened

WORDS = ["check"]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "inner").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "a.py").write_text("a", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "inner")
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    return tmp_path / "inner"


def entry(here: Path) -> "warm.Entry":
    path = str(here.parent / "a.py")
    return {
        "variables": dict.fromkeys(os.environ, ""),
        "stats": [(path, signature.of(path)), (f"{path}.none", None)],
        "folders": {},
        "said": f"green ({warm.PLACEHOLDER})\n",
        "exit": 4,
        "live": None,
    }


def keep(here: Path, data: bytes) -> None:
    store = opened(os.environ, judged=str(here.parent))
    assert not isinstance(store, Off)
    assert store.put(warm.KIND, warm.key(WORDS, str(here), *warm.terminal(os.environ)), data)


def test_what_was_said_is_said_again(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    keep(here, warm.written(entry(here)))
    assert warm.answer(WORDS) == 4
    said = capfd.readouterr().out
    assert said.startswith("green (")
    assert said.endswith(" s)\n")


def test_words_from_elsewhere_mean_the_same_folder(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert warm.folder(["-C", str(here), "check"]) == str(here)
    monkeypatch.chdir("/")
    assert warm.answer(["-C", str(here), "check"]) is None


def with_folder(here: Path) -> bytes:
    git = str(here.parent / ".git")
    told = entry(here)
    told["stats"].append((git, signature.of(git)))
    store = opened(os.environ, judged=str(here.parent))
    assert not isinstance(store, Off)
    told["folders"][git] = store.digest("folder", signature.names(git))
    return warm.written(told)


def test_a_file_that_was_there_for_a_moment_is_no_change_of_its_folder(here: Path) -> None:
    keep(here, with_folder(here))
    lock = here.parent / ".git" / "index.lock"
    lock.touch()
    assert warm.answer(WORDS) is None
    lock.unlink()
    assert warm.answer(WORDS) == 4


@pytest.mark.parametrize(
    "change", ["another folder", "a file in its place", "gone", "a name of another kind"]
)
def test_another_folder_in_its_place_is_no_answer(here: Path, change: str) -> None:
    git = here.parent / ".git"
    (git / "refs").mkdir()
    keep(here, with_folder(here))
    (git / "refs").rmdir()
    if change == "a name of another kind":
        (git / "refs").touch()
    else:
        git.rename(here.parent / "old")
    if change == "another folder":
        (git / "refs").mkdir(parents=True)
    elif change == "a file":
        git.touch()
    assert warm.answer(WORDS) is None


def test_a_changed_file_is_no_answer(here: Path) -> None:
    keep(here, warm.written(entry(here)))
    (here.parent / "a.py").write_text("longer", encoding="utf-8")
    assert warm.answer(WORDS) is None


@pytest.mark.parametrize("data", [b"", b"nonsense", b"N"])
def test_an_entry_of_another_make_is_no_answer(here: Path, data: bytes) -> None:
    keep(here, data)
    assert warm.answer(WORDS) is None


def test_without_a_store_there_is_no_answer(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EEE_CI_CACHE_DIR", str(here.parent))  # in the judged project itself
    assert warm.answer(WORDS) is None


@pytest.mark.parametrize(
    "words", [[], ["plan"], ["check", "--json"], ["check", "--trace=x"], ["-C", "x"], ["-C", "x", "watch"]]
)
def test_other_words_are_for_the_full_program(words: list[str]) -> None:
    assert not warm.eligible(words, {})


def test_a_step_of_github_is_for_the_full_program() -> None:
    assert warm.eligible(WORDS, {})
    assert not warm.eligible(WORDS, {"GITHUB_ACTIONS": "true"})


def digest(purpose: str, value: str) -> str:
    return f"{purpose} {value}"


@pytest.mark.parametrize(
    ("environ", "holds"),
    [
        ({"A": "1", "B": "any"}, True),
        ({"A": "1"}, True),  # one that does not matter may go
        ({"A": "2", "B": "any"}, False),
        ({"B": "any"}, False),
        ({"A": "1", "C": "new"}, False),
    ],
)
def test_variables_that_matter_are_as_they_were(environ: dict[str, str], holds: bool) -> None:
    variables = {"A": "variable A=1", "B": ""}
    known: warm.Entry = {
        "variables": variables,
        "stats": [],
        "folders": {},
        "said": "",
        "exit": 0,
        "live": None,
    }
    assert warm.holds(known, environ, digest) is holds


def test_outside_of_a_repository_the_folder_itself_is_judged(tmp_path: Path) -> None:
    if any((folder / ".git").exists() for folder in tmp_path.parents):
        pytest.skip("the temporary folder lies in a repository")
    assert warm.top(str(tmp_path)) == str(tmp_path)


@pytest.mark.parametrize(
    ("environ", "columns", "found"),
    [
        ({"TERM": "xterm"}, 100, (True, True)),
        ({"TERM": "xterm"}, 59, (True, False)),
        ({"TERM": "xterm", "NO_COLOR": "1"}, 0, (False, True)),
        ({"TERM": "dumb"}, None, (False, True)),
    ],
)
def test_a_terminal_shows_it_as_the_console_would(
    environ: dict[str, str], columns: int | None, found: tuple[bool, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    def size(_: int) -> os.terminal_size:
        if columns is None:
            raise OSError(errno.ENOTTY, "no terminal")
        return os.terminal_size((columns, 24))

    monkeypatch.setattr(os, "isatty", lambda _: True)
    monkeypatch.setattr(os, "get_terminal_size", size)
    assert warm.terminal(environ) == found


def test_who_no_longer_listens_gets_the_exit_code(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(here, warm.written(entry(here)))

    def refuse(*_: object) -> int:
        raise BrokenPipeError

    monkeypatch.setattr(os, "write", refuse)
    assert warm.answer(WORDS) == 4
