"""The words of the verbs that judge: which gates, which config, which agents, how much is said."""

import argparse


def gates(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "gates", nargs="*", metavar="GATE", help="only these gates, and what they need (default: all)"
    )


def file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", metavar="FILE", help="the gate config (default: eee-ci.yaml, else a preset that fits)"
    )
    parser.add_argument("--no-cache", action="store_true", help="neither use nor keep remembered results")
    parser.add_argument(
        "--jobs", type=_positive, metavar="N", help="cores to use (default: all that this process may use)"
    )


def fail_fast(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--fail-fast",
        action="store_true",
        help="start nothing new after the first blocking gate that is not green",
    )


def check(parser: argparse.ArgumentParser) -> None:
    _whole(parser)
    agents = parser.add_mutually_exclusive_group()
    agents.add_argument("--no-agents", action="store_true", help="without agents, whatever the config says")
    agents.add_argument(
        "--agents",
        nargs="?",
        type=_names,
        const=(),
        metavar="NAMES",
        help="first let agents repair what the gates find: those named, with commas between, or the best",
    )
    _apply(parser)


def fix(parser: argparse.ArgumentParser) -> None:
    _whole(parser)
    _apply(parser)


def task(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("task", metavar="TASK", help="what is to be done, in words")
    parser.set_defaults(gates=())
    file(parser)
    fail_fast(parser)
    reporting(parser)
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


def _whole(parser: argparse.ArgumentParser) -> None:
    gates(parser)
    file(parser)
    fail_fast(parser)
    reporting(parser)


def reporting(parser: argparse.ArgumentParser) -> None:
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


def loud(parser: argparse.ArgumentParser) -> argparse._MutuallyExclusiveGroup:
    volume = parser.add_mutually_exclusive_group()
    volume.add_argument(
        "--quiet", action="store_true", help="print the verdict, and the reasons when it is red"
    )
    volume.add_argument("--verbose", action="store_true", help="print each gate as it ends, and all findings")
    return volume


def _volume(parser: argparse.ArgumentParser) -> None:
    volume = loud(parser)
    volume.add_argument("--json", action="store_true", help="print report.json instead")


def _apply(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--apply",
        action="store_true",
        help="write what the gates accepted into the work tree (default: as the config says, else not)",
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


def _positive(words: str) -> int:
    if not words.isdecimal() or int(words) < 1:
        raise argparse.ArgumentTypeError(f"found {words!r}, want a whole number from 1 up")
    return int(words)
