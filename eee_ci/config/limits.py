"""`limits` as people write them made the ranges that judges read."""

from typing import Any

from eee_ci.config.kinds import table
from eee_ci.config.nodes import Node
from eee_ci.config.shape import LimitKeys
from eee_ci.config.walk import Walk
from eee_ci.config.words import joined
from eee_ci.model import SEVERITIES, Limit

AT_LEAST = ("coverage", "branch_coverage", "tests", "tests_min")
RENAMED = {"tests_min": "tests"}
FINDINGS = "findings"


def read(walk: Walk, node: Node, path: str) -> dict[str, Limit]:
    """Measure to range. An empty range stands for a limit that was switched off, the tool's default too."""
    limits: dict[str, Limit] = {}
    values = walk.members(node, table(LimitKeys), path, others=(LimitKeys.NAMES, LimitKeys.OTHERS))
    for name, said in values.items():
        place = joined(path, name)
        new = _findings(said) if name == FINDINGS else {RENAMED.get(name, name): _range(name, said)}
        if again := sorted(new.keys() & limits.keys()):
            walk.fault(node.value[name].key, place, f"'{again[0]}' has a limit already; want one of the two")
        for measure, limit in new.items():
            walk.origins.setdefault(joined(path, measure), node.value[name].at)
            if name != FINDINGS and (complaint := _complaint(node.value[name], limit)):
                walk.fault(node.value[name].at, place, complaint)
        limits.update(new)
    return limits


def _range(name: str, said: Any) -> Limit:
    if isinstance(said, dict):
        return Limit(**said)
    at_least = name in AT_LEAST or name.endswith("_min")
    return Limit(min=said) if at_least else Limit(max=said)


def _complaint(node: Node, limit: Limit) -> str | None:
    if isinstance(node.value, dict) and all(bound.value is None for bound in node.value.values()):
        return "found neither min nor max; want one of them, or null to switch the limit off"
    if limit.min is not None and limit.max is not None and limit.min > limit.max:
        return f"found min {limit.min:g} above max {limit.max:g}, which nothing can meet"
    return None


def _findings(said: Any) -> dict[str, Limit]:
    """One number counts the findings of all severities: those of the mildest or worse."""
    if isinstance(said, dict):
        return {f"{FINDINGS}.{name}": _at_most(said[name]) for name in SEVERITIES if name in said}
    return {f"{FINDINGS}.{SEVERITIES[-1]}": _at_most(said)}


def _at_most(said: Any) -> Limit:
    return Limit(max=said.get("max") if isinstance(said, dict) else said)
