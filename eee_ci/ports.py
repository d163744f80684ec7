"""The shapes of the families' members, and what the planner tells an adapter.

An adapter is a module; mypy holds each table against these.
"""

from typing import Any, Literal, Protocol, Self

from eee_ci.agent import Ask, Told
from eee_ci.model import Command, Gate, Limit, Noun, Outcome, Reading, Run, Scope, Tree

How = Literal["sum", "max"]  # what makes the measures of files those of the whole


class Tool(Noun, frozen=True, kw_only=True):
    """A program that was found: the words that start it, its version, and whose it is."""

    name: str
    argv: tuple[str, ...]
    version: str | None = None
    origin: Literal["project", "eee-ci", "pinned", "path"] = "path"


class Requirement(Noun, frozen=True, kw_only=True):
    """What an adapter has to have. `module` runs as `python -m NAME`, `program` by its own name,
    `node` from the project's `node_modules`, `path` from PATH. `project`: the project's interpreter
    must have it, since it judges with what is installed there; or, if it is `lent`, ours of the same
    version of Python."""

    name: str
    kind: Literal["module", "program", "node", "path"] = "module"
    module: str = ""  # where the module is not named like the distribution
    project: bool = False
    lent: bool = False  # where the project's interpreter lacks it, it may import ours: it needs nothing else
    native: bool = False  # its module only starts a machine program of the same name, which is quicker alone


class Site(Noun, frozen=True, kw_only=True):
    """Where a gate runs: what the planner found out and adapters may use. Paths in `sources`,
    `tests` and `files` are relative to `root`; `python` is the project's interpreter."""

    root: str
    python: str
    python_version: tuple[int, int]
    tools: dict[str, Tool]
    sources: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    cores: int = 1
    distributions: frozenset[str] = frozenset()  # normalised names installed for `python`


class Inputs(Noun, frozen=True, kw_only=True):
    """What a result depends on besides the gate, its command, its tool, and each judged file itself."""

    files: tuple[str, ...] | None = None  # files of the tree whose content counts; None: all of them
    outside: tuple[str, ...] = ()  # absolute paths, not in the tree, whose content or absence counts
    present: tuple[str, ...] | None = ()  # what counts by being there; None: the list of all paths
    limits: bool = False  # the gate's limits decide what a finding is


class GateAdapter(Protocol):
    """A gate tool. The constants come first in the file, then the functions."""

    SCOPE: Scope
    CATEGORY: str
    PRIOR: float  # seconds to expect while there is no history
    LIMITS: dict[str, Limit]  # what holds when the config says nothing of a measure
    OPTIONS: Any  # a Noun class with the keys that only this tool knows
    PINNABLE: bool  # can `version:` be served by another environment than the project's

    def requirements(self, gate: Gate) -> tuple[Requirement, ...]:
        """What must be there, the tool itself first."""

    def command(self, gate: Gate, site: Site) -> Command:
        """The processes to run; environment, timeout and working folder are filled in by the planner."""

    def read(self, gate: Gate, site: Site, outcome: Outcome) -> Reading:
        """What the tool said. Raises ReportError when its report cannot be believed."""

    # An adapter may have besides: `limits(gate)`, in the place of LIMITS; and `inputs(gate, site)`: an
    # `Inputs` in the place of everything in the tree, or None where results depend on what nobody knows:
    # then UNNAMED is the sentence that says so. And `by_exit(gate)`: does exit code 0 say all that there is?


class Divided(GateAdapter, Protocol):
    """A gate tool that can judge any of its files alone. Always, where `pieces` is not None:
    `read` of a whole run == `total` of `parts.joined(pieces, MEASURES)`."""

    MEASURES: dict[str, How]  # how those of the files make those of the whole

    def files(self, gate: Gate, site: Site) -> tuple[str, ...] | None:
        """Exactly the files that a whole run would look at, sorted. None where only a whole run can tell:
        they are the keys of its `pieces`, while paths and `inputs` stay the same."""

    def part(self, gate: Gate, site: Site, files: tuple[str, ...]) -> Command:
        """The same judgement for some of these files."""

    def pieces(
        self, gate: Gate, site: Site, outcome: Outcome, files: tuple[str, ...] | None
    ) -> dict[str, Reading] | None:
        """What was said of each file; `files` are those that `part` got, None for the whole run. None where
        it cannot be told apart or is no verdict: then only a whole run judges. Raises as `read` does."""

    def total(self, gate: Gate, joined: Reading) -> Reading:
        """The reading of all files together: with notes and errors on the whole, without inner measures."""

    def inputs(self, gate: Gate, site: Site) -> Inputs | None:
        """What each of the pieces depends on; None: on something that cannot be named."""


