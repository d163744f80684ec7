"""Measuring honours the project's settings and never gives a number that leaves processes out."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eee_ci import inject
from eee_ci.inject import cover


class Coverage:
    """coverage.py as far as it is asked, of a version with the options given."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = {f"run:{name}": value for name, value in options.items()}
        self.config = type("Config", (), {"config_file": None})()
        self.calls: list[str] = []

    def get_option(self, name: str) -> Any:
        return self.options[name]

    def set_option(self, name: str, value: Any) -> None:
        self.options[name] = value

    def start(self) -> None:
        self.calls.append("start")

    def stop(self) -> None:
        self.calls.append("stop")

    def erase(self) -> None:
        self.calls.append("erase")

    def save(self) -> None:
        self.calls.append("save")


NEW: dict[str, Any] = {
    "source": None,
    "source_pkgs": [],
    "source_dirs": [],
    "include": None,
    "omit": None,
    "patch": [],
}
OLD: dict[str, Any] = {"source": None, "include": None, "omit": None}
WISH = {"--cover": ["/data"], "--source": ["src"], "--omit": ["tests"]}


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Start with a coverage.py of these options; what comes back are it and the end."""
    import coverage

    def starting(options: dict[str, Any], **wish: list[str]) -> tuple[Coverage, Callable[[], None]]:
        made = Coverage(options)
        monkeypatch.setattr(coverage, "Coverage", lambda **_: made)
        return made, cover.start(WISH | {f"--{name}": value for name, value in wish.items()})

    return starting


def test_the_sources_are_ours_where_the_project_names_none(start: Callable[..., Any]) -> None:
    for options in (NEW, OLD):
        made, finish = start(options)
        finish()
        assert made.options["run:source"] == ["src"]
        assert made.options["run:omit"] == ["tests"]
        assert made.calls == ["start", "stop", "save"]


@pytest.mark.parametrize("name", ["source", "source_pkgs", "source_dirs", "include"])
def test_what_the_project_measures_stays(name: str, start: Callable[..., Any]) -> None:
    made, _ = start(NEW | {name: ["theirs"]})
    assert made.options["run:source"] == (["theirs"] if name == "source" else None)
    assert made.options["run:omit"] is None


def test_what_the_project_omits_stays_and_without_sources_all_is_measured(start: Callable[..., Any]) -> None:
    made, _ = start(NEW | {"omit": ["theirs"]}, source=[])
    assert made.options["run:omit"] == ["theirs"]
    assert made.options["run:source"] is None


@pytest.mark.parametrize(
    ("source", "then"),
    [
        ("one.py", "one"),
        ("src/one.py", "one"),
        ("src/a/b/one.py", "a.b.one"),
        ("src/a/__init__.py", "a"),
        ("src/a", "src/a"),
        ("gone.py", "gone.py"),
    ],
)
def test_a_file_is_measured_by_the_name_of_its_module(
    source: str, then: str, start: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one.py", "src/one.py", "src/a/__init__.py", "src/a/b/__init__.py", "src/a/b/one.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    made, _ = start(NEW, source=[source, "other"])
    assert made.options["run:source"] == [then, "other"]


def test_workers_are_measured_beside_what_the_project_patches(start: Callable[..., Any]) -> None:
    made, finish = start(NEW | {"patch": ["_exit"]}, workers=[""])
    assert made.options["run:patch"] == ["_exit", "subprocess"]
    assert made.options["run:parallel"] is True
    assert made.config.config_file
    finish()
    assert made.calls[-1] == "save"


def test_where_workers_cannot_be_measured_there_is_no_number(
    start: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made, finish = start(OLD, workers=[""])
    finish()
    assert made.calls[-1] == "save"  # no worker was started
    monkeypatch.setitem(sys.modules, "xdist.dsession", sys)
    made, finish = start(OLD, workers=[""])
    finish()
    assert made.calls == ["start", "stop", "erase"]
    assert "7.10" in capsys.readouterr().err


def test_with_a_coverage_that_is_lent_there_is_no_number_where_workers_are(
    start: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made, finish = start(NEW, workers=[""], lend=["coverage:/x"])
    finish()
    assert made.calls[-1] == "save"  # no worker was started
    monkeypatch.setitem(sys.modules, "xdist.dsession", sys)
    made, finish = start(NEW, workers=[""], lend=["coverage:/x"])
    finish()
    assert made.calls == ["start", "stop", "erase"]
    assert "that of eee-ci sees no further process" in capsys.readouterr().err


@pytest.mark.parametrize("wish", [{}, {"workers": [""]}])
def test_with_a_coverage_that_is_lent_nothing_is_written_into_the_environment(
    wish: dict[str, list[str]], start: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    made, finish = start(NEW | {"patch": ["subprocess", "_exit"]}, lend=["coverage:/x"], **wish)
    finish()
    assert made.options["run:patch"] == ["_exit"]
    assert made.calls == ["start", "stop", "erase"]
    assert "`patch = subprocess`" in capsys.readouterr().err


@pytest.mark.parametrize(("core", "then"), [("sysmon", "ctrace"), ("pytrace", "pytrace"), (None, None)])
def test_the_recorder_has_the_contexts_and_a_core_that_knows_them(
    start: Callable[..., Any], core: str | None, then: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 11))
    made, _ = start(NEW | {"core": core, "context": "theirs", "dynamic_context": "theirs"}, record=["w"])
    assert (made.options["run:context"], made.options["run:dynamic_context"]) == (None, None)
    assert made.options.get("run:core") == then


def test_the_core_that_a_new_python_gets_by_itself_has_no_contexts(
    start: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 14))
    made, _ = start(NEW, record=["w"])
    assert made.options["run:core"] == "ctrace"


@pytest.mark.live
def test_live_processes_of_a_run_are_all_measured(tmp_path: Path) -> None:
    (tmp_path / "child.py").write_text("A = 1\n", encoding="utf-8")
    words = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import child'], check=True)\n"
    (tmp_path / "parent.py").write_text(words, encoding="utf-8")
    options = ("--cwd-on-path", "--cover=data", "--source=.", "--workers", "-m", "parent")
    subprocess.run((sys.executable, inject.script("launch.py"), *options), cwd=tmp_path, check=True)
    for step in (("combine", "-q"), ("report", "--show-missing", "--fail-under=100")):
        subprocess.run(
            (sys.executable, "-m", "coverage", *step, "--data-file=data"), cwd=tmp_path, check=True
        )
