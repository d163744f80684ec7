"""The words of the command line: the verbs and their options."""

import argparse
from collections.abc import Callable
from typing import NoReturn

from eee_ci import __version__
from eee_ci.arguments import agents
from eee_ci.errors import USAGE

_EXITS = """\
exit codes:
  0  green              1  a blocking gate failed
  2  config or usage    4  a blocking gate is broken or skipped, none failed
  3  a bug in eee-ci, or a report could not be written
  128+n  stopped by signal n
"""


class _Parser(argparse.ArgumentParser):
    """Usage errors name the help that solves them."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"{self.prog}: {message}\n  hint: {self.prog} --help\n")


def parser() -> argparse.ArgumentParser:
    """Understands every command line."""
    top = _Parser(
        prog="eee-ci",
        description="One command, one verdict: lint, types, tests, coverage, security, build; offline.",
        epilog=_EXITS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    top.add_argument("-V", "--version", action="version", version=f"eee-ci {__version__}")
    top.add_argument("-C", "--directory", metavar="DIR", help="run as if started in DIR")
    verbs = top.add_subparsers(dest="verb", metavar="VERB", required=True, parser_class=_Parser)
    for name, said, description, add in _VERBS:
        shape = argparse.RawTextHelpFormatter if add is _cache else argparse.HelpFormatter
        made = verbs.add_parser(
            name, help=said, description=description, allow_abbrev=False, formatter_class=shape
        )
        add(made)
    return top


def _gates(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "gates", nargs="*", metavar="GATE", help="only these gates, and what they need (default: all)"
    )


def _file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", metavar="FILE", help="the gate config (default: eee-ci.yaml, else a preset that fits)"
    )
    parser.add_argument("--no-cache", action="store_true", help="neither use nor keep remembered results")
    parser.add_argument(
        "--jobs", type=_positive, metavar="N", help="cores to use (default: all that this process may use)"
    )


def _fail_fast(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--fail-fast",
        action="store_true",
        help="start nothing new after the first blocking gate that is not green",
    )


def _check(parser: argparse.ArgumentParser) -> None:
    _gates(parser)
    _file(parser)
    _fail_fast(parser)
    _reporting(parser)


def _reporting(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--failing-first", action="store_true", help="start with the gates that failed most lately"
    )
    parser.add_argument("--report-dir", metavar="DIR", help="where reports go (default: .eee-ci/reports)")
    parser.add_argument(
        "--trace",
        metavar="FILE",
        help="also write when each gate ran, for ui.perfetto.dev or chrome://tracing",
    )
    parser.add_argument(
        "--github",
        action="store_true",
        help="also write the step summary and outputs of a GitHub Actions step",
    )
    _volume(parser)


def _check_with_agents(parser: argparse.ArgumentParser) -> None:
    _check(parser)
    parser.add_argument(
        "--agents",
        nargs="?",
        type=_names,
        const=(),
        metavar="NAMES",
        help="first let agents repair what the gates find: those named, with commas between, or the best ones",
    )
    _apply(parser)


def _fix(parser: argparse.ArgumentParser) -> None:
    _check(parser)
    _apply(parser)


def _task(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("task", metavar="TASK", help="what is to be done, in words")
    parser.set_defaults(gates=())
    _file(parser)
    _fail_fast(parser)
    _reporting(parser)
    parser.add_argument(
        "--agents", type=_names, metavar="NAMES", help="these agents, with commas between (default: the best)"
    )
    parser.add_argument(
        "--accept",
        metavar="COMMAND",
        help="the task is done when this exits with 0; no shell reads it. Without it nothing is ever applied",
    )
    parser.add_argument(
        "--budget-usd", type=_money, metavar="X", help="what the run may cost, as backends tell"
    )
    parser.add_argument(
        "--budget-time", type=_time, metavar="T", help="how long it may take, such as 90s or 10m"
    )
    _apply(parser)


def _apply(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--apply",
        action="store_true",
        help="write what the gates accepted into the work tree (default: as the config says, else patches only)",
    )


def _names(words: str) -> tuple[str, ...]:
    names = tuple(name for word in words.split(",") if (name := word.strip()))
    if not names:
        raise argparse.ArgumentTypeError(f"found {words!r}, want names of agents with commas between")
    return names


def _money(words: str) -> float:
    try:
        value = float(words)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"found {words!r}, want an amount such as 2.50")
    return value


def _time(words: str) -> float:
    units = {"s": 1.0, "m": 60.0, "h": 3600.0}
    number, unit = (words[:-1], units[words[-1]]) if words[-1:] in units else (words, 1.0)
    if not number.replace(".", "", 1).isdecimal() or not float(number):
        raise argparse.ArgumentTypeError(f"found {words!r}, want a time such as 90s, 10m or 1h")
    return float(number) * unit


def _volume(parser: argparse.ArgumentParser) -> None:
    volume = _loud(parser)
    volume.add_argument("--json", action="store_true", help="print report.json instead")


def _loud(parser: argparse.ArgumentParser) -> argparse._MutuallyExclusiveGroup:
    volume = parser.add_mutually_exclusive_group()
    volume.add_argument(
        "--quiet", action="store_true", help="print the verdict, and the reasons when it is red"
    )
    volume.add_argument("--verbose", action="store_true", help="print each gate as it ends, and all findings")
    return volume


def _watch(parser: argparse.ArgumentParser) -> None:
    _gates(parser)
    _file(parser)
    _fail_fast(parser)
    _loud(parser)


def _plan(parser: argparse.ArgumentParser) -> None:
    _gates(parser)
    _file(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as JSON")
    form.add_argument(
        "--why", action="store_true", help="say of each gate why it would run, or that it is remembered"
    )


def _config(parser: argparse.ArgumentParser) -> None:
    _file(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--schema", action="store_true", help="the JSON Schema of the config, for editors")
    form.add_argument("--json", action="store_true", help="as JSON")


def _doctor(parser: argparse.ArgumentParser) -> None:
    _file(parser)
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


def _positive(words: str) -> int:
    if not words.isdecimal() or int(words) < 1:
        raise argparse.ArgumentTypeError(f"found {words!r}, want a whole number from 1 up")
    return int(words)


_VERBS: tuple[tuple[str, str, str, Callable[[argparse.ArgumentParser], None]], ...] = (
    ("check", "judge the project", "Judge the project; the exit code is the verdict.", _check_with_agents),
    (
        "fix",
        "repair what deterministic fixers can",
        "Repair by deterministic fixers, verified by the gates; the exit code is the verdict.",
        _fix,
    ),
    (
        "task",
        "have agents do something",
        "Have agents do what is told in words, verified by the gates; the exit code is the verdict.",
        _task,
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