class Store(Protocol):
    """Remembered values by kind and key. Never an exception, never a value that was not put there."""

    def get(self, kind: str, key: str) -> bytes | None:
        """The value, or None."""

    def put(self, kind: str, key: str, value: bytes) -> bool:
        """Keep a value; False when that cannot be done."""

    def latest(self, kind: str, scope: str) -> list[str]:
        """The keys noted last under a scope, newest first."""

    def note(self, kind: str, scope: str, key: str) -> None:
        """Remember a key under a scope."""

    def digest(self, purpose: str, value: str) -> str:
        """A digest of this user's, which tells nobody else the value."""


class Selecting(GateAdapter, Protocol):
    """A test gate whose test files can be chosen: its option `select` says how."""

    def covers(self, gate: Gate) -> bool:
        """Is coverage measured?"""


class Spreading(Protocol):
    """How the work of a gate is shared out among processes, by its option `workers`. The reading is the same
    however many there are, so that it is remembered as that of one."""

    def number(self, gate: Gate, site: Site, most: int) -> int:
        """How many processes, at most so many; one is as without them. Where only some files are judged,
        they are the gate's `paths`, here and in `spread`."""

    def told(self, processes: int) -> str:
        """What is different when there are several, in a sentence; empty where nothing is."""

    def spread(self, gate: Gate, site: Site, whole: Command, processes: int) -> Command:
        """The command of the gate, complete, for several processes."""

    def doubt(self, outcome: Outcome) -> str:
        """Why it is not believed what several said: then one does it all. Empty when it is."""


class Report(Protocol):
    """A report format."""

    def render(self, run: Run) -> dict[str, bytes]:
        """The files by name, each whole: one, or more where a reader's limits make it so. The run is
        safe to show (`rendering.safe`); the same run gives the same bytes."""


class BackendAdapter(Protocol):
    """A program that runs agents. The constants come first in the file, then the functions."""

    KEY: str | None  # the variable with its key, handed on where the config names no other
    NETWORK: bool  # does it have to reach its model?

    def command(self, ask: Ask) -> Command:
        """The process of one turn of work. What it says goes to the kept file `stream` (the `stdout` of its
        step), its working folder is `{root}`, its HOME `{scratch}/home`; environment besides the adapter's
        own and the confinement are filled in by the stage."""

    def read(self, ask: Ask, said: bytes, outcome: Outcome | None) -> Told:
        """What it said so far. Pure, and never raises for what it reads. With no outcome it still runs, and
        the last line may be cut; with one, `status` is decided by the success rule of the backend."""


class Place(Noun, frozen=True, kw_only=True):
    """Where a job runs on this machine: the values of `{root}`, `{cache}` and `{python}`."""

    tree: Tree
    cache: str
    python: str


class Usage(Noun, frozen=True, kw_only=True):
    """What a tree of processes takes now: seconds of CPU so far of those that live, bytes of memory."""

    cpu: float
    memory: int
    processes: int


class Running(Protocol):
    """Runs commands, many at once; no command waits for another one here."""

    def submit(self, job: str, command: Command, place: Place) -> None:
        """Start a command under a name of the caller's; its outcome comes from `collect`."""

    def collect(self, timeout: float | None) -> list[tuple[str, Outcome]]:
        """Outcomes that arrived, at the latest after `timeout` seconds, or as soon as a signal came in."""

    def stop(self, *, now: bool) -> None:
        """End all that runs: politely first, or at once. Their outcomes still come from `collect`."""


class Executor(Running, Protocol):
    """One that is made ready and taken down: nothing of it is left after the `with` that it is used in."""

    def __enter__(self) -> Self:
        """Ready for commands."""

    def __exit__(self, *_: object) -> None:
        """Nothing that was started lives on."""

    def warm(self) -> None:
        """Get ready for the first command while the caller does something else."""


class Observing(Executor, Protocol):
    """An executor that lets a job be looked at, and ended, while others run on."""

    def end(self, job: str, *, now: bool) -> None:
        """End one job: politely first, or at once. Its outcome still comes from `collect`."""

    def peek(self, job: str, name: str, most: int) -> bytes:
        """The first `most` bytes of a file in its scratch folder as they are now; nothing where there is
        none, or the job does not run."""

    def usage(self, job: str) -> Usage | None:
        """What the job's processes take together; None where it is not known."""
