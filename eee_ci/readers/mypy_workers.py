"""mypy in several processes, where it knows how."""

import msgspec

from eee_ci import reading
from eee_ci.model import Command, Gate, Outcome
from eee_ci.ports import Site
from eee_ci.readers import workers

OLDEST = (2, 0)  # before, the option is hidden, and wants other settings
ENDS = (0, 1)


def number(gate: Gate, site: Site, most: int) -> int:
    """As many as the config says; one where this mypy cannot."""
    return workers.number(gate, most) if reading.version(site.tools["mypy"]) >= OLDEST else 1


def told(processes: int) -> str:
    """Nothing is left undone by it."""
    del processes
    return ""


def spread(gate: Gate, site: Site, whole: Command, processes: int) -> Command:
    """The same with so many processes. They have three seconds to start: byte code is read where it lies, and
    none is written, instead of all of it anew below a prefix."""
    del gate, site
    prefixes = ("PYTHONPYCACHEPREFIX", "EEE_CI_PYCACHE")
    env = {name: value for name, value in whole.env.items() if name not in prefixes}
    env["PYTHONDONTWRITEBYTECODE"] = "1"
    *before, last = whole.steps
    at = last.argv.index("--junit-xml")
    argv = (*last.argv[:at], "--num-workers", str(processes), *last.argv[at:])
    return msgspec.structs.replace(whole, steps=(*before, msgspec.structs.replace(last, argv=argv)), env=env)


def doubt(outcome: Outcome) -> str:
    """Some settings forbid it; and whatever else stops it may be due to it."""
    ran = reading.last(outcome)
    return "" if ran.exit in ENDS else f"mypy with several processes ended with exit {ran.exit}"
