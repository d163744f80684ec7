"""The nouns of the agent stage. What an agent says is data and decides nothing; None is unknown, never 0."""

from typing import Any, Literal

from eee_ci.finding import Finding, Noun

Origin = Literal["project", "user", "built-in"]
# What a backend says of itself. `ok` means that it stopped by its own will: it only unlocks verification.
Stopped = Literal["ok", "error", "timeout", "budget", "cancelled", "crashed"]
# Where an item ended. Only `accepted` is ever applied; `unverified` and `conflict` keep their patch.
End = Literal[
    "accepted", "unverified", "no-op", "rejected", "tampered", "conflict", "failed", "budget", "skipped"
]
TodoStatus = Literal["pending", "in_progress", "completed"]


class Agent(Noun, frozen=True, kw_only=True):
    """One entry of the roster, read from a file of `.claude/agents/`. `tools` None: all. `extra` has the keys
    that nobody honours, so that they can be shown."""

    name: str
    description: str
    prompt: str = ""
    origin: Origin = "project"
    path: str = ""  # of its file, relative to the root; the bare file name for a built-in one
    backend: str | None = None  # by name, where the file or the config says one
    tools: tuple[str, ...] | None = None
    denied: tuple[str, ...] = ()
    model: str | None = None
    max_turns: int | None = None
    effort: str | None = None
    permission_mode: str | None = None
    extra: dict[str, Any] = {}


class Limits(Noun, frozen=True, kw_only=True):
    """What an agent may use up. None: no such limit."""

    seconds: float = 600.0  # on the clock
    turns: int | None = None
    usd: float | None = None
    tokens: int | None = None
    files: int | None = None  # changed
    lines: int | None = None  # changed
    memory: int | None = None  # bytes of its processes
    output: int = 64 * 1024 * 1024  # bytes that are read of what it says


class Backend(Noun, frozen=True, kw_only=True):
    """A configured backend: its kind is the adapter. `argv` replaces the adapter's own words where it is
    given; in it `{workdir}`, `{model}`, `{scratch}` and `{prompt}` (a file) are filled in word by word. What
    is asked comes by standard input as well. `reader` names the parser of what the program says. `key` is
    the one variable that is handed on to it."""

    name: str
    kind: str
    argv: tuple[str, ...] = ()
    reader: str | None = None
    key: str | None = None
    env: dict[str, str] = {}
    model: str | None = None
    network: bool | None = None  # None: what the adapter needs


class Todo(Noun, frozen=True, kw_only=True, rename="camel"):
    """One entry of a list in TodoWrite's shape."""

    content: str
    status: TodoStatus = "pending"
    active_form: str = ""


class Ask(Noun, frozen=True, kw_only=True):
    """What an agent is asked. `findings` are cleaned and cut already; `nonce` fences them in prompts."""

    run: str
    item: str
    agent: Agent
    backend: Backend
    task: str
    findings: tuple[Finding, ...] = ()
    scope: tuple[str, ...] = ()  # globs; none: everything
    workdir: str
    python: str = ""  # the project's interpreter
    limits: Limits = Limits()
    nonce: str = ""
    round: int = 1
    todos: tuple[Todo, ...] = ()  # our own list for this item


class Tokens(Noun, frozen=True, kw_only=True):
    """As counted by the backend."""

    input: int | None = None
    output: int | None = None
    cache: int | None = None

    @property
    def total(self) -> int | None:
        """Input and output together; None while either is unknown."""
        return None if self.input is None or self.output is None else self.input + self.output


class Told(Noun, frozen=True, kw_only=True):
    """What a backend's stream said, up to where it was read. `status` None: it goes on, or was cut off."""

    status: Stopped | None = None
    reason: str | None = None  # a sentence
    transient: bool = False  # worth a retry: overload, rate limit, a start that failed
    turns: int | None = None
    usd: float | None = None
    tokens: Tokens = Tokens()
    todos: tuple[Todo, ...] | None = None  # its latest list
    last: str | None = None  # the latest activity: a tool, or its words, cleaned
    message: str = ""  # its last words, cleaned and cut
    files: tuple[str, ...] = ()  # that it says it changed; git tells the truth
    retries: int = 0  # of its own
    events: int = 0
    unknown: int = 0  # events of no known kind
    damaged: int = 0  # lines that could not be read
    warnings: tuple[str, ...] = ()


class Change(Noun, frozen=True, kw_only=True):
    """One file of a patch. Ids are git blob ids, None where there is no such file; sizes in bytes."""

    path: str
    before: str | None = None
    after: str | None = None
    mode_before: str | None = None
    mode_after: str | None = None
    size: int | None = None  # afterwards
    added: int | None = None  # lines; None for a binary file
    removed: int | None = None
    sha256: str | None = None  # of the content afterwards


class Patch(Noun, frozen=True, kw_only=True):
    """What an item changes, as a tree of the private repository against its base."""

    base: str  # commit
    tree: str  # git tree id of the candidate
    sha256: str  # of the diff's bytes
    size: int
    changes: tuple[Change, ...] = ()


class Item(Noun, frozen=True, kw_only=True):
    """A piece of work of the plan. `targets` are fingerprints of the findings that it is to mend; items whose
    `scope` may meet wait for each other; no scope: everything."""

    id: str
    agent: str
    title: str
    task: str
    targets: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    scope: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


class Result(Noun, frozen=True, kw_only=True):
    """Where an item ended, with the reasons; what the reports show of the stage."""

    item: str
    agent: str
    title: str = ""
    backend: str | None = None
    model: str | None = None
    end: End
    reasons: tuple[str, ...] = ()
    told: Told | None = None
    patch: Patch | None = None
    fixed: tuple[Finding, ...] = ()  # findings of the base that are gone
    tampering: tuple[Finding, ...] = ()
    attempts: int = 0
    rounds: int = 0
    retries: int = 0
    conflicts: int = 0
    seconds: float | None = None
    cpu: float | None = None
    peak: int | None = None
    commit: str | None = None  # where it was applied to the user's branch


class Stage(Noun, frozen=True, kw_only=True):
    """One whole agent stage. Every number of it is counted from its journal."""

    run: str
    task: str | None = None
    mode: Literal["suggest", "apply"] = "suggest"
    base: str | None = None
    folder: str = ""  # its deliverables, relative to the root
    started: str = ""
    seconds: float | None = None
    sandbox: tuple[str, ...] = ()  # what confined the agents, in words
    applied: bool = False
    results: tuple[Result, ...] = ()
    findings: tuple[Finding, ...] = ()  # on the roster
    notes: tuple[str, ...] = ()
