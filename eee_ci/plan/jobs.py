"""Gates become jobs: tools found, commands made, costs expected, what is remembered answered."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import msgspec

from eee_ci import environment, gates, history, inject, judge, tools
from eee_ci.config import Config
from eee_ci.memory import Manifest
from eee_ci.model import Command, Gate, Limit, Noun
from eee_ci.plan import divided, selected
from eee_ci.plan.job import Job
from eee_ci.plan.keys import Keys
from eee_ci.ports import Site, Tool


class Setting(Noun, frozen=True, kw_only=True):
    """What all jobs of a plan share."""

    config: Config
    interpreter: tools.Interpreter
    base: Site
    cores: int
    past: history.History
    environ: dict[str, str]
    keys: Keys | None


def make(gate: Gate, setting: Setting, *, asked: bool) -> Job:
    """The job of a gate."""
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
    job = _shared(job, msgspec.structs.replace(setting.base, tools=found), setting)
    site = msgspec.structs.replace(setting.base, tools=found, cores=job.cores)
    made = adapter.command(effective(gate, held), site)

    def complete(command: Command) -> Command:
        return _complete(command, found.values(), job, setting)

    ready = msgspec.structs.replace(job, site=site, command=complete(made))
    known = _remembered(ready, setting.keys, complete, setting.environ) if setting.keys else ready
    if known.share < 1:
        seconds = setting.past.part(gate.id, known.share, adapter.PRIOR)
        known = msgspec.structs.replace(known, expected=seconds)
    return _spread(known)


def _shared(job: Job, site: Site, setting: Setting) -> Job:
    """The job with the cores that its processes keep busy, whatever it did in earlier runs."""
    adapter = gates.SPREADING.get(job.gate.tool)
    number = adapter.number(job.gate, site, setting.cores) if adapter else 1
    return job if number == 1 else msgspec.structs.replace(job, processes=number, cores=number, useful=None)


def _spread(job: Job) -> Job:
    """The job in several processes; what one does is remembered, and what it has to do when they fail."""
    if job.processes == 1 or job.command is None or job.remembered is not None:
        return job
    adapter = gates.SPREADING[job.gate.tool]
    gate, number = _going_out(job)
    if number == 1:
        return msgspec.structs.replace(job, processes=1, cores=1)
    command, told = adapter.spread(gate, job.site, job.command, number), adapter.told(number)
    return msgspec.structs.replace(
        job,
        command=command,
        whole=job.whole or job.command,
        processes=number,
        cores=number,
        because=(*job.because, *((told,) if told else ())),
    )


def _going_out(job: Job) -> tuple[Gate, int]:
    """The gate for the files that are not remembered, and as many processes as these need."""
    if job.division is None or not job.division.partial:
        return job.gate, job.processes
    gate = msgspec.structs.replace(job.gate, paths=job.division.stale or ())
    return gate, gates.SPREADING[gate.tool].number(gate, job.site, job.processes)


def _remembered(
    job: Job, known: Keys, complete: Callable[[Command], Command], environ: Mapping[str, str]
) -> Job:
    """The job with what it said on the same inputs, else with a command for what is not remembered."""
    found = known.find(job.gate, job.limits, job.site, job.command or Command(steps=()))
    job = msgspec.structs.replace(
        job, manifest=found.manifest, remembered=found.remembered, because=found.because
    )
    if job.remembered is not None or job.manifest is None:
        return job
    if job.gate.tool in gates.SELECTING:
        if job.processes > 1:
            return job
        return _chosen(job, job.manifest, known, environ)
    return _divided(job, known, complete)


def _chosen(job: Job, manifest: Manifest, known: Keys, environ: Mapping[str, str]) -> Job:
    """The job of a test gate, for the test files that can be affected."""
    covers = gates.SELECTING[job.gate.tool].covers(job.gate)
    chosen = selected.select(job.gate, manifest, known, environ, covers=covers)
    if chosen is None or job.command is None:
        return job
    if found := selected.remembered(chosen, known):
        return msgspec.structs.replace(job, remembered=found)
    chosen = selected.some(chosen)
    choice = chosen.choice
    partly = choice.skip or choice.first  # else all of them run as they would without a memory
    return msgspec.structs.replace(
        job,
        selection=chosen,
        command=selected.command(job.command, chosen, covers=covers),
        whole=selected.command(job.command, chosen.everything, covers=covers) if partly else None,
        share=selected.share(chosen),
        because=(*job.because, *selected.told(choice)),
    )


def _divided(job: Job, known: Keys, complete: Callable[[Command], Command]) -> Job:
    """The job for the files that nothing is remembered of, where the gate can judge them one by one."""
    gate = effective(job.gate, job.limits)
    division = divided.divide(gate, job.site, known, limits=job.limits)
    if division is None:
        return job
    job = msgspec.structs.replace(job, division=division)
    if whole := divided.remembered(gate, division, known):
        return msgspec.structs.replace(job, remembered=whole)
    part = divided.command(gate, job.site, division)
    if part is None:
        return job
    share = len(division.stale or ()) / (len(division.stale or ()) + len(division.known))
    return msgspec.structs.replace(job, command=complete(part), whole=job.command, share=share)


def effective(gate: Gate, held: dict[str, Limit]) -> Gate:
    """The gate with the limits that hold for it."""
    return msgspec.structs.replace(gate, limits=held)


def _tools(gate: Gate, setting: Setting) -> tuple[dict[str, Tool], tuple[str, ...]]:
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


def _complete(command: Command, found: Collection[Tool], job: Job, setting: Setting) -> Command:
    """Fill in what the adapter leaves to the planner: pinned tools fetched, environment, time limit."""
    base = environment.build(
        setting.environ,
        root=Path(setting.base.root),
        python_bin=setting.interpreter.bin,
        pass_names=setting.config.pass_env,
        set_values=setting.config.set_env,
        cores=job.cores,
    )
    launcher = inject.script("launch.py")
    if any(launcher in step.argv for step in command.steps):
        base = environment.launched(base, setting.config.set_env)
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
