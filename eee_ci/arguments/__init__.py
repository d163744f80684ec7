"""The words of the command line: the verbs and their options."""

import argparse
import contextlib
import os
from collections.abc import Callable, Collection
from typing import NoReturn

from eee_ci import __version__
from eee_ci.arguments import agents, judging
from eee_ci.errors import USAGE

_USUAL = 80
_EXITS = """\
exit codes:
  0  green              1  a blocking gate failed
  2  config or usage    4  a blocking gate is broken or skipped, none failed
  3  a bug in eee-ci, or a report could not be written
  128+n  stopped by signal n
"""


class _Help(argparse.HelpFormatter):
    """argparse makes one for each option, and loads shutil each time to know how wide the terminal is."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_width() - 2)


class _Raw(_Help, argparse.RawDescriptionHelpFormatter):
    """Its description stands as it is written."""


class _RawText(_Help, argparse.RawTextHelpFormatter):
    """And all other words of it as well."""


def _width() -> int:
    """Columns of the terminal, as shutil has it."""
    with contextlib.suppress(KeyError, ValueError):
        if (said := int(os.environ["COLUMNS"])) > 0:
            return said
    with contextlib.suppress(OSError):
        return os.get_terminal_size().columns or _USUAL
    return _USUAL


class _Parser(argparse.ArgumentParser):
    """Usage errors name the help that solves them."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"{self.prog}: {message}\n  hint: {self.prog} --help\n")


def parser(words: Collection[str]) -> argparse.ArgumentParser:
    """Understands a command line; only the verbs that stand in it get their options."""
    top = _Parser(
        prog="eee-ci",
        description="One command, one verdict: lint, types, tests, coverage, security, build; offline.",
        epilog=_EXITS,
        formatter_class=_Raw,
        allow_abbrev=False,
    )
    top.add_argument("-V", "--version", action="version", version=f"eee-ci {__version__}")
    top.add_argument("-C", "--directory", metavar="DIR", help="run as if started in DIR")
    verbs = top.add_subparsers(
        dest="verb",
        metavar="VERB",
        required=True,
        parser_class=_Parser,
        prog=top.prog,  # else it lays out a help to know it, for which it loads much
    )
    for name, said, description, add in _VERBS:
        shape = _RawText if add is _cache else _Help
        made = verbs.add_parser(
            name, help=said, description=description, allow_abbrev=False, formatter_class=shape
        )
        if name in words:
            add(made)
    return top


def _watch(parser: argparse.ArgumentParser) -> None:
    judging.gates(parser)
    judging.file(parser)
    judging.fail_fast(parser)
    judging.loud(parser)


def _plan(parser: argparse.ArgumentParser) -> None:
    judging.gates(parser)
    judging.file(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as JSON")
    form.add_argument(
        "--why", action="store_true", help="say of each gate why it would run, or that it is remembered"
    )


def _config(parser: argparse.ArgumentParser) -> None:
    judging.file(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--schema", action="store_true", help="the JSON Schema of the config, for editors")
    form.add_argument("--json", action="store_true", help="as JSON")


def _doctor(parser: argparse.ArgumentParser) -> None:
    judging.file(parser)
    parser.add_argument("--json", action="store_true", help="as JSON")


def _report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a report.json")
    parser.add_argument("--report-dir", metavar="DIR", help="where reports go (default: beside FILE)")
    parser.add_argument(
        "--format",
        action="append",
        metavar="NAME",
        help="json, junit, junit-strict, sarif, markdown or html (default: all but json and junit-strict)",
    )


def _cache(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action",
        choices=("where", "stats", "prune", "clear", "verify"),
        metavar="ACTION",
        help="where   print the folder\n"
        "stats   entries and bytes of each kind, the limit, the oldest and newest use\n"
        "prune   remove what was not used for longest, down to the limit\n"
        "clear   remove all entries\n"
        "verify  read everything and remove what is damaged; exit 1 when something was",
    )
    parser.add_argument("--json", action="store_true", help="stats as JSON")


def _mcp(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", metavar="FILE", help="the gate config (default: eee-ci.yaml, else a preset that fits)"
    )
    parser.set_defaults(jobs=None, no_cache=False)


_VERBS: tuple[tuple[str, str, str, Callable[[argparse.ArgumentParser], None]], ...] = (
    ("check", "judge the project", "Judge the project; the exit code is the verdict.", judging.check),
    (
        "fix",
        "repair what deterministic fixers can",
        "Repair by deterministic fixers, verified by the gates; the exit code is the verdict.",
        judging.fix,
    ),
    (
        "task",
        "have agents do something",
        "Have agents do what is told in words, verified by the gates; the exit code is the verdict.",
        judging.task,
    ),
    (
        "watch",
        "judge again on every change",
        "Judge the project again whenever its files change, until Ctrl-C.",
        _watch,
    ),
    ("plan", "what check would run", "Show what check would run.", _plan),
    ("config", "the resolved config", "Show the resolved config and where each value comes from.", _config),
    (
        "doctor",
        "which tools are there",
        "Show each tool, where it was found, and how to install what is missing.",
        _doctor,
    ),
    ("report", "render reports again", "Render the reports of a finished run again.", _report),
    (
        "cache",
        "what is remembered from run to run",
        "Look after the folder of remembered results (EEE_CI_CACHE_DIR, EEE_CI_CACHE_SIZE).",
        _cache,
    ),
    ("agents", "who repairs what gates find", "Look after the agents of `.claude/agents`.", agents.add),
    (
        "mcp",
        "offer the gates to a coding agent",
        "Serve the gates by the Model Context Protocol on standard input and output. Needs the extra `mcp`.",
        _mcp,
    ),
)
