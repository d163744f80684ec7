"""Interpreters and tools are found where they are, and nothing of the project is run to find them."""

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path

import pytest

from eee_ci import tools
from eee_ci.errors import UsageError
from eee_ci.model import Step
from eee_ci.ports import Requirement, Tool
from eee_ci.tools import Interpreter, Missing, interpreter, pinned

LAUNCHER = Path("/opt/launch.py")
RUFF = Requirement(name="ruff", kind="program")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment of its own, without pip; tests copy none and add to none of it."""
    folder = tmp_path_factory.mktemp("base") / "env"
    venv.create(folder, with_pip=False)
    install(folder, "Some_Tool-1.2.dist-info")
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def install(env: Path, item: str, metadata: str | None = "METADATA", text: str = "") -> None:
    site = env / f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages" / item
    site.mkdir(parents=True, exist_ok=True)
    if metadata:
        (site / metadata).write_text(text, encoding="utf-8")


def script(path: Path, text: str = "exit 0") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def made(path: Path, **distributions: str) -> Interpreter:
    """The project's interpreter as it would be found; a keyword `some_tool` stands for `some-tool`."""
    known = {name.replace("_", "-"): version for name, version in distributions.items()}
    return Interpreter(os.fspath(path), (3, 12, 1), os.fspath(path.parent.parent), (), known, "config")


def find(
    requirement: Requirement,
    root: Path,
    *,
    project: Interpreter | None = None,
    version: str | None = None,
    environ: Mapping[str, str] | None = None,
) -> Tool | Missing:
    return tools.find(
        requirement,
        interpreter=project or made(root / ".venv/bin/python"),
        root=root,
        version=version,
        launcher=LAUNCHER,
        environ={"PATH": "/usr/bin:/bin"} if environ is None else environ,
    )


def test_without_anything_our_own_interpreter_is_taken(root: Path) -> None:
    found = tools.python(root, None, {})
    assert (found.path, found.prefix, found.chosen, found.ours) == (
        sys.executable,
        sys.prefix,
        "eee-ci",
        True,
    )
    assert found.version == sys.version_info[:3]
    assert found.distributions["msgspec"]
    assert all(folder.endswith("-packages") for folder in found.site_packages)


def test_our_own_interpreter_is_not_started_to_know_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interpreter, "_probed", None)
    found = tools.python(root, sys.executable, {})
    assert (found.path, found.chosen) == (sys.executable, "config")
    beside = next(path for path in Path(sys.executable).parent.glob("python3") if path.exists())
    assert tools.python(root, os.fspath(beside), {}).path == os.fspath(beside)


def test_what_lies_in_the_project_is_not_installed_for_us(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "evil-1.dist-info").mkdir()
    (root / "evil-1.dist-info/METADATA").touch()
    monkeypatch.setattr(sys, "path", [os.fspath(root), "", *sys.path])
    interpreter.own.cache_clear()
    assert "evil" not in interpreter.own().distributions
    interpreter.own.cache_clear()


@pytest.mark.parametrize("how", ["config", "config folder", ".venv", "VIRTUAL_ENV"])
def test_the_project_s_interpreter_is_found_and_keeps_its_name(root: Path, base: Path, how: str) -> None:
    configured = {"config": "env/bin/python", "config folder": "env"}.get(how)
    folder = {"VIRTUAL_ENV": root.parent / "active", ".venv": root / ".venv"}.get(how, root / "env")
    folder.symlink_to(base)
    environ = {"VIRTUAL_ENV": os.fspath(folder)} if how == "VIRTUAL_ENV" else {}
    found = tools.python(root, configured, environ)
    assert (found.path, found.chosen) == (os.fspath(folder / "bin/python"), how.removesuffix(" folder"))
    assert found.distributions == {"some-tool": "1.2"}
    assert found.version == sys.version_info[:3]
    assert not found.ours
    assert found.bin == os.fspath(folder / "bin")


def test_the_config_comes_before_the_folder_and_the_folder_before_the_variable(
    root: Path, base: Path
) -> None:
    (root / ".venv").symlink_to(base)
    assert tools.python(root, sys.executable, {"VIRTUAL_ENV": "/nowhere"}).chosen == "config"
    assert tools.python(root, None, {"VIRTUAL_ENV": "/nowhere"}).chosen == ".venv"


