"""Makes the private repository: the user's files as they lie on disk, as one commit; of the user's own
repository nothing is borrowed, linked or written."""

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from eee_ci import files, git, text
from eee_ci import tree as trees
from eee_ci.errors import UsageError
from eee_ci.files import plain
from eee_ci.files.handles import FROM
from eee_ci.git import private
from eee_ci.git.private import Store
from eee_ci.model import Tree
from eee_ci.tree.content import LINK, PLAIN, pointed
from eee_ci.workspace import objects
from eee_ci.workspace.names import gitlike
from eee_ci.workspace.nouns import Note, Place

_LARGE = 32 * 1024 * 1024  # a larger file does not come into memory
_NOTE = "private.json"
_AGAIN = "run again when nothing else changes the project"


def make(root: Path, folder: Path, base: str | None, before: Tree | None) -> Place:
    """The private repository in a folder that has none yet. `base` is the commit that the caller goes by:
    another one under the files is an error."""
    found = before or trees.snapshot(root)
    if base is not None and found.commit is not None and found.commit != base:
        raise UsageError(f"the project is at commit {found.commit} by now, not at {base}", "run again")
    repo = git.repository(Path(found.root)) if found.vcs == "git" else None
    prefix = repo.prefix if repo else ""
    whole = _whole(found, repo)
    _refuse(whole)
    store = private.make(
        folder / "private.git",
        project=Path(found.root),
        algorithm=repo.algorithm if repo else "sha1",
    )
    plain.put(store.folder / "info/exclude", _excluded(repo) if repo else b"")
    place = Place(
        folder,
        Path(found.root),
        prefix,
        _commit(store, whole, found),
        found.commit,
        repo.algorithm if repo else "sha1",
    )
    private.ask(store, "update-ref", "refs/heads/main", place.base)
    files.publish(folder / _NOTE, _note(place))
    return place


def again(folder: Path) -> Place:
    """A private repository that was made before, as a run that is taken up finds it."""
    try:
        note = msgspec.json.decode((folder / _NOTE).read_bytes(), type=Note)
    except (OSError, msgspec.DecodeError) as error:
        raise UsageError(
            f"no private repository can be opened in {text.path(folder)}: {text.line(str(error))}",
            "start a new run",
        ) from None
    place = Place(folder, Path(note.root), note.prefix, note.base, note.user, note.algorithm)
    private.ask(place.store, "cat-file", "-e", f"{place.base}^{{tree}}")
    return place


def _note(place: Place) -> bytes:
    return msgspec.json.encode(
        Note(
            root=os.fspath(place.root),
            prefix=place.prefix,
            base=place.base,
            user=place.user,
            algorithm=place.algorithm,
        )
    )


def _whole(found: Tree, repo: git.Repository | None) -> Tree:
    """The files of the whole repository, with the project's own as they were seen: tools look upwards."""
    if repo is None or not repo.prefix:
        return found
    above = trees.snapshot(repo.top)
    outer = {path: blob for path, blob in above.files.items() if not path.startswith(repo.prefix)}
    inner = {f"{repo.prefix}{path}": blob for path, blob in found.files.items()}
    modes = {path: mode for path, mode in above.modes.items() if path in outer}
    modes |= {f"{repo.prefix}{path}": mode for path, mode in found.modes.items()}
    return Tree(root=above.root, files=outer | inner, modes=modes)


def _refuse(whole: Tree) -> None:
    """UsageError for what no commit can hold as it is."""
    for path, blob in whole.files.items():
        if not blob:
            raise UsageError(f"{text.path(path)} cannot be read", "make it readable, or have git ignore it")
        if any(gitlike(part) for part in path.split("/")):
            raise UsageError(f"{text.path(path)} is named like git's own folder", "rename it")


def _commit(store: Store, whole: Tree, found: Tree) -> str:
    objects.blobs(store, _contents(store, whole))
    entries = {path: (whole.modes.get(path, PLAIN), blob) for path, blob in whole.files.items()}
    try:
        tree = objects.tree(store, entries)
    except git.GitError as error:
        raise UsageError(f"the files changed while they were copied ({error.message})", _AGAIN) from None
    return objects.commit(store, tree, (), f"The files as they were found\n\nOn: {found.commit or 'none'}\n")


def _contents(store: Store, whole: Tree) -> Iterator[bytes]:
    """Each content once; the large ones go another way."""
    seen = set()
    for path, blob in whole.files.items():
        if blob not in seen:
            seen.add(blob)
            try:
                data = _bytes(store, f"{whole.root}/{path}", link=whole.modes.get(path) == LINK)
            except OSError as error:
                reason = f"{text.path(path)} could not be copied: {error.strerror or error}"
                raise UsageError(reason, _AGAIN) from None
            if data is not None:
                yield data


def _bytes(store: Store, name: str, *, link: bool) -> bytes | None:
    if link:
        return os.fsencode(pointed(name))
    with os.fdopen(os.open(name, FROM), "rb") as file:
        if os.fstat(file.fileno()).st_size > _LARGE:
            objects.large(store, Path(name))
            return None
        return file.read()


def _excluded(repo: git.Repository) -> bytes:
    """What the user has git ignore besides the `.gitignore` files."""
    config = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")  # noqa: PTH111 - pathlib costs more than the call
    named = repo.config.get("core.excludesfile", f"{config}/git/ignore")
    own = Path(os.path.expanduser(named))  # noqa: PTH111 - pathlib costs more than the call
    return b"".join(_lines(path) for path in (own, repo.common / "info/exclude"))


def _lines(path: Path) -> bytes:
    try:
        return path.read_bytes() + b"\n"
    except OSError:
        return b""
