"""What the recorder's watch makes of the events it hears, one by one."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from eee_ci.inject import signs
from eee_ci.inject import watch as watching
from eee_ci.inject.edges import Edges
from eee_ci.inject.ground import Ground
from eee_ci.inject.scene import Scene, Scope
from eee_ci.inject.watch import LOOKED, Watch


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "project"
    (made / "data").mkdir(parents=True)
    (made / "data" / "a.txt").write_text("a", encoding="utf-8")
    (made / "m.py").write_text("x = 1\n", encoding="utf-8")
    return made


@pytest.fixture
def watch(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    monkeypatch.setattr(signs, "OURS", os.path.dirname(signs.__file__))  # noqa: PTH120 - else `<eee_ci_inject`
    scene = Scene(Ground(str(root), str(root.parent / "scratch")))
    scene.turn(scene.scope("file:tests/test_a.py"))
    scene.listening = True
    yield Watch(scene, Edges(scene))
    assert scene.trouble is None


def seen(watch: Watch) -> Scope:
    return watch.scene.current


def called_from(file: str, call: Callable[[], object]) -> None:
    """The call as code of that file would make it."""
    made: dict[str, Any] = {"call": call}
    exec(compile("def run():\n    call()\n", file, "exec"), made)  # noqa: S102 - our own words
    made["run"]()


def test_a_file_that_is_read_counts(watch: Watch, root: Path) -> None:
    watch.opened((f"{root}/data/a.txt", "r", 0))
    watch.opened(("/elsewhere", "r", 0))
    assert seen(watch).data == {"data/a.txt"}


def test_a_file_that_is_looked_for_and_missing_counts_as_absent(watch: Watch, root: Path) -> None:
    watch.opened((f"{root}/none.txt", None, os.O_RDONLY))
    assert (seen(watch).absent, seen(watch).data) == ({"none.txt"}, set())


@pytest.mark.parametrize(("mode", "flags"), [("w", 0), ("r+", 0), (None, os.O_WRONLY)])
def test_who_writes_below_the_project_is_not_trusted(
    watch: Watch, root: Path, mode: str | None, flags: int
) -> None:
    watch.opened((f"{root}/out.txt", mode, flags))
    assert seen(watch).untrusted == {"writes": "writes below the project (out.txt)"}


def test_folders_count_by_what_is_in_them_also_by_number(watch: Watch, root: Path) -> None:
    number = os.open(root / "data", os.O_RDONLY)
    try:
        watch.listed((number,))
    finally:
        os.close(number)
    watch.listed((str(root),))
    watch.listed(("/",))
    assert seen(watch).listings == {"data", "."}


def test_no_folder_means_the_working_folder(
    watch: Watch, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root / "data")
    watch.listed((None,))
    assert seen(watch).listings == {"data"}


def test_a_path_relative_to_an_open_folder_is_found(watch: Watch, root: Path) -> None:
    number = os.open(root / "data", os.O_RDONLY)
    try:
        watch.changed({0: 1}, ("a.txt", number))
    finally:
        os.close(number)
    assert "writes" not in seen(watch).untrusted  # /proc/self/fd is not resolved: said by the open file
    watch.changed({0: 1}, (f"{root}/data/a.txt", -1))
    assert seen(watch).untrusted["writes"] == "writes below the project (data/a.txt)"


def test_what_is_asked_of_a_path_counts_once(watch: Watch, root: Path) -> None:
    for _ in range(2):
        watch.looked(f"{root}/data/a.txt", None)
    watch.looked(f"{root}/nothing", None)
    watch.looked(3, None)
    watch.looked("/elsewhere", None)
    assert (seen(watch).stats, seen(watch).absent) == ({"data/a.txt"}, {"nothing"})


def test_who_does_not_listen_notes_nothing(watch: Watch, root: Path) -> None:
    watch.scene.listening = False
    watch.heard(LOOKED, (f"{root}/data/a.txt", None))
    watch.quoted(f"{root}/m.py")
    assert (seen(watch).stats, seen(watch).data) == (set(), set())


def test_a_fault_of_the_watch_makes_the_record_worthless(root: Path) -> None:
    scene = Scene(Ground(str(root), str(root)))
    scene.listening = True
    watch = Watch(scene, Edges(scene))
    watch.heard(LOOKED, (3.5, 7))
    assert scene.trouble is not None
    assert scene.trouble.startswith("the recorder failed: ")
    scene.trouble = None
    watch.quoted(object())
    assert scene.trouble is not None


def test_sources_that_are_quoted_count_unless_they_are_no_files(watch: Watch, root: Path) -> None:
    watch.quoted("<string>")
    watch.quoted(f"{root}/m.py")
    watch.quoted(f"{root}/m.py")
    assert seen(watch).data == {"m.py"}


@pytest.mark.parametrize("name", ["{root}/a.db", "file:{root}/a.db?mode=ro"], ids=["by path", "by address"])
def test_a_data_base_of_the_project_makes_distrust(watch: Watch, root: Path, name: str) -> None:
    watch.connected((name.format(root=root),))
    assert seen(watch).untrusted == {"sqlite": "opens a data base below the project (a.db)"}


@pytest.mark.parametrize("name", [":memory:", "", "file::memory:", "/elsewhere/a.db"])
def test_a_data_base_elsewhere_makes_none(watch: Watch, name: str) -> None:
    watch.connected((name,))
    assert seen(watch).untrusted == {}


def test_a_started_process_is_named(watch: Watch) -> None:
    watch.started((None, ["/bin/true", "x"]))
    assert seen(watch).untrusted == {"subprocess": "starts the process true"}


def test_a_started_process_may_be_one_word(watch: Watch) -> None:
    watch.started(("/bin/sh", "ls"))
    assert seen(watch).untrusted == {"subprocess": "starts the process sh"}


def test_questions_on_the_machine_start_no_process_that_counts(watch: Watch) -> None:
    called_from("/usr/lib/python3/platform.py", lambda: watch.started((None, ["uname"])))
    assert seen(watch).untrusted == {}


@pytest.mark.parametrize(("name", "counts"), [("{root}/lib.so", True), ("libc.so.6", False), (None, False)])
def test_a_library_of_the_project_makes_distrust(
    watch: Watch, root: Path, name: str | None, counts: bool
) -> None:
    watch.loaded((name.format(root=root) if name else None,))
    wanted = {"library": "loads the library lib.so"} if counts else {}
    assert seen(watch).untrusted == wanted


def test_imports_count_by_their_first_word_and_extensions_make_distrust(watch: Watch, root: Path) -> None:
    watch.imported(("a.b", None))
    watch.imported(("c", "/usr/lib/c.so"))
    assert seen(watch).untrusted == {}
    watch.imported(("d", f"{root}/d.so"))
    assert seen(watch).imports == {"a", "c", "d"}
    assert seen(watch).untrusted == {"library": "loads the library d.so"}


def code(file: str, source: str = "1") -> CodeType:
    return compile(source, file, "exec")


def test_bodies_of_modules_count(watch: Watch, root: Path) -> None:
    watch.executed((code(f"{root}/m.py"),))
    watch.executed((code("<string>"),))
    watch.executed((code("/elsewhere/n.py"),))
    watch.executed(((lambda: 1).__code__,))
    watch.executed(("text",))
    watch.unpickled(("p.a", "C"))
    assert (seen(watch).modules, seen(watch).names) == ({"m.py"}, {"p.a"})


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("/usr/lib/threading.py", {}),
        ("/usr/lib/doctest.py", {}),
        ("/tests/test_a.py", {"trace": "sets a trace function"}),
    ],
)
def test_who_traces_takes_the_place_of_the_measurement(watch: Watch, file: str, said: dict[str, str]) -> None:
    lines = "def run(call):\n    call(None)\n"
    made: dict[str, Any] = {}
    exec(compile(lines, file, "exec"), made)  # noqa: S102 - our own words
    made["run"](watch.traced)
    assert seen(watch).untrusted == said


@pytest.mark.parametrize(
    ("name", "file", "trusted"),
    [
        ("_installation_trace", "/coverage/collector.py", True),
        ("start", "/coverage/collector.py", False),  # somebody measures for himself
        ("_installation_trace", "/tests/test_a.py", False),
    ],
)
def test_coverage_begins_to_trace_in_a_thread_with_whatever_runs_first(
    watch: Watch, name: str, file: str, *, trusted: bool
) -> None:
    first: dict[str, Any] = {}
    exec(compile("def run(call, *more):\n    call(*more)\n", "/rich/live.py", "exec"), first)  # noqa: S102 - our own words
    inner: dict[str, Any] = {}
    exec(compile(f"def {name}(call, *more):\n    call(*more)\n", file, "exec"), inner)  # noqa: S102 - our own words
    first["run"](inner[name], watch.traced, None)
    assert (not seen(watch).untrusted) is trusted


def test_coverage_itself_may_trace_on_behalf_of_a_thread(watch: Watch) -> None:
    outer: dict[str, Any] = {}
    exec(compile("def run(inner, call):\n    inner(call)\n", "/lib/threading.py", "exec"), outer)  # noqa: S102 - our own words
    inner: dict[str, Any] = {}
    exec(compile("def run(call):\n    call(None)\n", "/s/coverage/collector.py", "exec"), inner)  # noqa: S102 - our own words
    outer["run"](inner["run"], watch.traced)
    assert seen(watch).untrusted == {}


@pytest.mark.parametrize(
    ("file", "below", "reading", "machinery"),
    [
        ("<frozen importlib._bootstrap>", "m.py", True, True),
        ("<frozen importlib._bootstrap>", "a.txt", True, False),
        ("<frozen importlib._bootstrap>", "a.txt", False, True),
        ("/lib/traceback.py", "m.py", True, True),
        ("/lib/linecache.py", "m.py", False, True),
        ("/site/_pytest/main.py", "a.txt", True, True),
        ("/site/hypothesis/core.py", "m.py", True, True),
        ("/site/hypothesis/core.py", "a.txt", True, False),
        ("/project/src/a.py", "a.txt", True, False),
    ],
)
def test_the_machinery_looks_for_its_own_ends(
    watch: Watch, file: str, below: str, reading: bool, machinery: bool
) -> None:
    made: dict[str, Any] = {"watch": watch, "below": below, "reading": reading}
    exec(  # noqa: S102 - our own words
        compile("def run():\n    return watch.is_machinery(below, reading=reading)\n", file, "exec"), made
    )
    assert made["run"]() is machinery


def test_who_only_passes_a_source_on_is_not_the_one_who_looks(watch: Watch) -> None:
    made: dict[str, Any] = {"watch": watch}
    exec(  # noqa: S102 - our own words
        compile(
            "def run():\n    return watch.is_machinery('m.py', reading=True)\n", "/lib/tokenize.py", "exec"
        ),
        made,
    )
    outer: dict[str, Any] = {"inner": made["run"]}
    exec(compile("def run():\n    return inner()\n", "/site/_pytest/x.py", "exec"), outer)  # noqa: S102 - our own words
    assert outer["run"]() is True


def test_a_function_of_os_that_takes_an_open_folder_is_still_known_as_such(
    watch: Watch, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("stat", "lstat", "access", "readlink"):
        monkeypatch.setattr(os, name, getattr(os, name))
    for name in ("supports_dir_fd", "supports_fd", "supports_follow_symlinks", "supports_effective_ids"):
        monkeypatch.setattr(os, name, set(getattr(os, name)))
    monkeypatch.setattr(sys, "audit", lambda event, *arguments: watch.heard(event, arguments))
    for name in ("stat", "lstat", "access", "readlink"):
        watch.replace(name)
    assert os.stat in os.supports_dir_fd
    assert os.access(root / "data", os.R_OK)
    os.lstat(root / "m.py")
    os.stat(root / "data" / "a.txt")  # noqa: PTH116 - pathlib costs more than the call
    with pytest.raises(OSError, match="Invalid argument"):
        os.readlink(root / "m.py")  # noqa: PTH115 - pathlib costs more than the call
    assert seen(watch).stats >= {"data", "m.py", "data/a.txt"}


def test_the_current_file_is_no_module_that_takes_part(watch: Watch, root: Path) -> None:
    made: dict[str, Any] = {"watch": watch}
    exec(compile("def run():\n    return watch.modules()\n", f"{root}/m.py", "exec"), made)  # noqa: S102 - our own words
    assert made["run"]() == ["m.py"]
    watch.scene.turn(watch.scene.scope("file:m.py"))
    assert made["run"]() == []


def test_code_that_is_compiled_again_and_again_is_not_kept(watch: Watch, root: Path) -> None:
    for number in range(watching.MOST):
        watch.executed((compile(f"x = {number}", f"{root}/m.py", "exec"),))
    assert len(watch.scene.bodies["m.py"] or ()) == watching.MOST
    watch.executed((compile("y = 1", f"{root}/m.py", "exec"),))
    watch.executed((compile("z = 1", f"{root}/m.py", "exec"),))
    assert watch.scene.bodies["m.py"] is None
