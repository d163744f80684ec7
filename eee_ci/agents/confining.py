"""An agent's command inside the layers that this machine offers."""

from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import replace

from eee_ci import workspace
from eee_ci.agents.work import Work
from eee_ci.model import Command, Step
from eee_ci.ports import BackendAdapter
from eee_ci.workspace import sandbox

REPORT = "confined.json"
_LATE = 30.0  # seconds after the budget, for when nobody listens
_SCRATCH = "{scratch}"
# Nobody wants it in a patch, and where it is in the base a new one would look like tampering.
_BYTECODE = {"PYTHONPYCACHEPREFIX": f"{_SCRATCH}/pycache"}


def confined(
    command: Command,
    work: Work,
    adapter: BackendAdapter,
    *,
    clone: Path,
    mode: str,
    environ: Mapping[str, str],
    root: Path,
) -> Command:
    """The command with its environment, its time limit and, unless the sandbox is off, its confinement."""
    env = workspace.environment(work.backend, _SCRATCH, key=adapter.KEY, environ=environ, root=root)
    network = adapter.NETWORK if work.backend.network is None else work.backend.network

    def within(step: Step) -> Step:
        words = sandbox.words(
            step.argv,
            write=(clone, _SCRATCH),
            network=network,
            required=mode == "required",
            bounds=sandbox.Bounds(memory=work.limits.memory),
            report=f"{_SCRATCH}/{REPORT}",
        )
        return replace(step, argv=words)

    return replace(
        command,
        steps=tuple(map(within, command.steps)) if mode != "off" else command.steps,
        env={**_BYTECODE, **env, **command.env},
        keep=tuple(dict.fromkeys((*command.keep, REPORT))),
        timeout=work.limits.seconds + _LATE,
    )


def layers(report: bytes | None) -> tuple[str, ...]:
    """What held an agent, in words; nothing where nothing was told."""
    return sandbox.read(report).sentences() if report else ()
