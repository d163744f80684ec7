"""`confine.py` under coverage, with words after which it comes back."""

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
    measure.start()
    script = str(ROOT / "eee_ci" / "inject" / "confine.py")
    sys.argv = [script, "--write", str(Path(data_file).parent), *words]
    try:
        runpy.run_path(script, run_name="__main__")
    finally:
        measure.stop()
        measure.save()


if __name__ == "__main__":
    main(*sys.argv[1:])
