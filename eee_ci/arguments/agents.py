"""The words of the verbs on agents."""

import argparse
from collections.abc import Callable

from eee_ci.arguments import judging


def add(parser: argparse.ArgumentParser) -> None:
    """The verbs below `agents`."""
    verbs = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, said, description, words in _ACTIONS:
        words(verbs.add_parser(name, help=said, description=description, allow_abbrev=False))


def _source(parser: argparse.ArgumentParser, default: str) -> None:
    parser.set_defaults(config=None)
    parser.add_argument(
        "--base", metavar="REV", help=f"read the agent files as of this commit (default: {default})"
    )
    parser.add_argument("--user-agents", action="store_true", help="also those of ~/.claude/agents")


def _list(parser: argparse.ArgumentParser) -> None:
    _source(parser, "HEAD, which is what runs use")
    parser.add_argument("--json", action="store_true", help="as JSON")


def _show(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="an agent, or a run")
    _list(parser)


def _validate(parser: argparse.ArgumentParser) -> None:
    _source(parser, "as they lie on disk, also before they are committed")
    parser.add_argument(
        "--format", choices=("text", "sarif", "json"), default="text", help="what to print (default: text)"
    )
    parser.add_argument("--sarif", metavar="FILE", help="also write SARIF to a file")


def _runs(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(config=None)
    parser.add_argument("--json", action="store_true", help="as JSON")


def _resume(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="a run that did not finish")
    judging.file(parser)
    judging.fail_fast(parser)
    judging.reporting(parser)


def _clean(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(config=None)
    parser.add_argument("runs", nargs="*", metavar="RUN", help="these (default: all that have ended)")
    parser.add_argument("--all", action="store_true", help="also those that could be resumed")


def _init(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(config=None)


_ACTIONS: tuple[tuple[str, str, str, Callable[[argparse.ArgumentParser], None]], ...] = (
    ("list", "which agents there are", "Show each agent and where it comes from.", _list),
    (
        "validate",
        "what is wrong with agent files",
        "Look for what is wrong with agent files; exit 1 when one is not used for it.",
        _validate,
    ),
    ("show", "one agent, or one run", "Show all that is known of one agent, or of one run.", _show),
    ("runs", "the runs of agents so far", "List the runs of agents and what became of them.", _runs),
    (
        "resume",
        "go on with a run that was stopped",
        "Go on with a run that was stopped or killed; the exit code is the verdict.",
        _resume,
    ),
    ("clean", "remove what runs left", "Remove the folders of runs, and what they left elsewhere.", _clean),
    (
        "init",
        "write a slash command and a skill",
        "Write the command and the skill that call `eee-ci task`, unless they are there already.",
        _init,
    ),
)
