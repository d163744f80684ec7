"""The deterministic fixers: with the real ruff, on files with findings only, until nothing changes."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from eee_ci.agent import Told
from eee_ci.finding import Finding
from eee_ci.inject import fixing
from eee_ci.model import Outcome, Ran
from eee_ci.readers import streams
from tests.backends import asks

MESSY = """\
import sys
import os
from typing import List, Optional


class A:
    def __init__(self):
        self.x: "List[int]" = []

def f(a: Optional[int] = None, b=[]):
    return   sys.argv
"""
CONFIG = '[tool.ruff]\ntarget-version = "py311"\n[tool.ruff.lint]\nselect = ["F"]\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    for name in ("a.py", "b.py"):
        (folder / name).write_text(MESSY, encoding="utf-8")
    (folder / "pyproject.toml").write_text(CONFIG, encoding="utf-8")
    return folder


def found(path: str, rule: str = "F401") -> Finding:
    return Finding(tool="ruff", rule=rule, message="m", path=path)


def fix(root: Path, *names: str, findings: tuple[Finding, ...] = (), **parts: Any) -> Told:
    asked = asks.ask(
        "fixers", agent={"extra": {"fixers": list(names)}}, workdir=str(root), python=sys.executable,
        findings=findings, **parts,
    )  # fmt: skip  # read in rows
    told, outcome = asks.run(asked, root)
    assert outcome.problem is None
    return told


def text(root: Path, name: str = "a.py") -> str:
    return (root / name).read_text(encoding="utf-8")


def test_lint_mends_what_the_project_selects_in_the_files_with_findings_only(root: Path) -> None:
    told = fix(root, "lint", findings=(found("a.py"),))
    assert (told.status, told.files, told.turns) == ("ok", ("a.py",), 2)
    assert "import os" not in text(root)
    assert "b=[]" in text(root)
    assert text(root, "b.py") == MESSY


@pytest.mark.parametrize("name", ["lint", "imports", "format", "types"])
def test_the_next_run_of_each_changes_nothing(name: str, root: Path) -> None:
    assert fix(root, name, findings=(found("a.py"),)).files == ("a.py",)
    after = text(root)
    told = fix(root, name, findings=(found("a.py"),))
    assert (told.status, told.reason, told.files) == ("ok", "there was nothing to change", ())
    assert text(root) == after


def test_lint_mends_the_rules_of_the_findings_too(root: Path) -> None:
    fix(root, "lint", findings=(found("a.py", "UP045"),))
    assert "a: int | None = None" in text(root)


def test_no_unsafe_fix_is_made(root: Path) -> None:
    fix(root, "lint", findings=(found("a.py", "B006"),))
    assert "b=[]" in text(root)


def test_imports_are_sorted_and_none_is_removed(root: Path) -> None:
    fix(root, "imports", findings=(found("a.py"),))
    assert text(root).startswith("import os\nimport sys\nfrom typing import List, Optional\n")


def test_format_leaves_what_the_code_does(root: Path) -> None:
    fix(root, "format", findings=(found("a.py"),))
    assert "    return sys.argv\n" in text(root)
    assert "import os" in text(root)


def test_types_get_their_newer_spelling_and_the_imports_that_nobody_needs_go(root: Path) -> None:
    fix(root, "types", findings=(found("a.py"),))
    assert "def __init__(self) -> None:" in text(root)
    assert "self.x: list[int] = []" in text(root)
    assert "from typing" not in text(root)


def test_types_do_not_tidy_up_where_there_was_nothing_to_do(root: Path) -> None:
    (root / "a.py").write_text("import os\n", encoding="utf-8")
    assert fix(root, "types", findings=(found("a.py"),)).files == ()
    assert text(root) == "import os\n"


def test_without_findings_the_scope_names_the_files(root: Path) -> None:
    (root / "src").mkdir()
    (root / "src" / "c.py").write_text(MESSY, encoding="utf-8")
    told = fix(root, "lint", scope=("src", "b.p*", "no/**"))
    assert told.files == ("b.py", "src/c.py")
    assert text(root) == MESSY


def test_without_findings_and_scope_there_is_nothing_to_change(root: Path) -> None:
    assert fix(root, "lint").reason == "there was nothing to change"
    assert text(root) == MESSY


def test_a_link_or_a_file_outside_is_not_written_through(root: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.py").write_text(MESSY, encoding="utf-8")
    (root / "link.py").symlink_to(tmp_path / "outside.py")
    (root / "folder").symlink_to(tmp_path)
    paths = (
        "link.py",
        "folder/outside.py",
        "../outside.py",
        str(tmp_path / "outside.py"),
        "no.py",
        "a\0b.py",
    )
    told = fix(root, "lint", findings=tuple(map(found, paths)))
    assert (told.status, told.files) == ("ok", ())
    assert text(tmp_path, "outside.py") == MESSY


def test_a_name_that_looks_like_an_option_is_a_file(root: Path) -> None:
    (root / "--fix.py").write_text(MESSY, encoding="utf-8")
    assert fix(root, "lint", findings=(found("--fix.py"),)).files == ("--fix.py",)


def test_what_the_project_excludes_is_left_alone(root: Path) -> None:
    (root / "pyproject.toml").write_text('[tool.ruff]\nexclude = ["a.py"]\n', encoding="utf-8")
    assert fix(root, "lint", "format", findings=(found("a.py"),)).files == ()


def test_a_config_that_ruff_refuses_is_an_error(root: Path) -> None:
    (root / "pyproject.toml").write_text("[tool.ruff]\nno-such-key = 1\n", encoding="utf-8")
    told = fix(root, "lint", findings=(found("a.py"),))
    assert told.status == "error"
    assert told.reason is not None
    assert told.reason.startswith("lint: exit 2: ")


def test_a_module_of_the_project_is_not_run_in_the_place_of_ruff(root: Path) -> None:
    (root / "ruff.py").write_text("raise SystemExit('evil')\n", encoding="utf-8")
    assert fix(root, "lint", findings=(found("a.py"),)).files == ("a.py",)


def test_dependencies_have_nothing_to_do_and_say_why(root: Path) -> None:
    told = fix(root, "dependencies", findings=(found("a.py"),))
    assert (told.status, told.reason) == (
        "ok", "there is no change of dependencies that is sure to be safe",
    )  # fmt: skip  # read in rows


@pytest.mark.parametrize(
    ("names", "status", "reason"),
    [
        ((), "ok", "the agent names no fixers"),
        (("magic",), "error", "there is no fixer magic"),
        (("eslint",), "error", "eslint: eslint is not installed for the project"),
    ],
)
def test_one_that_cannot_run_says_so(names: tuple[str, ...], status: str, reason: str, root: Path) -> None:
    told = fix(root, *names, findings=(found("a.py"),))
    assert (told.status, told.reason) == (status, reason)


def test_the_names_may_stand_in_one_string() -> None:
    asked = asks.ask("fixers", agent={"extra": {"fixers": "imports, format"}})
    plan = json.loads(asks.command(asked).give["plan"])
    assert list(dict.fromkeys(fixer["name"] for fixer in plan["fixers"])) == ["imports", "format"]


def test_fixers_that_are_no_list_are_none() -> None:
    asked = asks.ask("fixers", agent={"extra": {"fixers": 7}})
    assert json.loads(asks.command(asked).give["plan"])["fixers"] == []


# -- the runner by itself


def run(root: Path, capsys: pytest.CaptureFixture[str], *fixers: dict[str, Any], **plan: Any) -> Told:
    """The runner in this process, with fixers that are scripts."""
    file = root.parent / "plan"
    told = {"agent": "a", "rounds": 3, "files": ["a.py", "b.py"], "globs": [], "pythons": [sys.executable]}
    file.write_text(json.dumps({**told, "fixers": fixers, **plan}), encoding="utf-8")
    here = Path.cwd()
    os.chdir(root)
    try:
        code = fixing.main(str(file))
    finally:
        os.chdir(here)
    outcome = Outcome(steps=(Ran(argv=("fixing",), exit=code),))
    return streams.read("eee", capsys.readouterr().out.encode(), outcome)


def script(root: Path, body: str, **fields: Any) -> dict[str, Any]:
    """A program in node_modules that gets the files as words."""
    folder = root / "node_modules" / ".bin"
    folder.mkdir(parents=True, exist_ok=True)
    name = f"tool{len(list(folder.iterdir()))}"
    (folder / name).write_text(f"#!{sys.executable} -IS\nimport sys\n{body}\n", encoding="utf-8")
    (folder / name).chmod(0o755)
    return {"name": name, "node": name, "suffixes": [".py"], "words": [], **fields}


GROW = "for name in sys.argv[1:]: open(name, 'a').write('#')"


def test_fixers_that_never_come_to_rest_are_an_error(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = run(root, capsys, script(root, GROW))
    assert (told.status, told.turns) == ("error", 3)
    assert told.reason == "its fixers still change files after 3 rounds"


def test_one_that_fails_beside_one_that_mends_is_a_warning(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    once = "for name in sys.argv[1:]: open(name, 'w').write('done')"
    told = run(root, capsys, script(root, "sys.exit('no\\nway')"), script(root, once))
    assert (told.status, told.warnings) == ("ok", ("tool0: exit 1: way",))
    assert told.files == ("a.py", "b.py")


def test_one_that_fails_without_a_word_is_an_error(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = run(root, capsys, script(root, "sys.exit(3)"))
    assert (told.status, told.reason) == ("error", "tool0: exit 3: without a word")


def test_one_that_hangs_is_left_and_said(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fixing, "SECONDS", 0.2)
    told = run(root, capsys, script(root, "import time; time.sleep(60)"))
    assert told.status == "error"
    assert told.reason is not None
    assert "timed out after 0.2 seconds" in told.reason


def test_one_that_deletes_a_file_changed_it(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = run(
        root,
        capsys,
        script(root, "import os\nfor name in sys.argv[1:]: os.path.exists(name) and os.remove(name)"),
    )
    assert told.files == ("a.py", "b.py")


def test_an_interpreter_that_does_not_start_is_passed_over(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ruff = {"name": "lint", "module": "ruff", "suffixes": [".py"], "words": ["--version"]}
    told = run(root, capsys, ruff, pythons=["/no/such/python", sys.executable])
    assert told.status == "ok"
    told = run(root, capsys, {**ruff, "project": True}, pythons=["/no/such/python", sys.executable])
    assert told.reason == "lint: ruff is not installed for the project"


def test_globs_name_files_and_nothing_outside(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "src").mkdir()
    (root / "src" / "c.py").write_text("x", encoding="utf-8")
    once = "for name in sys.argv[1:]: open(name, 'w').write('done')"
    told = run(root, capsys, script(root, once), files=[str(root / "a.py"), "no.py"], globs=["src", "b.p*"])
    assert told.files == ("b.py", "src/c.py")


def test_where_nothing_can_run_the_reason_is_told(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(root, capsys).reason == "the agent names no fixers"
    told = run(root, capsys, {"name": "dependencies", "nothing": "there is nothing"})
    assert (told.status, told.reason) == ("ok", "there is nothing")
    assert run(root, capsys, {"name": "x", "nothing": "no", "wrong": True}).status == "error"


def test_what_follows_a_change_runs_after_one_only(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    after = script(root, "for name in sys.argv[1:]: open(name, 'w').write('after')", after=True)
    assert run(root, capsys, after).files == ()
    first = script(root, "for name in sys.argv[1:]: open(name, 'w').write('first')")
    assert run(root, capsys, first, after, rounds=1).files == ("a.py", "b.py")
    assert text(root) == "after"


def test_files_of_other_languages_are_not_handed_over(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = run(root, capsys, script(root, "sys.exit(1)", suffixes=[".js"]))
    assert (told.status, told.last) == ("ok", None)


def test_very_many_files_come_in_lots(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fixing, "LOT", 1)
    told = run(root, capsys, script(root, "assert len(sys.argv) == 2; open(sys.argv[1], 'w').write('x')"))
    assert (told.status, told.files) == ("ok", ("a.py", "b.py"))
