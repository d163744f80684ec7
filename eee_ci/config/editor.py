"""The JSON Schema of the config file for editors, made from the types that check it."""

from collections.abc import Mapping
from typing import Any

import msgspec

from eee_ci.config.shape import FileKeys, GateKeys, LimitKeys, ToolSpec

DRAFT = "https://json-schema.org/draft/2020-12/schema"
REF = "#/$defs/"
Schema = dict[str, Any]


def schema(tools: Mapping[str, ToolSpec]) -> Schema:
    """JSON Schema, draft 2020-12; strict, with the keys of each tool where that tool is chosen."""
    options = [spec.options for spec in tools.values()]
    parts, defs = msgspec.json.schema_components(
        [LimitKeys.OTHERS, FileKeys, *options], ref_template=f"{REF}{{name}}"
    )
    own = {
        tool: defs[part["$ref"].removeprefix(REF)]["properties"]
        for tool, part in zip(tools, parts[2:], strict=True)
    }
    defs[LimitKeys.__name__]["additionalProperties"] = parts[0]
    _gate(defs[GateKeys.__name__], own)
    top = defs.pop(FileKeys.__name__)
    version = top["properties"]["version"]
    whole: Schema = _eased({**top, "$defs": _reached(top, defs)})
    whole["properties"]["version"] = version
    return {"$schema": DRAFT, "title": "eee-ci.yaml", **whole}


def _gate(gate: Schema, own: Mapping[str, Schema]) -> None:
    """A gate without `tool` changes one that an extended file has: then the keys of any tool may stand."""
    common = gate["properties"]
    every: dict[str, list[Schema]] = {}
    for keys in own.values():
        for key, kind in keys.items():
            known = every.setdefault(key, [])
            known += [] if kind in known else [kind]
    gate["allOf"] = [
        {
            "if": {"properties": {"tool": {"const": tool}}, "required": ["tool"]},
            "then": {"propertyNames": {"enum": sorted({*common, *keys})}, "properties": keys},
        }
        for tool, keys in sorted(own.items())
    ]
    any_tool = {key: kinds[0] if len(kinds) == 1 else {"anyOf": kinds} for key, kinds in every.items()}
    gate["properties"] = {**any_tool, **common, "tool": {"description": "What judges", "enum": sorted(own)}}
    gate["required"] = []


def _reached(start: Schema, defs: Mapping[str, Schema]) -> Schema:
    """The definitions that are still in use."""
    reached: dict[str, Schema] = {}
    todo = [*_refs(start)]
    while todo:
        name = todo.pop()
        if name not in reached:
            reached[name] = defs[name]
            todo.extend(_refs(defs[name]))
    return dict(sorted(reached.items()))


def _refs(part: Any) -> list[str]:
    if isinstance(part, list):
        return [name for item in part for name in _refs(item)]
    if not isinstance(part, dict):
        return []
    own = [part["$ref"].removeprefix(REF)] if isinstance(part.get("$ref"), str) else []
    return own + [name for value in part.values() for name in _refs(value)]


def _eased(part: Any) -> Any:
    """As the loader reads it: null takes a key away, and some texts may be written as numbers."""
    if isinstance(part, list):
        return [_eased(item) for item in part]
    if not isinstance(part, dict):
        return part
    eased = {key: _eased_key(key, value) for key, value in part.items() if key != "default"}
    if eased.pop("x-written", False):
        eased["type"] = ["string", "number", "boolean"]
    return eased


def _eased_key(key: str, value: Any) -> Any:
    if key == "properties":
        return {name: _nullable(_eased(kind)) for name, kind in value.items()}
    if key == "additionalProperties" and isinstance(value, dict):
        return _nullable(_eased(value))
    if key == "description":
        return " ".join(value.split())
    return _eased(value)


def _nullable(kind: Schema) -> Schema:
    if "enum" in kind:
        return {**kind, "enum": [*kind["enum"], *([] if None in kind["enum"] else [None])]}
    if "anyOf" in kind:
        known = {"type": "null"} in kind["anyOf"]
        return kind if known else {**kind, "anyOf": [*kind["anyOf"], {"type": "null"}]}
    if "type" in kind:
        types = kind["type"] if isinstance(kind["type"], list) else [kind["type"]]
        return {**kind, "type": [*types, "null"]}
    return {"anyOf": [kind, {"type": "null"}]} if "$ref" in kind else kind
