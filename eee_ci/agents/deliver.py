"""What a run leaves behind: one folder with its patches, reports, todos and journal; each with its digest."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from eee_ci import files, text
from eee_ci.agent import Change, Patch, Result, Stage
from eee_ci.agents import journal, todos
from eee_ci.model import Noun
from eee_ci.rendering import staged
from eee_ci.workspace import Private

SCHEMA = 1
CHANGES, MAILS, REPORT, PAGE = "changes.patch", "commits.mbox", "report.json", "report.md"
_KEPT = ("patches/*.patch", "transcripts/*.log", todos.FILE)
_LARGEST = 64 << 20


class Deliverable(Noun, frozen=True, kw_only=True):
    """A file in the folder of the run."""

    name: str
    sha256: str
    size: int


class Counts(Noun, frozen=True, kw_only=True):
    """Counted from the journal."""

    attempts: int = 0
    retries: int = 0
    repairs: int = 0
    conflicts: int = 0
    results: int = 0


class Report(Noun, frozen=True, kw_only=True):
    """`report.json` of a run. `changes` are the files of `changes.patch`, as they are afterwards."""

    schema: int = SCHEMA
    stage: Stage
    said: tuple[str, ...] = ()  # the analysis and the score table
    counts: Counts = Counts()
    changes: tuple[Change, ...] = ()
    files: tuple[Deliverable, ...] = ()


def patches(folder: Path, private: Private, results: Iterable[Result], whole: Patch) -> None:
    """The patch of each item that has one, whatever became of it, and that of all that was accepted."""
    for result in results:
        if result.patch is not None:
            files.publish(folder / "patches" / f"{result.item}.patch", private.diff(result.patch))
    files.publish(folder / CHANGES, private.diff(whole))


def report(folder: Path, stage: Stage, whole: Patch | None, said: tuple[str, ...]) -> Report:
    """Write the reports of the run, with what else is in its folder."""
    read = journal.read(folder / journal.FILE)
    made = Report(
        stage=stage,
        said=said,
        counts=Counts(
            attempts=read.count("started"),
            retries=read.count("retry"),
            repairs=read.count("repair"),
            conflicts=read.count("conflict"),
            results=read.count("result"),
        ),
        changes=whole.changes if whole else (),
        files=tuple(listed(folder)),
    )
    files.publish(folder / PAGE, "\n".join(_page(made)).encode("utf-8", "replace") + b"\n")
    data = msgspec.json.encode(made)
    files.publish(folder / REPORT, msgspec.json.format(data, indent=1) + b"\n")
    return made


def listed(folder: Path) -> Iterator[Deliverable]:
    """The files that will not change any more. The journal does, and the reports list the others."""
    for name, data in sorted(files.kept(folder, (CHANGES, MAILS, *_KEPT), _LARGEST).items()):
        yield Deliverable(name=name, sha256=hashlib.sha256(data).hexdigest(), size=len(data))


def load(folder: Path) -> Report | None:
    """The report of a run that came to its end."""
    try:
        return msgspec.json.decode((folder / REPORT).read_bytes(), type=Report)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def _page(made: Report) -> Iterator[str]:
    stage = made.stage
    task = f": {text.markdown(stage.task)}" if stage.task else ""
    yield f"# Agents of run {stage.run}{task}"
    yield ""
    yield f"{staged.ends(stage.results)}; mode {stage.mode}, {'applied' if stage.applied else 'not applied'}."
    yield ""
    yield f"| {' | '.join(staged.HEAD)} |"
    yield "|---" * len(staged.HEAD) + "|"
    for result in stage.results:
        yield f"| {' | '.join(text.markdown(text.clip(cell, 500)) for cell in staged.row(result))} |"
    yield from _listed("Files", (_file(change) for change in made.changes))
    yield from _listed("Tamper findings", map(_finding, _tampering(stage.results)))
    yield from _listed("Notes", map(text.markdown, stage.notes))
    yield from _listed("Confinement", map(text.markdown, stage.sandbox))
    yield from _listed("Analysis and selection", map(text.markdown, made.said))
    yield from _listed(
        "Deliverables",
        (f"{text.markdown(it.name)}, {it.size} bytes, sha256 {it.sha256}" for it in made.files),
    )


def _file(change: Change) -> str:
    what = "created" if change.before is None else "deleted" if change.after is None else "changed"
    size = "" if change.size is None else f", {change.size} bytes, sha256 {change.sha256}"
    return f"{text.markdown(change.path)} {what}{size}"


def _finding(pair: tuple[str, str]) -> str:
    return f"{text.markdown(pair[0])}: {text.markdown(pair[1])}"


def _tampering(results: tuple[Result, ...]) -> Iterator[tuple[str, str]]:
    for result in results:
        yield from ((f"{result.item} {one.rule}", one.message) for one in result.tampering)


def _listed(title: str, rows: Iterable[str]) -> Iterator[str]:
    known_rows = list(rows)
    if known_rows:
        yield from ("", f"## {title}", "", *(f"- {row}" for row in known_rows))
