"""Has coverage.py report less than it would: of the regions of a file only functions, and these only where a
line is missing. Nobody asks for classes or for functions that ran, and to count them all costs a third of it.

It changes coverage.py inside, for the time of one report. Of a version that is built otherwise nothing comes
back. Standard library and coverage.py only, Python 3.8.
"""

from __future__ import annotations

import contextlib
import os
from typing import Any, Iterator  # noqa: UP035 - Python 3.8


class Fewer:
    """The source of a file as coverage.py sees it, with fewer regions."""

    def __init__(self, whole: Any, analysis: Any) -> None:
        self._whole, self._analysis = whole, analysis

    def __getattr__(self, name: str) -> Any:
        return getattr(self._whole, name)

    def code_regions(self) -> list[Any]:
        if not self._analysis.missing:
            return []
        return [region for region in self._whole.code_regions() if region.kind == "function"]

    def code_region_kinds(self) -> list[tuple[str, str]]:
        return [kind for kind in self._whole.code_region_kinds() if kind[0] == "function"]


class Unwritten:
    """Stands for `json` in coverage.py: the report is taken as it is."""

    @staticmethod
    def dump(*_: Any, **__: Any) -> None:
        """Nothing to write."""


def report(cov: Any, morfs: list[str], aside: str) -> dict[str, Any] | None:
    """What coverage.py would write; None where it cannot be had like this. Raises what coverage.py raises."""
    kept: list[dict[str, Any]] = []
    with leaning(kept):
        cov.json_report(morfs=morfs, outfile=aside, show_contexts=False, contexts=[])
    with contextlib.suppress(OSError):
        os.remove(aside)
    return kept[0] if len(kept) == 1 else None


@contextlib.contextmanager
def leaning(kept: list[dict[str, Any]]) -> Iterator[None]:
    """Reports are kept in the list instead of being written."""
    from coverage import control, jsonreport

    class Lean(jsonreport.JsonReporter):
        def report(self, *arguments: Any, **named: Any) -> Any:
            found = super().report(*arguments, **named)
            kept.append(self.report_data)
            return found

        def report_one_file(self, data: Any, analysis: Any, reporter: Any, *rest: Any) -> Any:
            fewer: Any = Fewer(reporter, analysis)
            return super().report_one_file(data, analysis, fewer, *rest)

    before = vars(control)["JsonReporter"], vars(jsonreport)["json"]
    vars(control)["JsonReporter"], vars(jsonreport)["json"] = Lean, Unwritten
    try:
        yield
    finally:
        vars(control)["JsonReporter"], vars(jsonreport)["json"] = before
