"""The judgement of any files put together is that of the whole, to the letter."""

import random
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from eee_ci import gates, parts
from eee_ci.errors import ReportError
from eee_ci.model import Command, Gate, Outcome, Reading
from eee_ci.ports import Divided, Site, Tool
from tests.gates import driver, recorded

TANGLE = "def f(x):\n" + "".join(f"    if x == {n}:\n        return {n}\n" for n in range(12))
PROJECT = {
    "pyproject.toml": """[tool.ruff]
extend-exclude = ["src/ex"]
lint.select = ["ALL"]
lint.exclude = ["src/quiet.py"]
lint.per-file-ignores = { "src/p/loud.py" = ["C901", "S"] }
[tool.bandit]
exclude_dirs = ["src/p/skipped.py"]
""",
    "src/p/__init__.py": "",
    "src/p/a.py": "import os, q\neval('1')\nx  = 1\n" + TANGLE,
    "src/p/b.py": "import pickle\r\nimport a\r\ndef f():\r\n    return eval('\u00e9\u00e9') or  pickle\r\n",
    "src/p/noqa.py": TANGLE.replace("def f(x):", "def f(x):  # noqa: C901") + "eval('1')  # nosec\n",
    "src/p/loud.py": TANGLE + "import subprocess\nsubprocess.call('x', shell=True)\n",
    "src/p/skipped.py": "eval('1')\n",
    "src/p/same.py": "assert 1\nassert 1\nassert 1\n",
    "src/q.py": "\ufeffpassword = 'x\u4e2dx'; eval(\"\u4e2d\")\n",
    "src/quiet.py": "import os\n",
    "src/ex/gone.py": "import os\n",
    "src/stub.pyi": "def f(x: int) -> int : ...\n",
    "src/n.ipynb": '{"cells": [{"cell_type": "code", "execution_count": null, "id": "a", "metadata": {}, '
    '"outputs": [], "source": ["import os\\n", "x = 1"]}], '
    '"metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
    "src/sub/ruff.toml": "line-length = 20\nlint.select = ['E', 'C90']\nlint.mccabe.max-complexity = 3\n",
    "src/sub/long.py": "value = 'a line that is too long here'\n" + TANGLE,
    "src/sub/README.md": "```python\nx  = 1\n```\n",
}
BROKEN = {"src/p/broken.py": "def (:\n"}
NAMES = ("bandit", "complexity", "ruff", "ruff-format")


class Bench(NamedTuple):
    adapter: Divided
    gate: Gate
    site: Site
    aside: Path

    def run(self, command: Command) -> Outcome:
        scratch = self.aside / f"scratch-{len(list(self.aside.iterdir()))}"
        scratch.mkdir()
        root, cache = Path(self.site.root), self.aside / "cache"
        return driver.run(command, root=root, scratch=scratch, cache=cache, python=sys.executable)

    def whole(self) -> tuple[Reading, dict[str, Reading] | None]:
        outcome = self.run(self.adapter.command(self.gate, self.site))
        read = self.adapter.read(self.gate, self.site, outcome)
        return read, self.adapter.pieces(self.gate, self.site, outcome, None)

    def pieces(self, files: Sequence[str]) -> dict[str, Reading] | None:
        named = tuple(files)
        outcome = self.run(self.adapter.part(self.gate, self.site, named))
        return self.adapter.pieces(self.gate, self.site, outcome, named)

    def total(self, pieces: Iterable[Reading]) -> Reading:
        return self.adapter.total(self.gate, parts.joined(pieces, self.adapter.MEASURES))


def bench(name: str, tmp_path: Path, files: dict[str, str], **more: Any) -> Bench:
    root, aside = tmp_path / "project", tmp_path / "aside"
    recorded.lay(root, files)
    (aside / "cache").mkdir(parents=True)
    bare = {"complexity": "ruff", "ruff-format": "ruff"}.get(name, name)
    tool = Tool(name=bare, argv=(sys.executable, "-m", bare))
    sources = more.pop("sources", ("src",))
    limits = {"limits": {"complexity_max": {"max": 5}}} if name == "complexity" else {}
    gate = recorded.gate(name, **limits, **more)
    site = recorded.site(root, tool, python_version=sys.version_info[:2], sources=sources)
    return Bench(gates.DIVIDED[name], gate, site, aside)