def test_an_interpreter_may_be_named_as_on_path_but_not_from_the_project(root: Path, base: Path) -> None:
    script(root / "bin/mypython", "touch ran; exit 1")
    path = f"{root}/bin:{base}/bin"
    (base / "bin/mypython").unlink(missing_ok=True)
    with pytest.raises(UsageError, match="python: found 'mypython', which is not on PATH"):
        tools.python(root, "mypython", {"PATH": path})
    (base / "bin/mypython").symlink_to(base / "bin/python")
    assert tools.python(root, "mypython", {"PATH": path}).path == os.fspath(base / "bin/mypython")
    (base / "bin/mypython").unlink()


def test_a_shim_is_replaced_by_what_it_starts(root: Path, base: Path, tmp_path: Path) -> None:
    shim = script(tmp_path / "shims/python", f'exec {base}/bin/python "$@"')
    assert tools.python(root, os.fspath(shim), {}).path == os.fspath(base / "bin/python")


BROKEN = {
    "missing": (None, "cannot be started: No such file or directory"),
    "silent": ("exit 3", "ended with exit 3: without a word"),
    "loud": ("echo oh no >&2; exit 1", "ended with exit 1: oh no"),
    "killed": ("kill -9 $$", "did not come to an end"),
    "wordless": ("exit 0", "does not answer as Python does"),
    "another language": ("echo '$VAR'", "does not answer as Python does"),
    "wrong shape": ("echo '(1, 2)'", "does not answer as Python does"),
    "wrong types": ("echo '(1, 2, 3, 4)'", "does not answer as Python does"),
    "deep": ("head -c 100000 /dev/zero | tr '\\0' '['", "does not answer as Python does"),
}


@pytest.mark.parametrize("case", BROKEN)
@pytest.mark.parametrize("how", ["config", ".venv", "VIRTUAL_ENV"])
def test_a_broken_interpreter_is_an_error_with_the_way_out(root: Path, case: str, how: str) -> None:
    text, expected = BROKEN[case]
    folder = root / (".venv" if how == ".venv" else "env")
    folder.mkdir()
    if text:
        script(folder / "bin/python", text)
    environ = {"VIRTUAL_ENV": os.fspath(folder)} if how == "VIRTUAL_ENV" else {}
    with pytest.raises(UsageError) as caught:
        tools.python(root, "env/bin/python" if how == "config" else None, environ)
    assert expected in caught.value.message
    assert caught.value.message.startswith(f"the interpreter {folder}/bin/python") or expected.startswith(
        "does"
    )
    hints = {
        "config": "set `python` to an interpreter, such as .venv/bin/python",
        ".venv": f"make it anew with `{sys.executable} -m venv --clear {root}/.venv`,"
        " or set `python` in the config",
        "VIRTUAL_ENV": "activate another environment, unset VIRTUAL_ENV, or set `python` in the config",
    }
    assert caught.value.hint == hints[how]


def test_an_interpreter_that_hangs_is_an_error(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interpreter, "TIMEOUT", 0.1)
    with pytest.raises(UsageError, match="did not come to an end"):
        tools.python(root, os.fspath(script(root / "python", "exec sleep 30")), {})


