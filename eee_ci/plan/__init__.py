"""Config and tree become jobs, outcomes become readings. The only door to the gates."""

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

import msgspec

from eee_ci import environment, gates, history, memory, reading, tools, tree
from eee_ci.config import Config, ToolSpec
from eee_ci.errors import ReportError, UsageError
from eee_ci.memory import Remembered
from eee_ci.model import Noun, Outcome, Reading, Tree
from eee_ci.plan import divided, jobs, taught
from eee_ci.plan.job import Job as Job
from eee_ci.plan.jobs import Setting, effective
from eee_ci.plan.keys import Keys
from eee_ci.plan.said import Said as Said
from eee_ci.ports import Site, Store
from eee_ci.shelf import Shelf


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


def toolspecs() -> Mapping[str, ToolSpec]:
    """What the config may say of each tool."""
    return Shelf({name: partial(_toolspec, name) for name in gates.TABLE})


def _toolspec(name: str) -> ToolSpec:
    adapter = gates.TABLE[name]
    return ToolSpec(options=adapter.OPTIONS, pinnable=adapter.PINNABLE)


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
    base = _site(config, found, interpreter)
    setting = Setting(
        config=config,
        interpreter=interpreter,
        base=base,
        cores=min(config.jobs or environment.cores(), 256),
        past=history.load(root),
        environ=dict(environ),
        keys=Keys(store, found, interpreter) if store is not None else None,
    )
    chosen = _chosen(config, tuple(only))
    return Plan(
        root=str(root),
        config=config,
        tree=found,
        python=base.python,
        python_version=".".join(map(str, interpreter.version)),
        cores=setting.cores,
        jobs=tuple(jobs.make(gate, setting, asked=gate.id in chosen) for gate in config.gates),
        keys=setting.keys,
        memory=environment.memory(),
        failing={gate.id: setting.past.failing(gate.id) for gate in config.gates} if failing_first else {},
    )


def _site(config: Config, found: Tree, interpreter: tools.Interpreter) -> Site:
    """Where the gates run; each gets its tools later."""
    layout = tree.layout(Path(found.root), found)
    return Site(
        root=found.root,
        python=str(interpreter.path),
        python_version=interpreter.version[:2],
        tools={},
        sources=layout.sources if config.sources is None else config.sources,
        tests=layout.tests if config.tests is None else config.tests,
        files=tuple(found.files),
        distributions=frozenset(interpreter.distributions),
    )


def read(job: Job, outcome: Outcome) -> Said:
    """What the tool said; whatever cannot be believed is an error of the reading, never an exception. Without
    a reading the job has to run for all of its files, in one process: only so the tool can tell."""
    said = _read(job, outcome)
    if said.reading is None or not job.notes:
        return said
    noted = msgspec.structs.replace(said.reading, notes=(*job.notes, *said.reading.notes))
    return msgspec.structs.replace(said, reading=noted)


def _read(job: Job, outcome: Outcome) -> Said:
    errors = _troubles(job, outcome)
    if errors:
        return Said(reading=Reading(errors=errors))
    gate = effective(job.gate, job.limits)
    try:
        if job.processes > 1 and (why := gates.SPREADING[gate.tool].doubt(outcome)):
            return Said(reading=None, notes=(f"{job.processes} workers: {why}; run again in one process",))
        if job.division is not None:
            return divided.read(gate, job.site, outcome, job.division)
        if job.selection is not None:
            return taught.read(gate, job.site, outcome, job.selection)
        return Said(reading=gates.TABLE[gate.tool].read(gate, job.site, outcome))
    except ReportError as error:
        said = str(error)
    except (RecursionError, MemoryError) as error:
        said = f"its report is too deep or too large to be read ({type(error).__name__})"
    return Said(reading=Reading(errors=(said,)))


def recalled(job: Job, known: Keys) -> None:
    """What a gate said was remembered, and has been told again."""
    if job.manifest is not None and job.gate.tool in gates.SELECTING:
        taught.recalled(job.gate, job.manifest, known)


def keep(job: Job, said: Said, found: Remembered, known: Keys) -> None:
    """Keep what a gate said, for all that it depended on."""
    if job.division is not None:
        divided.keep(job.division, said, known, found)
    if job.manifest is not None:
        if said.learned is not None:
            taught.keep(job.gate, job.manifest, known, said.learned)
        files, scope = known.listed(job.gate, job.site), known.scope(job.gate)
        memory.keep(known.store, job.manifest, files, scope=scope, found=found, root=job.site.root)


def _troubles(job: Job, outcome: Outcome) -> tuple[str, ...]:
    if outcome.problem:
        return (outcome.problem,)
    for tool in job.site.tools.values():
        if tools.unfetched(tool, outcome.files):
            said = reading.said(outcome.steps[-1]) if outcome.steps else ""
            return (f"uv could not provide {tool.name} {tool.version}{said}",)
    return ()


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
