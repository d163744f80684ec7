"""What may stand in a config file: one definition for the check, its messages and the JSON Schema."""

from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import Meta

from eee_ci.config.agents import AgentKeys
from eee_ci.config.scalars import Argument, Duration, Exact, Id, Inside, Number, Passed, Text, Variable, Word
from eee_ci.model import Mode, Noun

ReportName = Literal["json", "junit", "sarif", "markdown", "html"]
Dialect = Literal["common", "strict"]
Off = Literal["critical", "high", "medium", "low", "info", "off"]


class ToolSpec(Noun, frozen=True, kw_only=True):
    """What the config has to know of a tool: the Noun class of its own keys, and whether its version can
    be pinned."""

    options: Any
    pinnable: bool = False


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
    agents: Annotated[
        AgentKeys, Meta(description="The agent stage: who may repair what the gates found, and how")
    ] = AgentKeys()
