"""T1: paths that decide what is judged and how are not the agent's to change."""

import posixpath
import tomllib
from collections.abc import Iterator
from typing import Any

from eee_ci import judge as verdicts
from eee_ci import text
from eee_ci.finding import Finding, Severity
from eee_ci.tamper import paths, rules, source

NUMBER = 1
LINK, SUBMODULE = "120000", "160000"
# of a pyproject.toml: what tells people and decides nothing
_FREE = (
    "description", "readme", "keywords", "classifiers", "urls", "authors", "maintainers", "license",
    "license-files", "version",
)  # fmt: skip  # read in rows


def protected(path: str, more: tuple[str, ...] = ()) -> str | None:
    """Why the path is protected; None where it is not. `more` are patterns of the base config."""
    if why := paths.reason(path):
        return why
    spelled = paths.normal(path)
    named = any(verdicts.matches(spelled, paths.normal(pattern)) for pattern in more)
    return "the base config protects it" if named else None


def judge(pairs: tuple[rules.Pair, ...], _candidate: rules.Files, told: rules.Rules) -> Iterator[Finding]:
    """One finding for each protected path that a pair changes."""
    for pair in pairs:
        why = _why(pair, told.protected)
        if why and not harmless(pair):
            yield rules.found(
                NUMBER,
                f"{_verb(pair)} the protected {text.path(pair.path)}: {why}; want it as in the base",
                pair.path,
                severity=_severity(pair, why),
                fix="Leave the file alone; a person may allow it in the base config.",
            )


def harmless(pair: rules.Pair) -> bool:
    """Laid out anew, or changed where it decides nothing."""
    if pair.before is None or pair.after is None or pair.change.mode_before != pair.change.mode_after:
        return False
    if source.is_python(pair.path):
        return source.same(pair.before, pair.after)
    if posixpath.basename(pair.path) == "pyproject.toml":
        return _deciding(pair.before) == _deciding(pair.after) is not None
    return False


def _why(pair: rules.Pair, more: tuple[str, ...]) -> str | None:
    if why := protected(pair.path, more):
        return why
    if pair.change.mode_after != LINK or pair.after is None:
        return None
    target = text.decode(pair.after)
    aim = posixpath.normpath(posixpath.join(posixpath.dirname(pair.path), target))
    why = protected(aim, more)
    return f"it leads to {text.line(aim)}, and {why}" if why else None


def _severity(pair: rules.Pair, why: str) -> Severity:
    return "critical" if pair.change.mode_after == LINK else paths.weight(why)


def _verb(pair: rules.Pair) -> str:
    if pair.before is None:
        return "adds"
    if pair.after is None:
        return "deletes"
    moded = pair.change.mode_before != pair.change.mode_after and pair.before == pair.after
    return "changes the mode of" if moded else "changes"


def _deciding(data: bytes) -> dict[str, Any] | None:
    """None where it cannot be read."""
    try:
        config = tomllib.loads(data.decode())
    except (ValueError, RecursionError):
        return None
    project = config.get("project")
    if isinstance(project, dict):
        config["project"] = {key: value for key, value in project.items() if key not in _FREE}
    return config
