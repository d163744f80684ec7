"""The nouns. Frozen, keyword-only, strict: each step of a run makes the next one and fills in none."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from eee_ci import finding
from eee_ci.agent import Stage

# nouns of this door; `agent` needs them as well
Noun = finding.Noun
Finding = finding.Finding
Severity = finding.Severity
SEVERITIES = finding.SEVERITIES
Status = Literal["passed", "failed", "broken", "skipped"]
Mode = Literal["block", "warn", "off"]
Scope = Literal["file", "project", "tests"]
CaseStatus = Literal["passed", "failed", "error", "skipped"]

STATUSES: tuple[Status, ...] = ("passed", "failed", "broken", "skipped")


class Limit(Noun, frozen=True, kw_only=True):
    """The range a measure must stay in, ends included."""

    min: float | None = None
    max: float | None = None


class Gate(Noun, frozen=True, kw_only=True):
    """One configured check. `limits` maps a measure to its range; findings of a severity *or worse*
    are the measures `findings.critical` ... `findings.info`. `options` belong to the tool's adapter."""

    id: str
    tool: str
    args: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    limits: dict[str, Limit] = {}
    severity: dict[str, Severity | Literal["off"]] = {}
    timeout: float = 600.0
    retries: int = 0
    mode: Mode = "block"
    version: str | None = None
    cores: int = 1
    options: dict[str, Any] = {}


class Tree(Noun, frozen=True, kw_only=True):
    """The files under judgement. `files` maps a path relative to `root`, with `/`, to its content id
    (the git blob id, also for dirty and untracked files); `modes` has git's mode of those that are no plain
    files (100755, 120000); `id` stands for all of it, None when unknown."""

    root: str
    files: dict[str, str] = {}
    modes: dict[str, str] = {}
    id: str | None = None
    vcs: Literal["git", "none"] = "none"
    commit: str | None = None
    branch: str | None = None
    git: str | None = None  # git's folder of this checkout
    home: str | None = None  # the one that all checkouts of the repository share
    prefix: str = ""  # leads from the top of the checkout to `root`: `a/b/`
    settings: dict[str, str] = {}  # git's config, as far as it decides how contents are read
    changed: tuple[str, ...] = ()  # differs from the commit, untracked files included
    notes: tuple[str, ...] = ()  # sentences on what could not be seen


class Step(Noun, frozen=True, kw_only=True):
    """One process of a command. Four variables may stand in argv, cwd and environment, so that a command
    is the same on every machine: `{root}`, `{scratch}` (a fresh folder, gone afterwards), `{cache}`
    (the gate's own, kept) and `{python}`."""

    argv: tuple[str, ...]
    stdout: str = ""  # the kept file that takes standard output whole; else it is captured, bounded
    go_on: tuple[int, ...] = (0,)  # exit codes after which the next step runs
    skip_if: str = ""  # a file below {scratch}: when it exists the step is not needed
    stdin: str = ""  # a file below {scratch} that it gets as standard input; none: there is nothing to read
    cwd: str = "{root}"
    log: int = 0  # bytes of standard error that are captured at most, where it is read as a log


class Command(Noun, frozen=True, kw_only=True):
    """What goes out: steps, one after another. Pure data. `give` are files in `{scratch}` before the
    first step; in those called `.json` the variables are filled in. `keep` are files below `{scratch}` that
    come back with the outcome; a missing one is simply absent. `writes`: it may touch the tree by design of
    the tool (tests, any program), so the tree is compared afterwards. `copy`: it runs in a scratch copy
    of the tree; `{root}` then is the copy."""

    steps: tuple[Step, ...]
    env: dict[str, str] = {}
    give: dict[str, bytes] = {}
    keep: tuple[str, ...] = ()
    timeout: float = 600.0
    writes: bool = False
    copy: bool = False


class Ran(Noun, frozen=True, kw_only=True):
    """What one step did. `signal` where a signal ended it; `peak` bytes of the largest process."""

    argv: tuple[str, ...]
    exit: int | None = None
    signal: int | None = None
    stdout: bytes = b""
    stderr: bytes = b""
    omitted: int = 0  # bytes of output dropped between head and tail
    seconds: float = 0.0
    cpu: float = 0.0
    peak: int | None = None


