"""The report of `coverage json`, with the parts of unchanged files taken from a folder, and fewer regions.

What coverage.py says of a file depends on its source, on the lines that ran, on the settings and on the
versions; under their digest its words are kept. The files that are not known are reported by it, in one go,
and one that is known as well, to see that the totals are still made as we make them. On any doubt the whole
report is coverage.py's.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import Callable  # noqa: UP035 - Python 3.8

    Lean = Callable[[Any, list[str], str], "dict[str, Any] | None"]

FORM = "2"
MOST = 2000  # entries kept
EXCLUDED = ("exclude", "partial", "partial_always")
OPTIONS = (
    *("run:relative_files", "run:branch", "run:plugins", "report:precision", "report:omit", "report:include"),
    *("report:ignore_errors", "json:pretty_print"),
)


def report(cov: Any, out: str, memo: str | None, lean: Lean) -> None:
    """Raises what coverage.py raises. `lean` has it report on some files."""
    if memo:
        try:
            text = Memo(cov, memo, lean).report(f"{out}.some")
        except Exception:  # noqa: BLE001 - then coverage.py does it all, and says what is wrong
            text = None
        if text is not None:
            with open(out, "w", encoding="utf-8") as stream:
                stream.write(text)
            return
    cov.json_report(outfile=out, show_contexts=False, contexts=[])


class Memo:
    """A folder of digest -> what coverage.py said of one file."""

    def __init__(self, cov: Any, folder: str, lean: Lean) -> None:
        import coverage

        self.cov, self.folder, self.data, self.lean = cov, folder, cov.get_data(), lean
        os.makedirs(folder, exist_ok=True)
        settings = [option(cov, name) for name in OPTIONS] + [
            cov.get_exclude_list(which) for which in EXCLUDED
        ]
        if option(cov, "run:plugins") or option(cov, "json:pretty_print"):
            raise ValueError("a plugin's words depend on what we do not know")
        self.base = json.dumps([FORM, coverage.__version__, sys.version, self.data.has_arcs(), settings])

    def report(self, some: str) -> str | None:
        paths = sorted(self.data.measured_files())
        keys = {path: self.key(path) for path in paths}
        known = {path: self.read(key) for path, key in keys.items()}
        asked = [path for path in paths if known[path] is None]
        if len(asked) == len(paths):
            probe = None
        else:
            there = [path for path in paths if known[path] and known[path]["text"]]  # type: ignore[index]  # `read` tells which are there
            probe = min(there, key=lambda path: len(known[path]["text"]), default=None)  # type: ignore[index]  # `read` tells which are there
        if probe is None and not asked:
            return None  # nothing to report is coverage.py's to say
        morfs = asked + ([probe] if probe is not None else [])
        said = self.lean(self.cov, morfs, some)
        if said is None or {*said["files"]} - {name(path) for path in morfs}:
            return None
        if self.totals(said["files"].values()) != said["totals"]:
            return None
        for path in morfs:
            words = said["files"].get(name(path))
            entry = {
                "text": json.dumps(words) if words is not None else "",
                "summary": (words or {}).get("summary"),
            }
            if path == probe and entry["text"] != known[path]["text"]:  # type: ignore[index]  # `read` tells which are there
                return None
            known[path] = entry
            self.write(keys[path], entry)
        prune(self.folder)
        shown = [path for path in paths if known[path]["text"]]  # type: ignore[index]  # `read` tells which are there
        totals = self.totals([{"summary": known[path]["summary"]} for path in shown])  # type: ignore[index]  # `read` tells which are there
        parts = ", ".join(f"{json.dumps(name(path))}: {known[path]['text']}" for path in shown)  # type: ignore[index]  # `read` tells which are there
        return f'{{"meta": {json.dumps(said["meta"])}, "files": {{{parts}}}, "totals": {json.dumps(totals)}}}'

    def totals(self, files: Any) -> dict[str, Any]:
        """As coverage.py adds up."""
        from coverage.jsonreport import JsonReporter
        from coverage.results import Numbers

        reporter = JsonReporter(self.cov)
        total = reporter.total
        fields = {
            "n_statements": "num_statements",
            "n_excluded": "excluded_lines",
            "n_missing": "missing_lines",
            "n_branches": "num_branches",
            "n_partial_branches": "num_partial_branches",
            "n_missing_branches": "missing_branches",
        }
        for file in files:
            counts = {field: file["summary"].get(key, 0) for field, key in fields.items()}
            total += Numbers(total.precision, n_files=1, **counts)
        made: dict[str, Any] = reporter.make_summary(total)
        if self.data.has_arcs():
            made.update(reporter.make_branch_summary(total))
        return made

    def key(self, path: str) -> str | None:
        """None for a file that is not there."""
        ran = (self.data.arcs if self.data.has_arcs() else self.data.lines)(path)
        try:
            with open(path, "rb") as stream:
                source = hashlib.sha256(stream.read()).hexdigest()
        except OSError:
            return None
        known = json.dumps([self.base, name(path), source, self.data.file_tracer(path), sorted(ran or ())])
        return hashlib.sha256(known.encode()).hexdigest()

    def read(self, key: str | None) -> dict[str, Any] | None:
        """Damage is a miss."""
        if key is None:
            return None
        try:
            with open(os.path.join(self.folder, key), encoding="utf-8") as stream:
                digest, _, text = stream.read().partition("\n")
            if digest != hashlib.sha256(text.encode()).hexdigest():
                return None
            found: dict[str, Any] = json.loads(text)
        except (OSError, ValueError):
            return None
        return found

    def write(self, key: str | None, entry: dict[str, Any]) -> None:
        """Aside, then in place; a folder that cannot be written remembers nothing."""
        if key is None:
            return
        text = json.dumps(entry)
        aside = os.path.join(self.folder, f".{os.getpid()}")
        try:
            with open(aside, "w", encoding="utf-8") as stream:
                stream.write(f"{hashlib.sha256(text.encode()).hexdigest()}\n{text}")
            os.replace(aside, os.path.join(self.folder, key))
        except OSError:
            return


def prune(folder: str) -> None:
    """Leave the newest."""
    entries = sorted((entry for entry in os.scandir(folder)), key=lambda entry: -entry.stat().st_mtime)
    for entry in entries[MOST:]:
        os.remove(entry.path)


def option(cov: Any, key: str) -> Any:
    """A setting; None where this version has none."""
    try:
        return cov.get_option(key)
    except Exception:  # noqa: BLE001 - its own exception class moved between versions
        return None


def name(path: str) -> str:
    """As the report names a file."""
    here = os.path.join(os.path.realpath("."), "")
    return path[len(here) :] if path.startswith(here) else path  # noqa: FURB188 - Python 3.8
