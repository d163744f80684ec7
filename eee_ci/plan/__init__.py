"""Config and tree become jobs: tools found, commands made, costs expected. The only door to the gates."""

import math
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import msgspec

from eee_ci import environment, gates, history, inject, judge, reading, schedule, tools, tree
from eee_ci.config import Config, ToolSpec
from eee_ci.errors import ReportError, UsageError
from eee_ci.memory import Manifest, Remembered
from eee_ci.model import Command, Gate, Limit, Noun, Outcome, Reading, Tree
from eee_ci.plan.keys import Keys
from eee_ci.ports import Site, Store, Tool


class Job(Noun, frozen=True, kw_only=True):
    """A gate ready to run. Without a command it cannot: `missing` says why, a sentence each.
    `skip` is the reason of a gate that was left out on request. `remembered` is what it said on the same
    inputs; without it `because` says why it runs. With a `manifest` its reading may be kept."""

    gate: Gate
    limits: dict[str, Limit]
    site: Site
    command: Command | None = None
    missing: tuple[str, ...] = ()
    skip: str = ""
    expected: float = 0.0
    cores: int = 1
    manifest: Manifest | None = None
    remembered: Remembered | None = None
    because: tuple[str, ...] = ()
    useful: float | None = None  # cores that it kept busy before
    memory: int | None = None  # bytes that it is expected to need

    @property
    def node(self) -> schedule.Node:
        return schedule.Node(
            name=self.gate.id,
            seconds=self.expected,
            cores=self.held,
            needs=self.gate.needs,
            memory=self.memory,
        )

    @property
    def held(self) -> int:
        """Cores that it takes from the others: of those it may use no more than it keeps busy."""
        return self.cores if self.useful is None else max(1, min(self.cores, math.ceil(self.useful)))


class Plan(Noun, frozen=True, kw_only=True):
    """All that a run needs to know: the jobs in the order of the config."""

    root: str
    config: Config
    tree: Tree
    python: str
    python_version: str
    cores: int
    jobs: tuple[Job, ...]
    notes: tuple[str, ...] = ()
    keys: Keys | None = None  # None where nothing is remembered
    memory: int | None = None  # bytes free for the jobs; unknown bounds nothing
    failing: dict[str, float] = {}  # how often gates failed lately, where those are to go first

    @property
    def live(self) -> tuple[Job, ...]:
        """The jobs that start processes."""
        return tuple(
            job for job in self.jobs if job.command is not None and not job.skip and job.remembered is None
        )


def toolspecs() -> dict[str, ToolSpec]:
    """What the config may say of each tool."""
    return {name: ToolSpec(options=a.OPTIONS, pinnable=a.PINNABLE) for name, a in gates.TABLE.items()}


def make(
    config: Config,
    found: Tree,
    *,
    only: Iterable[str] = (),
    environ: Mapping[str, str],
    store: Store | None = None,
    failing_first: bool = False,
) -> Plan:
    """The plan for a tree; a UsageError names gates that do not exist. Without a store each gate runs."""
    root = Path(found.root)
    interpreter = tools.python(root, config.python, environ)
    layout = tree.layout(root, found)
    base = Site(
        root=str(root),
        python=str(interpreter.path),
        python_version=interpreter.version[:2],
        tools={},
        sources=layout.sources if config.sources is None else config.sources,
        tests=layout.tests if config.tests is None else config.tests,
        files=tuple(found.files),
        distributions=frozenset(interpreter.distributions),
    )
    setting = _Setting(
        config=config,
        interpreter=interpreter,
        base=base,
        cores=min(config.jobs or environment.cores(), 256),
        past=history.load(root),
        environ=dict(environ),
        keys=Keys(store, found, interpreter, tree.ignored(found)) if store is not None else None,
    )
    chosen = _chosen(config, tuple(only))
    return Plan(
        root=str(root),
        config=config,
        tree=found,
        python=base.python,
        python_version=".".join(map(str, interpreter.version)),
        cores=setting.cores,
        jobs=tuple(_job(gate, setting, asked=gate.id in chosen) for gate in config.gates),
        keys=setting.keys,
        memory=environment.memory(),
        failing={gate.id: setting.past.failing(gate.id) for gate in config.gates} if failing_first else {},
    )


