"""`eee-ci task "..."`: agents do something that is told in words; the gates judge what they made."""

import argparse

from eee_ci.commands import check, repairing


def run(arguments: argparse.Namespace) -> int:
    """The exit code of the gates: on the original files, or with `--apply` on the changed ones."""
    repairing.words(arguments.accept)  # said before anything runs
    return check.run(arguments)
