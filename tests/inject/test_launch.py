"""The launcher is `python -m` without the shadows, and writes byte code in one place only."""

import gc
import importlib.util
import json
import os
import runpy
import subprocess
import sys
from importlib import _bootstrap_external as system
from pathlib import Path
from typing import Any

import pytest

from eee_ci import inject
from eee_ci.inject import launch

TELLING = """import json, sys
print(json.dumps([__name__, __spec__.name, sys.argv[1:], sorted(set(globals()) - set(dir(sys)))]))
"""
PLAIN = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": "", "PYTHONPATH": "", "PYTHONSAFEPATH": ""}


def python(folder: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, *words),
        cwd=folder,
        env=os.environ | PLAIN | env,
        capture_output=True,
        text=True,
        check=False,
    )


def launched(folder: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return python(folder, inject.script("launch.py"), *words, **env)


def test_a_module_cannot_tell_the_launcher_from_python(tmp_path: Path) -> None:
    (tmp_path / "telling.py").write_text(TELLING, encoding="utf-8")
    words = ("-m", "telling", "a", "--cwd-on-path", "-m")
    there = launched(tmp_path, "--cwd-on-path", *words)
    name, spec, argv, names = json.loads(there.stdout)
    assert [name, spec, argv] == json.loads(python(tmp_path, *words).stdout)[:3]
    assert set(names) - {"json", "sys"} == {name for name in names if name.startswith("__")}


def test_a_file_of_the_working_folder_shadows_nothing_unless_asked(tmp_path: Path) -> None:
    (tmp_path / "calendar.py").write_text("raise SystemExit('shadowed')", encoding="utf-8")
    (tmp_path / "launch.py").write_text("", encoding="utf-8")
    assert "shadowed" not in launched(tmp_path, "-m", "calendar", "1999", "1").stderr
    assert "shadowed" in launched(tmp_path, "--cwd-on-path", "-m", "calendar").stderr
    assert "No module named cover" in launched(tmp_path, "-m", "cover").stderr


def test_the_exit_code_is_the_module_s(tmp_path: Path) -> None:
    (tmp_path / "leaving.py").write_text("raise SystemExit(7)", encoding="utf-8")
    assert launched(tmp_path, "--cwd-on-path", "-m", "leaving").returncode == 7
    missing = launched(tmp_path, "-m", "no_such_module")
    assert (missing.returncode, missing.stderr) == (1, f"{sys.executable}: No module named no_such_module\n")


@pytest.mark.parametrize("words", [("--bogus", "-m", "x"), ("x",), ("-m",), ()])
def test_words_that_it_does_not_know_end_it(words: tuple[str, ...], tmp_path: Path) -> None:
    ended = launched(tmp_path, *words)
    assert ended.returncode == 1
    assert ended.stderr.startswith("launch.py: ")


def library(folder: Path) -> Path:
    """A library with byte code beside it, on the path of the modules that are launched."""
    module = folder / "library" / "lib_module.py"
    module.parent.mkdir()
    module.write_text("VALUE = 1\n", encoding="utf-8")
    python(folder, "-m", "compileall", "-q", str(module.parent))
    return module


def project(folder: Path) -> Path:
    root = folder / "root"
    root.mkdir()
    (root / "own_module.py").write_text("", encoding="utf-8")
    main = "import lib_module, own_module\nprint(lib_module.VALUE, lib_module.__cached__)\n"
    (root / "main.py").write_text(main, encoding="utf-8")
    return root


def run(root: Path, module: Path, prefix: Path) -> tuple[str, str]:
    """What the library's value was, and from which byte code."""
    env = {
        "PYTHONPYCACHEPREFIX": str(prefix),
        "PYTHONPATH": str(module.parent),
        "TMPDIR": str(prefix / "tmp"),
    }
    value, _, cached = launched(root, "--cwd-on-path", "-m", "main", **env).stdout.strip().partition(" ")
    return value, cached


def written(prefix: Path) -> list[str]:
    return sorted(path.name.split(".")[0] for path in prefix.rglob("*.pyc") if "_module" in path.name)


def test_byte_code_that_a_library_has_is_used_and_ours_goes_below_the_prefix(tmp_path: Path) -> None:
    module, root, prefix = library(tmp_path), project(tmp_path), tmp_path / "prefix"
    value, cached = run(root, module, prefix)
    assert (value, Path(cached).parent) == ("1", module.parent / "__pycache__")
    assert written(prefix) == ["own_module"]
    assert not (root / "__pycache__").exists()


def test_stale_byte_code_is_renewed_below_the_prefix_only(tmp_path: Path) -> None:
    module, root, prefix = library(tmp_path), project(tmp_path), tmp_path / "prefix"
    (old,) = (module.parent / "__pycache__").iterdir()
    before = old.read_bytes()
    module.write_text("VALUE = 2000\n", encoding="utf-8")
    assert run(root, module, prefix)[0] == "2000"
    value, cached = run(root, module, prefix)
    assert (value, cached.startswith(str(prefix))) == ("2000", True)
    assert old.read_bytes() == before


SETTLED = """import json, os, sys
names = ("PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE", "EEE_CI_PYCACHE")
print(json.dumps([sys.dont_write_bytecode, sys.pycache_prefix, *map(os.environ.get, names)]))
"""


@pytest.mark.parametrize("compiled", [True, False])
def test_a_prefix_for_the_launched_alone_is_not_in_force_while_python_starts(
    compiled: bool, tmp_path: Path
) -> None:
    root, prefix = tmp_path / "root", tmp_path / "prefix"
    (root / "settled").mkdir(parents=True)
    (root / "settled" / "__init__.py").write_text("", encoding="utf-8")
    (root / "settled" / "__main__.py").write_text(SETTLED, encoding="utf-8")
    if compiled:
        python(root, "-m", "compileall", "-q", "settled")
    env = {"EEE_CI_PYCACHE": str(prefix), "PYTHONDONTWRITEBYTECODE": "1"}
    ended = launched(root, "--cwd-on-path", "-m", "settled", **env)
    children = ["", "1", None] if compiled else [str(prefix), None, None]
    assert json.loads(ended.stdout) == [False, str(prefix), *children]
    written = {path.name.split(".")[0] for path in prefix.rglob("*.pyc")}
    assert {"__init__", "settled"} & written  # ours, below the prefix
    assert not {"enum", "re", "typing", "types", "_compiler"} & written


COUNTING = """import gc, json
before = gc.get_threshold()
gc.set_threshold(200_000, 30, 40)
after = gc.get_threshold()
gc.set_threshold(0)
print(json.dumps([before[0], after, gc.get_threshold()[0]]))
"""


@pytest.mark.parametrize(
    ("module", "told"),
    [
        ("mypy", [launch.SELDOM, [launch.SELDOM, 30, 40], 0]),
        ("bandit", [launch.SELDOM, [launch.SELDOM, 30, 40], 0]),
        ("pytest", [gc.get_threshold()[0], [200_000, 30, 40], 0]),  # the project's code meets Python as it is
    ],
)
def test_programs_that_keep_what_they_read_look_for_garbage_seldom(
    module: str, told: list[object], tmp_path: Path
) -> None:
    (tmp_path / f"{module}.py").write_text(COUNTING, encoding="utf-8")
    assert json.loads(launched(tmp_path, "--cwd-on-path", "-m", module).stdout) == told


def test_what_runs_the_project_in_more_processes_hands_the_prefix_on(tmp_path: Path) -> None:
    (tmp_path / "pytest").mkdir()
    (tmp_path / "pytest" / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "pytest" / "__main__.py").write_text(SETTLED, encoding="utf-8")
    python(tmp_path, "-m", "compileall", "-q", "pytest")
    env = {"EEE_CI_PYCACHE": str(tmp_path / "prefix"), "PYTHONDONTWRITEBYTECODE": "1"}
    ended = launched(tmp_path, "--cwd-on-path", "-m", "pytest", **env)
    assert json.loads(ended.stdout)[2:] == [str(tmp_path / "prefix"), None, None]


@pytest.fixture
def import_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The import system as it is, to be put back; byte code goes below the folder returned."""
    monkeypatch.setattr(system, "cache_from_source", system.cache_from_source)
    loader: Any = system.SourceFileLoader
    monkeypatch.setattr(loader, "_cache_bytecode", loader._cache_bytecode)
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "prefix"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    return tmp_path / "prefix"


def load(path: Path) -> str:
    """Import a file; where its byte code is said to lie."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("", encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    return str(system.cache_from_source(str(path)))


def test_modules_that_tests_write_leave_no_byte_code(import_system: Path, tmp_path: Path) -> None:
    launch.reuse_bytecode(str(tmp_path / "root"))
    load(tmp_path / "tmp" / "passing.py")
    load(tmp_path / "elsewhere" / "lasting.py")
    assert [path.name.split(".")[0] for path in import_system.rglob("*.pyc")] == ["lasting"]


def test_a_second_launch_in_a_process_starts_from_the_plain_import_system(
    import_system: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launch.reuse_bytecode(str(tmp_path / "root"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "other"))
    launch.reuse_bytecode(str(tmp_path / "root"))
    load(tmp_path / "tmp" / "passing.py")
    assert [path.name.split(".")[0] for path in import_system.rglob("*.pyc")] == ["passing"]


def test_a_virtual_environment_below_the_root_is_a_library(
    import_system: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "root" / ".venv"))
    launch.reuse_bytecode(str(tmp_path / "root"))
    for folder, ours in ((".venv/lib", False), ("src", True)):
        module = tmp_path / "root" / folder / "module.py"
        cache = module.parent / "__pycache__"
        cache.mkdir(parents=True)
        (cache / f"module.{sys.implementation.cache_tag}.pyc").write_bytes(b"old")
        module.write_text("", encoding="utf-8")
        assert system.cache_from_source(str(module)).startswith(str(import_system)) == ours


@pytest.mark.parametrize("prefix", [None, "/prefix"])
def test_the_path_is_set_before_the_module_runs(
    prefix: str | None, import_system: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del import_system
    seen: list[Any] = []
    monkeypatch.setattr(sys, "path", [launch.HERE, "/library"])
    monkeypatch.setattr(sys, "argv", ["launch.py", "-m", "module", "word"])
    monkeypatch.setattr(sys, "pycache_prefix", prefix)
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    monkeypatch.setattr(runpy, "_run_module_as_main", lambda name: seen.extend((name, *sys.path, *sys.argv)))
    launch.main(["--cwd-on-path", "-m", "module", "word"])
    assert seen == ["module", str(Path.cwd()), "/library", "launch.py", "word"]
    launch.main(["-m", "module"])
    assert seen[5:] == ["module", str(Path.cwd()), "/library", "launch.py"]


def test_measuring_ends_with_the_module(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def start(options: dict[str, list[str]]) -> Any:
        seen.append(options)
        return lambda: seen.append("finished")

    def leave(_: str) -> None:
        raise SystemExit(3)

    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "argv", ["launch.py"])
    monkeypatch.setattr(sys, "pycache_prefix", None)
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    monkeypatch.setattr(runpy, "run_path", lambda _: {"start": start})
    monkeypatch.setattr(runpy, "_run_module_as_main", leave)
    with pytest.raises(SystemExit):
        launch.main(["--cover=x", "--source=a", "--source=b", "-m", "module"])
    assert seen == [{"--cover": ["x"], "--source": ["a", "b"]}, "finished"]


def test_a_package_that_is_lent_brings_nothing_of_its_folder_along(tmp_path: Path) -> None:
    """Neither while it is imported nor later, and it can be imported again."""
    for name, text in {
        "given": "import importlib.util\nBESIDE = importlib.util.find_spec('beside')\n",
        "given/inner": "",
        "beside": "",
    }.items():
        (tmp_path / "lib" / name).mkdir(parents=True)
        (tmp_path / "lib" / name / "__init__.py").write_text(text, encoding="utf-8")
    said = "import given, given.inner, importlib.util as u, sys\n"
    said += "left = [one for one in sys.meta_path if getattr(one, '__name__', '') == 'Finder']\n"
    said += "print(given.BESIDE, u.find_spec('beside'), left)\n"
    (tmp_path / "telling.py").write_text(said, encoding="utf-8")
    words = ("--cwd-on-path", f"--lend=given:{tmp_path}/lib", "-m", "telling")
    assert launched(tmp_path, *words).stdout == "None None []\n"