def read(job: Job, outcome: Outcome) -> Reading:
    """What the tool said; whatever cannot be believed is an error of the reading, never an exception."""
    if outcome.problem:
        return Reading(errors=(outcome.problem,))
    for tool in job.site.tools.values():
        if tools.unfetched(tool, outcome.files):
            said = reading.said(outcome.steps[-1]) if outcome.steps else ""
            return Reading(errors=(f"uv could not provide {tool.name} {tool.version}{said}",))
    try:
        return gates.TABLE[job.gate.tool].read(_effective(job.gate, job.limits), job.site, outcome)
    except ReportError as error:
        return Reading(errors=(str(error),))
    except (RecursionError, MemoryError) as error:
        return Reading(errors=(f"its report is too deep or too large to be read ({type(error).__name__})",))


class _Setting(Noun, frozen=True, kw_only=True):
    """What all jobs of a plan share."""

    config: Config
    interpreter: tools.Interpreter
    base: Site
    cores: int
    past: history.History
    environ: dict[str, str]
    keys: Keys | None


def _chosen(config: Config, only: tuple[str, ...]) -> set[str]:
    """The gates asked for and all that they need; with none named, all that are not off."""
    known = {gate.id: gate for gate in config.gates}
    unknown = [name for name in only if name not in known]
    if unknown:
        raise UsageError(
            f"there is no gate {', '.join(map(repr, unknown))} in {config.source}",
            f"the gates are: {', '.join(known)}",
        )
    todo = list(only) or [gate.id for gate in config.gates if gate.mode != "off"]
    chosen: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in chosen:
            chosen.add(name)
            todo.extend(known[name].needs)
    return chosen


def _job(gate: Gate, setting: _Setting, *, asked: bool) -> Job:
    adapter = gates.TABLE[gate.tool]
    defaults = adapter.limits(gate) if hasattr(adapter, "limits") else adapter.LIMITS
    held = judge.limits(gate.limits, defaults)
    job = Job(
        gate=gate,
        limits=held,
        site=setting.base,
        cores=min(gate.cores, setting.cores),
        expected=setting.past.expected(gate.id, adapter.PRIOR),
        useful=setting.past.useful(gate.id, setting.cores),
        memory=setting.past.peak(gate.id),
    )
    if gate.mode == "off":
        return msgspec.structs.replace(job, skip="it is off in the config")
    if not asked:
        return msgspec.structs.replace(job, skip="not asked for")
    found, missing = _tools(gate, setting)
    if missing:
        return msgspec.structs.replace(job, missing=missing)
    site = msgspec.structs.replace(setting.base, tools=found, cores=job.cores)
    made = adapter.command(_effective(gate, held), site)
    job = msgspec.structs.replace(job, site=site, command=_complete(made, found.values(), job, setting))
    return _remembered(job, setting.keys) if setting.keys else job


def _remembered(job: Job, known: Keys) -> Job:
    """The job with what it said on the same inputs, or with the reasons why it has to run."""
    found = known.find(job.gate, job.limits, job.site, job.command or Command(steps=()))
    return msgspec.structs.replace(
        job, manifest=found.manifest, remembered=found.remembered, because=found.because
    )


def _effective(gate: Gate, held: dict[str, Limit]) -> Gate:
    return msgspec.structs.replace(gate, limits=held)


def _tools(gate: Gate, setting: _Setting) -> tuple[dict[str, Tool], tuple[str, ...]]:
    found: dict[str, Tool] = {}
    missing: list[str] = []
    for requirement in gates.TABLE[gate.tool].requirements(gate):
        tool = tools.find(
            requirement,
            interpreter=setting.interpreter,
            root=Path(setting.base.root),
            version=gate.version,
            launcher=Path(inject.script("launch.py")),
            environ=setting.environ,
        )
        if isinstance(tool, Tool):
            found[requirement.name] = tool
        else:
            missing.append(f"{tool.message}; to get it: {tool.install}")
    return found, tuple(missing)


def _complete(command: Command, found: Collection[Tool], job: Job, setting: _Setting) -> Command:
    """Fill in what the adapter leaves to the planner: pinned tools fetched, environment, time limit."""
    base = environment.build(
        setting.environ,
        root=Path(setting.base.root),
        python_bin=setting.interpreter.bin,
        pass_names=setting.config.pass_env,
        set_values=setting.config.set_env,
        cores=job.cores,
    )
    return msgspec.structs.replace(
        command,
        steps=(*(step for tool in found for step in tools.prepare(tool)), *command.steps),
        keep=(
            *command.keep,
            *({tools.pinned.MARK} if any(tool.origin == "pinned" for tool in found) else ()),
        ),
        env={**base, **command.env, **setting.config.set_env},
        timeout=job.gate.timeout,
    )
