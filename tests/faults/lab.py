"""What the tests of processes share: the misbehaving tool, how it says that it is ready, who still lives."""

import contextlib
import os
import resource
import select
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from eee_ci import process
from eee_ci.executors.local import Local
from eee_ci.model import Command, Outcome, Step, Tree
from eee_ci.ports import Executor, Place
from eee_ci.process.signals import Signals
from eee_ci.process.supervisor import Supervisor

FT = str(Path(__file__).with_name("ft.py"))
ENV = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
PATIENCE = 20.0  # seconds after which a test fails that would hang


def tool(*words: str, timeout: float = 60.0, keep: tuple[str, ...] = ()) -> Command:
    """A command that runs the fake tool."""
    return command(sys.executable, "-I", "-S", FT, *words, timeout=timeout, keep=keep)


def command(*argv: str, timeout: float = 60.0, keep: tuple[str, ...] = ()) -> Command:
    return Command(steps=(Step(argv=argv),), env=ENV, timeout=timeout, keep=keep)


def place(root: Path | str = "/", *, cache: str = "/nowhere") -> Place:
    return Place(tree=Tree(root=str(root)), cache=cache, python=sys.executable)


@contextlib.contextmanager
def executor(
    *, signals: Signals | None = None, grace: float = 5.0, largest_file: int = 1 << 30
) -> Iterator[Local]:
    """The local executor; its guardian is measured when the tests are."""
    supervisor = Supervisor(signals=signals, grace=grace, largest_file=largest_file, command=guardian())
    with Local(supervisor=supervisor) as local:
        yield local
    merge()


def outcome(local: Local, wanted: Command, at: Place | None = None) -> Outcome:
    """Run one command to its end."""
    local.submit("job", wanted, at or place())
    [(_, got)] = outcomes(local, 1)
    return got


def outcomes(local: Executor, number: int) -> list[tuple[str, Outcome]]:
    """So many outcomes, however long they take to come."""
    got: list[tuple[str, Outcome]] = []
    until = time.monotonic() + PATIENCE
    while len(got) < number:
        assert time.monotonic() < until, f"only {len(got)} of {number} outcomes came"
        got += local.collect(PATIENCE)
    return sorted(got, key=lambda pair: pair[0])


class Ready:
    """A FIFO in which the tool says that it is ready, with its pid and those it left behind."""

    def __init__(self, folder: Path, name: str = "ready") -> None:
        self.path = str(folder / name)
        os.mkfifo(self.path)
        self._file = os.open(self.path, os.O_RDWR | os.O_NONBLOCK)

    def wait(self) -> list[int]:
        said = b""
        while not said.endswith(b"\n"):
            assert readable(self._file), "the tool did not get ready"
            said += os.read(self._file, 4096)
        os.close(self._file)
        return [int(word) for word in said.split()[1:]]


def readable(file: int, seconds: float = PATIENCE) -> bool:
    poll = select.poll()
    poll.register(file, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def alive(pids: list[int], within: float = PATIENCE) -> list[int]:
    """Those that have not ended after so long; the wait is on the processes, not on the clock."""
    left = []
    until = time.monotonic() + within
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            file = os.pidfd_open(pid)
            if not readable(file, max(0.0, until - time.monotonic())):
                left.append(pid)
            os.close(file)
    return left


@contextlib.contextmanager
def few_files() -> Iterator[int]:
    """A limit of open files that is soon reached by whoever inherits it; the number it is at."""
    taken = {int(number) for number in os.listdir("/proc/self/fd")}  # noqa: PTH208 - bare numbers
    most = [number for number in range(len(taken) + 16) if number not in taken][15] + 1
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, limits[1]))
    try:
        yield most
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def marked(run: str) -> list[int]:
    """All processes whose environment says that they belong to the run."""
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if b"EEE_RUN_ID=" + run.encode() in environ.read_bytes():
                found.append(int(environ.parent.name))
    return found


def measuring() -> bool:
    return bool(data_file())


def guardian() -> tuple[str, ...]:
    """The words that start the guardian, under coverage when the tests are."""
    if data := data_file():
        return (sys.executable, str(Path(__file__).with_name("measured.py")), data)
    return (sys.executable, "-I", "-S", str(Path(process.__file__).with_name("guardian.py")))


def data_file() -> str:
    """Where the guardian's coverage goes; empty when nothing is measured."""
    coverage = sys.modules.get("coverage")
    current = coverage.Coverage.current() if coverage else None
    return f"{current.get_data().data_filename()}.guardian" if current else ""


def merge() -> None:
    """Add what the guardians measured to what the tests measure."""
    if not (data := data_file()):
        return
    import coverage

    current = coverage.Coverage.current()
    assert current is not None
    for file in Path(data).parent.glob(f"{Path(data).name}.*"):
        measured = coverage.CoverageData(basename=str(file))
        measured.read()
        current.get_data().update(measured)
        file.unlink()
