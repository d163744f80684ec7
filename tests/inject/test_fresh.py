"""mypy's cache goes where a file could be another one than mypy saw, and stays otherwise."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from eee_ci import inject
from eee_ci.inject import fresh

LONG_AGO = 1_700_000_000
TOUCH = "import os, sys; os.makedirs(sys.argv[1], exist_ok=True); open(sys.argv[1] + '/known', 'w')"


class Place:
    """A project, and what runs on it in the place of mypy."""

    def __init__(self, tmp_path: Path) -> None:
        self.root, self.cache = tmp_path / "root", tmp_path / "cache/mypy"
        self.root.mkdir()

    def write(self, words: str, second: int = LONG_AGO, name: str = "a.py") -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(words, encoding="utf-8")
        os.utime(file, (second, second))

    def argv(self, program: str) -> list[str]:
        return [sys.executable, "-c", program, str(self.cache)]

    def run(self, program: str = TOUCH) -> int:
        """In this process, as far as that goes."""
        with contextlib.chdir(self.root):
            return fresh.main(str(self.cache), self.argv(program))

    def start(self, program: str) -> subprocess.CompletedProcess[bytes]:
        """As the gate does."""
        start = (sys.executable, "-I", "-S", inject.script("fresh.py"), str(self.cache))
        argv = (*start, *self.argv(program))
        return subprocess.run(argv, cwd=self.root, capture_output=True, check=False)

    def keeps(self) -> bool:
        """Does the next run find what the last one left in the cache?"""
        self.cache.mkdir(parents=True, exist_ok=True)
        (self.cache / "known").touch()
        told = self.root.parent / "told"
        self.run(
            f"import os; open({str(told)!r}, 'w').write(str(os.path.exists({str(self.cache / 'known')!r})))"
        )
        return told.read_text(encoding="utf-8") == "True"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    made.write("one")
    assert made.run() == 0
    return made


def test_what_did_not_change_keeps_the_cache(place: Place) -> None:
    assert place.keeps()
    os.utime(place.root / "a.py", (LONG_AGO + 5, LONG_AGO + 5))
    assert place.keeps()


def test_a_change_that_mypy_sees_keeps_the_cache(place: Place) -> None:
    place.write("three")
    assert place.keeps()
    place.write("seven", LONG_AGO + 1)
    assert place.keeps()


def test_a_file_that_comes_or_goes_drops_it(place: Place) -> None:
    place.write("new", name="lib/b.pyi")
    assert not place.keeps()
    assert place.keeps()
    (place.root / "a.py").unlink()
    assert not place.keeps()


def test_errors_are_told_by_a_run_from_nothing(place: Place) -> None:
    program = f"import os; print(os.path.exists({str(place.cache / 'known')!r}), flush=True); os._exit(1)"
    argv = (sys.executable, inject.script("fresh.py"), str(place.cache), *place.argv(program))
    for known in (True, False):
        place.cache.mkdir(parents=True, exist_ok=True)
        (place.cache / "known").touch()
        with (place.root.parent / "said").open("w+b") as said:
            done = subprocess.run(argv, cwd=place.root, stdout=said, check=False)
            said.seek(0)
            assert (done.returncode, said.read().strip()) == (1, b"False")
        assert known or not (place.cache / "known").exists()


def test_errors_that_cannot_be_taken_back_are_told_once(place: Place) -> None:
    place.cache.mkdir(parents=True, exist_ok=True)
    done = place.start("print('wrong', flush=True); raise SystemExit(1)")
    assert (done.returncode, done.stdout) == (1, b"wrong\n")


def test_other_content_of_the_same_size_and_second_drops_it(place: Place) -> None:
    place.write("two")
    assert not place.keeps()
    assert place.keeps()


def test_a_content_seen_long_before_counts(place: Place) -> None:
    place.write("longer", LONG_AGO + 3)
    assert place.keeps()
    place.write("two")
    assert not place.keeps()


def test_the_same_content_again_is_no_other(place: Place) -> None:
    place.write("longer", LONG_AGO + 3)
    assert place.keeps()
    place.write("one")
    assert place.keeps()


def test_a_linked_file_is_followed(place: Place) -> None:
    aside = place.root.parent / "aside"
    aside.mkdir()
    (aside / "c.py").write_text("one", encoding="utf-8")
    os.utime(aside / "c.py", (LONG_AGO, LONG_AGO))
    (place.root / "linked").symlink_to(aside)
    (place.root / "again").symlink_to(place.root)
    (place.root / "gone.py").symlink_to("nowhere")
    assert not place.keeps()
    assert place.keeps()
    (aside / "c.py").write_text("two", encoding="utf-8")
    os.utime(aside / "c.py", (LONG_AGO, LONG_AGO))
    assert not place.keeps()


@pytest.mark.parametrize("name", [".venv/a.py", "env/a.py", "node_modules/a.py", "a.txt"])
def test_what_is_no_code_of_the_project_is_passed_over(name: str, place: Place) -> None:
    (place.root / "env").mkdir()
    (place.root / "env/pyvenv.cfg").touch()
    place.write("one", name=name)
    assert place.keeps()
    place.write("two", name=name)
    assert place.keeps()


def test_a_file_that_changes_while_mypy_runs_drops_it(place: Place) -> None:
    place.run("open('a.py', 'w').write('changed')")
    place.write("later", LONG_AGO + 7)
    assert not place.keeps()


def test_a_file_that_is_another_within_one_tick_of_the_clock_drops_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place.root)
    state = fresh.prepare(str(place.cache), str(place.root))
    assert fresh.unchanged(state, str(place.root), LONG_AGO)
    state["seen"]["a.py"][-1][2] = "of what was there at first"
    assert not fresh.unchanged(state, str(place.root), LONG_AGO + 1.5)
    assert fresh.unchanged(state, str(place.root), LONG_AGO + 2)  # too old to have changed unseen


def test_a_run_that_did_not_end_drops_it_once_something_changed(place: Place) -> None:
    kill = f"import os, signal; os.kill(os.getppid(), {signal.SIGKILL:d})"
    assert place.start(kill).returncode == -signal.SIGKILL
    assert place.keeps()
    assert place.start(kill).returncode == -signal.SIGKILL
    place.write("longer", LONG_AGO + 3)
    assert not place.keeps()


def test_a_state_that_cannot_be_read_drops_it(place: Place) -> None:
    for damage in ("", "[]", "{}", '{"open": false, "stats": {}, "seen": {"a.py": 3}}'):
        Path(f"{place.cache}.seen").write_text(damage, encoding="utf-8")
        assert not place.keeps()
    assert place.keeps()


def test_contents_are_not_collected_for_ever(place: Place) -> None:
    for number in range(fresh.MOST - 1):
        known = json.loads(Path(f"{place.cache}.seen").read_bytes())
        known["seen"]["a.py"].insert(0, [number, number, "x"])
        Path(f"{place.cache}.seen").write_text(json.dumps(known), encoding="utf-8")
    assert not place.keeps()


def test_without_a_place_to_note_it_there_is_no_cache(tmp_path: Path) -> None:
    place = Place(tmp_path)
    (tmp_path / "cache").touch()
    ran = place.start("import sys; print(sys.argv[1])")
    assert ran.stdout == f"{os.devnull}\n".encode()
    assert ran.stderr.startswith(b"mypy's cache is not used: ")
    assert place.run("raise SystemExit(3)") == 3


@pytest.mark.parametrize("code", [0, 1, 2, 77])
def test_the_exit_code_is_the_program_s(code: int, place: Place) -> None:
    assert place.start(f"raise SystemExit({code})").returncode == code


def test_a_signal_that_ends_the_program_ends_the_script(place: Place) -> None:
    assert place.start("import os; os.kill(os.getpid(), 9)").returncode == -signal.SIGKILL
