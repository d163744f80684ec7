"""GitHub's `primaryLocationLineHash`: 100 units from each line's start, blanks left out, modulo 2^64."""

from collections import Counter

_WINDOW, _BASE, _MASK = 100, 37, (1 << 64) - 1
_TAB, _LF, _CR, _SPACE, _END = 0x09, 0x0A, 0x0D, 0x20, 0xFFFF
_LEAVING = pow(_BASE, _WINDOW, 1 << 64)


def hashes(data: bytes) -> list[str]:
    """`<hex>:<n>` for every line of a file's bytes, the empty last one included."""
    kept, starts = _normalise(data)
    kept.extend([0] * _WINDOW)
    values = _rolling(kept)
    seen: Counter[str] = Counter()
    result = []
    for start in starts:
        value = f"{values[start]:x}"
        seen[value] += 1
        result.append(f"{value}:{seen[value]}")
    return result


def _units(data: bytes) -> list[int]:
    raw = data.decode("utf-8", "replace").encode("utf-16-le")
    return [*memoryview(raw).cast("H"), _END]


def _normalise(data: bytes) -> tuple[list[int], list[int]]:
    kept: list[int] = []
    starts: list[int] = []
    at_start, after_cr = True, False
    for unit in _units(data):
        if unit in (_SPACE, _TAB) or (after_cr and unit == _LF):
            after_cr = False
            continue
        after_cr = unit == _CR
        if at_start:
            starts.append(len(kept))
        kept.append(_LF if after_cr else unit)
        at_start = kept[-1] == _LF
    return kept, starts


def _rolling(kept: list[int]) -> list[int]:
    """The hash of the window that starts at each unit."""
    value = 0
    for unit in kept[:_WINDOW]:
        value = (value * _BASE + unit) & _MASK
    values = [value]
    for leaving, entering in zip(kept, kept[_WINDOW:], strict=False):
        value = (value * _BASE + entering - _LEAVING * leaving) & _MASK
        values.append(value)
    return values
