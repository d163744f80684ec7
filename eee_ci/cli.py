"""Arguments in, exit code out; the one place that catches.

Kept light: nothing here imports what costs more than argparse, and each verb is imported when it is called.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from eee_ci import __version__, arguments, warm
from eee_ci.errors import BUG, SIGNALLED, EeeCiError

if TYPE_CHECKING:
    from eee_ci.warm.quick import Handed

_SIGINT = 2


def main(argv: Sequence[str], *, handed: "Handed | None" = None) -> int:
    """Run one command line; every error ends here, as a sentence and an exit code. `handed` is what gates did
    before."""
    if list(argv) in (["--version"], ["-V"]):
        return _print(f"eee-ci {__version__}")
    try:
        asked = arguments.parser(argv).parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    asked.words, asked.here, asked.handed = list(argv), warm.folder(list(argv)), handed
    return _guarded(asked)


def _guarded(asked: argparse.Namespace) -> int:
    _spare()
    try:
        if asked.directory:
            _enter(asked.directory)
        verb = importlib.import_module(f"eee_ci.commands.{asked.verb}")
        return int(verb.run(asked))
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


def _spare() -> None:
    """msgspec takes typing_extensions where it is installed, for types that nobody uses here; that costs more
    than msgspec itself. Whoever asks for it later gets it."""
    name = "typing_extensions"
    if name not in sys.modules:
        sys.modules[name] = None  # type: ignore[assignment]  # says: there is none
        try:
            importlib.import_module("msgspec")
        finally:
            del sys.modules[name]


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