def partition(files: Iterable[str], lots: int, chance: random.Random) -> list[list[str]]:
    found: list[list[str]] = [[] for _ in range(lots)]
    for file in files:
        chance.choice(found).append(file)
    return [lot for lot in found if lot]


@pytest.mark.live
@pytest.mark.parametrize("name", NAMES)
def test_any_parts_put_together_are_the_whole(name: str, tmp_path: Path) -> None:
    project = PROJECT | (BROKEN if name in ("ruff", "ruff-format") else {})
    at = bench(name, tmp_path, project, exclude=["src/p/same.py"] if name == "ruff" else [])
    whole, pieces = at.whole()
    assert whole.findings
    assert whole.errors == ()
    assert pieces is not None
    assert at.total(pieces.values()) == whole
    listed = at.adapter.files(at.gate, at.site)
    assert listed in (None, tuple(sorted(pieces)))
    chance = random.Random(name)
    for lots in (2, 5):
        found: dict[str, Reading] = {}
        for lot in partition(sorted(pieces), lots, chance):
            found |= at.pieces(lot) or {}
        assert found == pieces
        assert at.total(found.values()) == whole


@pytest.mark.live
@pytest.mark.parametrize("name", NAMES)
def test_files_that_take_more_than_one_command_line_are_judged_the_same(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = bench(name, tmp_path, PROJECT)
    whole, pieces = at.whole()
    assert pieces is not None
    monkeypatch.setattr(parts, "ARGUMENTS", 40)
    names = tuple(sorted(pieces))  # as they are listed: a lot without any file that is judged tells nothing
    assert len(at.adapter.part(at.gate, at.site, names).steps) > 3
    assert at.pieces(names) == pieces
    assert at.total(pieces.values()) == whole


@pytest.mark.live
@pytest.mark.parametrize("name", NAMES)
def test_a_whole_package_put_together_is_itself(name: str, tmp_path: Path) -> None:
    package = Path(gates.__file__).parent.parent / "readers"
    files = {
        f"src/{path.relative_to(package)}": path.read_text(encoding="utf-8") for path in package.rglob("*.py")
    }
    files |= {"src/z.py": PROJECT["src/p/a.py"], "ruff.toml": "line-length = 60\nlint.select = ['ALL']\n"}
    at = bench(name, tmp_path, files)
    whole, pieces = at.whole()
    assert pieces is not None
    lots = partition(sorted(pieces), 2, random.Random(1))
    found = {path: one for lot in lots for path, one in (at.pieces(lot) or {}).items()}
    assert found == pieces
    assert at.total(found.values()) == whole
    assert whole.findings


@pytest.mark.live
@pytest.mark.parametrize("name", ["bandit", "complexity"])
def test_a_reading_with_errors_is_never_split(name: str, tmp_path: Path) -> None:
    at = bench(name, tmp_path, PROJECT | BROKEN)
    whole, pieces = at.whole()
    assert whole.errors
    assert pieces is None
    assert at.pieces(["src/q.py", "src/p/broken.py"]) is None


@pytest.mark.live
@pytest.mark.parametrize("name", NAMES)
def test_no_file_is_broken_for_the_whole_only(name: str, tmp_path: Path) -> None:
    files = {"src/p/skipped.py": "x = 1\n", "src/quiet.py": "x = 1\n", "src/b.py": "x = 1\n"}
    excluded = "[tool.ruff]\nexclude = ['*.py']\n[tool.bandit]\nexclude_dirs = ['src']\n"
    at = bench(name, tmp_path, files | {"pyproject.toml": excluded})
    whole, pieces = at.whole()
    assert any("found no Python file to look at" in error for error in whole.errors)
    assert pieces is None or at.total(pieces.values()) == whole
    assert at.total([]).errors == whole.errors
    if name == "bandit":
        assert at.pieces(["src/b.py"]) == {"src/b.py": Reading(measures={"files": 0.0})}


@pytest.mark.live
def test_functions_that_are_all_exempt_in_one_file_break_only_a_whole_of_such_files(tmp_path: Path) -> None:
    exempt = TANGLE.replace("def f(x):", "def f(x):  # noqa: C901")
    at = bench("complexity", tmp_path, {"src/a.py": exempt, "src/b.py": "def g():\n    return 1\n"})
    whole, pieces = at.whole()
    assert pieces is not None
    assert whole.errors == ()
    assert whole.notes == ("1 function above the limit, exempt by `noqa` or ruff's configuration",)
    assert at.total([pieces["src/a.py"]]).errors == (
        "every function is exempt by `noqa` or by ruff's configuration; let it judge at least one",
    )


@pytest.mark.live
def test_a_log_that_does_not_tell_all_files_leaves_the_whole(tmp_path: Path) -> None:
    at = bench("ruff", tmp_path, PROJECT)
    outcome = at.run(at.adapter.command(at.gate, at.site))
    (ran,) = outcome.steps
    short = msgspec.structs.replace(outcome, steps=(msgspec.structs.replace(ran, omitted=1),))
    assert at.adapter.pieces(at.gate, at.site, short, None) is None
    unknown = msgspec.structs.replace(at.site, files=("src/q.py",))
    assert at.adapter.pieces(at.gate, unknown, outcome, None) is None


@pytest.mark.live
def test_a_function_of_a_file_that_was_not_looked_at_is_not_believed(tmp_path: Path) -> None:
    at = bench("complexity", tmp_path, PROJECT)
    outcome = at.run(at.adapter.part(at.gate, at.site, ("src/p/b.py",)))
    assert at.adapter.pieces(at.gate, at.site, outcome, ("src/p/b.py",)) is not None
    assert at.adapter.pieces(at.gate, at.site, outcome, ("src/q.py",)) is None


@pytest.mark.live
def test_a_part_that_judges_other_files_than_it_was_asked_for_is_not_believed(tmp_path: Path) -> None:
    at = bench("ruff", tmp_path, PROJECT, args=["src/p/a.py"])
    assert at.pieces(["src/q.py"]) is None


@pytest.mark.live
def test_a_command_line_that_ends_early_is_no_judgement_of_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = bench("ruff", tmp_path, PROJECT)
    files = ("src/p/a.py", "src/p/b.py")
    monkeypatch.setattr(parts, "ARGUMENTS", 10)
    outcome = at.run(at.adapter.part(at.gate, at.site, files))
    short = msgspec.structs.replace(outcome, steps=outcome.steps[:1])
    with pytest.raises(ReportError, match="did not judge all of the files"):
        at.adapter.pieces(at.gate, at.site, short, files)
    wrong = msgspec.structs.replace(outcome.steps[0], exit=2)
    with pytest.raises(ReportError, match="its configuration or its arguments are wrong"):
        at.adapter.pieces(at.gate, at.site, recorded.with_steps(outcome, (wrong,)), files)


def listed(tmp_path: Path, files: dict[str, str], **more: Any) -> tuple[str, ...] | None:
    at = bench("bandit", tmp_path, files, **more)
    return at.adapter.files(at.gate, at.site)


def test_bandit_s_files_are_those_below_its_targets(tmp_path: Path) -> None:
    files = {"src/a.py": "", "src/b/c.py": "", "src/d.txt": "", "e.py": "", "src/f.pyi": ""}
    assert listed(tmp_path, files) == ("src/a.py", "src/b/c.py")
    at = bench("bandit", tmp_path / "all", files, sources=())
    assert at.adapter.files(at.gate, at.site) == ("e.py", "src/a.py", "src/b/c.py")


@pytest.mark.parametrize(
    ("more", "gate"),
    [
        ({"src/w.pyw": ""}, {}),
        ({"src/.bandit": "[bandit]\n"}, {}),
        ({".bandit": "[bandit]\ntargets = x\n"}, {}),
        ({".bandit": "bandit\n"}, {}),
        ({"pyproject.toml": "[tool.bandit]\ninclude = ['*.pt']\n"}, {}),
        ({}, {"args": ["-c", "x.yaml"]}),
        ({}, {"args": ["other"]}),
        ({}, {"paths": ["./src"]}),
        ({}, {"paths": ["../project/src"]}),
        ({}, {"paths": ["nowhere"]}),
    ],
)
def test_where_bandit_may_find_other_files_nobody_lists_them(
    more: dict[str, str], gate: dict[str, Any], tmp_path: Path
) -> None:
    assert listed(tmp_path, {"src/a.py": ""} | more, **gate) is None


def test_bandit_s_plain_words_and_settings_leave_the_files(tmp_path: Path) -> None:
    config = {".bandit": "[bandit]\nskips = B101\n", "src/.bandit": "", "src/a.py": ""}
    assert listed(tmp_path, config, args=["-ll", "--skip=B101,B102"]) == ("src/a.py",)


def test_files_that_are_not_in_the_tree_or_are_links_are_not_listed(tmp_path: Path) -> None:
    at = bench("bandit", tmp_path, {"src/a.py": "", "b/c.py": ""})
    (tmp_path / "project/src/ignored.py").touch()
    assert at.adapter.files(at.gate, at.site) is None
    (tmp_path / "project/src/ignored.py").unlink()
    assert at.adapter.files(at.gate, at.site) == ("src/a.py",)
    (tmp_path / "project/src/linked.py").symlink_to("a.py")
    known = msgspec.structs.replace(at.site, files=(*at.site.files, "src/linked.py"))
    assert at.adapter.files(at.gate, known) is None
    (tmp_path / "project/linked").symlink_to("src")
    gate = msgspec.structs.replace(at.gate, paths=("linked",))
    assert at.adapter.files(gate, at.site) is None


CHECK = "import sys\nbad = [f for f in sys.argv[1:] if 'bad' in open(f).read()]\n"
CHECK += "print('\\n'.join(f + ': bad' for f in bad))\nsys.exit(len(bad) > 0)\n"
LINES = {"format": "regex", "pattern": "^(?P<path>[^:]+): (?P<message>bad)$"}


def program(tmp_path: Path, files: dict[str, str], **options: Any) -> Bench:
    at = bench("bandit", tmp_path, files)
    run = {"run": ["{python}", "-c", CHECK], "per_file": True} | options
    gate = Gate(id="any", tool="command", paths=("docs", "*.md"), exclude=("docs/no",), options=run)
    return at._replace(adapter=gates.DIVIDED["command"], gate=gate)


DOCS = {"docs/a.txt": "", "docs/no/b.txt": "bad", "c.md": "", "d.py": "bad"}


@pytest.mark.parametrize("report", [None, LINES])
def test_a_program_that_judges_file_by_file_gets_the_files_that_paths_name(
    report: dict[str, str] | None, tmp_path: Path
) -> None:
    at = program(tmp_path, DOCS, report=report)
    assert at.adapter.files(at.gate, at.site) == ("c.md", "docs/a.txt")
    whole, pieces = at.whole()
    assert pieces is not None
    assert list(pieces) == ["c.md", "docs/a.txt"]
    assert whole == at.total(pieces.values()) == Reading(measures={"exit": 0.0})
    assert at.pieces(["c.md"]) == {"c.md": pieces["c.md"]}


def test_of_files_that_fail_together_none_is_to_blame_alone(tmp_path: Path) -> None:
    at = program(tmp_path, DOCS | {"docs/e.txt": "bad"}, report=LINES)
    whole, pieces = at.whole()
    assert [one.path for one in whole.findings] == ["docs/e.txt"]
    assert whole.measures == {"exit": 1.0}
    assert pieces is None
    single = at.pieces(["docs/e.txt"])
    assert single is not None
    rest = at.pieces(["c.md", "docs/a.txt"])
    assert rest is not None
    assert at.total([*single.values(), *rest.values()]) == whole


def test_a_program_in_several_command_lines_says_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = program(tmp_path, DOCS | {"docs/e.txt": "bad"}, report=LINES)
    whole, _ = at.whole()
    monkeypatch.setattr(parts, "ARGUMENTS", 5)
    again, pieces = at.whole()
    assert again == whole
    assert pieces is not None
    assert at.total(pieces.values()) == whole
    in_file = program(tmp_path / "file", DOCS, report=LINES | {"file": "x.txt"})
    assert len(in_file.adapter.command(in_file.gate, in_file.site).steps) == 1


def test_no_file_that_paths_name_is_an_error(tmp_path: Path) -> None:
    at = program(tmp_path, {"d.py": ""})
    whole, pieces = at.whole()
    assert whole.errors == ("the tree has no file that `paths` names and `exclude` leaves; mend them",)
    assert at.total((pieces or {}).values()).errors == whole.errors


def test_a_program_that_promises_nothing_is_not_divided(tmp_path: Path) -> None:
    at = program(tmp_path, DOCS, per_file=False, run=["{python}", "-c", ""])
    assert at.adapter.files(at.gate, at.site) is None
    assert at.whole()[1] is None
    tests = program(tmp_path / "junit", DOCS, report={"format": "junit", "file": "x.xml"})
    assert tests.adapter.files(tests.gate, tests.site) is None