def test_nothing_of_the_project_runs_when_its_interpreter_is_asked(
    root: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("json", "ruff", "sitecustomize", "usercustomize", "ast", "encodings"):
        (root / f"{name}.py").write_text("open('/tmp/eee-ci-canary', 'w')", encoding="utf-8")
        (root / f"{name}.py").write_text(f"open({str(root / 'ran')!r}, 'w')", encoding="utf-8")
    script(root / "bin/ruff", f"touch {root}/ran")
    (root / ".venv").symlink_to(base)
    monkeypatch.chdir(root)
    monkeypatch.setenv("PYTHONPATH", os.fspath(root))
    monkeypatch.setenv("PYTHONSTARTUP", os.fspath(root / "json.py"))
    environ = {"PATH": f"bin:{root}/bin:/usr/bin:/bin", "PYTHONPATH": os.fspath(root)}
    project = tools.python(root, None, environ)
    for name in ("ruff", "json"):
        find(Requirement(name=name, kind="program"), root, project=project, environ=environ)
        find(Requirement(name=name), root, project=project, environ=environ)
        find(Requirement(name=name, kind="path"), root, project=project, environ=environ)
    assert not (root / "ran").exists()
    assert find(Requirement(name="ruff", kind="path"), root, environ=environ) == Missing(
        "ruff", "ruff is not on PATH", "install ruff, or set the gate's `mode: off`"
    )


def test_an_interpreter_is_asked_alone_in_an_empty_folder_with_an_environment_of_its_own(
    root: Path, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    monkeypatch.setenv("CANARY", "1")
    log = tmp_path / "log"
    asked = f'echo "$1|$(ls -A | wc -l)|$CANARY|$PWD" > {log}; exec {base}/bin/python "$@"'
    tools.python(root, os.fspath(script(tmp_path / "python", asked)), {"PATH": os.environ["PATH"]})
    option, entries, canary, folder = log.read_text(encoding="utf-8").strip().split("|")
    assert (option, entries.strip(), canary) == ("-I", "0", "")
    assert not Path(folder).exists()


def test_distributions_are_read_from_the_names_of_folders_and_from_metadata_where_these_say_nothing(
    tmp_path: Path,
) -> None:
    for item in ("My.Tool_x-1.2.dist-info", "old-1.0-py3.11.egg-info", "tool-2!1.0+local.1.dist-info"):
        (tmp_path / item).mkdir()
        (tmp_path / item / ("METADATA" if "dist" in item else "PKG-INFO")).touch()
    (tmp_path / "develop.egg-info").mkdir()
    (tmp_path / "develop.egg-info/PKG-INFO").write_text(
        "Name: Develop\nVersion: 3\n\nVersion: 9\n", encoding="utf-8"
    )
    (tmp_path / "flat-4.egg-info").write_text("Name: flat\n", encoding="utf-8")
    (tmp_path / "nothing.dist-info").mkdir()
    (tmp_path / "nothing.dist-info/METADATA").write_text("no header", encoding="utf-8")
    (tmp_path / "half-removed-1.0.dist-info").mkdir()
    (tmp_path / "~tilde-1.0.dist-info").mkdir()
    assert interpreter.installed([os.fspath(tmp_path), "/nowhere", ""]) == {
        "develop": "3",
        "flat": "4",
        "my-tool-x": "1.2",
        "old": "1.0",
        "tool": "2!1.0+local.1",
    }


def test_the_first_folder_of_the_path_wins(tmp_path: Path) -> None:
    for folder, version in (("one", "1.0"), ("two", "2.0")):
        (tmp_path / folder / f"tool-{version}.dist-info").mkdir(parents=True)
        (tmp_path / folder / f"tool-{version}.dist-info/METADATA").touch()
    assert interpreter.installed([os.fspath(tmp_path / "one"), os.fspath(tmp_path / "two")]) == {
        "tool": "1.0"
    }


def test_a_module_of_the_project_is_started_by_its_interpreter(root: Path) -> None:
    project = made(root / ".venv/bin/python", some_tool="1.2")
    assert find(Requirement(name="Some_Tool", module="sometool"), root, project=project) == Tool(
        name="Some_Tool",
        argv=(f"{root}/.venv/bin/python", "/opt/launch.py", "-m", "sometool"),
        version="1.2",
        origin="project",
    )


def test_a_module_that_the_project_has_not_is_ours(root: Path) -> None:
    found = find(Requirement(name="mypy"), root)
    assert isinstance(found, Tool)
    assert (found.argv, found.origin) == ((sys.executable, "/opt/launch.py", "-m", "mypy"), "eee-ci")
    assert found.version == interpreter.own().distributions["mypy"]


def test_what_our_own_interpreter_has_is_ours_unless_the_project_chose_it(root: Path) -> None:
    for chosen, origin in (("eee-ci", "eee-ci"), (".venv", "project")):
        own = interpreter.own()._replace(chosen=chosen)  # type: ignore[arg-type]  # a value of the table
        for requirement in (Requirement(name="mypy"), RUFF):
            found = find(requirement, root, project=own)
            assert isinstance(found, Tool)
            assert found.origin == origin


def test_what_the_project_must_have_is_not_taken_from_us(root: Path) -> None:
    pip = made(root / ".venv/bin/python", pip="24")
    assert find(Requirement(name="pytest", project=True), root, project=pip) == Missing(
        "pytest",
        f"pytest is not installed for {root}/.venv/bin/python",
        f"{root}/.venv/bin/python -m pip install pytest",
    )
    found = find(Requirement(name="ruff", kind="program", project=True), root)
    assert found == Missing(
        "ruff",
        f"ruff is not installed for {root}/.venv/bin/python",
        f"uv pip install --python {root}/.venv/bin/python ruff",
    )


LENT = Requirement(name="coverage", project=True, lent=True)


def test_what_can_be_lent_is_ours_under_the_project_s_interpreter(root: Path) -> None:
    own = interpreter.own()
    project = made(root / ".venv/bin/python")._replace(version=(*own.version[:2], 0))
    found = find(LENT, root, project=project)
    assert isinstance(found, Tool)
    (folder,) = (word for word in own.site_packages if Path(word, "coverage").is_dir())
    words = (project.path, "/opt/launch.py", f"--lend=coverage:{folder}", "-m", "coverage")
    assert (found.argv, found.version, found.origin) == (words, own.distributions["coverage"], "eee-ci")
    assert tools.is_lent(found)


def test_what_the_project_has_is_not_lent(root: Path) -> None:
    project = made(root / ".venv/bin/python", coverage="7.0")._replace(version=interpreter.own().version)
    found = find(LENT, root, project=project)
    assert isinstance(found, Tool)
    assert (found.version, found.origin, tools.is_lent(found)) == ("7.0", "project", False)


@pytest.mark.parametrize("lacks", ["version", "distribution", "folder"])
def test_nothing_is_lent_to_another_python_or_where_we_have_it_not(
    lacks: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = interpreter.own()
    project = made(root / ".venv/bin/python")._replace(version=own.version)
    if lacks == "version":
        project = project._replace(version=(3, own.version[1] + 1, 0))
    lacking = {"distribution": own._replace(distributions={}), "folder": own._replace(site_packages=())}
    monkeypatch.setattr(interpreter, "own", lambda: lacking.get(lacks, own))
    assert isinstance(find(LENT, root, project=project), Missing)


def test_a_command_to_install_quotes_what_needs_it(tmp_path: Path) -> None:
    found = find(Requirement(name="nope"), tmp_path, project=made(tmp_path / "my env/bin/python", pip="1"))
    assert isinstance(found, Missing)
    assert found.install == f"'{tmp_path}/my env/bin/python' -m pip install nope"


def test_a_program_of_the_project_comes_before_ours(root: Path) -> None:
    path = script(root / ".venv/bin/ruff")
    project = made(root / ".venv/bin/python", ruff="0.1")
    assert find(RUFF, root, project=project) == Tool(
        name="ruff", argv=(str(path),), version="0.1", origin="project"
    )
    path.chmod(0o644)
    found = find(RUFF, root, project=project)
    assert isinstance(found, Tool)
    assert (found.argv[0], found.origin) == (f"{Path(sys.executable).parent}/ruff", "eee-ci")


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("echo tool 1.2.3-rc1", "1.2.3-rc1"),
        ("echo none", None),
        ("echo 1.2; exit 1", None),
        ("kill -9 $$", None),
    ],
)
def test_a_program_without_metadata_is_asked_for_its_version_elsewhere(
    root: Path, monkeypatch: pytest.MonkeyPatch, text: str, version: str | None
) -> None:
    monkeypatch.chdir(root)
    script(root / ".venv/bin/tool", f"touch trace; {text}")
    found = find(Requirement(name="tool", kind="program"), root)
    assert isinstance(found, Tool)
    assert found.version == version
    assert not (root / "trace").exists()


def test_a_program_that_cannot_be_started_has_no_version(root: Path) -> None:
    path = script(root / ".venv/bin/tool")
    path.write_text("#!/nowhere/interpreter\n", encoding="utf-8")
    found = find(Requirement(name="tool", kind="program"), root)
    assert isinstance(found, Tool)
    assert found.version is None


@pytest.fixture
def node(root: Path, tmp_path: Path) -> Mapping[str, str]:
    """`tsc` in node_modules as npm puts it there, and a node beside the project."""
    package = root / "node_modules/typescript"
    script(package / "bin/tsc")
    (package / "package.json").write_text(json.dumps({"version": "5.9.3"}), encoding="utf-8")
    (root / "node_modules/.bin").mkdir()
    (root / "node_modules/.bin/tsc").symlink_to("../typescript/bin/tsc")
    script(tmp_path / "bin/node")
    return {"PATH": f"{tmp_path}/bin"}


TSC = Requirement(name="typescript", module="tsc", kind="node")


def test_a_node_program_is_the_project_s_with_the_version_of_its_package(
    root: Path, node: Mapping[str, str]
) -> None:
    expected = Tool(
        name="typescript", argv=(f"{root}/node_modules/.bin/tsc",), version="5.9.3", origin="project"
    )
    assert find(TSC, root, environ=node) == expected
    assert find(TSC, root, environ=node, version="5.9.3") == expected


def test_a_node_program_behind_a_wrapper_has_the_version_of_the_package_of_its_name(
    root: Path, node: Mapping[str, str]
) -> None:
    (root / "node_modules/.bin/tsc").unlink()
    script(root / "node_modules/.bin/tsc")
    found = find(TSC, root, environ=node)
    assert isinstance(found, Tool)
    assert found.version == "5.9.3"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 5}', "{", "\udcff"])
