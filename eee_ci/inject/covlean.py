"""Has coverage.py report less than it would: of the regions of a file only functions, and these only where a
line is missing. Nobody asks for classes or for functions that ran, and to count them all costs a third of it.
A source is parsed once, and its tokens come from the parser that Python itself uses.

It changes coverage.py inside, for the time of one report. Of a version that is built otherwise nothing comes
back. Standard library and coverage.py only, Python 3.8.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import os
import sys
import token
import types
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

    with contextlib.ExitStack() as stack:
        stack.enter_context(standing(control, "JsonReporter", Lean))
        stack.enter_context(standing(jsonreport, "json", Unwritten))
        for name, other in quicker().items():
            module, _, place = name.rpartition(".")
            with contextlib.suppress(ImportError, KeyError):  # of a version that has no such thing
                stack.enter_context(standing(importlib.import_module(module), place, other))
        yield


@contextlib.contextmanager
def standing(module: types.ModuleType, name: str, other: object) -> Iterator[None]:
    """In the place of what has this name. Raises KeyError where nothing has."""
    before = vars(module)[name]
    vars(module)[name] = other
    try:
        yield
    finally:
        vars(module)[name] = before


def quicker() -> dict[str, object]:
    """What says the same sooner, by the name of what it stands for."""
    parsing = once()
    found: dict[str, object] = {"coverage.parser.ast": parsing, "coverage.regions.ast": parsing}
    if sys.version_info[:2] == (3, 11):  # later ones have `tokenize` do so
        found["coverage.parser.generate_tokens"] = tokens
    return found


def once() -> types.ModuleType:
    """`ast`, that hands out a tree again which it has just made."""
    made = types.ModuleType("ast")
    vars(made).update(vars(ast))
    last: tuple[str, ast.AST] = ("", ast.Module([], []))

    def parse(source: str) -> ast.AST:
        nonlocal last
        if source != last[0] or not source:
            last = source, ast.parse(source)
        return last[1]

    vars(made)["parse"] = parse
    return made


def tokens(text: str) -> Iterator[tuple[int, str, tuple[int, int], tuple[int, int], str]]:
    """As `tokenize.generate_tokens` gives those of Python 3.11, as far as coverage.py looks: without columns,
    lines, comments and the ends of empty lines."""
    made = importlib.import_module("_tokenize").TokenizerIter(text)
    for word, kind, first, last, *_ in made:
        if kind == token.NEWLINE:
            yield kind, "", (first, 0), (last, 0), ""  # here it has the comment before it
        else:
            yield (token.OP if token.LPAR <= kind < token.OP else kind), word, (first, 0), (last, 0), ""
