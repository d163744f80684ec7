"""`eee-ci fix`: what deterministic fixers can repair, verified by the gates; then the verdict."""

import argparse

from eee_ci.commands import check


def run(arguments: argparse.Namespace) -> int:
    """The exit code of the gates: on the original files, or with `--apply` on the repaired ones."""
    arguments.agents = ()
    return check.run(arguments)
