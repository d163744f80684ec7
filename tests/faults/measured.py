"""The guardian under coverage: its own script, run by this one while the tests are measured."""

import os
import runpy
import sys
from pathlib import Path

import coverage

ROOT = Path(__file__).parent.parent.parent


def main(data_file: str, *words: str) -> None:
    measure = coverage.Coverage(
        data_file=data_file,
        data_suffix=True,
        config_file=str(ROOT / "pyproject.toml"),
        source=[str(ROOT / "eee_ci")],
    )
    leave = os._exit

    def save(code: int) -> None:
        measure.stop()
        measure.save()
        leave(code)

    os._exit = save  # type: ignore[assignment]  # it does not come back either
    measure.start()
    script = str(ROOT / "eee_ci" / "process" / "guardian.py")
    sys.argv = [script, *words]
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    main(*sys.argv[1:])
