"""Seeded random edits of a project, one after another; now and then one is undone, or all are.

An edit depends on the seed, its number and the tree before it, and on nothing else: the same seed gives the
same edits on every machine.
"""

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import NamedTuple

from tests.soundness import statements, values, whole
from tests.soundness.source import Mutation, parse, pick
from tests.soundness.trees import Layout, Tree, changed, diff
from tests.soundness.whole import Change, Maker

UNDO, BACK = "undo", "back to the start"
_TRIES = 50
_LAST = 0.7  # of what is undone is the last edit
_MENDED = 0.7  # of the edits that break all tests are undone at once
_BREAKING = ("unparsable", "import", "attribute removed", "module", "conftest", "settings", "package")


class Edit(NamedTuple):
    """What one step did: the files before and after it."""

    number: int
    kind: str
    before: Tree
    after: Tree

    @property
    def title(self) -> str:
        return f"{self.kind}: {', '.join(changed(self.before, self.after)[:3])}"

    def diff(self) -> Iterator[str]:
        return diff(self.before, self.after)


def _inside(mutation: Mutation, fits: Callable[[Layout, str], bool]) -> Maker:
    """The mutation, applied to one of the files that fit."""

    def make(tree: Tree, layout: Layout, chance: Random) -> Change | None:
        path = pick(chance, sorted(path for path in tree if fits(layout, path)))
        source = parse(tree[path]) if path else None
        content = mutation(source, chance) if source else None
        return {path: content} if path and content is not None else None

    return make


def _support(layout: Layout, path: str) -> bool:
    """Python below the tests that is no test itself: conftest, applications under test."""
    return (
        path.endswith(".py")
        and not (layout.is_test(path) or layout.is_source(path))
        and layout.is_below(path)
    )


_MUTATIONS = {**values.MUTATIONS, **statements.MUTATIONS}
KINDS: dict[str, Maker] = {
    **{name: _inside(mutation, Layout.is_source) for name, mutation in _MUTATIONS.items()},
    **{f"{name} in a test": _inside(mutation, Layout.is_test) for name, mutation in _MUTATIONS.items()},
    **{f"{name} in test support": _inside(mutation, _support) for name, mutation in _MUTATIONS.items()},
    **whole.MAKERS,
}
# by how often: the code is what is edited most, and what is broken must soon be whole again, since nothing
# is remembered of a project whose tests all fail
GROUPS: dict[str, tuple[int, Callable[[str], bool]]] = {
    "code": (10, lambda kind: kind in _MUTATIONS),
    "tests": (4, lambda kind: kind.endswith(" in a test")),
    "support": (1, lambda kind: kind.endswith(" in test support")),
    "files": (5, lambda kind: kind in whole.MAKERS),
    UNDO: (9, lambda kind: kind == UNDO),
    BACK: (2, lambda kind: kind == BACK),
}


def sequence(
    start: Tree, layout: Layout, *, seed: int, count: int, kinds: Sequence[str] = ()
) -> Iterator[Edit]:
    """`count` edits, each on top of those before it; `kinds` names the only ones wanted."""
    done: list[Edit] = []
    tree = start
    for number in range(1, count + 1):
        chance = Random(f"{seed}-{number}")
        kind, after = _next(tree, start, layout, chance, done, kinds)
        done.append(Edit(number, kind, tree, after))
        yield done[-1]
        tree = after


def _next(
    tree: Tree, start: Tree, layout: Layout, chance: Random, done: Sequence[Edit], kinds: Sequence[str]
) -> tuple[str, Tree]:
    """A kind that fits the tree, and the tree after it. At first a change is not always found."""
    if done and not kinds and done[-1].kind.startswith(_BREAKING) and chance.random() < _MENDED:
        return UNDO, _undone(tree, done[-1])
    for _ in range(_TRIES):
        kind = chance.choice(kinds) if kinds else _kind(chance)
        if kind == BACK:
            after = start
        elif kind == UNDO:
            own = [edit for edit in done if edit.kind not in (UNDO, BACK)]
            after = _undone(tree, own[-1] if own and chance.random() < _LAST else pick(chance, own))
        else:
            after = patched(tree, KINDS[kind](tree, layout, chance))
        if changed(tree, after):
            return kind, after
    return BACK, start


def _kind(chance: Random) -> str:
    names = list(GROUPS)
    group = chance.choices(names, [GROUPS[name][0] for name in names])[0]
    known = [kind for kind in (*KINDS, UNDO, BACK) if GROUPS[group][1](kind)]
    return chance.choice(known)


def patched(tree: Tree, change: Change | None) -> Tree:
    together: dict[str, bytes | None] = {**tree, **(change or {})}
    return {path: content for path, content in together.items() if content is not None}


def _undone(tree: Tree, edit: Edit | None) -> Tree:
    """The files of an earlier edit as they were before it, whatever was done to them since."""
    if edit is None:
        return tree
    return patched(tree, {path: edit.before.get(path) for path in changed(edit.before, edit.after)})
