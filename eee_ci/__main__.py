"""`python -m eee_ci` and the installed command."""

import sys

from eee_ci import cli


def main() -> None:
    """Run the command line and end with its exit code."""
    sys.exit(cli.main(sys.argv[1:]))


if __name__ == "__main__":
    main()
