"""The gate config: YAML and presets in, a resolved Config out, or every fault of it at once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from eee_ci import digests
from eee_ci.config.agents import Agents as Agents  # the noun of this door
from eee_ci.config.editor import schema as schema
from eee_ci.config.extend import Files
from eee_ci.config.find import choose
from eee_ci.config.packaged import presets as presets
from eee_ci.config.resolve import resolve
from eee_ci.config.shape import ToolSpec as ToolSpec
from eee_ci.config.walk import Walk
from eee_ci.errors import ConfigError, Fault
from eee_ci.model import Gate, Noun
from eee_ci.ports import Store

MOST = 100  # faults that are shown


class Setting(Noun, frozen=True, kw_only=True):
    """Where a value of the config comes from."""

    file: str
    line: int
    column: int


class Config(Noun, frozen=True, kw_only=True):
    """The resolved gate config. `origins` maps a dotted path (`gates.lint.tool`) to its place."""

    source: str  # in words: a path, or which preset was chosen and why
    digest: str
    python: str | None = None
    sources: tuple[str, ...] | None = None
    tests: tuple[str, ...] | None = None
    jobs: int | None = None
    timeout: float = 600.0
    pass_env: tuple[str, ...] = ()
    set_env: dict[str, str] = {}
    gates: tuple[Gate, ...] = ()
    reports: tuple[str, ...] = ("json", "junit", "sarif", "markdown")
    junit_dialect: Literal["common", "strict"] = "common"
    agents: Agents = Agents()
    origins: dict[str, Setting] = {}
    files: tuple[str, ...] = ()  # all that was read


def load(
    root: Path, *, file: Path | None, tools: Mapping[str, ToolSpec], store: Store | None = None
) -> Config:
    """The config of a project: the file, else `eee-ci.yaml` where it may stand, else a preset that suits
    the project. `tools` says which tools there are and what keys they know."""
    source, words = choose(root, file)
    files = Files(store)
    tree = files.merged(source)
    walk = Walk(files.faults, complete=files.complete)
    fields = resolve(walk, tree, tools) if tree else {}
    if walk.faults:
        raise _error(walk.faults)
    origins = {
        path: Setting(file=at.file, line=at.line, column=at.column) for path, at in walk.origins.items()
    }
    return Config(source=words, digest=_digest(fields), origins=origins, files=files.paths, **fields)


def _digest(fields: dict[str, Any]) -> str:
    """Over what decides, in one canonical form: where it was written and in which order says nothing."""
    decides = msgspec.to_builtins(Config(source="", digest="", **fields), str_keys=True)
    gates = {gate["id"]: gate for gate in decides["gates"]}
    data = msgspec.json.encode({**decides, "gates": gates}, order="sorted")
    return digests.sha256(data).hexdigest()


def _error(faults: list[Fault]) -> ConfigError:
    shown = sorted(set(faults))[:MOST]
    more = len(set(faults)) - len(shown)
    hint = f"{more} more faults are not shown" if more else "`eee-ci config --schema` tells every key"
    return ConfigError(shown, hint)
