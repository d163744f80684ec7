"""Files that git ignores and that tools read all the same: generated modules, settings, extensions."""

from collections.abc import Iterator

from eee_ci import git
from eee_ci.model import Tree
from eee_ci.tree import known
from eee_ci.tree.content import Disk
from eee_ci.tree.walking import LEFT_OUT, walk

READ = (".py", ".pyi", ".so", ".pyd", ".pth", ".env", ".toml", ".ini", ".cfg", ".json")
_LISTED = ("ls-files", "-o", "-i", "--exclude-standard", "--directory", "-z")


def files(found: Tree) -> dict[str, str]:
    """Path to content id; nothing where there is no git, since the tree then has all files."""
    if found.vcs == "none":
        return {}
    disk = Disk(found.root)
    entries = ((path, disk.entry(path)) for path in _paths(found) if path.endswith(READ))
    return {path: entry.id for path, entry in entries if entry}


def _paths(found: Tree) -> Iterator[str]:
    """What git names, and what is in the folders that it names; no environments and caches of tools."""
    repo = known.repository(found)
    for path in git.records(git.ask(repo, *_LISTED)):
        if not LEFT_OUT.isdisjoint(path.split("/")):
            continue
        if path.endswith("/"):
            yield from walk(found.root, path, [])
        else:
            yield path
