"""T3: a patch adds no suppression. One that moved, or that names less than before, is none."""

from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

from eee_ci import text
from eee_ci.finding import Finding
from eee_ci.tamper import marks, rules, silent, source
from eee_ci.tamper.marks import Mark

NUMBER = 3
_NEAR, _FAR = 0.5, 0.8  # how alike must be what it stands at, in its own file and in another one


def judge(pairs: tuple[rules.Pair, ...], _candidate: rules.Files, _told: rules.Rules) -> Iterator[Finding]:
    """Each added one that no removed one accounts for."""
    gone: list[Mark] = []
    new: list[Mark] = []
    changed = rules.altered(pairs)
    for pair in pairs:
        before, after = (_read(pair.path, data, syntax=pair in changed) for data in (pair.before, pair.after))
        if after is None and before is not None:
            yield _unreadable(pair.path)
            continue
        if after is None:  # it never was Python of our version: its lines are all that can be compared
            before, after = (
                list(marks.of_text(pair.path, data or b"")) for data in (pair.before, pair.after)
            )
        gone += before or []
        new += after
    for mark in unaccounted(gone, new):
        yield rules.found(NUMBER, _sentence(mark), mark.path, mark.line, fix="Mend what the tool reported.")


def unaccounted(gone: Iterable[Mark], new: Iterable[Mark]) -> list[Mark]:
    """New marks without an old one of the same kind at the same place, or at one that is much alike."""
    left = list(gone)
    rest = _paired(left, list(new), exact=True)
    return _paired(left, rest, exact=False)


def _paired(left: list[Mark], new: list[Mark], *, exact: bool) -> list[Mark]:
    """What is left of the new ones; the old ones that account for the others are taken away."""
    by_kind: dict[str, list[Mark]] = {}
    for mark in left:
        by_kind.setdefault(mark.kind, []).append(mark)
    rest = []
    for mark in new:
        old = by_kind.get(mark.kind, [])
        best = max(
            (one for one in old if _accounts(one, mark, exact)), key=lambda o: _rank(o, mark), default=None
        )
        if best is None:
            rest.append(mark)
        else:
            old.remove(best)
            left.remove(best)
    return rest


def _accounts(old: Mark, new: Mark, exact: bool) -> bool:
    if not (old.codes == marks.ALL or new.codes <= old.codes):
        return False
    if exact:
        return old.anchor == new.anchor
    return _alike(old.anchor, new.anchor) >= (_NEAR if old.path == new.path else _FAR)


def _rank(old: Mark, new: Mark) -> tuple[bool, bool, float]:
    return old.path == new.path, old.anchor == new.anchor, -abs(old.line - new.line)


def _alike(one: str, other: str) -> float:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return 0.0 if matcher.real_quick_ratio() < _NEAR else matcher.ratio()


def _unreadable(path: str) -> Finding:
    said = f"{text.path(path)} cannot be read as Python, so what it silences is unknown"
    return rules.found(NUMBER, f"{said}; want a file that Python can parse", path)


def _read(path: str, data: bytes | None, *, syntax: bool) -> list[Mark] | None:
    """None for Python that cannot be parsed. Without `syntax` it is the same on both sides."""
    if data is None or b"\0" in data:
        return []
    if not source.is_python(path):
        return list(marks.of_text(path, data))
    lines = source.lines(data)
    if lines is None or source.parsed(data) is None:
        return None
    return [*marks.of_comments(path, lines), *(silent.marks(path, data, lines) if syntax else ())]


def _sentence(mark: Mark) -> str:
    named = "" if mark.codes == marks.ALL else f" ({', '.join(sorted(mark.codes))})"
    return f"adds a suppression, {mark.kind}{named}, at `{mark.anchor[:120]}`; want no new one"
