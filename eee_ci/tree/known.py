"""What git said of a repository at the snapshot: it is not asked again for the same tree."""

from pathlib import Path

from eee_ci import git
from eee_ci.model import Tree

_DECIDING = ("core.", "extensions.", "filter.")  # all else stays behind: it may hold a password


def settings(repo: git.Repository) -> dict[str, str]:
    """Those that decide how contents are read."""
    return {name: value for name, value in repo.config.items() if name.startswith(_DECIDING)}


def repository(found: Tree) -> git.Repository:
    """The repository of a tree; GitError where there is none."""
    root = Path(found.root)
    if found.git is None or found.home is None:
        return git.repository(root)
    return git.Repository(root, found.prefix, Path(found.git), Path(found.home), found.settings, root)
