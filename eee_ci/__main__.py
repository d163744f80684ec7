"""`python -m eee_ci` and the installed command."""

import os
import sys


def main() -> None:
    """Run the command line and end with its exit code."""
    leave_the_folder()
    from eee_ci import warm

    code = warm.answer(sys.argv[1:])
    if code is None:
        from eee_ci import cli

        code = cli.main(sys.argv[1:])
    sys.exit(code)


def leave_the_folder() -> None:
    """`python -m` looks for modules in the folder it is started in, which is the judged project: what lies
    there is never imported, unless it is eee-ci itself."""
    home = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))  # noqa: PTH120 - pathlib is heavy
    if sys.path and sys.path[0] in ("", os.getcwd()) and os.path.realpath(sys.path[0] or ".") != home:  # noqa: PTH109 - pathlib is heavy
        del sys.path[0]


if __name__ == "__main__":
    main()
