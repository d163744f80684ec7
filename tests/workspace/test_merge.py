"""Patches go on top of each other, or name the files in which they cannot."""

from pathlib import Path

import pytest

from eee_ci import workspace
from eee_ci.agent import Patch
from eee_ci.git import GitError
from tests.workspace.work import Site, repository, write


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def patch(site: Site, files: dict[str, str]) -> Patch:
    changed = {name: ("100644", content.encode()) for name, content in files.items()}
    return site.private.patch(site.base, site.private.write(site.base, changed))


def test_two_patches_of_other_lines_become_one_tree(site: Site) -> None:
    first = patch(site, {"a.py": "ONE\ntwo\nthree\n"})
    tip = site.private.commit(first.tree, [site.base], "first")
    merged = site.private.merge(tip, patch(site, {"a.py": "one\ntwo\nthree\nfour\n"}))
    assert isinstance(merged, str)
    known = site.private.listing(merged)["a.py"]
    assert site.private.contents([known.id])[known.id] == b"ONE\ntwo\nthree\nfour\n"


def test_a_bare_tree_counts_as_made_from_the_base(site: Site) -> None:
    first = patch(site, {"a.py": "ONE\ntwo\nthree\n"})
    merged = site.private.merge(first.tree, patch(site, {"new.py": "new\n"}))
    assert isinstance(merged, str)
    assert "new.py" in site.private.listing(merged)


def test_two_patches_of_one_line_are_a_conflict(site: Site) -> None:
    first = patch(site, {"a.py": "ONE\ntwo\nthree\n", "pkg/b.py": "B\n"})
    second = patch(site, {"a.py": "1\ntwo\nthree\n", "pkg/b.py": "bb\n"})
    assert site.private.merge(first.tree, second) == workspace.Conflict(("a.py", "pkg/b.py"))


def test_the_files_of_a_conflict_are_named_from_the_project_s_root(tmp_path: Path) -> None:
    top = repository(tmp_path / "top", {"part/x.py": "x\n"})
    site = Site(tmp_path, top / "part")
    first = patch(site, {"x.py": "1\n"})
    assert site.private.merge(first.tree, patch(site, {"x.py": "2\n"})) == workspace.Conflict(("x.py",))


def test_no_attribute_of_the_tree_makes_a_conflict_vanish(tmp_path: Path) -> None:
    site = Site(tmp_path, repository(tmp_path / "p", {".gitattributes": "* merge=union\n", "a.py": "1\n"}))
    first = patch(site, {"a.py": "2\n"})
    assert site.private.merge(first.tree, patch(site, {"a.py": "3\n"})) == workspace.Conflict(("a.py",))


def test_a_git_that_cannot_merge_is_told(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eee_ci.git.private.MERGES", (99, 0))
    with pytest.raises(GitError, match="patches cannot be merged with git"):
        site.private.merge(site.base, patch(site, {"a.py": "x\n"}))


def test_the_same_commit_has_the_same_id(site: Site) -> None:
    tree = site.private.tree(site.base)
    assert site.private.commit(tree, [site.base], "x") == site.private.commit(tree, [site.base], "x")


def test_a_tree_with_a_missing_object_is_refused(site: Site) -> None:
    with pytest.raises(GitError):
        site.private.commit("1" * 40, [], "x")
    with pytest.raises(GitError, match="lacks the object"):
        site.private.contents(["1" * 40])


def test_what_a_patch_says_of_a_file_is_true(site: Site) -> None:
    write(site.root, {"a.py": "one\n2\nthree\n", "bin": "\0"})
    first, second = site.take().patch.changes
    assert (first.path, first.added, first.removed, first.size) == ("a.py", 1, 1, 12)
    assert (second.path, second.added, second.removed, second.before) == ("bin", None, None, None)
    assert first.mode_before == first.mode_after == second.mode_after == "100644"
