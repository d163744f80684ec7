"""A clean copy of exactly the files of a tree, with enough of git to find its version from tags."""

import os
import re
from collections.abc import Iterable
from pathlib import Path

from eee_ci import files, git, text
from eee_ci.errors import UsageError
from eee_ci.files import plain
from eee_ci.model import Ran, Tree
from eee_ci.tree import known
from eee_ci.tree.attributes import converted
from eee_ci.tree.content import EXECUTABLE, LINK, pointed
from eee_ci.tree.status import GITLINK, Index, look
from eee_ci.tree.viewing import view

# what decides how git compares contents; any other setting stays behind
_KEPT = (
    "core.autocrlf core.eol core.safecrlf core.filemode core.symlinks core.ignorecase core.precomposeunicode"
    " core.sparsecheckout core.sparsecheckoutcone extensions.objectformat"
)
_MARK = ("update-index", "-z")


def export(tree: Tree, target: Path) -> Path:
    """Copy the tree into an empty folder, and return where its root is in there: below the folder when the
    project lies below the top of its repository. An UsageError when files vanish meanwhile."""
    if tree.vcs == "none":
        _files(tree, target)
        return target
    repo = known.repository(tree)
    root = target / repo.prefix
    _files(tree, root)
    _repository(tree, repo, target)
    return root


def _files(tree: Tree, root: Path) -> None:
    base = os.fspath(root)
    made: set[str] = set()
    files.folder(root)
    for path in tree.files:
        folder, _, _ = f"{base}/{path}".rpartition("/")
        if folder not in made:
            files.folder(Path(folder))
            made.add(folder)
        mode = tree.modes.get(path)
        try:
            if mode == LINK:
                plain.link(Path(base, path), pointed(f"{tree.root}/{path}"))
            else:
                plain.copy(
                    f"{tree.root}/{path}", f"{base}/{path}", mode=0o755 if mode == EXECUTABLE else 0o644
                )
        except OSError as error:
            reason = f"{text.path(path)} could not be copied: {error.strerror or error}"
            raise UsageError(reason, "run again when nothing else changes the project") from None


def _repository(tree: Tree, repo: git.Repository, target: Path) -> None:
    """A `.git` that borrows the objects and holds the tags, the index and nothing that runs."""
    folder = target / ".git"
    plain.put(folder / "objects/info/alternates", _quoted(repo.common / "objects") + b"\n")
    files.folder(folder / "refs")
    plain.put(folder / "config", _config(repo))
    plain.put(folder / "packed-refs", _refs(tree, repo))
    head = f"ref: refs/heads/{tree.branch}" if tree.branch else tree.commit
    plain.put(folder / "HEAD", os.fsencode(f"{head}\n"))
    shared = [path.name for path in repo.folder.glob("sharedindex.*")]
    for name in ("index", *shared, "info/sparse-checkout"):
        _take(repo.folder / name, folder / name)
    for name in ("shallow", "info/attributes", "info/exclude"):
        _take(repo.common / name, folder / name)
    _settle(tree, repo, target)


def _take(source: Path, target: Path) -> None:
    if source.is_file():
        plain.put(target, source.read_bytes())


def _quoted(objects: Path) -> bytes:
    """A line of `alternates`; quoted where a line feed or quote would end it."""
    raw = os.fsencode(objects)
    if not re.search(rb'[\n"#\\]', raw):
        return raw
    return b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'


def _config(repo: git.Repository) -> bytes:
    known = {name: repo.config[name] for name in _KEPT.split() if name in repo.config}
    known |= {"core.bare": "false", "core.repositoryformatversion": "1" if repo.algorithm != "sha1" else "0"}
    plain = ((name.split("."), value) for name, value in known.items() if value.isalnum())
    return "".join(f"[{section}]\n\t{key} = {value}\n" for (section, key), value in plain).encode()


def _refs(tree: Tree, repo: git.Repository) -> bytes:
    """All tags, and the branch where the snapshot saw it."""
    told = git.ask(repo, "for-each-ref", "--format=%(objectname) %(refname)", "refs/tags")
    refs = os.fsdecode(told.stdout).splitlines()
    if tree.commit and tree.branch:
        refs.append(f"{tree.commit} refs/heads/{tree.branch}")
    return b"".join(os.fsencode(f"{ref}\n") for ref in sorted(refs, key=lambda ref: ref.partition(" ")[2]))


def _settle(tree: Tree, repo: git.Repository, target: Path) -> None:
    """Make the copied index agree with the copy: nothing that git calls clean there may look changed here."""
    status = look(repo, Index())
    odd = converted(repo, status.entries).filtered & status.entries.keys() - set(tree.changed)
    _there(
        repo, target, *_MARK, "--assume-unchanged", "--stdin", paths=[f"{repo.prefix}{path}" for path in odd]
    )
    if repo.prefix:  # all files above the project are missing from the copy: a change stays one, by that
        known = git.records(_there(repo, target, "ls-files", "-z"))
        above = {path for path in known if not path.startswith(repo.prefix)}
        clean = above - view(repo.top, project=repo.top).changed
        _there(repo, target, *_MARK, "--skip-worktree", "--stdin", paths=clean)
    links = [path for path, item in status.entries.items() if item.mode == GITLINK]
    for path in links if tree.commit else ():
        if any(name.startswith(f"{path}/") for name in tree.changed):
            other = f"{GITLINK},{tree.commit},{repo.prefix}{path}"  # any id but the recorded one
            _there(repo, target, "update-index", "--cacheinfo", other)
    _there(repo, target, "status", "--porcelain", "-z")  # it keeps what it found out


def _there(repo: git.Repository, target: Path, *words: str, paths: Iterable[str] = ()) -> Ran:
    """A git command in the copy, which may write there."""
    feed = b"".join(os.fsencode(path) + b"\0" for path in sorted(paths))
    writes = {"GIT_OPTIONAL_LOCKS": "1"}
    return git.run(target, *words, feed=feed, filters=repo.filters, project=repo.project, env=writes)
