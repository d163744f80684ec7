"""`python -m eee_ci` and the installed command."""

import gc
import os
import sys

_MANY = 100_000  # new objects between two searches for circles among them: loading modules makes none


def main() -> None:
    """Run the command line and end with its exit code."""
    gc.set_threshold(_MANY)
    leave_the_folder()
    from eee_ci import warm

    answer = warm.answer(sys.argv[1:])
    if not isinstance(answer, int):
        from eee_ci import cli

        answer = cli.main(sys.argv[1:], handed=answer)
    end(answer)


def end(code: int) -> None:
    """End without taking the interpreter apart, object by object: nobody needs the memory any more. Where
    somebody looks on, or threads are to be waited for, it goes the long way."""
    if sys.gettrace() or sys.getprofile() or "threading" in sys.modules:
        sys.exit(code)
    import atexit

    atexit._run_exitfuncs()  # noqa: SLF001 - there is no other way to have what is registered done
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):  # closed, or nobody listens; the exit code says it
            continue
    os._exit(code)


def leave_the_folder() -> None:
    """`python -m` looks for modules in the folder it is started in, which is the judged project: what lies
    there is never imported, unless it is eee-ci itself."""
    home = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))  # noqa: PTH120 - pathlib is heavy
    if sys.path and sys.path[0] in ("", os.getcwd()) and os.path.realpath(sys.path[0] or ".") != home:  # noqa: PTH109 - pathlib is heavy
        del sys.path[0]


if __name__ == "__main__":
    main()