class Outcome(Noun, frozen=True, kw_only=True):
    """What the processes of a command did. `problem` is a sentence when they could not run to their
    end (missing, timed out, killed, cancelled, crashed); then nothing in it is a verdict."""

    steps: tuple[Ran, ...] = ()
    files: dict[str, bytes] = {}
    problem: str | None = None
    leaky: tuple[str, ...] = ()  # processes that outlived the step and were swept
    seconds: float = 0.0
    cpu: float = 0.0
    peak: int | None = None


class Attempt(Noun, frozen=True, kw_only=True):
    """One run of a test case."""

    status: CaseStatus
    seconds: float = 0.0
    message: str = ""
    text: str = ""


class TestCase(Noun, frozen=True, kw_only=True):
    """One test. `attempts` holds earlier runs, oldest first, when it was run more than once."""

    __test__ = False  # the name is the field's; pytest must not collect it

    classname: str
    name: str
    status: CaseStatus
    seconds: float = 0.0
    file: str | None = None
    line: int | None = None
    message: str = ""
    text: str = ""
    attempts: tuple[Attempt, ...] = ()


class Covered(Noun, frozen=True, kw_only=True):
    """What coverage.py counts in one file, `excluded` being lines that it leaves out. Branches are None where
    they were not measured."""

    statements: int
    covered: int
    excluded: int = 0
    branches: int | None = None
    covered_branches: int | None = None


class Reading(Noun, frozen=True, kw_only=True):
    """What the tool said. `errors` are its own troubles, a sentence each: one of them makes the gate
    broken. A measure that is not known is absent, never 0. `files` has the coverage of each file of the
    project, by its path relative to the root with `/`; empty where none was measured."""

    findings: tuple[Finding, ...] = ()
    cases: tuple[TestCase, ...] = ()
    measures: dict[str, float] = {}
    errors: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    files: dict[str, Covered] = {}


class Cost(Noun, frozen=True, kw_only=True):
    """Seconds on the clock, seconds of CPU, bytes of peak memory; None where unknown."""

    seconds: float | None = None
    cpu: float | None = None
    peak: int | None = None


class Verdict(Noun, frozen=True, kw_only=True):
    """The judgement of one gate. `asked` is False for a gate left out on request (not named, or off):
    it counts neither way."""

    gate: str
    tool: str
    status: Status
    mode: Mode = "block"
    asked: bool = True
    version: str | None = None
    origin: str | None = None
    reasons: tuple[str, ...] = ()
    reading: Reading = Reading()
    limits: dict[str, Limit] = {}
    cost: Cost = Cost()
    flags: tuple[str, ...] = ()  # leaky flaky modified stale
    started: float | None = None  # seconds after the start of the run
    ended: float | None = None  # the same, after the last attempt
    attempts: int = 0
    command: tuple[tuple[str, ...], ...] = ()
    log: str = ""  # the last lines of its output, cleaned
    cached: str | None = None  # when it was found out, where it was remembered
    because: tuple[str, ...] = ()  # why it ran, where it could have been remembered
    chosen: dict[str, str] = {}  # test files that ran while others were remembered, each with its reason
    suppressed: int = 0  # findings switched off by the config


class Run(Noun, frozen=True, kw_only=True):
    """One whole run; the only input of every report. `complete` is False when a signal ended it."""

    schema: int = 1
    version: str
    project: str
    config: str  # where it came from, in words
    config_digest: str
    tree: str | None = None
    commit: str | None = None
    branch: str | None = None
    environment: dict[str, str] = {}
    started: str  # UTC, YYYY-MM-DDThh:mm:ssZ
    seconds: float = 0.0
    cores: int = 1
    complete: bool = True
    signal: int | None = None
    exit_code: int
    verdicts: tuple[Verdict, ...] = ()
    agents: Stage | None = None  # None: there was no agent stage
    notes: tuple[str, ...] = ()


def plain(noun: Any) -> Mapping[str, Any]:
    """The noun as maps, lists and scalars, for `--json`."""
    data: Mapping[str, Any] = msgspec.to_builtins(noun)
    return data
