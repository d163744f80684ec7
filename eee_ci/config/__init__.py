"""The gate config: YAML and presets in, a resolved Config out, or every fault of it at once."""

from typing import Literal

from eee_ci.model import Gate, Noun


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
    origins: dict[str, Setting] = {}
