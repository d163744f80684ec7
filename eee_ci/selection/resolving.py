"""A record in the tree's own terms: links followed, and what is not of the tree set aside or doubted."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

import msgspec

from eee_ci import text
from eee_ci.model import Tree
from eee_ci.selection import ground
from eee_ci.selection.changes import folders
from eee_ci.selection.record import Recorded

_INNER = re.compile(r"(?:\.<locals>)?\.?<(?:lambda|listcomp|setcomp|dictcomp|genexpr|module)>.*", re.DOTALL)


class Resolved:
    """Resolves the records of one session. `outside` collects how things look that the tree does not have."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._links = ground.Links(tree)
        self._folders = folders(tree.files) | {"."}
        self.outside: dict[str, str] = {}

    def of(self, raw: Recorded) -> tuple[Recorded, tuple[str, ...]]:
        """The record, and why it cannot be relied on."""
        doubts = [text.line(reason) or "no reason given" for reason in raw.untrusted]
        passed: set[str] = set()

        def real(paths: Iterable[str]) -> tuple[str, ...]:
            return tuple(self._real(paths, passed, doubts))

        executed = raw.executed
        if executed is not None:
            executed = {path: inner(names) for old, names in executed.items() for path in real([old])}
        modules = real(raw.modules)
        absent = real(raw.absent)
        both = set(absent) & set(modules) & self._tree.files.keys()  # there all the time, and not imported
        absent = tuple(path for path in absent if path not in both)
        resolved = msgspec.structs.replace(
            raw,
            modules=modules,
            executed=executed,
            stats=real(raw.stats),
            absent=absent,
            listings=real(raw.listings),
            data=tuple(dict.fromkeys((*real(raw.data), *sorted(passed)))),
        )
        doubts.extend(self._strange(resolved))
        return resolved, tuple(dict.fromkeys(doubts))

    def _real(self, paths: Iterable[str], passed: set[str], doubts: list[str]) -> Iterator[str]:
        for path in paths:
            if not self._links or path in ("", "."):
                yield path or "."
                continue
            end, through = self._links.follow(path)
            passed.update(through)
            if end is None:
                doubts.append(f"{text.path(path)} leads out of the project")
            else:
                yield end

    def _strange(self, recorded: Recorded) -> Iterator[str]:
        """What the tree does not have: how it looks is kept where that says enough."""
        for path in self._missing(chain(recorded.modules, recorded.executed or ())):
            self._look(path, content=True)
        for path in self._missing(recorded.stats):
            self._look(path, content=False)
        for path in self._missing(recorded.absent, gone=True):
            if self._look(path, content=False) != ground.ABSENT:
                yield f"{text.path(path)} was not there when it began, and is there now"
        for path in self._missing(recorded.data):
            yield f"reads {text.path(path)}, which is not among the project's files"
        for path in self._missing(recorded.listings):
            yield f"lists {text.path(path)}, which holds none of the project's files"

    def _missing(self, paths: Iterable[str], *, gone: bool = False) -> Iterator[str]:
        """Those that the tree does not have, or, where they are said to be gone, all."""
        for path in paths:
            known = path in self._tree.files or path in self._folders
            if (gone or not known) and not ground.is_tooling(path):
                yield path

    def _look(self, path: str, *, content: bool) -> str:
        if path not in self.outside or content:
            self.outside[path] = ground.look(self._tree.root, path, content=content)
        return self.outside[path]


def inner(names: Iterable[str]) -> tuple[str, ...]:
    """Lambdas and comprehensions belong to the function around them."""
    plain = (_INNER.sub("", name) if "<" in name else name for name in names)
    return tuple(dict.fromkeys(filter(None, plain)))
