"""Clones and checkouts have exactly the files of a commit, and lead nowhere else."""

from pathlib import Path

import pytest

from eee_ci.errors import UsageError
from tests.workspace.work import Site, git, names, write


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_clone_is_a_clean_repository_of_its_own(site: Site) -> None:
    assert git(site.clone, "status", "--porcelain") == ""
    assert git(site.clone, "rev-parse", "HEAD").strip() == site.base
    assert git(site.clone, "remote") == ""
    assert not (site.clone / ".git/hooks").exists()
    assert not (site.clone / ".git/objects/info/alternates").exists()
    assert names(site.clone) == names(site.project)


def test_an_agent_can_commit_in_it(site: Site) -> None:
    write(site.clone, {"a.py": "agent\n"})
    git(site.clone, "commit", "-qam", "mine")
    assert site.changed() == ["a.py"]


def test_a_later_commit_is_cloned_with_what_is_below_it(site: Site, tmp_path: Path) -> None:
    tree = site.private.write(site.base, {"a.py": ("100644", b"later\n"), "pkg/c.py": None})
    later = site.private.commit(tree, [site.base], "later")
    root = site.private.clone(later, tmp_path / "second")
    assert (root / "a.py").read_text(encoding="utf-8") == "later\n"
    assert git(root, "log", "--format=%s").splitlines() == ["later", "The files as they were found"]


def test_a_checkout_has_the_files_and_no_git(site: Site, tmp_path: Path) -> None:
    target = site.private.checkout(site.base, tmp_path / "checkout")
    assert target == tmp_path / "checkout"
    assert sorted(path.name for path in target.iterdir()) == [".gitignore", "a.py", "link", "pkg", "run.sh"]
    assert (target / "run.sh").stat().st_mode & 0o111
    assert (target / "link").is_symlink()


@pytest.mark.parametrize("verb", ["clone", "checkout"])
def test_only_an_empty_folder_is_filled(site: Site, tmp_path: Path, verb: str) -> None:
    write(tmp_path / "full", {"x": ""})
    with pytest.raises(UsageError, match="is not an empty folder"):
        getattr(site.private, verb)(site.base, tmp_path / "full")


def test_a_commit_can_be_named(site: Site) -> None:
    site.private.keep("refs/eee-ci/run/agent", site.base)
    assert site.private.tree("refs/eee-ci/run/agent") == site.private.tree(site.base)
