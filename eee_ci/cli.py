"""Arguments in, exit code out; the one place that catches.

Kept light: nothing here imports what costs more than argparse, and each verb is imported when it is called.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from eee_ci import __version__
from eee_ci.errors import BUG, SIGNALLED, USAGE, EeeCiError

_SIGINT = 2
_EXITS = """\
exit codes:
  0  green              1  a blocking gate failed
  2  config or usage    4  a blocking gate is broken or skipped, none failed
  3  a bug in eee-ci, or a report could not be written
  128+n  stopped by signal n
"""


def main(argv: Sequence[str]) -> int:
    """Run one command line; every error ends here, as a sentence and an exit code."""
    if list(argv) in (["--version"], ["-V"]):
        return _print(f"eee-ci {__version__}")
    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    return _guarded(arguments)


def _guarded(arguments: argparse.Namespace) -> int:
    try:
        if arguments.directory:
            _enter(arguments.directory)
        verb = importlib.import_module(f"eee_ci.commands.{arguments.verb}")
        return int(verb.run(arguments))
    except EeeCiError as error:
        _explain(error)
        return error.code
    except KeyboardInterrupt:
        _complain("eee-ci: stopped")
        return SIGNALLED + _SIGINT
    except Exception:  # noqa: BLE001 - whatever else arrives here is our own fault, and says so
        import traceback

        _complain(
            traceback.format_exc() + "eee-ci: this is a bug in eee-ci; please report it with the lines above"
        )
        return BUG


def _enter(folder: str) -> None:
    try:
        os.chdir(folder)
    except OSError as error:
        from eee_ci.errors import UsageError

        raise UsageError(f"-C {folder}: {error.strerror}", "name a folder that exists") from None


def _explain(error: EeeCiError) -> None:
    from eee_ci import text

    lines = [f"eee-ci: {text.clean(error.message)}"]
    if error.hint:
        lines.append(f"  hint: {text.clean(error.hint)}")
    _complain("\n".join(lines))


def _complain(words: str) -> None:
    try:
        sys.stderr.write(words + "\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        return


def _print(words: str) -> int:
    try:
        sys.stdout.write(words + "\n")
        sys.stdout.flush()
    except (OSError, ValueError):
        return 0
    return 0


class _Parser(argparse.ArgumentParser):
    """Usage errors name the help that solves them."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"{self.prog}: {message}\n  hint: {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="eee-ci",
        description="One command, one verdict: lint, types, tests, coverage, security, build; offline.",
        epilog=_EXITS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("-V", "--version", action="version", version=f"eee-ci {__version__}")
    parser.add_argument("-C", "--directory", metavar="DIR", help="run as if started in DIR")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True, parser_class=_Parser)
    for name, said, description, add in _VERBS:
        add(verbs.add_parser(name, help=said, description=description, allow_abbrev=False))
    return parser


def _gates(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "gates", nargs="*", metavar="GATE", help="only these gates, and what they need (default: all)"
    )


def _file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", metavar="FILE", help="the gate config (default: eee-ci.yaml, else a preset that fits)"
    )
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
    parser.add_argument("--json", action="store_true", help="as JSON")


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


def _positive(words: str) -> int:
    if not words.isdecimal() or int(words) < 1:
        raise argparse.ArgumentTypeError(f"found {words!r}, want a whole number from 1 up")
    return int(words)


_VERBS: tuple[tuple[str, str, str, Callable[[argparse.ArgumentParser], None]], ...] = (
    ("check", "judge the project", "Judge the project; the exit code is the verdict.", _check),
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
)
