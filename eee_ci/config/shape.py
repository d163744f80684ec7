"""What may stand in a config file: one definition for the check, its messages and the JSON Schema.

In a `Meta`, `title` is what a message says is wanted; `check` returns what is wanted, or None when all
is well; `written` lets a number or word stand for its own text.
"""

import posixpath
import re
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import Meta

from eee_ci.model import Mode, Noun

ReportName = Literal["json", "junit", "sarif", "markdown", "html"]
Dialect = Literal["common", "strict"]
Off = Literal["critical", "high", "medium", "low", "info", "off"]
LONGEST_TIMEOUT = 30 * 24 * 3600.0
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}
_WRITTEN = {"x-written": True}  # for the JSON Schema, which reads YAML's numbers as numbers
_ABSOLUTE = re.compile(r"[/\\]|[A-Za-z]:")


class ToolSpec(Noun, frozen=True, kw_only=True):
    """What the config has to know of a tool: the Noun class of its own keys, and whether its version can
    be pinned."""

    options: Any
    pinnable: bool = False


def seconds(value: float | str) -> float:
    """`90`, `90s`, `10m` and `1h` in seconds."""
    if isinstance(value, str):
        return float(value[:-1]) * _UNITS[value[-1]]
    return float(value)


def _endless(value: Any) -> str | None:
    return None if 0 < seconds(value) <= LONGEST_TIMEOUT else "more than 0 and at most 30 days"


def _outside(value: Any) -> str | None:
    if _ABSOLUTE.match(value):
        return "a path relative to the project"
    return "a path inside the project" if posixpath.normpath(value).split("/")[0] == ".." else None


Id = Annotated[
    str,
    Meta(
        pattern=r"^[a-z][a-z0-9-]{0,63}$(?!\n)", title="a name of at most 64 small letters, digits and dashes"
    ),
]
Word = Annotated[str, Meta(min_length=1, title="text that is not empty")]
Argument = Annotated[
    str,
    Meta(
        min_length=1,
        title="text that is not empty",
        extra={"written": True},
        extra_json_schema=_WRITTEN,
    ),
]
Inside = Annotated[
    str,
    Meta(min_length=1, title="a path inside the project, relative to its root", extra={"check": _outside}),
]
Number = Annotated[float, Meta(ge=0)]
Duration = Annotated[
    Annotated[float, Meta(gt=0)] | Annotated[str, Meta(pattern=r"^[0-9]{1,9}(\.[0-9]{1,9})?[smh]$(?!\n)")],
    Meta(title="seconds above 0, or a time such as 90s, 10m or 1h", extra={"check": _endless}),
]
Variable = Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$(?!\n)", title="the name of a variable")]
Passed = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*\*?$(?!\n)", title="the name of a variable, or its start and a *"),
]
Text = Annotated[str, Meta(extra={"written": True}, extra_json_schema=_WRITTEN)]
Exact = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]+(\.[0-9]+)*(-?(a|b|rc|alpha|beta|\.post|\.dev)\.?[0-9]+)?$(?!\n)",
        title="one exact version, such as 1.2.3",
        extra={"written": True},
        extra_json_schema=_WRITTEN,
    ),
]


class Range(Noun, frozen=True, kw_only=True):
    """The range a measure must stay in, ends included."""

    min: Number | None = None
    max: Number | None = None


class AtMost(Noun, frozen=True, kw_only=True):
    """As many findings as are borne."""

    max: Number


class FindingKeys(Noun, frozen=True, kw_only=True):
    """Findings of a severity or worse."""

    critical: Number | AtMost | None = None
    high: Number | AtMost | None = None
    medium: Number | AtMost | None = None
    low: Number | AtMost | None = None
    info: Number | AtMost | None = None


class LimitKeys(Noun, frozen=True, kw_only=True):
    """Measures and the range each must stay in. A plain number means at most; for coverage, branch_coverage,
    tests and names that end in _min it means at least. null switches off the tool's own default."""

    OTHERS: ClassVar[Any] = Number | Range | None
    NAMES: ClassVar[Any] = Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z][A-Za-z0-9_-]*$(?!\n)",
            title="the name of a measure (a severity stands below findings)",
        ),
    ]

    findings: Annotated[
        Number | FindingKeys | None,
        Meta(description="Findings of all severities together, or of a severity or worse"),
    ] = None


class EnvKeys(Noun, frozen=True, kw_only=True):
    """The environment of the gates: nothing of ours reaches them but what is named here and what every
    program needs."""

    passed: Annotated[
        tuple[Passed, ...], Meta(description="Variables handed on; NAME_* stands for all that start so")
    ] = msgspec.field(default=(), name="pass")
    set: Annotated[dict[Variable, Text], Meta(description="Variables with a fixed value")] = {}


class ReportKeys(Noun, frozen=True, kw_only=True):
    """Which reports are written, and how."""

    formats: tuple[ReportName, ...] | None = None
    junit_dialect: Annotated[
        Dialect, Meta(description="common: with file and line; strict: valid for the JUnit schemas")
    ] = "common"


class GateKeys(Noun, frozen=True, kw_only=True):
    """One gate: a tool and how it judges. The keys of its tool stand beside these."""

    tool: Annotated[Word, Meta(description="What judges")]
    args: Annotated[tuple[Argument, ...], Meta(description="Further words for the tool's command line")] = ()
    paths: Annotated[
        tuple[Inside, ...], Meta(description="What is judged; default: the sources, or what suits the tool")
    ] = ()
    exclude: Annotated[tuple[Inside, ...], Meta(description="Paths and patterns left out")] = ()
    needs: Annotated[tuple[Id, ...], Meta(description="Gates that must have passed before")] = ()
    limits: LimitKeys = LimitKeys()
    severity: Annotated[
        dict[Word, Off], Meta(description="Pattern of a rule's name to the severity of its findings, or off")
    ] = {}
    timeout: Annotated[Duration | None, Meta(description="After this the gate is ended and broken")] = None
    retries: Annotated[
        int, Meta(ge=0, le=100, description="How often it runs again when it did not pass")
    ] = 0
    mode: Annotated[
        Mode, Meta(description="block: must pass; warn: judged, but never in the way; off: not run")
    ] = "block"
    version: Annotated[Exact | None, Meta(description="Run exactly this version of the tool")] = None
    cores: Annotated[int, Meta(ge=1, description="Processor cores it uses")] = 1


class FileKeys(Noun, frozen=True, kw_only=True):
    """The gate config of eee-ci. null removes what an extended file says."""

    version: Annotated[Literal[1], Meta(description="The version of this format")]
    extends: Annotated[
        Word | tuple[Word, ...],
        Meta(description="Presets by name and files by ./path that this one builds on; the later one wins"),
    ] = ()
    python: Annotated[Word | None, Meta(description="The project's interpreter; default: its .venv")] = None
    sources: Annotated[tuple[Inside, ...] | None, Meta(description="Where the code is; default: found")] = (
        None
    )
    tests: Annotated[tuple[Inside, ...] | None, Meta(description="Where the tests are; default: found")] = (
        None
    )
    jobs: Annotated[
        Annotated[int, Meta(ge=1)] | None, Meta(description="Processor cores for all gates together")
    ] = None
    timeout: Annotated[Duration, Meta(description="For gates that do not say otherwise")] = 600.0
    env: EnvKeys = EnvKeys()
    gates: Annotated[dict[Id, GateKeys], Meta(description="The checks, by name")] = {}
    reports: Annotated[
        tuple[ReportName, ...] | ReportKeys | None, Meta(description="The reports that are written")
    ] = None
