"""JSON of any shape, with the keys that a reader looks for."""

from typing import Any

from hypothesis import strategies as st

NUMBERS = st.one_of(st.integers(-(2**63), 2**63), st.floats(allow_nan=False, allow_infinity=False))
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, st.text(max_size=5))


def shapes(keys: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Scalars, lists and maps of these keys, a few levels deep."""

    def inside(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=4))

    return st.recursive(SCALARS, inside, max_leaves=8)
