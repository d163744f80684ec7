"""One gate of a config: the keys that all gates know, and flat beside them those of its tool."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

import msgspec

from eee_ci.config.kinds import Field, table
from eee_ci.config.nodes import Node
from eee_ci.config.shape import GateKeys, ToolSpec
from eee_ci.config.walk import Walk, objection
from eee_ci.config.words import joined, listed, near, quoted

Tools = Mapping[str, ToolSpec]


def read(walk: Walk, node: Node, path: str, *, tools: Tools) -> dict[str, Any]:
    """The gate's values, those of its tool under `options`."""
    name = _tool(walk, node, path, tools)
    common = table(GateKeys)
    own = _own(name, tools, common)
    before = len(walk.faults)
    tool = Field(
        Annotated[str, msgspec.Meta(min_length=1, title=f"a tool: {listed(sorted(tools))}")], required=True
    )
    values = walk.members(node, {**own, **common, "tool": tool}, path, foreign=partial(_foreign, name, tools))
    options = {key: values.pop(key) for key in own if key in values}
    if name and values.get("version") and not tools[name].pinnable:
        _refuse_version(walk, node, path, tools)
    if name and len(walk.faults) == before:
        _together(walk, node, path, options, tools[name])
    return {**values, "options": options}


def _tool(walk: Walk, node: Node, path: str, tools: Tools) -> str | None:
    said = node.value.get("tool")
    if said is None or not isinstance(said.value, str) or not said.value:
        return None
    name: str = said.value
    if name in tools:
        return name
    meant = near(name, tools) or f"; want one of {listed(sorted(tools))}"
    walk.fault(said.at, joined(path, "tool"), f"there is no tool {quoted(name)}{meant}")
    return None


def _own(name: str | None, tools: Tools, common: Mapping[str, Field]) -> dict[str, Field]:
    """The keys of the tool. While it is not known which tool it is, no tool's keys are called wrong."""
    if name:
        fields = table(tools[name].options)
    else:
        fields = {key: Field(Any) for spec in tools.values() for key in table(spec.options)}
    return {key: field for key, field in fields.items() if key not in common}


def _foreign(name: str | None, tools: Tools, key: str) -> str | None:
    """What to say of a key that other tools know."""
    names = [other for other in sorted(tools) if key in table(tools[other].options)]
    return f"a key of the tool {' and '.join(names)}; this gate's tool is {name}" if names else None


def _refuse_version(walk: Walk, node: Node, path: str, tools: Tools) -> None:
    able = listed(sorted(name for name, spec in tools.items() if spec.pinnable))
    name = node.value["tool"].value
    message = (
        f"{name} always runs in the version that the project has; a version can be given to {able or 'none'}"
    )
    walk.fault(node.value["version"].key, joined(path, "version"), message)


def _together(walk: Walk, node: Node, path: str, options: dict[str, Any], spec: ToolSpec) -> None:
    """What only the tool's Noun itself can say of its keys, each of which is right."""
    if said := objection(options, spec.options):
        walk.fault(node.key, path, said)
