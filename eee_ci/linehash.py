"""GitHub's `primaryLocationLineHash`: 100 units from each line's start, blanks left out, modulo 2^64."""

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from operator import mul
from typing import overload

_WINDOW, _BASE, _MODULUS = 100, 37, 1 << 64
_END = "\uffff"
_POWERS = [pow(_BASE, _WINDOW - 1 - at, _MODULUS) for at in range(_WINDOW)]
_UNIT = 2  # bytes in UTF-16


def hashes(data: bytes) -> "Hashes":
    """`<hex>:<n>` for every line of a file's bytes, the empty last one included."""
    return Hashes(data)


class Hashes(Sequence[str]):
    """Lines are told apart by their windows; a hash is made for who asks, since few lines have findings."""

    def __init__(self, data: bytes) -> None:
        text = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
        kept = text.replace(" ", "").replace("\t", "") + _END
        lines = [line.encode("utf-16-le") for line in kept.split("\n")]
        raw = "\n".encode("utf-16-le").join(lines) + bytes(_WINDOW * _UNIT)
        starts = accumulate((len(line) + _UNIT for line in lines[:-1]), initial=0)
        self._windows = [raw[start : start + _WINDOW * _UNIT] for start in starts]
        self._turns = list(_turns(self._windows))

    def __len__(self) -> int:
        return len(self._windows)

    @overload
    def __getitem__(self, at: int) -> str: ...

    @overload
    def __getitem__(self, at: slice) -> list[str]: ...

    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        units = memoryview(self._windows[at]).cast("H")
        return f"{sum(map(mul, units, _POWERS)) % _MODULUS:x}:{self._turns[at]}"


def _turns(windows: list[bytes]) -> "map[int]":
    """How many windows like it there are up to each."""
    seen: Counter[bytes] = Counter()

    def turn(window: bytes) -> int:
        seen[window] += 1
        return seen[window]

    return map(turn, windows)
