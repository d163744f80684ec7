"""Each kind of edit does what it is called, and a seed repeats all of them."""

import ast
import subprocess
from pathlib import Path
from random import Random

import pytest

from tests.soundness import edits, source, statements, trees, values, whole
from tests.soundness.edits import KINDS, sequence

CODE = b'''"""A module."""

from __future__ import annotations

import functools
import os

LIMIT = 10


class Thing:
    """A class."""

    size: int = 3
    name = "thing"

    def twice(self) -> int:
        """Documented."""
        total = self.size * 2
        if total == LIMIT and os.name != "nt":
            return total + 1
        return total


@functools.cache
def first(n: int) -> int:
    while n < 3:
        n = n + 1
    return n


def second() -> str:
    return "b"
'''
TEST = b"""import pytest

from p.mod import first

WANT = 3


class TestFirst:
    kind = "x"

    @pytest.mark.parametrize("n", [1, 2])
    def test_first(self, n: int) -> None:
        found = first(n) + 0
        if found == WANT:
            return found
        assert found


def test_a() -> None:
    assert first(1)


def test_b() -> None:
    assert first(2)
"""
TREE = {
    "p/__init__.py": CODE,
    "p/mod.py": CODE,
    "p/table.json": b"{}\n",
    "tests/conftest.py": TEST,
    "tests/helper.py": TEST,
    "tests/test_mod.py": TEST,
    "tests/data/words.txt": b"words\n",
    "pyproject.toml": b"[tool.pytest.ini_options]\n\n[tool.coverage.run]\nbranch = true\n",
}
LAYOUT = trees.Layout(("p",), ("tests",))


def changes(kind: str) -> list[whole.Change]:
    made = (KINDS[kind](TREE, LAYOUT, Random(seed)) for seed in range(40))
    return [change for change in made if change is not None]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_changes_the_tree(kind: str) -> None:
    assert any(trees.changed(TREE, edits.patched(TREE, change)) for change in changes(kind))


@pytest.mark.parametrize("kind", [*values.MUTATIONS, *statements.MUTATIONS])
def test_a_mutation_changes_one_file_and_leaves_it_parsable_but_where_it_should_not(kind: str) -> None:
    for change in changes(kind):
        ((path, content),) = change.items()
        assert LAYOUT.is_source(path)
        parsed = source.parse(content or b"")
        assert (parsed is None) == (kind == "unparsable"), content


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("operator", b"total == LIMIT", b"total != LIMIT"),
        ("operator", b"n < 3", b"n <= 3"),
        ("operator", b"total + 1", b"total - 1"),
        ("operator", b"LIMIT and os", b"LIMIT or os"),
        ("condition", b"while n < 3", b"while not (n < 3)"),
        ("returned", b"return total\n", b"return None\n"),
        ("constant", b'return "b"', b"return 'bx'"),
        ("module constant", b"LIMIT = 10", b"LIMIT = 11"),
        ("class attribute", b"size: int = 3", b"size: int = 4"),
        ("attribute removed", b'name = "thing"', b"pass"),
        ("statement removed", b"total = self.size * 2", b"pass"),
        ("decorator removed", b"@functools.cache", b"# a decorator was here"),
        ("function renamed", b"def second", b"def second_renamed"),
        ("import removed", b"import os", b"pass"),
    ],
)
def test_a_mutation_is_found_in_its_place(kind: str, old: bytes, new: bytes) -> None:
    assert CODE.count(old) == 1
    assert CODE.replace(old, new) in [content for change in changes(kind) for content in change.values()]


def test_a_docstring_is_no_constant() -> None:
    for kind in ("constant", "statement removed"):
        assert all(
            b'"""Documented."""' in (content or b"")
            for change in changes(kind)
            for content in change.values()
        )


def test_two_functions_change_places_whole() -> None:
    (content,) = {content for change in changes("functions swapped") for content in change.values()}
    assert content is not None
    names = [node.name for node in ast.parse(content).body if isinstance(node, ast.FunctionDef)]
    assert names == ["second", "first"]
    assert content.index(b"@functools.cache") > content.index(b"def second")


def test_a_renamed_file_is_gone_from_its_old_place() -> None:
    change = changes("tests renamed")[0]
    assert change == {"tests/test_mod.py": None, "tests/test_mod_renamed.py": TEST}


def test_a_kind_that_fits_nowhere_makes_nothing() -> None:
    assert KINDS["data removed"]({"p/mod.py": CODE}, LAYOUT, Random(1)) is None


def test_a_file_that_cannot_be_parsed_is_left_alone() -> None:
    tree = {"p/mod.py": b"def (:\n"}
    assert all(KINDS[kind](tree, LAYOUT, Random(1)) is None for kind in values.MUTATIONS)


def told(seed: int) -> list[tuple[str, list[str]]]:
    return [(edit.title, list(edit.diff())) for edit in sequence(TREE, LAYOUT, seed=seed, count=60)]


def test_a_seed_repeats_its_edits_and_another_has_its_own() -> None:
    assert told(1) == told(1)
    assert told(1) != told(2)


def test_each_edit_stands_on_the_one_before_and_changes_something() -> None:
    before: trees.Tree = TREE
    for edit in sequence(TREE, LAYOUT, seed=3, count=60):
        assert edit.before == before
        assert edit.after != edit.before
        before = edit.after


def test_edits_are_undone_and_the_start_is_met_again() -> None:
    steps = list(sequence(TREE, LAYOUT, seed=1, count=200))
    assert {edits.UNDO, edits.BACK} <= {edit.kind for edit in steps}
    assert all(edit.after == TREE for edit in steps if edit.kind == edits.BACK)


def test_of_many_edits_no_group_is_missing() -> None:
    kinds = {edit.kind for edit in sequence(TREE, LAYOUT, seed=5, count=300)}
    for _weight, fits in edits.GROUPS.values():
        assert any(fits(kind) for kind in kinds)


def test_only_the_kinds_that_are_asked_for_are_made() -> None:
    kinds = {edit.kind for edit in sequence(TREE, LAYOUT, seed=1, count=20, kinds=["operator", "data added"])}
    assert kinds == {"operator", "data added"}


def test_a_diff_tells_of_changed_new_and_deleted_files() -> None:
    after = {"a": b"1\n", "b": b"new\n"}
    assert list(trees.diff({"a": b"0\n", "c": b"gone\n"}, after)) == [
        *("--- a/a", "+++ b/a", "@@ -1 +1 @@", "-0", "+1"),
        *("--- /dev/null", "+++ b/b", "@@ -0,0 +1 @@", "+new"),
        *("--- a/c", "+++ /dev/null", "@@ -1 +0,0 @@", "-gone"),
    ]


def test_an_empty_file_that_comes_is_told() -> None:
    assert list(trees.diff({}, {"a": b""})) == ["/dev/null -> b/a: no line differs"]


def test_a_folder_is_made_to_hold_just_the_tree(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    trees.sync(tmp_path, TREE)
    kept = (tmp_path / "p/mod.py").stat().st_mtime_ns
    (tmp_path / ".git/info/exclude").write_text("ignored/\n", encoding="utf-8")
    (tmp_path / "ignored").mkdir()
    (tmp_path / "ignored/memory").touch()
    wanted = {"p/mod.py": CODE, "new/place.txt": b"here"}
    trees.sync(tmp_path, wanted)
    assert trees.read(tmp_path) == wanted
    assert not (tmp_path / "tests").exists()
    assert (tmp_path / "ignored/memory").exists()
    assert (tmp_path / "p/mod.py").stat().st_mtime_ns == kept