def test_a_damaged_package_has_no_version(root: Path, node: Mapping[str, str], text: str) -> None:
    (root / "node_modules/typescript/package.json").write_bytes(os.fsencode(text))
    found = find(TSC, root, environ=node)
    assert isinstance(found, Tool)
    assert found.version is None


def test_a_missing_node_program_names_the_command_that_brings_it(root: Path, node: Mapping[str, str]) -> None:
    assert find(TSC, root, environ=node, version="5.0.0") == Missing(
        "typescript",
        "typescript 5.0.0 is not in the project's node_modules",
        "npm install --save-dev --save-exact typescript@5.0.0",
    )
    assert find(TSC, root, environ={"PATH": "/nowhere"}) == Missing(
        "tsc", "tsc needs node, which is not on PATH", "install Node.js, and run `npm ci`"
    )
    shutil.rmtree(root / "node_modules")
    assert find(TSC, root, environ=node) == Missing(
        "tsc", "tsc is not in the project's node_modules", "npm install --save-dev typescript"
    )
    (root / "package-lock.json").touch()
    assert find(TSC, root, environ=node) == Missing(
        "tsc", "tsc is not in the project's node_modules", "npm ci"
    )


def test_any_program_comes_from_path_or_from_a_place_in_the_project(root: Path, tmp_path: Path) -> None:
    outside = script(tmp_path / "bin/lint")
    inside = script(root / "scripts/lint")
    environ = {"PATH": f"{root}/scripts:{tmp_path}/bin"}
    for name, path in (("lint", outside), ("scripts/lint", inside), ("./scripts/lint", inside)):
        expected = Tool(name=name, argv=(os.fspath(path),), version=None, origin="path")
        assert find(Requirement(name=name, kind="path"), root, environ=environ) == expected
    assert find(Requirement(name="scripts/none", kind="path"), root) == Missing(
        "scripts/none",
        "scripts/none is no program of the project",
        "install scripts/none, or set the gate's `mode: off`",
    )


def uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    """The only uv is one on PATH."""
    program = script(tmp_path / "bin/uv")
    monkeypatch.setattr(interpreter, "own", lambda: made(Path("/nowhere/bin/python"), pip="1"))
    return {"PATH": os.fspath(program.parent)}


def test_a_pinned_tool_is_run_by_uv_offline(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = uv(tmp_path, monkeypatch)
    start = (f"{tmp_path}/bin/uv", "tool", "run", "--offline", "--python", sys.executable, "--from")
    for requirement in (Requirement(name="ruff", kind="program"), Requirement(name="ruff")):
        found = find(requirement, root, version="0.17.5", environ=environ)
        assert found == Tool(
            name="ruff", argv=(*start, "ruff==0.17.5", "ruff"), version="0.17.5", origin="pinned"
        )


def test_an_installed_tool_of_just_that_version_needs_no_uv(root: Path) -> None:
    script(root / ".venv/bin/ruff")
    found = find(RUFF, root, project=made(root / ".venv/bin/python", ruff="0.1"), version="0.1")
    assert isinstance(found, Tool)
    assert found.origin == "project"


def test_a_pinned_tool_without_uv_is_missing(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uv(tmp_path, monkeypatch)
    assert find(RUFF, root, version="1.0", environ={"PATH": "/nowhere"}) == Missing(
        "ruff", "ruff 1.0 is to be run by uv, which was not found", "/nowhere/bin/python -m pip install uv"
    )


def test_what_must_be_the_project_s_is_pinned_there(root: Path) -> None:
    pip = made(root / ".venv/bin/python", pip="24", pytest="8.0")
    assert find(Requirement(name="pytest", project=True), root, project=pip, version="9.0") == Missing(
        "pytest",
        "pytest 9.0 is not installed for the project's interpreter, which it has to judge with",
        f"{root}/.venv/bin/python -m pip install pytest==9.0",
    )


def test_a_program_of_path_cannot_be_pinned(root: Path) -> None:
    found = find(Requirement(name="git", kind="path"), root, version="2")
    assert found == Missing("git", "git cannot be pinned: no package is known for it", "drop `version`")


@pytest.mark.parametrize(
    "version", ["", "1 @ file:///x", "==1", "-e .", "latest", "1.0,<2", "1.0[x]", "1.0\n"]
)
def test_a_pin_is_a_version_and_nothing_else(root: Path, version: str) -> None:
    found = find(RUFF, root, version=version)
    assert found == Missing(
        "ruff", f"version: found {version!r}, want one such as 1.2.3", "correct the config"
    )


def test_only_a_pinned_tool_needs_steps_before_its_own(root: Path) -> None:
    found = find(RUFF, root)
    assert isinstance(found, Tool)
    assert tools.prepare(found) == ()


def test_a_pinned_tool_is_looked_for_offline_and_fetched_only_then(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = find(RUFF, root, version="1.0", environ=uv(tmp_path, monkeypatch))
    assert isinstance(found, Tool)
    offline, online = tools.prepare(found)
    assert isinstance(offline, Step)
    assert "--offline" in offline.argv
    assert (set(offline.go_on), offline.skip_if) == ({0, 1, 2}, "")
    assert online.argv == tuple(word for word in offline.argv if word != "--offline")
    assert (online.go_on, online.skip_if, online.cwd) == ((0,), "pinned", "{scratch}")


@pytest.mark.live
@pytest.mark.network
def test_uv_fetches_a_pinned_tool_once_and_runs_it_offline_ever_after(tmp_path: Path) -> None:
    program = shutil.which("uv", path=interpreter.own().bin)
    if program is None:
        pytest.skip("uv is not installed beside this interpreter")
    environ = {**os.environ, "UV_CACHE_DIR": os.fspath(tmp_path / "cache")}
    tool = pinned.tool(program, "isort", "isort", "6.0.1")
    ended: list[int | None] = []
    for number in range(2):
        scratch = tmp_path / f"scratch{number}"
        scratch.mkdir()
        for step in tools.prepare(tool):
            argv = [word.replace("{scratch}", os.fspath(scratch)) for word in step.argv]
            needed = not step.skip_if or not (scratch / step.skip_if).exists()
            done = subprocess.run(argv, cwd=scratch, env=environ, check=False) if needed else None
            ended.append(done.returncode if done else None)
    assert ended == [1, 0, 0, None]
    said = subprocess.run(
        [*tool.argv, "--version-number"], env=environ, capture_output=True, check=True
    ).stdout
    assert said.strip() == b"6.0.1"


NATIVE = Requirement(name="ruff", native=True)


def machine_program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy("/bin/true", path)
    return path


def test_a_module_that_only_starts_a_program_of_its_environment_is_passed_by(root: Path) -> None:
    path = machine_program(root / ".venv/bin/ruff")
    (root / ".venv/pyvenv.cfg").touch()
    project = made(root / ".venv/bin/python", ruff="0.1")
    assert find(NATIVE, root, project=project) == Tool(
        name="ruff", argv=(str(path),), version="0.1", origin="project"
    )
    found = find(NATIVE, root)
    assert isinstance(found, Tool)
    assert (found.argv[0].endswith("/bin/ruff"), found.origin) == (True, "eee-ci")


def test_a_program_that_may_be_another_distribution_s_is_not(root: Path) -> None:
    project = made(root / ".venv/bin/python", ruff="0.1")
    module = (f"{root}/.venv/bin/python", "/opt/launch.py", "-m", "ruff")

    def argv() -> tuple[str, ...] | None:
        found = find(NATIVE, root, project=project)
        return found.argv if isinstance(found, Tool) else None

    path = machine_program(root / ".venv/bin/ruff")
    assert argv() == module  # no virtual environment: the system's folder of programs
    (root / ".venv/pyvenv.cfg").touch()
    assert argv() == (str(path),)
    path.chmod(0o644)
    assert argv() == module
    script(path)
    assert argv() == module
