"""Do two scopes meet? They are read as widely as anyone reads them: `*` goes over folders too, and a path
stands for all that is below it. Doubt means yes."""

import functools
import itertools
import re
import unicodedata
from collections.abc import Sequence

_SPECIAL = re.compile(r"[*?\[{\\]")
_UNCLEAR = re.compile(r"\{|(?:^|/)\.\.(?:/|$)")  # where readers of globs differ, all may be meant
_BRACKETED = re.compile(r"\[[^]/]\]")
_LONGEST = 512  # signs; what is longer is not compared
_SPELLINGS = 16  # of one glob
_ANY, _MANY = "any", "many"  # one sign whatever it is, any number of them
Signs = tuple[str, ...]


def exact(path: str) -> str:
    """The glob that means this path alone."""
    return _SPECIAL.sub(lambda match: f"[{match.group()}]", path)


def meet(these: Sequence[str], those: Sequence[str]) -> bool:
    """Can one path be in both? No scope is everything."""
    if not these or not those:
        return True
    left, right = ({one for glob in scope for one in _spelled(glob)} for scope in (these, those))
    plain_left, plain_right = ({*filter(_is_plain, scope)} for scope in (left, right))
    if _below(plain_left, plain_right) or _below(plain_right, plain_left):
        return True
    pairs = itertools.chain(
        itertools.product(left - plain_left, right), itertools.product(plain_left, right - plain_right)
    )
    return any(_met(_folder(one), _folder(other)) for one, other in pairs)


@functools.cache
def _spelled(glob: str) -> frozenset[Signs]:
    """What a glob means, sign by sign: `**/` stands for nothing as well. Case and composition of letters do
    not tell files apart on every disk."""
    if _UNCLEAR.search(_BRACKETED.sub("", glob)):
        return frozenset({(_MANY,)})
    shown = unicodedata.normalize("NFC", unicodedata.normalize("NFC", glob).casefold())
    names = "/".join(name for name in shown.split("/") if name not in ("", "."))
    spellings = {""}
    for at, piece in enumerate(names.split("**/")):
        spellings = {
            f"{one}{between}{piece}" for one in spellings for between in (("**/", "") if at else ("",))
        }
        if len(spellings) > _SPELLINGS:
            return frozenset({(_MANY,)})
    return frozenset(map(_signs, spellings))


def _signs(glob: str) -> Signs:
    signs: list[str] = []
    at = 0
    while at < len(glob):
        closing = glob.find("]", at + 2) if glob[at] == "[" else -1
        if closing > 0:
            inner = glob[at + 1 : closing]
            signs.append(inner if len(inner) == 1 else _ANY)
            at = closing + 1
        else:
            signs.append({"*": _MANY, "?": _ANY, "\\": _MANY}.get(glob[at], glob[at]))
            at += 1
    return tuple(signs)


def _is_plain(signs: Signs) -> bool:
    return _ANY not in signs and _MANY not in signs


def _below(paths: set[Signs], others: set[Signs]) -> bool:
    """Is one of the paths among the others, or in a folder of them?"""
    return any(
        path[:at] in others
        for path in paths
        for at in range(len(path) + 1)
        if at in (0, len(path)) or path[at] == "/"
    )


def _folder(signs: Signs) -> tuple[Signs, ...]:
    """The signs, and all that is below."""
    return (signs, (*signs, "/", _MANY))


def _met(ones: Sequence[Signs], others: Sequence[Signs]) -> bool:
    return any(_share(one, other) for one in ones for other in others)


def _share(one: Signs, other: Signs) -> bool:
    """Is there a text that both describe?"""
    if max(len(one), len(other)) > _LONGEST:
        return True
    reached = {(0, 0)}
    todo = [(0, 0)]
    while todo:
        at, to = todo.pop()
        if (at, to) == (len(one), len(other)):
            return True
        fresh = set(_steps(one, other, at, to)) - reached
        reached |= fresh
        todo += fresh
    return False


def _steps(one: Signs, other: Signs, at: int, to: int) -> list[tuple[int, int]]:
    """Where one more sign leads."""
    left, right = one[at : at + 1], other[to : to + 1]
    steps = []
    if _MANY in left:
        steps += [(at + 1, to), *([(at, to + 1)] if right else [])]
    if _MANY in right:
        steps += [(at, to + 1), *([(at + 1, to)] if left else [])]
    if left and right and _MANY not in (*left, *right) and (left == right or _ANY in (*left, *right)):
        steps.append((at + 1, to + 1))
    return steps
