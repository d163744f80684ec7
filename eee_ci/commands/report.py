"""`eee-ci report FILE`: renders a run once more from its `report.json`, in any format."""

import argparse
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from eee_ci import commands, files, reports, text
from eee_ci.console import Console, summary
from eee_ci.errors import BUG, GREEN, UsageError, WriteError
from eee_ci.model import Noun, Run
from eee_ci.rendering import parts

FORMATS = ("junit", "sarif", "markdown", "html")
_LARGEST = 256 << 20


class Published(Noun, frozen=True, kw_only=True):
    """The files that were written, and a sentence for each that could not be."""

    written: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


class Rendered(Noun, frozen=True, kw_only=True):
    """A run from a file, and what became of its reports."""

    run: Run
    published: Published


def run(arguments: argparse.Namespace) -> int:
    """Render again; 3 when a file could not be written. The verdict of the run is not judged anew."""
    folder = commands.folder(arguments.report_dir, Path(arguments.file).parent)
    rendered = report(Path(arguments.file), formats=arguments.format or FORMATS, folder=folder)
    console = Console()
    console.lines([summary.places(folder, rendered.published.written)])
    console.lines(f"eee-ci: {fault}" for fault in rendered.published.faults)
    return BUG if rendered.published.faults else GREEN


def report(
    file: Path,
    *,
    formats: Iterable[str] = FORMATS,
    folder: Path | None = None,
    junit_dialect: Literal["common", "strict"] = "common",
) -> Rendered:
    """Read, render, write into the folder, else beside the file. A UsageError where the file is no report."""
    run = load(file)
    rendered = reports.render(run, formats, junit_dialect=junit_dialect)
    return Rendered(run=run, published=publish(rendered, folder or file.parent))


def load(file: Path) -> Run:
    """The run in the file."""
    hint = "name the report.json of an earlier run, usually .eee-ci/reports/report.json"
    shown = text.line(str(file))
    try:
        if not file.is_file():  # nor a pipe or a device, which could make us wait for ever
            raise UsageError(f"{shown}: {'not a file' if file.exists() else 'no such file'}", hint)
        if file.stat().st_size > _LARGEST:
            raise UsageError(f"{shown}: over {_LARGEST >> 20} MiB, which no report is", hint)
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{shown}: cannot be read: {error.strerror}", hint) from None
    return reports.load(data, shown)


def publish(rendered: Mapping[str, bytes], folder: Path) -> Published:
    """Write them all; one that cannot be written keeps no other one back."""
    written, faults = [], []
    for name, data in rendered.items():
        try:
            files.publish(folder / name, data)
            written.append(name)
        except WriteError as error:
            faults.append(f"{text.line(error.message)} ({error.hint})")
    present = [path.name for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
    for name in parts.stale(rendered, present):
        try:
            files.remove(folder / name)
        except WriteError as error:
            faults.append(f"{text.line(error.message)} ({error.hint})")
    return Published(written=tuple(written), faults=tuple(faults))
