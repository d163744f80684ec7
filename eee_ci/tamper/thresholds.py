"""T6: limits, choices and exclusions of tools only become stricter."""

import posixpath
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from eee_ci import text
from eee_ci.finding import Finding
from eee_ci.tamper import protection, rules
from eee_ci.tamper.directions import ABOVE, DEFAULTS, DIRECTIONS, HARMLESS, NARROWING, OVERRULED
from eee_ci.tamper.settings import Path, Setting, key, known, settings

NUMBER = 6
_NOTHING = Setting(value=None)


def judge(pairs: tuple[rules.Pair, ...], candidate: rules.Files, told: rules.Rules) -> Iterator[Finding]:
    """Every config file that decides; a deleted one loses all its settings."""
    for pair in pairs:
        if protection.protected(pair.path, told.protected):
            yield from _overruling(pair, candidate)
            if known(pair.path):
                yield from _file(pair)


def _file(pair: rules.Pair) -> Iterator[Finding]:
    old = settings(pair.path, pair.before) if pair.before is not None else {}
    new = settings(pair.path, pair.after) if pair.after is not None else {}
    if new is None or old is None:
        if pair.before != pair.after:
            yield rules.found(
                NUMBER,
                f"{text.path(pair.path)} cannot be read, so its limits cannot be compared; want plain"
                f" {posixpath.splitext(pair.path)[1].removeprefix('.') or 'text'}",
                pair.path,
            )
        return
    for path in sorted({*old, *new}):
        before, after = old.get(path, _NOTHING), new.get(path, _NOTHING)
        if before.value != after.value and (what := weaker(path, before.value, after.value)):
            said = f"{'.'.join(path)} {what}; want it as strict as in the base"
            yield rules.found(NUMBER, said, pair.path, after.line)


def weaker(path: Path, old: Any, new: Any) -> str | None:
    """In what the new value is weaker, a clause; None: for a missing value, and for what is no weaker."""
    if path[0] == "project" or (path[0] == "build-system"):
        return None
    word, direction = _direction(path)
    return _COMPARE[direction](word, old, new) if direction else None


def _direction(path: Path) -> tuple[str, str | None]:
    """By its own key, else by one above that speaks for what stands below, as `per-file-ignores` does."""
    for word in map(key, reversed(path)):
        if word in DIRECTIONS and (word in ABOVE or word == key(path[-1])):
            return word, DIRECTIONS[word]
        if word.startswith(("disallow_", "warn_", "strict", "no_implicit", "no_unused", "no_unchecked")):
            return word, "on"
        if word.startswith(("allow_", "ignore_", "skip_", "implicit_")):
            return word, "off"
    return "", None


def _minimum(word: str, old: Any, new: Any) -> str | None:
    if isinstance(old, bool) or isinstance(new, bool):
        return _on(word, old, new)
    if old is None or (_number(old) and _number(new) and new >= old):
        return None
    return _became(old, new)


def _maximum(word: str, old: Any, new: Any) -> str | None:
    if isinstance(old, bool) or isinstance(new, bool):
        return _fixed(word, old, new)
    most = DEFAULTS.get(word) if old is None else old
    if most is not None and _number(most) and _number(new) and new <= most:
        return None
    return _became(old, new)


def _shrinking(_word: str, old: Any, new: Any) -> str | None:
    """Exclusions: none is added."""
    added = sorted(_members(new) - _members(old))
    return f"excludes more: {_shown(added)}" if added else None


def _growing(word: str, old: Any, new: Any) -> str | None:
    """Choices: none is taken away. A first choice of few takes away what the default chose."""
    if old is None:
        return _became(old, new) if word in NARROWING else None
    lost = sorted(_members(old) - _members(new))
    return f"chooses less: without {_shown(lost)}" if lost else None


def _on(_word: str, old: Any, new: Any) -> str | None:
    return None if new is True else _became(old, new)


def _off(_word: str, old: Any, new: Any) -> str | None:
    return None if new in (False, None) else _became(old, new)


def _fixed(_word: str, old: Any, new: Any) -> str | None:
    return _became(old, new)


def _mode(_word: str, old: Any, new: Any) -> str | None:
    return None if new == "block" or (new is None and old is not None) else _became(old, new)


def _words(_word: str, old: Any, new: Any) -> str | None:
    """Options of a command line: any that chooses, leaves out or switches off could weaken it."""
    before, after = _split(old), _split(new)
    changed = [word for word in after if word not in before] + [word for word in before if word not in after]
    telling = [word for word in changed if not word.startswith(HARMLESS)]
    return f"has other options: {_shown(telling)}" if telling else None


_COMPARE: Mapping[str, Callable[[str, Any, Any], str | None]] = {
    "min": _minimum, "max": _maximum, "shrink": _shrinking, "grow": _growing, "on": _on, "off": _off,
    "fixed": _fixed, "mode": _mode, "words": _words,
}  # fmt: skip  # read in rows


def _overruling(pair: rules.Pair, candidate: rules.Files) -> Iterator[Finding]:
    """pytest, ruff, mypy and coverage.py read the first config that they find, and pass over the others."""
    folder, name = posixpath.split(pair.path)
    if pair.before is not None or pair.after is None:
        return
    for other in OVERRULED.get(name, ()):
        if posixpath.join(folder, other) in candidate or other in candidate:
            yield rules.found(
                NUMBER,
                f"{text.path(pair.path)} is read in the place of {other}; want the settings of the base",
                pair.path,
                severity="critical",
            )
            return


def _split(value: Any) -> list[str]:
    if isinstance(value, list):
        return [word for entry in value for word in _split(entry)]
    try:
        return shlex.split(str(value), comments=False) if value is not None else []
    except ValueError:
        return [str(value)]


def _members(value: Any) -> set[str]:
    if value in (None, ""):
        return set()
    if isinstance(value, list):
        return {part for entry in value for part in _members(entry)}
    return {part.strip() for part in str(value).split(",") if part.strip()}


def _number(value: Any) -> bool:
    return isinstance(value, int | float)


def _became(old: Any, new: Any) -> str:
    was = "was not set" if old is None else f"was {_one(old)}"
    return f"{was} and is {'gone' if new is None else _one(new)}"


def _one(value: Any) -> str:
    return text.clip(text.line(str(value)), 80)


def _shown(values: list[str]) -> str:
    return ", ".join(_one(value) for value in values[:5]) + (" ..." if values[5:] else "")
