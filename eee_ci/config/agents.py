"""The section `agents:`: who may repair what before the gates judge, by which means and at what price."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from eee_ci.agent import Backend, Limits
from eee_ci.config.scalars import Argument, Duration, Id, Inside, Text, Variable, Word, seconds
from eee_ci.model import Noun

Kind = Literal["fixers", "command", "claude", "codex", "gemini", "opencode", "mini-swe-agent", "aider"]
StageMode = Literal["suggest", "apply"]
Sandbox = Literal["auto", "required", "off"]
Proof = Literal["tests", "mutants"]
FIXERS = "fixers"  # the backend that is always there: no model, no network
_UNITS = {"K": 10, "M": 20, "G": 30}
_MOST_ROUNDS = 3
_LEAST_MEMORY = 32 << 20  # an interpreter starts in no less


def size(value: int | str) -> int:
    """`512M` and `2G` in bytes."""
    return int(value[:-1]) << _UNITS[value[-1]] if isinstance(value, str) else value


def _small(value: Any) -> str | None:
    return None if size(value) >= _LEAST_MEMORY else "32M at the least"


Size = Annotated[
    Annotated[int, Meta(ge=1)] | Annotated[str, Meta(pattern=r"^[0-9]{1,6}[KMG]$(?!\n)")],
    Meta(title="bytes, or a size such as 512M or 2G", extra={"check": _small}),
]
Count = Annotated[int, Meta(ge=1)]
Money = Annotated[float, Meta(ge=0)]


class BackendKeys(Noun, frozen=True, kw_only=True):
    """A program that runs agents."""

    kind: Annotated[Kind, Meta(description="Which adapter speaks with it")]
    argv: Annotated[
        tuple[Argument, ...],
        Meta(description="The words that start it; {workdir} {prompt} {model} {scratch} are filled in"),
    ] = ()
    reader: Annotated[Word | None, Meta(description="The parser of what it says; default: its kind's")] = None
    key: Annotated[
        Variable | None, Meta(description="The one variable with a secret that is handed to it")
    ] = None
    env: Annotated[dict[Variable, Text], Meta(description="Variables with a fixed value")] = {}
    model: Annotated[Word | None, Meta(description="The model it is to use")] = None
    network: Annotated[bool | None, Meta(description="May it use the network? default: what it needs")] = None


class TotalKeys(Noun, frozen=True, kw_only=True):
    """What all agents of a run may use up together."""

    seconds: Annotated[Duration | None, Meta(description="Time on the clock")] = None
    usd: Annotated[Money | None, Meta(description="Money, as told by the backends")] = None
    tokens: Annotated[Count | None, Meta(description="Tokens, as told by the backends")] = None


class BudgetKeys(Noun, frozen=True, kw_only=True):
    """What one agent may use up for one item; whatever is exceeded ends it."""

    seconds: Annotated[Duration, Meta(description="Time on the clock")] = 600.0
    turns: Annotated[Count | None, Meta(description="Turns of the model")] = None
    usd: Annotated[Money | None, Meta(description="Money, as told by the backend")] = None
    tokens: Annotated[Count | None, Meta(description="Tokens, as told by the backend")] = None
    files: Annotated[Count | None, Meta(description="Files that a patch may change")] = None
    lines: Annotated[Count | None, Meta(description="Lines that a patch may add or take away")] = None
    memory: Annotated[Size | None, Meta(description="Memory of its processes")] = None
    rounds: Annotated[
        int, Meta(ge=0, le=_MOST_ROUNDS, description="Repair rounds after a failed verification")
    ] = 1
    total: Annotated[TotalKeys, Meta(description="For all agents of a run together")] = TotalKeys()


class AllowKeys(Noun, frozen=True, kw_only=True):
    """An exception to a rule of the tamper gate, which is reported wherever it is made use of."""

    rule: Annotated[
        str, Meta(pattern=r"^(EEE-T00|T)[1-9]$(?!\n)", title="a rule of the tamper gate, T1 to T9")
    ]
    paths: Annotated[tuple[Inside, ...], Meta(description="Where it holds; default: everywhere")] = ()
    reason: Annotated[Word, Meta(description="Why, for those who read the report")]


class AgentKeys(Noun, frozen=True, kw_only=True):
    """The agent stage. It is off, unless it is switched on here or asked for on the command line."""

    enabled: Annotated[bool, Meta(description="Does every check begin with the agent stage?")] = False
    mode: Annotated[
        StageMode, Meta(description="suggest: patches only; apply: verified patches go into the work tree")
    ] = "suggest"
    backend: Annotated[
        Id | None,
        Meta(description="The backend of agents that name none; default: the only one"),
    ] = None
    backends: Annotated[dict[Id, BackendKeys], Meta(description="The backends, by name")] = {}
    select: Annotated[
        tuple[Word, ...], Meta(description="Only these agents may be chosen; default: all")
    ] = ()
    max_agents: Annotated[int, Meta(ge=1, le=64, description="Agents that run side by side")] = 4
    budgets: BudgetKeys = BudgetKeys()
    protected: Annotated[tuple[Inside, ...], Meta(description="Further paths that no agent may change")] = ()
    allow: Annotated[
        tuple[AllowKeys, ...], Meta(description="What the tamper gate lets pass all the same")
    ] = ()
    scope: Annotated[
        tuple[Inside, ...], Meta(description="Where agents may change files; default: everywhere")
    ] = ()
    proofs: Annotated[
        tuple[Proof, ...],
        Meta(
            description="What a patch proves besides: tests: a task brings a test that fails without it; "
            "mutants: the tests see faults in what was changed, as often as before"
        ),
    ] = ()
    sandbox: Annotated[
        Sandbox, Meta(description="auto: what the system offers; required: all of it, or no agent starts")
    ] = "auto"


class Allowed(Noun, frozen=True, kw_only=True):
    """An exception to a rule of the tamper gate."""

    rule: str
    paths: tuple[str, ...] = ()
    reason: str


class Total(Noun, frozen=True, kw_only=True):
    """What all agents of a run may use up together. None: no such limit."""

    seconds: float | None = None
    usd: float | None = None
    tokens: int | None = None


class Agents(Noun, frozen=True, kw_only=True):
    """The agent stage as it was configured. `limits` are those of one agent at one item."""

    enabled: bool = False
    mode: StageMode = "suggest"
    backend: str | None = None
    backends: dict[str, Backend] = {}
    select: tuple[str, ...] = ()
    max_agents: int = 4
    limits: Limits = Limits()
    total: Total = Total()
    rounds: int = 1
    protected: tuple[str, ...] = ()
    allow: tuple[Allowed, ...] = ()
    scope: tuple[str, ...] = ()
    proofs: tuple[Proof, ...] = ()
    sandbox: Sandbox = "auto"

    @property
    def known(self) -> dict[str, Backend]:
        """The backends by name, with the one that needs no configuration."""
        return {FIXERS: Backend(name=FIXERS, kind=FIXERS), **self.backends}

    @property
    def default(self) -> str | None:
        """The backend of agents that name none; None where nothing says which."""
        return self.backend or (next(iter(self.backends)) if len(self.backends) == 1 else None)


def made(values: dict[str, Any] | None) -> Agents:
    """The section's values as the noun."""
    said = dict(values or {})
    budgets = dict(said.pop("budgets", {}))
    allow = tuple(Allowed(**entry) for entry in said.pop("allow", ()))
    total = _timed(budgets.pop("total", {}))
    rounds = budgets.pop("rounds", 1)
    if budgets.get("memory") is not None:
        budgets["memory"] = size(budgets["memory"])
    backends = {
        name: Backend(name=name, **{key: _own(key, value) for key, value in backend.items()})
        for name, backend in said.pop("backends", {}).items()
    }
    return Agents(
        **said,
        allow=allow,
        backends=backends,
        limits=Limits(**_timed(budgets)),
        total=Total(**total),
        rounds=rounds,
    )


def _timed(budgets: dict[str, Any]) -> dict[str, Any]:
    given = budgets.get("seconds")
    return {**budgets, "seconds": seconds(given)} if given is not None else dict(budgets)


def _own(key: str, value: Any) -> Any:
    return dict(value) if key == "env" else value
