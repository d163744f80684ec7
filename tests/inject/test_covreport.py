"""Merged coverage is reported as `coverage json` reports one full run."""

import contextlib
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from eee_ci.inject import covreport
from tests.inject import recorded

W, X = "tests/test_w.py", "tests/test_x.py"
FILES = {
    "src/p/b.py": "def g(flag):\n    if flag:\n        return 1\n    return 2\n",
    W: "from p.a import f\nfrom p.b import g\n\ndef test_w():\n    assert (f(), g(1)) == (2, 1)\n",
    X: "from p.a import C\nfrom p.b import g\n\ndef test_x():\n    assert (C().m(), g(0)) == (1, 2)\n",
}
KEPT = ["file:tests/test_x.py", "import:tests/test_x.py"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


def report(root: Path, data: Path, **wish: Any) -> tuple[int, str]:
    """The exit code, and the report without its time or what was said instead."""
    out = data.with_suffix(".json")
    out.unlink(missing_ok=True)
    asked = data.with_suffix(".wish")
    asked.write_text(json.dumps({"data": str(data), "report": str(out), **wish}), encoding="utf-8")
    said, path = io.StringIO(), list(sys.path)
    with contextlib.chdir(root), contextlib.redirect_stderr(said):
        code = covreport.main([str(asked)])
    sys.path[:] = path
    return code, timeless(out) if out.is_file() else said.getvalue()


def timeless(file: Path) -> str:
    """Less the time, and what nobody asks for: classes, and the functions of files that ran as a whole."""
    found = json.loads(file.read_text("utf-8"))
    del found["meta"]["timestamp"]
    for told in found["files"].values():
        for kind in ("classes",) if told["missing_lines"] else ("classes", "functions"):
            told.pop(kind, None)
    return json.dumps(found)


def plain(root: Path, data: Path) -> str:
    out = data.with_suffix(".plain")
    words = ("-m", "coverage", "json", "-q", f"--data-file={data}", "-o", out)
    subprocess.run((sys.executable, *words), cwd=root, stdin=subprocess.DEVNULL, check=True)
    return timeless(out)


def test_it_says_what_coverage_says_with_and_without_what_is_kept(root: Path, tmp_path: Path) -> None:
    data = recorded.run(root, FILES).data
    wanted = plain(root, data)
    memo = tmp_path / "memo"
    assert report(root, data) == (0, wanted)
    assert report(root, data, memo=str(memo)) == (0, wanted)
    assert report(root, data, memo=str(memo)) == (0, wanted)
    for entry in memo.iterdir():
        entry.write_text("damaged", encoding="utf-8")
    assert report(root, data, memo=str(memo)) == (0, wanted)


def test_a_partial_run_and_what_is_remembered_are_a_full_run(root: Path, tmp_path: Path) -> None:
    data = recorded.run(root, FILES).data
    full = plain(root, data)
    kept = tmp_path / "kept"
    assert report(root, data, merged=str(kept))[0] == 0
    data = recorded.run(root, FILES, skip=[X]).data
    assert plain(root, data) != full
    assert report(root, data, remembered=str(kept), labels=KEPT) == (0, full)


def test_an_empty_module_that_only_a_skipped_file_imports_is_measured_still(
    root: Path, tmp_path: Path
) -> None:
    module = "src/names/empty/__init__.py"  # in a folder where coverage.py looks for no module by itself
    files = {**FILES, module: "", X: f"import names.empty\n{FILES[X]}"}
    data = recorded.run(root, files).data
    full = plain(root, data)
    assert module in full
    kept = tmp_path / "kept"
    assert report(root, data, merged=str(kept))[0] == 0
    data = recorded.run(root, files, skip=[X]).data
    assert module not in plain(root, data)
    assert report(root, data, remembered=str(kept), labels=[*KEPT, f"import:{module}"]) == (0, full)


def test_remembered_lines_move_with_their_functions(root: Path, tmp_path: Path) -> None:
    data = recorded.run(root, FILES).data
    kept = tmp_path / "kept"
    report(root, data, merged=str(kept))
    longer = {**FILES, "src/p/b.py": f"# a comment\n{FILES['src/p/b.py']}"}
    full = plain(root, recorded.run(root, longer).data)
    data = recorded.run(root, longer, skip=[X]).data
    maps = {"src/p/b.py": {str(line): line + 1 for line in range(1, 5)}}
    assert report(root, data, remembered=str(kept), labels=KEPT, maps=maps) == (0, full)


def test_dropped_files_have_no_remembered_lines(root: Path, tmp_path: Path) -> None:
    data = recorded.run(root, FILES).data
    kept = tmp_path / "kept"
    report(root, data, merged=str(kept))
    data = recorded.run(root, FILES, skip=[X]).data
    alone = plain(root, data)
    wish = {"remembered": str(kept), "labels": KEPT, "drop": ["src/p/a.py", "src/p/b.py"]}
    assert report(root, data, **wish) == (0, alone)


def test_what_was_lost_is_told(root: Path, tmp_path: Path) -> None:
    data = recorded.run(root, FILES).data
    kept, facts = tmp_path / "kept", tmp_path / "facts"
    report(root, data, merged=str(kept))
    less = {**FILES, W: "from p.a import f\n\ndef test_w():\n    assert f() == 2\n"}
    data = recorded.run(root, less, skip=[X]).data
    label = ["file:tests/test_w.py"]
    wish = {"remembered": str(kept), "labels": KEPT, "old": label, "new": label, "facts": str(facts)}
    assert report(root, data, **wish)[0] == 0
    told = json.loads(facts.read_text("utf-8"))
    assert told == {"lost": {"src/p/b.py": [2, 3]}}


@pytest.mark.parametrize(
    ("third", "wish", "lost"),
    [
        ("g(1)", {}, {}),
        ("g(1)", {"caches": ["src/p/b.py"]}, {"src/p/b.py": [3]}),
        ("g(1)", {"caches": ["src/p/a.py"]}, {}),
        ("g(1)", {"caches": ["src/p/b.py"], "drop": ["src/p/b.py"]}, {}),
        ("g(0)", {"caches": ["src/p/b.py"]}, {}),  # somebody still takes it
        ("g(1)", {"caches": ["src/p/b.py"], "moved": {1: 2, 2: 3, 3: 4, 4: 5, 5: 6}}, {"src/p/b.py": [3]}),
        (
            "g(1)",
            {"caches": ["src/p/b.py"], "moved": {1: 2, 2: 3, 4: 5, 5: 6}},
            {},
        ),  # that line is another now
        ("g(0)", {"caches": ["src/p/b.py"], "moved": {1: 2, 2: 3, 3: 4, 4: 5, 5: 6}}, {}),
    ],
)
def test_of_caches_each_branch_counts(
    third: str, wish: dict[str, Any], lost: dict[str, list[int]], root: Path, tmp_path: Path
) -> None:
    source = "def g(flag):\n    x = 1\n    if flag:\n        x = 2\n    return x\n"
    test = "from p.b import g\n\ndef test_{}():\n    {}\n"
    files = {"src/p/b.py": source, W: test.format("w", "g(1), g(0)"), X: test.format("x", third)}
    data = recorded.run(root, files).data
    kept, facts = tmp_path / "kept", tmp_path / "facts"
    report(root, data, merged=str(kept))
    moved = wish.pop("moved", {})
    now = {**files, "src/p/b.py": "# longer\n" * bool(moved) + source, W: test.format("w", "g(1)")}
    data = recorded.run(root, now, skip=[X]).data
    if moved:
        wish["maps"] = {"src/p/b.py": {str(was): line for was, line in moved.items()}}
    label = ["file:tests/test_w.py"]
    asked = {"remembered": str(kept), "labels": KEPT, "old": label, "new": label, "facts": str(facts)}
    assert report(root, data, **asked, **wish)[0] == 0
    assert json.loads(facts.read_text("utf-8"))["lost"] == lost


def test_no_data_ends_as_in_coverage(root: Path, tmp_path: Path) -> None:
    code, said = report(root, tmp_path / "coverage.data")
    assert (code, said) == (1, "No data to combine\n")


def test_damaged_memory_is_told_apart(root: Path, tmp_path: Path) -> None:
    data = recorded.run(root, FILES).data
    kept = tmp_path / "kept"
    kept.write_text("damaged", encoding="utf-8")
    code, said = report(root, data, remembered=str(kept), labels=KEPT)
    assert code == 3
    assert said.startswith("the remembered coverage cannot be used")


def test_a_wish_that_is_none_is_refused(tmp_path: Path) -> None:
    words = (sys.executable, covreport.__file__, str(tmp_path / "missing"))
    assert subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 2
