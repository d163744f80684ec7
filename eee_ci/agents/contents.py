"""The files of a commit as the tamper gate wants them: by name, with contents when they are asked for."""

from collections.abc import Iterable, Iterator, Mapping

from eee_ci.workspace import Private


class Contents(Mapping[str, bytes]):
    """`near` are paths whose contents are fetched together, since they will be asked for."""

    def __init__(self, private: Private, treeish: str, near: Iterable[str] = ()) -> None:
        self._private = private
        self._known = private.listing(treeish)
        ids = {self._known[path].id for path in near if path in self._known}
        self._texts = private.contents(sorted(ids)) if ids else {}

    def __getitem__(self, path: str) -> bytes:
        found = self._known[path].id
        if found not in self._texts:
            self._texts |= self._private.contents([found])
        return self._texts[found]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def entry(self, path: str) -> tuple[str, bytes] | None:
        """Mode and content, to be written again elsewhere."""
        return (self._known[path].mode, self[path]) if path in self._known else None
