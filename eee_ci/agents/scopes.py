"""Do two scopes meet? Globs with `*`, `?`, `[...]` within a name and `**` over folders; doubt means yes."""

import functools
import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import TypeVar

_SPECIAL = re.compile(r"[*?\[{\\]")
_UNCLEAR = re.compile(r"\{|(?:^|/)\.\.(?:/|$)")  # where readers of globs differ, all may be meant
_MOST = 64  # names of a path, and a quarter of the signs of a name: what is longer is not compared
_ANY, _MANY = "any", "many"  # one sign whatever it is, any number of them
T = TypeVar("T")
Name = tuple[str, ...]  # the signs of a name
Parts = tuple[Name, ...]
_FOLDERS: Name = (_MANY, _MANY)


def exact(path: str) -> str:
    """The glob that means this path alone."""
    return _SPECIAL.sub(lambda match: f"[{match.group()}]", path)


def meet(these: Sequence[str], those: Sequence[str]) -> bool:
    """Can one path be in both? No scope is everything; a folder stands for all that is below it."""
    if not these or not those:
        return True
    left, right = ({*map(_parts, these)}, {*map(_parts, those)})
    plain_left, plain_right = ({*filter(_is_plain, scope)} for scope in (left, right))
    if _below(plain_left, plain_right) or _below(plain_right, plain_left):
        return True
    return any(
        _globs_meet(one, other)
        for one in left
        for other in right
        if not (one in plain_left and other in plain_right)
    )


@functools.cache
def _parts(glob: str) -> Parts:
    """The names of a glob. Case and composition of letters do not tell files apart on every disk."""
    if _UNCLEAR.search(re.sub(r"\[[^]/]\]", "", glob)):
        return (_FOLDERS,)
    shown = unicodedata.normalize("NFC", unicodedata.normalize("NFC", glob).casefold())
    return tuple(_signs(name) for name in shown.split("/") if name not in ("", "."))


def _signs(name: str) -> Name:
    signs: list[str] = []
    at = 0
    while at < len(name):
        closing = name.find("]", at + 2) if name[at] == "[" else -1
        if closing > 0:
            inner = name[at + 1 : closing]
            signs.append(inner if len(inner) == 1 else _ANY)
            at = closing + 1
        else:
            signs.append({"*": _MANY, "?": _ANY, "\\": _MANY}.get(name[at], name[at]))
            at += 1
    return _FOLDERS if len(signs) > 1 and set(signs) == {_MANY} else tuple(signs)


def _is_plain(glob: Parts) -> bool:
    return not any(sign in (_ANY, _MANY) for name in glob for sign in name)


def _below(paths: set[Parts], others: set[Parts]) -> bool:
    """Is one of the paths among the others, or in a folder of them?"""
    return any(path[:size] in others for path in paths for size in range(len(path) + 1))


def _globs_meet(one: Parts, other: Parts) -> bool:
    if max(len(one), len(other)) > _MOST or any(len(name) > 4 * _MOST for name in (*one, *other)):
        return True
    return _met((*one, _FOLDERS), (*other, _FOLDERS), _FOLDERS, _names_meet)


@functools.cache
def _names_meet(one: Name, other: Name) -> bool:
    return _met(one, other, _MANY, lambda left, right: left == right or _ANY in (left, right))


def _met(one: Sequence[T], other: Sequence[T], many: T, same: Callable[[T, T], bool]) -> bool:
    """Is there a sequence that both describe? `many` stands for any number of anything."""
    reached = {(0, 0)}
    todo = [(0, 0)]
    while todo:
        at, to = todo.pop()
        if (at, to) == (len(one), len(other)):
            return True
        left, right = one[at : at + 1], other[to : to + 1]
        steps = []
        if many in left:
            steps += [(at + 1, to), *([(at, to + 1)] if right else [])]
        if many in right:
            steps += [(at, to + 1), *([(at + 1, to)] if left else [])]
        if left and right and many not in (*left, *right) and same(left[0], right[0]):
            steps.append((at + 1, to + 1))
        fresh = set(steps) - reached
        reached |= fresh
        todo += fresh
    return False
