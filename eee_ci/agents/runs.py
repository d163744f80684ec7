"""The folders of runs: `.eee-ci/runs/<run>`, each with its journal, held by whoever works in it."""

import contextlib
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from eee_ci import files
from eee_ci.agents import journal
from eee_ci.errors import UsageError
from eee_ci.files import entries
from eee_ci.model import Noun

_NAME = re.compile(r"r-[0-9]{8}-[0-9]{6}-[0-9a-f]{6}")
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_ENDED = "finished"


class Owner(Noun, frozen=True, kw_only=True):
    """Who works in the folder, or did: the lock tells whether it still does."""

    pid: int
    boot: str | None


class Known(Noun, frozen=True, kw_only=True):
    """A run as its folder tells of it."""

    run: str
    folder: str
    read: journal.Read
    busy: bool

    @property
    def finished(self) -> bool:
        return any(True for _ in self.read.of(_ENDED))

    @property
    def place(self) -> str | None:
        """Where its private repository and the agents' clones lie."""
        places = [line.facts.get("place") for line in self.read.of("placed")]
        return places[-1] if places else None


def name() -> str:
    """A new run's."""
    return f"r-{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.urandom(3).hex()}"


def is_name(word: str) -> bool:
    """Is a run called so?"""
    return _NAME.fullmatch(word) is not None


def home(root: Path) -> Path:
    return files.home(root) / "runs"


@contextlib.contextmanager
def held(root: Path, run: str) -> Iterator[Path]:
    """The folder of a run, for nobody else as long as it is held. A UsageError when somebody has it."""
    folder = files.folder(home(root) / run)
    with entries.alone(str(folder / "lock")) as mine:
        if not mine:
            raise UsageError(f"the run {run} goes on in another process", "wait for its end, or end it")
        for place in (folder, *(path for path in folder.iterdir() if path.is_dir())):
            files.sweep(place)
        owner = Owner(pid=os.getpid(), boot=boot())
        files.publish(folder / "owner.json", msgspec.json.encode(owner))
        yield folder


def known(root: Path) -> tuple[Known, ...]:
    """All runs of a project, oldest first."""
    return tuple(find(root, each) for each in _names(root / ".eee-ci" / "runs"))


def _names(place: Path) -> list[str]:
    found = place.iterdir() if place.is_dir() else ()
    return sorted(path.name for path in found if _NAME.fullmatch(path.name))


def find(root: Path, run: str) -> Known:
    """One run; a UsageError where there is none of this name."""
    folder = root / ".eee-ci" / "runs" / run
    if not _NAME.fullmatch(run) or not folder.is_dir():
        raise UsageError(f"there is no run {run!r} here", "`eee-ci agents runs` lists them")
    with entries.alone(str(folder / "lock")) as free:
        busy = not free
    return Known(run=run, folder=str(folder), read=journal.read(folder / journal.FILE), busy=busy)


def crashed(root: Path) -> tuple[str, ...]:
    """A sentence for each run that neither ended nor goes on. Every check asks, so that of those that ended
    only the last line is read."""
    place = root / ".eee-ci" / "runs"
    open_ = [name for name in _names(place) if not journal.ends_with(place / name / journal.FILE, _ENDED)]
    return tuple(
        f"the run {name} did not finish: `eee-ci agents resume {name}` goes on with it"
        for name in open_
        if not find(root, name).busy
    )


def remove(root: Path, run: Known) -> None:
    """All that a run left: its folder, and its place outside of the project."""
    if run.busy:
        raise UsageError(f"the run {run.run} goes on in another process", "wait for its end, or end it")
    if run.place and Path(run.place).name.startswith("eee-ci-"):  # only what is named like ours
        files.discard(Path(run.place))
    files.remove(root / ".eee-ci" / "runs" / run.run)


def boot() -> str | None:
    """What tells one start of the machine from another."""
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return None
