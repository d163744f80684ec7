"""Types taken apart: what an annotation of a config key admits, and the words for it."""

from collections.abc import Iterator
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

import msgspec

_SCALARS = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
LISTS = (tuple, list, set, frozenset)


class Field(NamedTuple):
    """A key that may stand in a map."""

    kind: Any
    required: bool = False


@cache
def table(noun: Any) -> dict[str, Field]:
    """The keys of a Noun class."""
    return {field.encode_name: Field(field.type, field.required) for field in msgspec.structs.fields(noun)}


def bare(kind: Any) -> Any:
    return kind.__origin__ if get_origin(kind) is Annotated else kind


def metas(kind: Any) -> tuple[msgspec.Meta, ...]:
    if get_origin(kind) is not Annotated:
        return ()
    return tuple(meta for meta in kind.__metadata__ if isinstance(meta, msgspec.Meta))


def parts(kind: Any) -> tuple[Any, ...]:
    """What a union is made of, which may be unions again; nothing for any other kind."""
    inner = bare(kind)
    return get_args(inner) if get_origin(inner) in (Union, UnionType) else ()


def arms(kind: Any) -> Iterator[Any]:
    """The alternatives of a union; any other kind is its only one."""
    several = parts(kind)
    if not several:
        yield kind
    for part in several:
        yield from arms(part)


def is_noun(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def map_arm(kind: Any) -> Any:
    """The alternative that takes a map, or None."""
    inner = (bare(arm) for arm in arms(kind))
    return next((arm for arm in inner if is_noun(arm) or dict in (arm, get_origin(arm))), None)


def list_arm(kind: Any) -> Any:
    """The alternative that takes a list, or None."""
    inner = (bare(arm) for arm in arms(kind))
    return next((arm for arm in inner if arm in LISTS or get_origin(arm) in LISTS), None)


def every_meta(kind: Any) -> tuple[msgspec.Meta, ...]:
    """The annotations of a kind and of its alternatives."""
    return metas(kind) + tuple(meta for part in parts(kind) for meta in every_meta(part))


@cache
def extras(kind: Any, name: str) -> tuple[Any, ...]:
    """What the annotations say under a name of ours."""
    return tuple(meta.extra[name] for meta in every_meta(kind) if meta.extra and name in meta.extra)


def bounds_length(kind: Any) -> bool:
    return any(meta.min_length is not None or meta.max_length is not None for meta in every_meta(kind))


def lengths(kind: Any) -> str:
    """How many values a list or map of this kind may have."""
    least = max((meta.min_length or 0 for meta in every_meta(kind)), default=0)
    most = [meta.max_length for meta in every_meta(kind) if meta.max_length is not None]
    return " and ".join([f"at least {least}"] * bool(least) + [f"at most {number}" for number in most])


def admits_null(kind: Any) -> bool:
    return any(bare(arm) in (Any, NoneType) for arm in arms(kind))


def names(kind: Any) -> list[str]:
    """The words a kind consists of, where it does."""
    return [
        str(word) for arm in arms(kind) if get_origin(bare(arm)) is Literal for word in get_args(bare(arm))
    ]


def want(kind: Any) -> str:
    """The kind in words."""
    if title := next((meta.title for meta in metas(kind) if meta.title), None):
        return title
    if several := parts(kind):
        return " or ".join(dict.fromkeys(want(part) for part in several if bare(part) is not NoneType))
    return _want(kind)


def _want(arm: Any) -> str:
    inner = bare(arm)
    if options := names(arm):
        return f"one of {', '.join(options)}" if len(options) > 1 else options[0]
    if is_noun(inner):
        return f"a map of {', '.join(table(inner))}"
    if dict in (inner, get_origin(inner)):
        return "a map"
    if inner in LISTS or get_origin(inner) in LISTS:
        item = next((kind for kind in get_args(inner) if kind is not ...), None)
        return f"a list of {want(item)}" if names(item) else "a list"
    return _SCALARS.get(inner, getattr(inner, "__name__", str(inner))) + _bounds(arm)


def _bounds(arm: Any) -> str:
    said = []
    for meta in metas(arm):
        said += [f" of at least {meta.ge}"] if meta.ge is not None else []
        said += [f" above {meta.gt}"] if meta.gt is not None else []
        said += [f", at most {meta.le}"] if meta.le is not None else []
        said += [f" that fits {meta.pattern}"] if meta.pattern is not None else []
    return "".join(said) + (f" of {lengths(arm)} characters" if bounds_length(arm) else "")
