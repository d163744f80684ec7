"""`python -m eee_ci` and the installed command."""

import sys

from eee_ci import warm


def main() -> None:
    """Run the command line and end with its exit code."""
    code = warm.answer(sys.argv[1:])
    if code is None:
        from eee_ci import cli

        code = cli.main(sys.argv[1:])
    sys.exit(code)


if __name__ == "__main__":
    main()
