"""The verb `config`: the resolved config, where each value comes from, and the schema for editors."""

import argparse
import re
from collections.abc import Iterator, Mapping
from typing import Any

from eee_ci import commands, plan
from eee_ci import config as configs
from eee_ci.config import Config
from eee_ci.console import Console
from eee_ci.model import SEVERITIES, Gate, Limit, plain
from eee_ci.text import line

_BARE = re.compile(r"[A-Za-z_./][A-Za-z0-9_./+@=-]*")  # what needs no quotes in YAML ...
_TAKEN = re.compile(r"(?i)null|true|false")  # ... but for these
_WIDEST = 60  # a longer line does not push the comments of the others away
_ABOVE = {"timeout": "timeout", "formats": "reports"}  # where a value comes from that is not said in place
Row = tuple[int, str, str]  # depth, text, origin


def run(arguments: argparse.Namespace) -> int:
    """Print the resolved config, or the schema."""
    if arguments.schema:
        said = schema(plan.toolspecs())
    else:
        loaded = commands.load(arguments, commands.root(arguments))
        said = json(loaded) if arguments.json else text(loaded)
    Console().raw(said)
    return 0


def text(config: Config) -> str:
    """YAML that loads as the same config; each value has its origin beside it."""
    rows = [(0, "version: 1", ""), *_rows("", _top(config), 0, config)]
    lines = [("  " * depth + said, origin) for depth, said, origin in rows]
    width = max((len(said) for said, _ in lines if len(said) <= _WIDEST), default=0)
    body = [f"{said:<{width}}  # {origin}" if origin else said for said, origin in lines]
    return "\n".join([f"# {line(config.source)}", f"# digest {config.digest}", *body, ""])


def json(config: Config) -> str:
    return commands.pretty(plain(config))


def schema(tools: Mapping[str, configs.ToolSpec]) -> str:
    return commands.pretty(configs.schema(tools))


def _top(config: Config) -> dict[str, Any]:
    """The config in the words of its file."""
    return {
        "python": config.python,
        "sources": config.sources,
        "tests": config.tests,
        "jobs": config.jobs,
        "timeout": config.timeout,
        "env": {"pass": config.pass_env, "set": config.set_env},
        "gates": {gate.id: _gate(gate) for gate in config.gates},
        "reports": {"formats": config.reports, "junit_dialect": config.junit_dialect},
    }


def _gate(gate: Gate) -> dict[str, Any]:
    known = {
        "tool": gate.tool,
        "version": gate.version,
        "mode": gate.mode,
        "timeout": gate.timeout,
        "retries": gate.retries,
        "cores": gate.cores,
        **{name: getattr(gate, name) for name in ("args", "paths", "exclude", "needs", "severity")},
        "limits": _limits(gate.limits),
        **gate.options,
    }
    return {name: value for name, value in known.items() if value not in (None, (), {})}


def _limits(limits: Mapping[str, Limit]) -> dict[str, Any]:
    """`findings.high` and its like stand together again, as they do in a file."""
    said: dict[str, Any] = {}
    for measure, limit in limits.items():
        name, _, severity = measure.partition(".")
        value = None if limit == Limit() else Flow(_bounds(limit))
        if severity:
            said.setdefault(name, {})[severity] = value
        else:
            said[measure] = value
    if set(said.get("findings", ())) == {SEVERITIES[-1]}:  # a limit on all findings together
        (every,) = said["findings"].values()
        said["findings"] = every and every["max"]
    return said


def _bounds(limit: Limit) -> dict[str, float]:
    bounds = {"min": limit.min, "max": limit.max}
    return {name: bound for name, bound in bounds.items() if bound is not None}


class Flow(dict[str, Any]):
    """A map that stands on one line."""


def _rows(path: str, members: Mapping[str, Any], depth: int, config: Config) -> Iterator[Row]:
    for name, value in members.items():
        place = f"{path}.{name}" if path else name
        if isinstance(value, dict) and value and not isinstance(value, Flow):
            yield depth, f"{_scalar(name)}:", ""
            yield from _rows(place, value, depth + 1, config)
        elif value is None and not path:
            yield depth, f"# {name}: found when it runs", ""
        else:
            yield depth, f"{_scalar(name)}: {_flow(value)}", _origin(place, config)


def _origin(path: str, config: Config) -> str:
    """The place of a value, its own or that of the one it comes from."""
    known = config.origins
    setting = known.get(path) or known.get(_ABOVE.get(path.rpartition(".")[2], ""))
    return f"{line(setting.file)}:{setting.line}:{setting.column}" if setting else "default"


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(name)}: {_flow(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(int(value)) if value == int(value) else repr(value)
        case _:
            return _text(str(value))


def _text(said: str) -> str:
    if _BARE.fullmatch(said) and not _TAKEN.fullmatch(said):
        return said
    escaped = said.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char if char.isprintable() else f"\\U{ord(char):08X}" for char in escaped) + '"'
