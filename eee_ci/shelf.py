"""Things by name, each fetched when it is asked for: a run loads what it uses."""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

T_co = TypeVar("T_co", covariant=True)


class Shelf(Mapping[str, T_co]):
    """The names are known, what they stand for is looked for at the first use."""

    def __init__(self, fetch: Mapping[str, Callable[[], T_co]]) -> None:
        self._fetch = fetch
        self._known: dict[str, T_co] = {}

    def __getitem__(self, name: str) -> T_co:
        if name not in self._known:
            self._known[name] = self._fetch[name]()
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._fetch

    def __iter__(self) -> Iterator[str]:
        return iter(self._fetch)

    def __len__(self) -> int:
        return len(self._fetch)
