"""The merged file made the fields of a Config; every fault of it goes to the walk."""

import posixpath
from functools import partial
from typing import Any

from eee_ci.config import agents
from eee_ci.config.extend import HEAD
from eee_ci.config.gates import Tools
from eee_ci.config.gates import read as read_gate
from eee_ci.config.kinds import table
from eee_ci.config.limits import read as read_limits
from eee_ci.config.needs import circles
from eee_ci.config.nodes import Node
from eee_ci.config.scalars import seconds
from eee_ci.config.shape import FileKeys, GateKeys, LimitKeys
from eee_ci.config.walk import Walk
from eee_ci.config.words import joined, listed, near, quoted
from eee_ci.model import Gate

_PATHS = ("sources", "tests", "paths")
_LONGEST_CIRCLE = 12  # names that a message shows


def resolve(walk: Walk, tree: Node, tools: Tools) -> dict[str, Any]:
    """The fields that the file speaks of. They may be used only when there was no fault."""
    walk.readers = {GateKeys: partial(read_gate, walk, tools=tools), LimitKeys: partial(read_limits, walk)}
    known = {key: field for key, field in table(FileKeys).items() if key not in HEAD}
    values = walk.members(tree, known, "")
    _held_together(walk, tree)
    _known_backend(walk, tree, values.get("agents"))
    return {} if walk.faults else _fields(values)


def _held_together(walk: Walk, tree: Node) -> None:
    node = tree.value.get("gates")
    there = node.value if node is not None else None
    if not isinstance(there, dict | None):
        return
    kept = {name: child for name, child in (there or {}).items() if child.value is not None}
    if not kept and walk.complete:
        walk.fault(tree.key, "gates", "there is none; name one, or extend a preset such as python")
    gates = {name: child for name, child in kept.items() if isinstance(child.value, dict)}
    asked = {name: _needs(child) for name, child in gates.items()}
    for name, items in asked.items():
        for item in items:
            _known(walk, item, joined("gates", name), gates)
    for circle in circles({name: [item.value for item in items] for name, items in asked.items()}):
        _refuse_circle(walk, circle, asked)


def _known_backend(walk: Walk, tree: Node, said: dict[str, Any] | None) -> None:
    """The backend that agents use when they name none has to be one of those that are there."""
    name, there = (said or {}).get("backend"), {agents.FIXERS, *(said or {}).get("backends", {})}
    if name is not None and name not in there and walk.complete:
        meant = near(name, there) or f"; there are {listed(sorted(there))}"
        place = tree.value["agents"].value["backend"].at
        walk.fault(place, "agents.backend", f"there is no backend {quoted(name)}{meant}")


def _needs(gate: Node) -> list[Node]:
    said = gate.value.get("needs")
    items = said.value if said is not None and isinstance(said.value, list) else []
    return [item for item in items if isinstance(item.value, str)]


def _known(walk: Walk, item: Node, path: str, gates: dict[str, Node]) -> None:
    if item.value not in gates and walk.complete:
        meant = near(item.value, gates) or f"; there are {listed(gates)}"
        walk.fault(item.at, joined(path, "needs"), f"there is no gate {quoted(item.value)}{meant}")


def _refuse_circle(walk: Walk, circle: tuple[str, ...], asked: dict[str, list[Node]]) -> None:
    last, first = circle[-2:]
    place = next(item.at for item in asked[last] if item.value == first)
    path = joined(joined("gates", last), "needs")
    if last == first:
        walk.fault(place, path, f"the gate needs itself: {last} -> {last}")
        return
    shown = circle if len(circle) <= _LONGEST_CIRCLE else (*circle[: _LONGEST_CIRCLE - 2], "…", first)
    walk.fault(place, path, f"the gates wait for each other: {' -> '.join(shown)}")


def _fields(values: dict[str, Any]) -> dict[str, Any]:
    env, reports = values.get("env", {}), values.get("reports")
    timeout = seconds(values.get("timeout", 600.0))
    fields = {
        "python": values.get("python"),
        "jobs": values.get("jobs"),
        "timeout": timeout,
        "pass_env": env.get("pass"),
        "set_env": env.get("set"),
        "gates": tuple(_gate(name, gate, timeout) for name, gate in values["gates"].items()),
        "agents": agents.made(values.get("agents")),
        **_reports(reports),
        **{name: _paths(values[name]) for name in _PATHS if values.get(name) is not None},
    }
    return {name: value for name, value in fields.items() if value is not None}


def _gate(name: str, values: dict[str, Any], timeout: float) -> Gate:
    own = values.get("timeout")
    fields = {
        **values,
        "id": name,
        "timeout": timeout if own is None else seconds(own),
        "paths": _paths(values.get("paths", ())),
        "needs": tuple(dict.fromkeys(values.get("needs", ()))),
    }
    return Gate(**fields)


def _reports(said: Any) -> dict[str, Any]:
    if isinstance(said, dict):
        return {"reports": _once(said.get("formats")), "junit_dialect": said.get("junit_dialect")}
    return {"reports": _once(said)}


def _once(names: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(dict.fromkeys(names))


def _paths(said: tuple[str, ...]) -> tuple[str, ...]:
    """As they stand in lists of files: without `./` and without a slash at the end."""
    return tuple(dict.fromkeys(posixpath.normpath(path) for path in said))
