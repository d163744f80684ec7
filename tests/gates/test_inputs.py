"""What a result depends on besides the file that is judged."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from eee_ci import gates
from eee_ci.model import Gate
from eee_ci.ports import Inputs, Tool
from tests.gates import recorded


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def needed(name: str, root: Path, files: dict[str, str] | None = None, **more: Any) -> Inputs | None:
    recorded.lay(root, {"src/a.py": "", **(files or {})})
    tool = Tool(name=name, argv=(name,))
    options = more.pop("options", None)
    gate = (
        recorded.gate(name, **more) if options is None else Gate(id="g", tool=name, options=options, **more)
    )
    adapter: Any = gates.TABLE[name]
    known = adapter.inputs(gate, recorded.site(root, tool))
    assert known is None or isinstance(known, Inputs)
    return known


def files(name: str, root: Path, laid: dict[str, str] | None = None, **more: Any) -> tuple[str, ...] | None:
    known = needed(name, root, laid, **more)
    assert known is not None
    return known.files


@pytest.mark.parametrize("name", ["ruff", "ruff-format", "complexity"])
def test_of_ruff_every_config_and_ignore_file_counts(name: str, tmp_path: Path) -> None:
    laid = {"pyproject.toml": "", "src/ruff.toml": "", "x/.ruff.toml": "", "x/.gitignore": "", ".ignore": ""}
    assert files(name, tmp_path / "root", laid) == tuple(sorted(laid))
    assert files(name, tmp_path / "other") == ()


def test_configs_above_of_the_user_and_of_git_count_whether_they_are_there_or_not(
    tmp_path: Path, home: Path
) -> None:
    (home / ".gitconfig").write_text("[core]\n\texcludesFile = ~/ignored\n")
    known = needed("ruff-format", tmp_path / "root")
    assert known is not None
    assert {
        *(str(tmp_path / name) for name in ("ruff.toml", ".ruff.toml", "pyproject.toml", ".gitignore")),
        *(str(home / name) for name in (".config/ruff/ruff.toml", ".config/git/ignore", "ignored")),
        str(tmp_path / "root/.git/info/exclude"),
    } <= set(known.outside)
    assert (known.present, known.limits) == ((), False)


def test_the_folder_of_settings_may_be_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    known = needed("ruff", tmp_path / "root")
    assert known is not None
    assert str(tmp_path / "xdg/ruff/ruff.toml") in known.outside


def test_what_a_config_extends_counts_and_what_that_extends(tmp_path: Path) -> None:
    laid = {
        "pyproject.toml": "[tool.ruff]\nextend = 'lib/base.toml'\n",
        "lib/base.toml": "extend = '../../far.toml'\n",
        "src/ruff.toml": "extend = 'loop.toml'\n",
        "src/loop.toml": "extend = 'ruff.toml'\n",
    }
    known = needed("ruff", tmp_path / "root", laid)
    assert known is not None
    assert known.files == ("lib/base.toml", "pyproject.toml", "src/loop.toml", "src/ruff.toml")
    assert str(tmp_path / "far.toml") in known.outside


@pytest.mark.parametrize("config", ["extend = '$X/a.toml'", "extend = 3", "extend = "])
def test_a_config_that_extends_nobody_knows_what_leaves_nothing_known(config: str, tmp_path: Path) -> None:
    assert needed("ruff", tmp_path / "root", {"ruff.toml": config}) is None


def test_a_file_that_an_argument_names_counts_and_a_folder_leaves_nothing_known(tmp_path: Path) -> None:
    root = tmp_path / "root"
    assert files("ruff", root, {"x.toml": ""}, args=["--config=x.toml"]) == ("x.toml",)
    (tmp_path / "y.toml").touch()
    known = needed("bandit", root, args=["-c", "../y.toml"])
    assert known is not None
    assert known.outside == (str(tmp_path / "y.toml"),)
    assert needed("bandit", root, args=["-b", "src"]) is None
    assert needed("ruff", root, args=["--config", "src"]) is None


def test_for_ruff_the_names_of_all_modules_count_also_where_git_ignores_them(tmp_path: Path) -> None:
    laid = {
        "src/b.pyi": "",
        "c.txt": "",
        "lib/x/y.txt": "",
        "src/__pycache__/a.py": "",
        "my-d/z.txt": "",
    }
    root = tmp_path / "root"
    known = needed("ruff", root, laid)
    (root / "build").mkdir()
    (root / "zlocal.py").touch()
    site = recorded.site(root, Tool(name="ruff", argv=("ruff",)), files=("src/a.py", "gone/a.py"))
    later = gates.DIVIDED["ruff"].inputs(recorded.gate("ruff"), site)
    assert known is not None
    assert later is not None
    assert known.present is not None
    assert {"src/", "src/a.py", "src/b.pyi", "lib/", "lib/x/"} <= set(known.present)
    assert not {"c.txt", "src/__pycache__/", "my-d/"} & set(known.present)
    assert later.present == ("build/", "lib/", "src/", "src/a.py", "src/b.pyi", "zlocal.py")


def test_complexity_depends_on_its_limit_and_bandit_on_packages(tmp_path: Path) -> None:
    known = needed("complexity", tmp_path / "root")
    assert known is not None
    assert known.limits
    laid = {".bandit": "", "pyproject.toml": "", "src/p/__init__.py": ""}
    assert needed("bandit", tmp_path / "root", laid) == Inputs(
        files=(".bandit", "pyproject.toml"), present=("src/p/__init__.py",)
    )


def test_a_program_that_judges_file_by_file_depends_on_what_looks_like_configuration(tmp_path: Path) -> None:
    laid = {".yamllint": "", "x.cfg": "", "a/eslint.config.js": "", "b.js": "", "c.md": "", "tool.py": ""}
    options = {"run": ["yamllint"], "per_file": True}
    root = tmp_path / "root"
    assert files("command", root, laid, options=options) == (".yamllint", "a/eslint.config.js", "x.cfg")
    assert files("command", root, options=options | {"run": ["{python}", "{root}/tool.py"]}) is None


def test_a_program_depends_on_what_its_config_promises(tmp_path: Path) -> None:
    root, laid = tmp_path / "root", {"src/a.py": "", "x.cfg": "", "tool.py": ""}
    run = {"run": ["make"]}
    assert needed("command", root, laid, options=run) is None
    assert needed("command", root, laid, options=run | {"inputs": ["."]}) == Inputs()
    assert needed("command", root, laid, options=run | {"inputs": ["**/*"]}) == Inputs()
    assert needed("command", root, laid, options=run | {"inputs": ["src", "*.cfg"]}) == Inputs(
        files=("src/a.py", "x.cfg")
    )
    own = {"run": ["{root}/tool.py"], "inputs": ["src"]}
    assert needed("command", root, laid, options=own) == Inputs()


def test_mypy_depends_on_all_that_could_be_imported(tmp_path: Path) -> None:
    laid = {"src/b.pyi": "", "src/py.typed": "", "mypy.ini": "[mypy]\n", "c.txt": "", "bin/tool": ""}
    root = tmp_path / "root"
    known = needed("mypy", root, laid, paths=["src", "bin/tool"])
    assert known is not None
    assert known.files == ("bin/tool", "mypy.ini", "src/a.py", "src/b.pyi", "src/py.typed")
    assert str(tmp_path / "mypy.ini") in known.outside
    site = recorded.site(root, Tool(name="mypy", argv=("mypy",)))
    recorded.lay(root, {"src/_version.py": "", "build/lib/x.py": "", "env/pyvenv.cfg": "", "env/y.py": ""})
    adapter: Any = gates.TABLE["mypy"]
    outside = adapter.inputs(recorded.gate("mypy"), site).outside
    assert {f"{root}/src/_version.py", f"{root}/build/lib/x.py"} <= set(outside)
    assert f"{root}/env/y.py" not in outside
    assert adapter.inputs(recorded.gate("mypy", args=["--custom-typeshed-dir", "src"]), site) is None


@pytest.mark.parametrize(
    ("config", "known"),
    [("[mypy]\nplugins = p\n", Inputs()), ("[mypy]\nmypy_path = ../x\n", None), ("mypy\n", Inputs())],
)
def test_what_a_plugin_or_another_path_reads_is_not_known(
    config: str, known: Inputs | None, tmp_path: Path
) -> None:
    assert needed("mypy", tmp_path / "root", {"mypy.ini": config}) == known


def test_what_can_be_divided_says_on_what_its_parts_depend() -> None:
    assert gates.DIVIDED.keys() == {"bandit", "command", "complexity", "ruff", "ruff-format"}
    for name, adapter in gates.DIVIDED.items():
        assert gates.TABLE[name] is adapter
        assert adapter.MEASURES
    assert msgspec.structs.asdict(Inputs())["files"] is None
